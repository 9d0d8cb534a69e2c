//! The walk through a sample that gathers every covariance: stratum by stratum, and stage by stage within.

use std::ops::Range;

use super::EstimationError;
use super::auxiliary::explicit_in;
use super::cells::Cells;
use super::explicit::Explicit;
use super::frame::Frame;
use super::own_units::OwnScores;
use super::strata::{FirstStage, StratumSums, Survey};
use super::unit_totals::{Projection, UnitTotals};
use crate::statistics::StratumSize;

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
            let explicit = explicit_in(self.frame, self.cells, self.projection, places.clone());
            let stratum = self.stratum(places.clone(), 0, &explicit)?;
            if stratum.drawn() > 0 {
                let size = self.size(places.start, 0, stratum.drawn())?;
                first.add_stratum(stratum, &explicit, size)?;
            }
        }
        Ok(first)
    }

    /// Adds up the units of a stage that share the path up to `depth` units.
    fn stratum(
        &mut self,
        places: Range<usize>,
        depth: usize,
        explicit: &Explicit,
    ) -> Result<StratumSums<'a>, EstimationError> {
        let frame = self.frame;
        let mut sums = StratumSums::new(self.survey);
        let mut at = places.start;
        while at < places.end {
            self.check_population(places.start, at, depth)?;
            let unit_of = |place: usize| frame.places[place].path.get(1 + depth);
            let Some(name) = unit_of(at) else {
                let respondents = frame.sums_of_own_units(at)?;
                let units = self.projection.own_units(self.cells, &respondents, explicit)?;
                let (scores, of_place) = (self.survey.scores, (respondents.as_slice(), &units));
                let scores = OwnScores::of(frame, self.cells, self.projection, scores, of_place)?;
                sums.add_own_units(units, &scores)?;
                at += 1;
                continue;
            };
            let end = at + (at..places.end).take_while(|place| unit_of(*place) == Some(name)).count();
            sums.add_unit(&self.unit(at..end, depth, explicit)?)?;
            at = end;
        }
        Ok(sums)
    }

    /// The totals of one unit. Later stages matter only where this stage was drawn from a finite population.
    fn unit(&mut self, places: Range<usize>, depth: usize, explicit: &Explicit) -> Result<UnitTotals, EstimationError> {
        let first = &self.frame.places[places.start];
        let is_last = places.len() == 1 && first.path.len() == 2 + depth && first.populations.len() <= 1 + depth;
        if is_last || first.populations.get(depth).is_none() {
            let mut sums = Vec::new();
            for place in places {
                sums.extend(self.frame.sums(place)?);
            }
            return self.projection.unit(self.cells, &sums, explicit);
        }
        let below = self.stratum(places.clone(), 1 + depth, explicit)?;
        if below.drawn() == 0 {
            return Ok(UnitTotals::default());
        }
        let size = self.size(places.start, 1 + depth, below.drawn())?;
        Ok(below.into_unit(size))
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
