//! The sample in memory agrees with the one in whole numbers, and with itself.

use proptest::prelude::*;

use super::*;
use crate::estimation::{BetweenLevels, Margin, Measure, Membership, Place, Respondent, SampleBuilder, Statistic};
use crate::foundation::{RatingScale, Weight};
use crate::statistics::{CalibrationMethod, Confidence, Functional, IntervalMethod, MeanTree, Ratio, ReplicateKind};

/// A person of stratum, sampling unit, weight, level of the margin and rating.
type Person = (u8, u8, u32, u32, u8);

fn mean() -> NumericStatistic {
    NumericStatistic::Ratios(Functional::of(MeanTree::Ratio(Ratio::of(vec![0], vec![1]))))
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let person = (0_u8..3, 0_u8..4, 1_u32..9, 0_u32..2, 1_u8..6);
    prop::collection::vec(person, 20..60)
}

fn calibration() -> Calibration {
    let levels = vec![("a".to_owned(), 300.0), ("b".to_owned(), 500.0)];
    Calibration::new(CalibrationMethod::Raking, vec![Margin { name: "m".to_owned(), levels }]).unwrap()
}

/// Value and standard error of the mean rating in whole numbers.
fn exact(people: &[Person], lonely: LonelyPsu, is_calibrated: bool, populations: &[f64]) -> Option<(f64, f64, u64)> {
    let builder = SampleBuilder::new(&[RatingScale::FIVE], 0).unwrap().with_lonely_psu(lonely);
    let mut builder = if is_calibrated { builder.calibrated(calibration()) } else { builder };
    for (stratum, psu, weight, level, rating) in people {
        let (stratum, psu) = (stratum.to_string(), psu.to_string());
        let respondent = Respondent {
            member: Membership { levels: &[], margins: if is_calibrated { std::slice::from_ref(level) } else { &[] } },
            place: Place { stratum: &stratum, units: &[&psu], populations },
            weight: Weight::from_number(f64::from(*weight)).unwrap(),
            ratings: &[*rating],
        };
        builder.add_response(&respondent).unwrap();
    }
    let sample = builder.finish(&BetweenLevels::default()).ok()?;
    let estimate = sample
        .overall()
        .estimate(&Statistic::item(&[RatingScale::FIVE; 1], Measure::Rating, 0), Confidence::at(0.95))?;
    let precision = estimate.precision?;
    Some((estimate.value, precision.se, precision.df))
}

fn in_memory(
    people: &[Person],
    lonely: LonelyPsu,
    is_calibrated: bool,
    populations: &[f64],
) -> Option<(f64, f64, u64)> {
    let (mut stratum, mut psu) = (NameColumn::default(), NameColumn::default());
    let mut study = Study::new(2);
    for (row, person) in people.iter().enumerate() {
        stratum.push(Some(&person.0.to_string()));
        psu.push(Some(&person.1.to_string()));
        study.push(row, &[f64::from(person.4), 1.0]);
    }
    let populations = populations.iter().map(|population| vec![*population; people.len()]).collect();
    let places = PlaceColumns { stratum: Some(stratum), stages: vec![psu], populations };
    let weights = people.iter().map(|person| f64::from(person.2)).collect();
    let (calibration, levels) = (calibration(), [people.iter().map(|person| person.3).collect()]);
    let margins = is_calibrated.then_some(RowMargins { calibration: &calibration, levels: &levels });
    let sample = NumericSample::by_design(weights, &places, lonely, margins).ok()?;
    let estimate = sample.prepare(&study).estimate(&mean(), None, IntervalMethod::Mean, Confidence::at(0.95))?;
    let precision = estimate.precision?;
    Some((estimate.value, precision.se, precision.df))
}

proptest! {
    #[test]
    fn a_mean_in_memory_is_that_in_whole_numbers_under_every_rule_for_lonely_units(
        people in people(), is_calibrated: bool, stages in 0_usize..3,
    ) {
        let populations = &[9.0, 80.0][..stages];
        for lonely in [LonelyPsu::Fail, LonelyPsu::Remove, LonelyPsu::Adjust, LonelyPsu::Average] {
            let (found, expected) = (
                in_memory(&people, lonely, is_calibrated, populations),
                exact(&people, lonely, is_calibrated, populations),
            );
            prop_assert_eq!(found.is_some(), expected.is_some(), "{:?} {:?} {:?}", lonely, found, expected);
            if let (Some(found), Some(expected)) = (found, expected) {
                prop_assert!((found.0 - expected.0).abs() < 1e-9, "{lonely:?}: {found:?} {expected:?}");
                prop_assert!((found.1 - expected.1).abs() < 1e-8, "{lonely:?}: {found:?} {expected:?}");
                prop_assert_eq!(found.2, expected.2);
            }
        }
    }

    /// The jackknife of a total is the linearised variance.
    #[test]
    fn a_total_under_jackknife_weights_has_the_error_of_the_design(values in prop::collection::vec(0.0_f64..50.0, 2..20)) {
        let n = values.len();
        let mut study = Study::new(1);
        values.iter().enumerate().for_each(|(row, value)| study.push(row, &[*value]));
        let total = NumericStatistic::Total(0);
        let design = NumericSample::by_design(vec![2.0; n], &PlaceColumns::default(), LonelyPsu::Fail, None).unwrap();
        let weight = |left_out: usize, row: usize| if left_out == row { 0.0 } else { 2.0 * n as f64 / (n as f64 - 1.0) };
        let replicates = (0..n).map(|left_out| (0..n).map(|row| weight(left_out, row)).collect()).collect();
        let scales = ReplicateScales::new(ReplicateKind::Jk1, n, None, None, false).unwrap();
        let sample = NumericSample::by_replicates(vec![2.0; n], replicates, scales, None, |_| true);
        let of = |sample: &NumericSample| {
            sample.prepare(&study).estimate(&total, None, IntervalMethod::Mean, Confidence::at(0.95)).unwrap()
        };
        let (found, expected) = (of(&sample), of(&design));
        prop_assert_eq!((found.value, found.n), (expected.value, expected.n));
        let (found, expected) = (found.precision.unwrap(), expected.precision.unwrap());
        prop_assert!((found.se - expected.se).abs() <= 1e-9 * (1.0 + expected.se));
        prop_assert_eq!(found.df, expected.df);
    }
}

#[test]
fn a_row_of_weight_0_stays_in_the_design_and_counts_nowhere_else() {
    let mut study = Study::new(2);
    (0..4).for_each(|row| study.push(row, &[row as f64, 1.0]));
    let weights = vec![1.0, 2.0, 1.0, 0.0];
    let sample = NumericSample::by_design(weights, &PlaceColumns::default(), LonelyPsu::Fail, None).unwrap();
    let estimate = sample.prepare(&study).estimate(&mean(), None, IntervalMethod::Mean, Confidence::at(0.95)).unwrap();
    assert_eq!((estimate.value, estimate.n), (1.0, 3));
    let precision = estimate.precision.unwrap();
    assert_eq!(precision.df, 2);
    // R: svymean(~y, svydesign(~1, weights = c(1, 2, 1, 0), data = data.frame(y = 0:3))): 4/3 (1/16 + 1/16).
    assert!((precision.se - (4.0_f64 / 3.0 / 8.0).sqrt()).abs() < 1e-15, "{}", precision.se);
}
