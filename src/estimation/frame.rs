//! The sample in order: places by their paths, and the responses and kept tallies of each.

use std::collections::BTreeMap;
use std::ops::Range;

use super::EstimationError;
use super::cells::Cells;
use super::groups::{CellSums, Groups};
use super::log::{Entry, Log, Ordered, Run, sums_of};
use super::place::{KeptPlace, Places};
use super::strata::{FirstStage, StratumSums, Survey};
use super::tally::TallySums;
use super::unit_totals::{Projection, UnitTotals};
use crate::statistics::StratumSize;

/// All that was added, in the order of places.
#[derive(Debug)]
pub(super) struct Frame {
    places: Vec<KeptPlace>,
    responses: Ordered,
    /// Kept tallies by place and cell.
    tallies: BTreeMap<(u32, u32), TallySums>,
    /// Orders cells whatever the order in which they were met.
    ranks: Vec<u32>,
    /// Whose respondents are counted.
    groups: Groups,
}

impl Frame {
    /// `ranks` orders cells whatever the order in which they were met.
    pub(super) fn new(
        places: Places,
        log: Log,
        tallies: BTreeMap<(u32, u32), TallySums>,
        ranks: Vec<u32>,
        groups: Groups,
    ) -> Self {
        let (places, positions) = places.in_order();
        let responses = log.in_order(&positions);
        let tallies =
            tallies.into_iter().map(|((place, cell), tally)| ((positions[place as usize], cell), tally)).collect();
        Self { places, responses, tallies, ranks, groups }
    }

    pub(super) fn responses(&self) -> &Ordered {
        &self.responses
    }

    pub(super) fn items(&self) -> usize {
        self.responses.items()
    }

    /// The groups of items whose respondents are counted.
    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }

    pub(super) fn places(&self) -> usize {
        self.places.len()
    }

    /// The responses at a place one by one, each with its cell, in an order that does not tell how they came.
    fn respondents(&self, place: usize) -> Vec<(u32, Entry<'_>)> {
        let with_cell = |run: &Run| {
            let cell = run.cell;
            self.responses.entries(*run).map(move |entry| (cell, entry))
        };
        let mut respondents: Vec<(u32, Entry<'_>)> =
            self.responses.of_place(place).iter().flat_map(with_cell).collect();
        respondents.sort_unstable_by_key(|(cell, entry)| (self.ranks[*cell as usize], entry.weight, entry.ratings));
        respondents
    }

    /// The sums of each cell at a place. Where tallies were kept they are those, and the responses tell only what tallies do
    /// not hold: who answered any item of a group.
    pub(super) fn sums(&self, place: usize) -> Result<Vec<(u32, CellSums)>, EstimationError> {
        let number = u32::try_from(place).map_err(|_| EstimationError::Overflow)?;
        let mut kept = self.tallies.range((number, 0)..=(number, u32::MAX)).peekable();
        let runs = self.responses.of_place(place);
        if kept.peek().is_none() {
            let sums = |run: &Run| Ok((run.cell, self.sums_of(self.responses.entries(*run))?));
            return runs.iter().map(sums).collect();
        }
        let with_responses = |((_, cell), tally): (&(u32, u32), &TallySums)| {
            let mut answering = self.groups.nobody();
            let entries = runs.iter().filter(|run| run.cell == *cell).flat_map(|run| self.responses.entries(*run));
            entries.for_each(|entry| answering.add(&self.groups, entry));
            (*cell, CellSums { tally: tally.clone(), answering })
        };
        Ok(kept.map(with_responses).collect())
    }

    fn sums_of<'a>(&self, entries: impl Iterator<Item = Entry<'a>>) -> Result<CellSums, EstimationError> {
        sums_of(self.items(), &self.groups, entries)
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
                for (cell, entry) in frame.respondents(at) {
                    let of_one = frame.sums_of(std::iter::once(entry))?;
                    sums.add_unit(&self.projection.unit(self.cells, &[(cell, of_one)])?)?;
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
            let mut sums = Vec::new();
            for place in places {
                sums.extend(self.frame.sums(place)?);
            }
            return self.projection.unit(self.cells, &sums);
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
