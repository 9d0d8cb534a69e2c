//! The sample in order: places by their paths, and the responses and kept sums of each.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::EstimationError;
use super::cell_sums::{CellSums, Shape};
use super::log::{Log, Ordered, Run};
use super::place::{KeptPlace, Places};
use crate::statistics::PairSums;

/// Sums, each with the cell that they are of.
pub(super) type SumsByCell<'a> = Vec<(u32, Cow<'a, CellSums>)>;

/// What was kept of responses that are not in the log.
#[derive(Debug, Default)]
pub(super) struct KeptSums {
    /// By place and cell, in any order.
    pub(super) sums: Vec<((u32, u32), Arc<CellSums>)>,
    /// The same by cell, added up over all places.
    pub(super) people: BTreeMap<u32, CellSums>,
    /// Sums of products by cell.
    pub(super) products: BTreeMap<u32, Arc<PairSums>>,
}

impl KeptSums {
    /// Adds people to those of a cell.
    pub(super) fn add_people(&mut self, cell: u32, sums: &CellSums) -> Result<(), EstimationError> {
        if let Some(people) = self.people.get_mut(&cell) {
            return people.merge_people(sums);
        }
        self.people.insert(cell, sums.people());
        Ok(())
    }

    /// Puts places in order, and adds up what shares a place and a cell.
    fn in_order(mut self, positions: &[u32]) -> Result<Self, EstimationError> {
        self.sums.iter_mut().for_each(|((place, _), _)| *place = positions[*place as usize]);
        self.sums.sort_by_key(|(key, _)| *key);
        let mut in_order: Vec<((u32, u32), Arc<CellSums>)> = Vec::with_capacity(self.sums.len());
        for (key, sums) in self.sums {
            match in_order.last_mut().filter(|(last, _)| *last == key) {
                Some((_, last)) => Arc::make_mut(last).merge(&sums)?,
                None => in_order.push((key, sums)),
            }
        }
        Ok(Self { sums: in_order, ..self })
    }
}

/// All that was added, in the order of places.
#[derive(Debug)]
pub(super) struct Frame {
    shape: Shape,
    pub(super) places: Vec<KeptPlace>,
    responses: Ordered,
    kept: KeptSums,
    /// Orders cells whatever the order in which they were met.
    ranks: Vec<u32>,
}

impl Frame {
    /// `ranks` orders cells whatever the order in which they were met.
    pub(super) fn new(
        shape: Shape,
        places: Places,
        (log, kept): (Log, KeptSums),
        ranks: Vec<u32>,
    ) -> Result<Self, EstimationError> {
        let (places, positions) = places.in_order();
        let responses = log.in_order(&positions);
        Ok(Self { shape, places, responses, kept: kept.in_order(&positions)?, ranks })
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(super) fn responses(&self) -> &Ordered {
        &self.responses
    }

    /// The people of whom sums were kept, by cell.
    pub(super) fn kept_people(&self) -> &BTreeMap<u32, CellSums> {
        &self.kept.people
    }

    /// The kept sums at a place.
    fn kept_at(&self, place: usize) -> &[((u32, u32), Arc<CellSums>)] {
        let sums = &self.kept.sums;
        let begin = sums.partition_point(|((of, _), _)| (*of as usize) < place);
        let length = sums[begin..].iter().take_while(|((of, _), _)| *of as usize == place).count();
        &sums[begin..begin + length]
    }

    /// Kept sums of products by cell.
    pub(super) fn kept_products(&self) -> &BTreeMap<u32, Arc<PairSums>> {
        &self.kept.products
    }

    pub(super) fn places(&self) -> usize {
        self.places.len()
    }

    /// A number of a cell that does not depend on when it was met (see `Cells::ranks`).
    pub(super) fn rank(&self, cell: u32) -> u32 {
        self.ranks[cell as usize]
    }

    /// The cells that have responses at a place, each with how many; a cell may come twice.
    pub(super) fn present(&self, place: usize) -> impl Iterator<Item = (u32, u64)> {
        let kept = self.kept_at(place).iter().map(|((_, cell), sums)| (*cell, sums.tally.responses()));
        let runs = self.responses.of_place(place).iter().map(|run| (run.cell, run.len() as u64));
        kept.chain(runs).filter(|(_, responses)| *responses > 0)
    }

    /// The first-stage unit of a place; `None` where respondents are their own.
    pub(super) fn unit(&self, place: usize) -> Option<&str> {
        self.places[place].path.get(1).map(String::as_str)
    }

    /// Whether it is known what units were drawn from.
    pub(super) fn has_populations(&self, place: usize) -> bool {
        !self.places[place].populations.is_empty()
    }

    /// The sums of each cell at a place.
    pub(super) fn sums(&self, place: usize) -> Result<SumsByCell<'_>, EstimationError> {
        self.sums_at(place, false)
    }

    /// The sums of each cell at a place where respondents are their own sampling units.
    pub(super) fn sums_of_own_units(&self, place: usize) -> Result<SumsByCell<'_>, EstimationError> {
        self.sums_at(place, true)
    }

    /// The sums of each run of responses at a place, without what was kept.
    pub(super) fn sums_of_responses(
        &self,
        place: usize,
    ) -> impl Iterator<Item = Result<(u32, CellSums), EstimationError>> {
        self.responses.of_place(place).iter().map(|run| Ok((run.cell, self.sums_of(*run, false)?)))
    }

    fn sums_at(&self, place: usize, own_units: bool) -> Result<SumsByCell<'_>, EstimationError> {
        let kept = self.kept_at(place).iter();
        let mut found: SumsByCell<'_> = kept.map(|((_, cell), sums)| (*cell, Cow::Borrowed(&**sums))).collect();
        for run in self.responses.of_place(place) {
            match found.iter_mut().find(|(cell, _)| *cell == run.cell) {
                Some((_, sums)) => {
                    let of_run = self.sums_of(*run, sums.own_units.is_some())?;
                    sums.to_mut().merge(&of_run)?;
                }
                None => found.push((run.cell, Cow::Owned(self.sums_of(*run, own_units)?))),
            }
        }
        Ok(found)
    }

    fn sums_of(&self, run: Run, own_units: bool) -> Result<CellSums, EstimationError> {
        let mut sums = CellSums::new(&self.shape, own_units)?;
        self.responses.entries(run).try_for_each(|entry| sums.add(&self.shape, entry))?;
        Ok(sums)
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
