//! Building a sample: from responses one by one, or from kept sums.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::EstimationError;
use super::cell_sums::{CellSums, Shape};
use super::cells::Cells;
use super::common_fit::CommonFit;
use super::domain_sums::{project, sums_by_domain_and_group};
use super::formed::Formed;
use super::frame::{Frame, KeptSums};
use super::joint::points_max;
use super::log::{Log, Stand};
use super::margins::Calibration;
use super::negative::NegativeWeights;
use super::pairs::pairs_by_domain;
use super::place::{Place, Places};
use super::position_pairs::Pairs;
use super::sample::{Domain, Sample};
use super::scores::BetweenLevels;
use super::strata::{DomainCovariance, Gathered};
use super::threads::joined;
use super::unit_totals::Projection;
use crate::foundation::{RatingScale, Weight};
use crate::statistics::{LonelyPsu, PairSums};

/// Whom a response or a tally counts for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Membership<'a> {
    /// The levels that it belongs to (its unit; its sex; …), each once; everybody belongs to the sample as a whole.
    pub levels: &'a [usize],
    /// Its level in each margin of the calibration; empty without one.
    pub margins: &'a [u32],
}

/// One response as the sample sees it.
#[derive(Debug, Clone, Copy)]
pub struct Respondent<'a> {
    /// Whom it counts for.
    pub member: Membership<'a>,
    /// Where it stands.
    pub place: Place<'a>,
    /// Its weight.
    pub weight: Weight,
    /// One rating a rated item: the rank on its scale, 0 where it was not answered.
    pub ratings: &'a [u8],
}

/// A place that a builder knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceNumber(u32);

/// The members of some levels, whom a builder knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellNumber(u32);

/// Collects what a [`Sample`] is made of. The result is the same, bit for bit, in whatever order things are added.
///
/// Two ways in. From files: [`Self::add_response`] for each response. From storage: [`Self::add_sums`] and
/// [`Self::add_products`] with what is kept of the responses. Either gives the same, to the last bit.
#[derive(Debug)]
pub struct SampleBuilder {
    pub(super) shape: Shape,
    levels: usize,
    lonely: LonelyPsu,
    pub(super) calibration: Option<Calibration>,
    pub(super) places: Places,
    pub(super) cells: Cells,
    pub(super) log: Log,
    pub(super) kept: KeptSums,
}

impl SampleBuilder {
    /// An empty sample of items that are rated on these scales, with this many levels.
    pub fn new(scales: &[RatingScale], levels: usize) -> Result<Self, EstimationError> {
        Ok(Self::of(Shape::new::<[usize; 0]>(scales, &[])?, levels))
    }

    /// An empty sample of sums of this shape, with this many levels.
    #[must_use]
    pub fn of(shape: Shape, levels: usize) -> Self {
        Self {
            levels,
            lonely: LonelyPsu::Fail,
            calibration: None,
            places: Places::default(),
            cells: Cells::default(),
            log: Log::new(shape.items(), points_max(&shape.scales)),
            kept: KeptSums::default(),
            shape,
        }
    }

    /// Treats strata of a single unit by this rule; by [`LonelyPsu::Fail`] if nothing is said.
    #[must_use]
    pub fn with_lonely_psu(self, lonely: LonelyPsu) -> Self {
        Self { lonely, ..self }
    }

    /// Counts those who answered at least one item of each of these groups, such as factors: their number, their weight, and the
    /// sampling units that they live in (see [`Shape::new`]).
    #[must_use]
    pub fn counting<G: AsRef<[usize]>>(mut self, groups: &[G]) -> Self {
        for group in groups {
            self.shape.count(group.as_ref());
        }
        self
    }

    /// Calibrates the weights to margins; each membership then names a level of each.
    #[must_use]
    pub fn calibrated(self, calibration: Calibration) -> Self {
        Self { calibration: Some(calibration), ..self }
    }

    /// Adds a level and returns its number. Levels are numbered from 0 in the order in which they are added.
    pub fn add_level(&mut self) -> usize {
        self.levels += 1;
        self.levels - 1
    }

    /// Adds the kept sums of some members at a place. Where the place names no sampling unit, they must be sums of respondents
    /// that are their own.
    pub fn add_sums(&mut self, member: Membership, place: &Place, sums: &Arc<CellSums>) -> Result<(), EstimationError> {
        let (place, cell) = (self.place_number(place)?, self.cell_number(member)?);
        self.add_sums_at(place, cell, sums);
        self.add_people(cell, sums)
    }

    /// The number under which [`Self::add_sums_at`] knows a place.
    pub fn place_number(&mut self, place: &Place) -> Result<PlaceNumber, EstimationError> {
        Ok(PlaceNumber(self.places.number(place)?))
    }

    /// The number under which [`Self::add_sums_at`] knows some members.
    pub fn cell_number(&mut self, member: Membership) -> Result<CellNumber, EstimationError> {
        Ok(CellNumber(self.cell(member)?))
    }

    /// Adds kept sums without those whom they are of: [`Self::add_people`] is to be told of all members of the cell, once. So what
    /// many places add up to need not be added up again by whoever knows it.
    pub fn add_sums_at(&mut self, place: PlaceNumber, cell: CellNumber, sums: &Arc<CellSums>) {
        self.kept.sums.push(((place.0, cell.0), Arc::clone(sums)));
    }

    /// Adds those whom [`Self::add_sums_at`] was given the sums of, added up over all places.
    pub fn add_people(&mut self, cell: CellNumber, sums: &CellSums) -> Result<(), EstimationError> {
        self.kept.add_people(cell.0, sums)
    }

    /// Adds the kept sums of products of some members, wherever they stand: what design effects need.
    pub fn add_products(&mut self, member: Membership, products: &Arc<PairSums>) -> Result<(), EstimationError> {
        let cell = self.cell(member)?;
        if let Some(kept) = self.kept.products.get_mut(&cell) {
            return Ok(Arc::make_mut(kept).merge(products)?);
        }
        self.kept.products.insert(cell, Arc::clone(products));
        Ok(())
    }

    /// Adds a response.
    pub fn add_response(&mut self, respondent: &Respondent) -> Result<(), EstimationError> {
        let stand = self.stand(respondent.member, &respondent.place)?;
        self.add_response_at(stand, respondent.weight, respondent.ratings)
    }

    /// The number under which [`Self::add_response_at`] knows some members at a place.
    pub fn stand(&mut self, member: Membership, place: &Place) -> Result<Stand, EstimationError> {
        let (place, cell) = (self.places.number(place)?, self.cell(member)?);
        self.log.stand(place, cell)
    }

    /// Adds a response at a stand that this builder gave out: no name is looked up.
    pub fn add_response_at(&mut self, stand: Stand, weight: Weight, ratings: &[u8]) -> Result<(), EstimationError> {
        self.log.push(stand, weight, ratings)
    }

    fn cell(&mut self, member: Membership) -> Result<u32, EstimationError> {
        if let Some(found) = member.levels.iter().find(|level| **level >= self.levels) {
            return Err(EstimationError::Level { found: *found });
        }
        let margins = self.calibration.as_ref().map_or(&[][..], Calibration::margins);
        let is_known = |(level, margin): (&u32, &super::Margin)| (*level as usize) < margin.levels.len();
        if member.margins.len() != margins.len() || !member.margins.iter().zip(margins).all(is_known) {
            return Err(EstimationError::MarginLevels { found: member.margins.len() });
        }
        Ok(self.cells.number(member.levels, member.margins))
    }

    /// Forms all covariances, and those `between` levels. From here on, reading costs the same for any number of responses.
    pub fn finish(self, between: &BetweenLevels) -> Result<Sample, EstimationError> {
        Ok(self.finish_with_everybody(between)?.0)
    }

    /// The same, and the covariance of everybody, to which other parts of a sample can be added.
    pub(super) fn finish_with_everybody(
        self,
        between: &BetweenLevels,
    ) -> Result<(Sample, Option<DomainCovariance>), EstimationError> {
        let is_gathered = self.tied_pairs(between) <= BetweenLevels::PAIRS_MAX;
        let rows = if is_gathered { 0..between.levels.len() } else { 0..0 };
        let (sample, formed) = self.gather(between.clone(), rows, None)?;
        let sample = sample.with_covariances(&formed.between, is_gathered.then_some(&formed.pairs));
        Ok((sample, formed.everybody))
    }

    /// The same without the covariances between levels, and what they can be gathered from row by row, however many there are.
    pub fn form(self, between: BetweenLevels) -> Result<(Sample, Formed), EstimationError> {
        let rows = Formed::rows_at_once(&between);
        self.gather(between, rows, None)
    }

    /// No more pairs of wanted levels than so many are tied.
    fn tied_pairs(&self, between: &BetweenLevels) -> usize {
        let pairs = |levels: usize| levels * levels.saturating_sub(1) / 2;
        let all = pairs(between.levels.len());
        if all <= BetweenLevels::PAIRS_MAX || self.calibration.is_some() || !self.log.is_empty() {
            return all;
        }
        let mut by_stratum: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for ((place, cell), _) in &self.kept.sums {
            by_stratum.entry(self.places.stratum(*place)).or_default().extend(self.cells.levels(*cell));
        }
        by_stratum.values().map(|levels| pairs(levels.len())).sum::<usize>().min(all)
    }

    /// Gathers the covariances between the levels at the positions `rows` and all wanted ones. `fit` is what a part of a calibrated
    /// sample shares with the others.
    pub(super) fn gather(
        mut self,
        between: BetweenLevels,
        rows: Range<usize>,
        fit: Option<&CommonFit>,
    ) -> Result<(Sample, Formed), EstimationError> {
        self.cells.sort_groups();
        let domains = self.levels + 1;
        let ranks = self.cells.ranks(&between.levels);
        let frame = Frame::new(self.shape, self.places, (self.log, self.kept), ranks)?;
        let sums = sums_by_domain_and_group(&frame, &self.cells)?;
        let projection = match (&self.calibration, fit) {
            (None, _) => Projection::plain(frame.shape()),
            (Some(calibration), None) => project(calibration, &self.cells, &sums, frame.shape(), domains)?,
            (Some(_), Some(fit)) => fit.projection(&self.cells, &sums, frame.shape(), domains)?,
        };
        let mut domains: Vec<Domain> =
            (0..domains).map(|_| Domain::empty(projection.scales(), &frame.shape().groups)).collect();
        for ((domain, group), sums) in &sums {
            domains[*domain].add(sums, projection.factor_of(*group), projection.scales())?;
        }
        let totals: Vec<Vec<f64>> = domains.iter().map(|domain| domain.totals().to_vec()).collect();
        let (cells, pairs, is_calibrated) = (self.cells, Pairs::new(), self.calibration.is_some());
        let lonely = self.lonely;
        let (pairs_max, everybody) = (0, None);
        let mut formed = Formed {
            lonely,
            is_calibrated,
            frame,
            cells,
            projection,
            totals,
            between,
            rows,
            pairs,
            pairs_max,
            everybody,
        };
        // Two halves of about the same work that do not touch each other.
        let (products, gathered) = std::thread::scope(|scope| {
            let Formed { frame, cells, projection, .. } = &formed;
            let products = scope.spawn(|| pairs_by_domain(frame, cells, projection));
            let gathered = formed.gather(formed.rows.clone());
            (joined(products), gathered)
        });
        for (domain, products) in products? {
            domains[domain].set_pairs(products);
        }
        let (Gathered { domains: covariances, pairs, pairs_max }, lonely) = gathered?;
        (formed.pairs, formed.pairs_max) = (pairs, pairs_max);
        formed.everybody = covariances.get(&0).cloned();
        for (domain, covariance) in covariances {
            domains[domain].set_covariance(covariance, self.lonely);
        }
        let find = |calibration| NegativeWeights::find(&formed.frame, &formed.cells, &formed.projection, calibration);
        let negative = self.calibration.as_ref().map(find).transpose()?.flatten();
        Ok((Sample::new(domains, lonely, negative), formed))
    }
}
