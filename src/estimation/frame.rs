//! The sample in order: places by their paths, and the responses and kept tallies of each.

use std::collections::BTreeMap;
use std::ops::Range;

use super::EstimationError;
use super::cells::Cells;
use super::log::{Entry, Log, tally_of};
use super::place::{KeptPlace, Places};
use super::strata::{FirstStage, StratumSums, Survey};
use super::tally::TallySums;
use super::unit_totals::{Projection, UnitTotals};
use crate::statistics::StratumSize;

/// All that was added, in the order of places.
#[derive(Debug)]
pub(super) struct Frame {
    items: usize,
    places: Vec<KeptPlace>,
    /// The responses in the order of places, then of cells: neighbours in memory are needed together.
    log: Log,
    /// Where each place's responses begin in `log`, and the end of the last.
    starts: Vec<u32>,
    /// Kept tallies by place and cell.
    tallies: BTreeMap<(u32, u32), TallySums>,
}

impl Frame {
    /// `ranks` orders cells whatever the order in which they were met.
    pub(super) fn new(
        items: usize,
        places: Places,
        log: Log,
        tallies: BTreeMap<(u32, u32), TallySums>,
        ranks: &[u32],
    ) -> Result<Self, EstimationError> {
        let (places, positions) = places.in_order();
        let mut order = log.sorted_by_key(|place, cell| (positions[place as usize], cell))?;
        let mut starts = vec![0_u32; places.len() + 1];
        for index in &order {
            starts[positions[log.get(*index).place as usize] as usize + 1] += 1;
        }
        for place in 0..places.len() {
            starts[place + 1] += starts[place];
        }
        // Respondents who are sampling units themselves are added one by one: in an order that does not tell how they came.
        for (_, range) in places.iter().zip(starts.windows(2)).filter(|(place, _)| place.path.len() == 1) {
            order[range[0] as usize..range[1] as usize].sort_by_cached_key(|index| {
                let entry = log.get(*index);
                (ranks[entry.cell as usize], entry.weight, entry.ratings.to_vec())
            });
        }
        let tallies =
            tallies.into_iter().map(|((place, cell), tally)| ((positions[place as usize], cell), tally)).collect();
        let log = log.in_order(&order);
        Ok(Self { items, places, log, starts, tallies })
    }

    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    pub(super) fn items(&self) -> usize {
        self.items
    }

    pub(super) fn places(&self) -> usize {
        self.places.len()
    }

    fn entries(&self, place: usize) -> impl Iterator<Item = Entry<'_>> {
        (self.starts[place]..self.starts[place + 1]).map(|index| self.log.get(index))
    }

    /// The tally of each cell at a place: the kept ones, or those of its responses.
    pub(super) fn tallies(&self, place: usize) -> Result<Vec<(u32, TallySums)>, EstimationError> {
        let number = u32::try_from(place).map_err(|_| EstimationError::Overflow)?;
        let kept: Vec<(u32, TallySums)> = self
            .tallies
            .range((number, 0)..=(number, u32::MAX))
            .map(|((_, cell), tally)| (*cell, tally.clone()))
            .collect();
        if !kept.is_empty() {
            return Ok(kept);
        }
        let entries: Vec<Entry<'_>> = self.entries(place).collect();
        let cells = entries.chunk_by(|a, b| a.cell == b.cell);
        cells.map(|cell| Ok((cell[0].cell, tally_of(self.items, cell.iter().copied())?))).collect()
    }

    /// The places of each stratum.
    pub(super) fn strata(&self) -> Vec<Range<usize>> {
        let mut start = 0;
        let of_stratum = |places: &[KeptPlace]| {
            let range = start..start + places.len();
            start = range.end;
            range
        };
        self.places.chunk_by(|a, b| a.path[0] == b.path[0]).map(of_stratum).collect()
    }
}

/// A walk through a frame.
pub(super) struct Walk<'a> {
    pub(super) frame: &'a Frame,
    pub(super) cells: &'a Cells,
    pub(super) projection: &'a Projection,
    pub(super) survey: Survey<'a>,
    /// The strata of a single unit that were met, for people.
    pub(super) lonely: Vec<String>,
}

impl<'a> Walk<'a> {
    /// Gathers the first stage, and within it the others.
    pub(super) fn first_stage(&mut self) -> Result<FirstStage<'a>, EstimationError> {
        let mut first = FirstStage::new(self.survey);
        for places in self.frame.strata() {
            let stratum = self.stratum(places.clone(), 0)?;
            if stratum.drawn() > 0 {
                let size = self.size(places.start, 0, stratum.drawn())?;
                first.add_stratum(stratum, size);
            }
        }
        Ok(first)
    }

    /// Adds up the units of a stage that share the path up to `depth` units.
    fn stratum(&mut self, places: Range<usize>, depth: usize) -> Result<StratumSums<'a>, EstimationError> {
        let frame = self.frame;
        let mut sums = StratumSums::new(self.survey);
        let mut at = places.start;
        while at < places.end {
            self.check_population(places.start, at, depth)?;
            let unit_of = |place: usize| frame.places[place].path.get(1 + depth);
            let Some(name) = unit_of(at) else {
                for entry in frame.entries(at) {
                    let tally = tally_of(frame.items, std::iter::once(entry))?;
                    sums.add_unit(&self.projection.unit(self.cells, &[(entry.cell, tally)])?)?;
                }
                at += 1;
                continue;
            };
            let end = at + (at..places.end).take_while(|place| unit_of(*place) == Some(name)).count();
            sums.add_unit(&self.unit(at..end, depth)?)?;
            at = end;
        }
        Ok(sums)
    }

    /// The totals of one unit. Later stages matter only where this stage was drawn from a finite population.
    fn unit(&mut self, places: Range<usize>, depth: usize) -> Result<UnitTotals, EstimationError> {
        let first = &self.frame.places[places.start];
        let is_last = places.len() == 1 && first.path.len() == 2 + depth && first.populations.len() <= 1 + depth;
        if is_last || first.populations.get(depth).is_none() {
            let mut tallies = Vec::new();
            for place in places {
                tallies.extend(self.frame.tallies(place)?);
            }
            return self.projection.unit(self.cells, &tallies);
        }
        let below = self.stratum(places.clone(), 1 + depth)?;
        if below.drawn() == 0 {
            return Ok(UnitTotals::default());
        }
        let size = self.size(places.start, 1 + depth, below.drawn())?;
        below.into_unit(size)
    }

    /// The size of the stratum that the units after `depth` units were drawn in.
    fn size(&mut self, place: usize, depth: usize, drawn: u64) -> Result<StratumSize, EstimationError> {
        let place = &self.frame.places[place];
        let size = StratumSize { drawn, population: place.populations.get(depth).copied() };
        if let Some(population) = size.population.filter(|population| *population < drawn as f64) {
            return Err(EstimationError::Drawn { within: place.name(depth), drawn, population });
        }
        if drawn == 1 && size.correction() > 0.0 {
            self.lonely.push(place.name(depth));
        }
        Ok(size)
    }

    fn check_population(&self, first: usize, place: usize, depth: usize) -> Result<(), EstimationError> {
        let (first, place) = (&self.frame.places[first].populations, &self.frame.places[place]);
        let upto = |populations: &'a [f64]| &populations[..populations.len().min(1 + depth)];
        if upto(first) == upto(&place.populations) {
            return Ok(());
        }
        Err(place.contradiction(first))
    }
}
