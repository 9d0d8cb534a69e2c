//! What a part of a sample adds to everybody, so that a sample of many levels is formed part by part.
//!
//! A sample of ten thousand levels with everything that is known of each takes gigabytes. Where no stratum has members in two
//! parts, what a part says of its levels does not depend on the others: it is formed, read, and dropped. Of everybody each part leaves
//! its sums, which are added in the order of the parts.
//!
//! With calibration it depends on them through the factors alone, and through the strata that a level has no member in. So there are two
//! rounds: each part leaves what the factors are found from ([`MarginCounts`]), and is then formed with what all share ([`CommonFit`]).

use std::collections::BTreeSet;

use super::EstimationError;
use super::builder::SampleBuilder;
use super::cell_sums::{CellSums, Shape};
use super::common_fit::CommonFit;
use super::frame::Frame;
use super::margin_counts::MarginCounts;
use super::negative::NegativeWeights;
use super::sample::{Domain, Sample};
use super::scores::BetweenLevels;
use super::strata::DomainCovariance;
use super::tally::BILLIONTH;
use crate::statistics::{LonelyPsu, PairSums};

/// What a part of a sample adds to everybody.
#[derive(Debug, Clone)]
pub struct Contribution {
    everybody: Everybody,
    /// Nothing where nobody responded.
    covariance: Option<DomainCovariance>,
    strata: BTreeSet<String>,
    negative: Option<NegativeWeights>,
}

#[derive(Debug, Clone)]
enum Everybody {
    /// Weights as they are.
    Sums(Box<CellSums>, PairSums),
    /// Calibrated weights, which are no whole numbers.
    Calibrated(Box<Domain>),
}

impl Contribution {
    /// The strata of the part; no other part may have one of them.
    #[must_use]
    pub fn strata(&self) -> &BTreeSet<String> {
        &self.strata
    }

    /// The weights that a calibration made negative in some parts.
    pub fn negative_weights<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Option<NegativeWeights> {
        NegativeWeights::of_parts(parts.into_iter().filter_map(|part| part.negative.as_ref()))
    }

    /// Everybody in some parts of a sample whose sums have this shape, and that was built with this rule for lonely strata.
    pub fn everybody<'a>(
        parts: impl IntoIterator<Item = &'a Self>,
        shape: &Shape,
        lonely: LonelyPsu,
    ) -> Result<Domain, EstimationError> {
        let mut sums = CellSums::new(shape, false)?;
        let mut products = PairSums::new(3 * shape.items());
        let mut covariance: Option<DomainCovariance> = None;
        let mut everybody = Domain::empty(&shape.scales, &shape.groups);
        for part in parts {
            match &part.everybody {
                Everybody::Sums(more, more_products) => {
                    sums.merge_people(more)?;
                    products.merge(more_products)?;
                }
                Everybody::Calibrated(more) => everybody.merge(more)?,
            }
            match (&mut covariance, &part.covariance) {
                (_, None) => {}
                (Some(sum), Some(more)) => sum.merge(more),
                (none, Some(first)) => *none = Some(first.clone()),
            }
        }
        if sums.tally.responses() > 0 {
            everybody.add(&sums, None, &shape.scales)?;
            everybody.set_pairs(products.to_matrix(BILLIONTH));
        }
        if let Some(covariance) = covariance {
            everybody.set_covariance(covariance, lonely);
        }
        Ok(everybody)
    }
}

impl SampleBuilder {
    /// What the factors of the whole sample are found from. To be built of kept sums alone.
    pub fn margin_counts(mut self) -> Result<MarginCounts, EstimationError> {
        if !self.log.is_empty() {
            return Err(EstimationError::Impossible);
        }
        self.cells.sort_groups();
        let ranks = self.cells.ranks(&[]);
        MarginCounts::of(&Frame::new(self.shape, self.places, (self.log, self.kept), ranks)?, &self.cells)
    }

    /// Forms a part of a calibrated sample: its own levels as [`Self::finish`] does that of the whole, and what it adds to everybody.
    /// Covariances between levels are not gathered: all of them are tied. To be built of kept sums alone.
    pub fn finish_calibrated_part(
        self,
        fit: &CommonFit,
        between: &BetweenLevels,
    ) -> Result<(Sample, Contribution), EstimationError> {
        if self.calibration.is_none() || !self.log.is_empty() {
            return Err(EstimationError::Impossible);
        }
        let strata = self.strata();
        let (sample, formed) = self.gather(BetweenLevels::default(), 0..0, Some(fit))?;
        let everybody = Everybody::Calibrated(Box::new(sample.overall().without_covariance()));
        let negative = sample.negative_weights().cloned();
        let contribution = Contribution { everybody, covariance: formed.everybody, strata, negative };
        Ok((sample.with_covariances(between, None), contribution))
    }

    fn strata(&self) -> BTreeSet<String> {
        self.kept.sums.iter().map(|((place, _), _)| self.places.stratum(*place).to_owned()).collect()
    }

    /// Forms a part of a sample: its own levels as [`Self::finish`] does, to the last bit, and what it adds to everybody. To be built
    /// of kept sums alone, and without calibration.
    pub fn finish_part(self, between: &BetweenLevels) -> Result<(Sample, Contribution), EstimationError> {
        if self.calibration.is_some() || !self.log.is_empty() {
            return Err(EstimationError::Impossible);
        }
        let mut sums = CellSums::new(&self.shape, false)?;
        self.kept.people.values().try_for_each(|more| sums.merge_people(more))?;
        let mut products = PairSums::new(3 * self.shape.items());
        self.kept.products.values().try_for_each(|more| products.merge(more))?;
        let (strata, everybody) = (self.strata(), Everybody::Sums(Box::new(sums), products));
        let (sample, covariance) = self.finish_with_everybody(between)?;
        Ok((sample, Contribution { everybody, covariance, strata, negative: None }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Measure, Membership, Place, Statistic};
    use super::*;
    use crate::estimation::state::{Recruitment, StateBuilder, StateKey};
    use crate::foundation::{RatingScale, Weight};
    use crate::statistics::{Confidence, SparseCovariance};

    const SCALES: [RatingScale; 2] = [RatingScale::FIVE; 2];

    /// A response: its level, stratum within the level, sampling unit (none where it is 0), weight and ratings.
    type Given = (usize, u8, u8, i64, [u8; 2]);

    fn responses() -> impl Strategy<Value = Vec<Given>> {
        let given = (0..6_usize, 0..2_u8, 0..4_u8, 1..9_i64, [0..6_u8, 0..6_u8]);
        prop::collection::vec(given, 0..80)
    }

    /// The sample of some levels, which it numbers from 0.
    fn builder(given: &[Given], levels: std::ops::Range<usize>, lonely: LonelyPsu) -> SampleBuilder {
        let shape = Shape::new(&SCALES, &[[0, 1]]).unwrap();
        let mut builder = SampleBuilder::of(shape.clone(), levels.len()).with_lonely_psu(lonely);
        for (number, level) in levels.enumerate() {
            let mut state = StateBuilder::new(&shape);
            for (_, stratum, psu, tenths, ratings) in given.iter().filter(|(of, ..)| *of == level) {
                let psu = if *psu == 0 { String::new() } else { psu.to_string() };
                let stratum = format!("{level}/{stratum}");
                let key = StateKey { recruitment: Recruitment::Sample, stratum, psu, cell: String::new() };
                state.add(&key, Weight::from_billionths(tenths * 100_000_000).unwrap(), ratings).unwrap();
            }
            let state = state.finish().unwrap();
            let members = Membership { levels: &[number], margins: &[] };
            for (key, sums) in state.sums() {
                let psu = Some(key.psu.as_str()).filter(|psu| !psu.is_empty());
                let place = Place { stratum: &key.stratum, units: psu.as_slice(), populations: &[] };
                builder.add_sums(members, &place, sums).unwrap();
            }
            for products in state.products().values() {
                builder.add_products(members, products).unwrap();
            }
        }
        builder
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1e-3)
    }

    proptest! {
        #[test]
        fn parts_say_of_their_levels_what_the_whole_says_to_the_last_bit_and_of_everybody_the_same(
            given in responses(), size in 1_usize..7, rule in 0_usize..5,
        ) {
            let rules = [LonelyPsu::Fail, LonelyPsu::Remove, LonelyPsu::Certainty, LonelyPsu::Adjust, LonelyPsu::Average];
            let index = Statistic::average(&SCALES, Measure::Share, &[[0, 1]]);
            let between = |levels: usize| BetweenLevels { levels: (0..levels).collect(), statistics: vec![index.clone()] };
            let whole = builder(&given, 0..6, rules[rule]).finish(&between(6)).unwrap();
            let (mut levels, mut parts, mut covariance) = (Vec::new(), Vec::new(), SparseCovariance::default());
            for first in (0..6).step_by(size) {
                let range = first..6.min(first + size);
                let wanted = between(range.len());
                let (sample, part) = builder(&given, range, rules[rule]).finish_part(&wanted).unwrap();
                levels.extend(sample.levels().to_vec());
                parts.push(part);
                covariance.append(sample.covariance_between(0).unwrap());
            }
            prop_assert_eq!(&levels, whole.levels());
            prop_assert_eq!(Some(&covariance), whole.covariance_between(0));
            let shape = Shape::new(&SCALES, &[[0, 1]]).unwrap();
            let everybody = Contribution::everybody(&parts, &shape, rules[rule]).unwrap();
            prop_assert_eq!(everybody.responses(), whole.overall().responses());
            let estimate = |domain: &Domain| domain.estimate(&index, Confidence::at(0.95));
            let (found, expected) = (estimate(&everybody), estimate(whole.overall()));
            prop_assert_eq!(found.map(|one| (one.n, one.value)), expected.map(|one| (one.n, one.value)));
            let precisions = (found.and_then(|one| one.precision), expected.and_then(|one| one.precision));
            match precisions {
                (Some(found), Some(expected)) => {
                    prop_assert!(near(found.se, expected.se) && near(found.low, expected.low), "{found:?} {expected:?}");
                    prop_assert_eq!((found.df, found.sampling_units), (expected.df, expected.sampling_units));
                }
                (found, expected) => prop_assert_eq!(found, expected),
            }
        }
    }
}
