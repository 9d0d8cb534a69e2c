//! A calibrated sample that is formed part by part says what the whole says.

use std::ops::Range;

use proptest::prelude::*;

use super::state::{Recruitment, StateBuilder, StateKey};
use super::{
    BetweenLevels, Calibration, CommonFit, Contribution, Domain, EstimationError, Margin, Measure, Membership, Place,
    Sample, SampleBuilder, Shape, Statistic,
};
use crate::foundation::{RatingScale, Weight};
use crate::statistics::{CalibrationMethod, Confidence, LonelyPsu};

const SCALES: [RatingScale; 2] = [RatingScale::FIVE; 2];
const LEVELS: usize = 6;
const RULES: [LonelyPsu; 5] =
    [LonelyPsu::Fail, LonelyPsu::Remove, LonelyPsu::Certainty, LonelyPsu::Adjust, LonelyPsu::Average];

/// A response: its level, stratum within the level, sampling unit (none where it is 0), sex, age, weight and ratings.
type Given = (usize, u8, u8, u32, u32, i64, [u8; 2]);

/// Some of all kinds, in two levels, and others anywhere.
fn responses() -> impl Strategy<Value = Vec<Given>> {
    let given = (0..LEVELS, 0..2_u8, 0..4_u8, 0..2_u32, 0..3_u32, 1..9_i64, [0..6_u8, 0..6_u8]);
    let of_all_kinds = (0..12_u8).map(|kind| {
        let (sex, age) = (u32::from(kind) % 2, u32::from(kind) / 2 % 3);
        (usize::from(kind / 6), 0, 1 + kind % 3, sex, age, 5 + i64::from(kind), [1 + kind % 5, 1 + kind * 3 % 5])
    });
    let of_all_kinds: Vec<Given> = of_all_kinds.collect();
    prop::collection::vec(given, 0..60).prop_map(move |given| [of_all_kinds.clone(), given].concat())
}

fn margins(of_levels: bool) -> Vec<Margin> {
    let margin = |name: &str, levels: &[f64]| {
        let levels = levels.iter().enumerate().map(|(level, people)| (level.to_string(), *people)).collect();
        Margin { name: name.to_owned(), levels }
    };
    let mut margins = vec![margin("sex", &[560.0, 440.0]), margin("age", &[300.0, 450.0, 250.0])];
    if of_levels {
        margins.push(margin("half", &[700.0, 300.0]));
    }
    margins
}

/// The sample of some levels, which it numbers from 0.
fn builder(given: &[Given], levels: Range<usize>, lonely: LonelyPsu, calibration: &Calibration) -> SampleBuilder {
    let shape = Shape::new(&SCALES, &[[0, 1]]).unwrap();
    let mut builder =
        SampleBuilder::of(shape.clone(), levels.len()).with_lonely_psu(lonely).calibrated(calibration.clone());
    for (number, level) in levels.enumerate() {
        let mut state = StateBuilder::new(&shape);
        for (_, stratum, psu, sex, age, tenths, ratings) in given.iter().filter(|(of, ..)| *of == level) {
            let psu = if *psu == 0 { String::new() } else { psu.to_string() };
            let key = StateKey {
                recruitment: Recruitment::Sample,
                stratum: format!("{level}/{stratum}"),
                psu,
                cell: format!("{sex}{age}"),
            };
            state.add(&key, Weight::from_billionths(tenths * 100_000_000).unwrap(), ratings).unwrap();
        }
        let state = state.finish().unwrap();
        let members_of = |cell: &str| -> Vec<u32> {
            let half = u32::from(level > 0);
            let all = cell.chars().filter_map(|digit| digit.to_digit(10)).chain([half]);
            all.take(calibration.margins().len()).collect()
        };
        for (key, sums) in state.sums() {
            let psu = Some(key.psu.as_str()).filter(|psu| !psu.is_empty());
            let place = Place { stratum: &key.stratum, units: psu.as_slice(), populations: &[] };
            let member = Membership { levels: &[number], margins: &members_of(&key.cell) };
            builder.add_sums(member, &place, sums).unwrap();
        }
        for (cell, products) in state.products() {
            builder.add_products(Membership { levels: &[number], margins: &members_of(cell) }, products).unwrap();
        }
    }
    builder
}

fn between(levels: usize) -> BetweenLevels {
    let index = Statistic::average(&SCALES, Measure::Share, &[[0, 1]]);
    BetweenLevels { levels: (0..levels).collect(), statistics: vec![index] }
}

/// The levels of all parts, the variances of their index, and what the parts add to everybody.
type InParts = (Vec<Domain>, Vec<f64>, Vec<Contribution>);

fn in_parts(
    given: &[Given],
    size: usize,
    lonely: LonelyPsu,
    calibration: &Calibration,
) -> Result<InParts, EstimationError> {
    let shape = Shape::new(&SCALES, &[[0, 1]]).unwrap();
    let ranges = || (0..LEVELS).step_by(size).map(|first| first..LEVELS.min(first + size));
    let part = |range| builder(given, range, lonely, calibration);
    let counts: Vec<_> = ranges().map(|range| part(range).margin_counts().unwrap()).collect();
    let fit = CommonFit::of(calibration, &shape, &counts.iter().collect::<Vec<_>>())?;
    let (mut levels, mut variances, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for range in ranges() {
        let (sample, of_part) = part(range.clone()).finish_calibrated_part(&fit, &between(range.len())).unwrap();
        let covariance = sample.covariance_between(0).unwrap();
        assert!(covariance.pairs().is_none(), "all levels are tied, and nobody asks how");
        variances.extend(covariance.variances());
        levels.extend(sample.levels().to_vec());
        parts.push(of_part);
    }
    Ok((levels, variances, parts))
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1e-3)
}

/// Compares what two domains say.
fn compare(found: &Domain, expected: &Domain) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.responses(), expected.responses());
    prop_assert!(near(found.people(), expected.people()));
    for (found, expected) in found.totals().iter().zip(expected.totals()) {
        prop_assert!(near(*found, *expected), "{found} {expected}");
    }
    let statistics = [
        Statistic::average(&SCALES, Measure::Share, &[[0, 1]]),
        Statistic::item(&SCALES, Measure::Share, 0),
        Statistic::item(&SCALES, Measure::Rating, 1),
    ];
    for statistic in &statistics {
        let estimate = |domain: &Domain| domain.estimate(statistic, Confidence::at(0.95));
        let (found, expected) = (estimate(found), estimate(expected));
        prop_assert_eq!(found.map(|one| one.n), expected.map(|one| one.n));
        let (Some(found), Some(expected)) = (found, expected) else { continue };
        prop_assert!(near(found.value, expected.value));
        match (found.precision, expected.precision) {
            (Some(found), Some(expected)) => {
                prop_assert!(near(found.se.powi(2), expected.se.powi(2)), "{found:?} {expected:?}");
                prop_assert_eq!((found.df, found.sampling_units), (expected.df, expected.sampling_units));
                prop_assert_eq!(found.is_census, expected.is_census);
                let effects = (found.design_effect, expected.design_effect);
                prop_assert_eq!(effects.0.is_some(), effects.1.is_some());
            }
            (found, expected) => prop_assert_eq!(found, expected),
        }
    }
    Ok(())
}

fn whole(given: &[Given], lonely: LonelyPsu, calibration: &Calibration) -> Result<Sample, EstimationError> {
    builder(given, 0..LEVELS, lonely, calibration).finish(&between(LEVELS))
}

proptest! {
    #[test]
    fn parts_of_a_calibrated_sample_say_what_the_whole_says(
        given in responses(), size in 1_usize..7, rule in 0_usize..5, is_linear: bool, of_levels: bool,
    ) {
        let method = if is_linear { CalibrationMethod::Linear } else { CalibrationMethod::Raking };
        let calibration = Calibration::new(method, margins(of_levels)).unwrap();
        let whole = match whole(&given, RULES[rule], &calibration) {
            Ok(whole) => whole,
            Err(error) => {
                prop_assert!(error.is_of_calibration());
                prop_assert_eq!(in_parts(&given, size, RULES[rule], &calibration).unwrap_err(), error);
                return Ok(());
            }
        };
        let (levels, variances, parts) = in_parts(&given, size, RULES[rule], &calibration).unwrap();
        prop_assert_eq!(levels.len(), whole.levels().len());
        for (found, expected) in levels.iter().zip(whole.levels()) {
            compare(found, expected)?;
        }
        for (found, expected) in variances.iter().zip(whole.covariance_between(0).unwrap().variances()) {
            prop_assert!(near(*found, *expected), "{found} {expected}");
        }
        let shape = Shape::new(&SCALES, &[[0, 1]]).unwrap();
        compare(&Contribution::everybody(&parts, &shape, RULES[rule]).unwrap(), whole.overall())?;
        let negative = Contribution::negative_weights(&parts);
        prop_assert_eq!(negative.as_ref(), whole.negative_weights());
    }
}
