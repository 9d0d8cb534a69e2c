//! Samples agree with a naive second implementation: floating point, two passes, person by person.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::foundation::{RatingScale, Weight};
use crate::statistics::{CalibrationMethod, Confidence, Estimate, LonelyPsu};

const ITEMS: usize = 3;
const UNITS: usize = 3;

#[derive(Debug, Clone)]
struct Person {
    unit: usize,
    stratum: u8,
    psu: Option<u8>,
    weight: i64,
    ratings: Vec<u8>,
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let person =
        (0..UNITS, 0_u8..3, prop::option::weighted(0.7, 0_u8..4), 1_i64..50, prop::collection::vec(0_u8..=5, ITEMS));
    let person = person.prop_map(|(unit, stratum, psu, tenths, ratings)| Person {
        unit,
        stratum,
        psu,
        weight: tenths * 100_000_000,
        ratings,
    });
    prop::collection::vec(person, 1..40)
}

fn sample(people: &[Person], factor: i64) -> Sample {
    let mut builder = SampleBuilder::new(&[RatingScale::FIVE; ITEMS], UNITS).unwrap().counting(&[[0, 2]]);
    for person in people {
        let (stratum, psu) = (person.stratum.to_string(), person.psu.map(|psu| psu.to_string()));
        let weight = Weight::from_billionths(person.weight * factor).unwrap();
        let levels = [person.unit];
        let (stratum, psu) = (stratum.as_str(), psu.as_deref());
        let place = Place { stratum, units: psu.as_slice(), populations: &[] };
        let member = Membership { levels: &levels, margins: &[] };
        builder.add_response(&Respondent { member, place, weight, ratings: &person.ratings }).unwrap();
    }
    builder.finish(&BetweenLevels { levels: vec![2, 0, 1], statistics: vec![index()] }).unwrap()
}

fn shape() -> Shape {
    Shape::new(&[RatingScale::FIVE; ITEMS], &[[0, 2]]).unwrap()
}

/// The same sample, formed of what is kept: unit by unit, in two parts. Whoever is of odd age is in the other level of a margin.
fn sample_of_states(people: &[Person], calibration: Option<&Calibration>) -> Result<Sample, EstimationError> {
    let shape = shape();
    let mut builder = SampleBuilder::of(shape.clone(), UNITS).with_lonely_psu(LonelyPsu::Remove);
    if let Some(calibration) = calibration {
        builder = builder.calibrated(calibration.clone());
    }
    for unit in 0..UNITS {
        let mut state = UnitState::default();
        for part in people.chunks(7) {
            let mut sums = StateBuilder::new(&shape);
            for person in part.iter().filter(|person| person.unit == unit) {
                let key = StateKey {
                    recruitment: Recruitment::Sample,
                    stratum: person.stratum.to_string(),
                    psu: person.psu.map_or_else(String::new, |psu| psu.to_string()),
                    cell: calibration.map_or_else(String::new, |_| margin_of(person).to_string()),
                };
                sums.add(&key, Weight::from_billionths(person.weight).unwrap(), &person.ratings)?;
            }
            state.merge(sums.finish()?)?;
        }
        for (key, sums) in state.sums() {
            let margins: Vec<u32> = key.cell.parse().into_iter().collect();
            let psu = Some(key.psu.as_str()).filter(|psu| !psu.is_empty());
            let place = Place { stratum: &key.stratum, units: psu.as_slice(), populations: &[] };
            builder.add_sums(Membership { levels: &[unit], margins: &margins }, &place, sums)?;
        }
        for (cell, products) in state.products() {
            let margins: Vec<u32> = cell.parse().into_iter().collect();
            builder.add_products(Membership { levels: &[unit], margins: &margins }, products)?;
        }
    }
    builder.finish(&BetweenLevels { levels: vec![2, 0, 1], statistics: vec![index()] })
}

/// Whose weight has an odd number of tenths belongs to the second level of the margin.
fn margin_of(person: &Person) -> u32 {
    u32::from(person.weight % 200_000_000 != 0)
}

/// The sample of people one by one, calibrated.
fn sample_of_people(people: &[Person], calibration: Option<&Calibration>) -> Result<Sample, EstimationError> {
    let mut builder = SampleBuilder::of(shape(), UNITS).with_lonely_psu(LonelyPsu::Remove);
    if let Some(calibration) = calibration {
        builder = builder.calibrated(calibration.clone());
    }
    for person in people {
        let (stratum, psu) = (person.stratum.to_string(), person.psu.map(|psu| psu.to_string()));
        let (levels, margins) = ([person.unit], [margin_of(person)]);
        let margins = if calibration.is_some() { margins.as_slice() } else { &[] };
        let psu = psu.as_deref();
        let place = Place { stratum: &stratum, units: psu.as_slice(), populations: &[] };
        let weight = Weight::from_billionths(person.weight).unwrap();
        let member = Membership { levels: &levels, margins };
        builder.add_response(&Respondent { member, place, weight, ratings: &person.ratings })?;
    }
    builder.finish(&BetweenLevels { levels: vec![2, 0, 1], statistics: vec![index()] })
}

/// The index by number of criteria of the members, and everybody's weighted linearised variable.
fn naive_index(people: &[Person], is_member: impl Fn(&Person) -> bool) -> Option<(f64, Vec<f64>)> {
    let members = || people.iter().filter(|person| is_member(person));
    let (mut value, mut scores) = (0.0, vec![0.0; people.len()]);
    for item in 0..ITEMS {
        let answered: f64 = members().filter(|p| p.ratings[item] > 0).map(|p| p.weight as f64).sum();
        let satisfied: f64 = members().filter(|p| p.ratings[item] >= 4).map(|p| p.weight as f64).sum();
        if answered == 0.0 {
            return None;
        }
        let share = satisfied / answered;
        value += share / ITEMS as f64;
        for (score, person) in scores.iter_mut().zip(people).filter(|(_, p)| is_member(p) && p.ratings[item] > 0) {
            let outcome = if person.ratings[item] >= 4 { 1.0 } else { 0.0 };
            *score += person.weight as f64 * (outcome - share) / answered / ITEMS as f64;
        }
    }
    Some((value, scores))
}

/// Stratum by stratum, the primary sampling units as lists of positions in `people`.
fn psus(people: &[Person]) -> BTreeMap<u8, Vec<Vec<usize>>> {
    type Psu = (Option<u8>, usize);
    let mut strata: BTreeMap<u8, BTreeMap<Psu, Vec<usize>>> = BTreeMap::new();
    for (position, person) in people.iter().enumerate() {
        let own = if person.psu.is_none() { position } else { 0 };
        strata.entry(person.stratum).or_default().entry((person.psu, own)).or_default().push(position);
    }
    strata.into_iter().map(|(stratum, psus)| (stratum, psus.into_values().collect())).collect()
}

/// `Σ_h n/(n − 1) Σ_i (a_i − ā)(b_i − b̄)` over the strata with `n > 1`.
fn naive_covariance(people: &[Person], a: &[f64], b: &[f64]) -> f64 {
    let one = |psus: &Vec<Vec<usize>>| {
        let n = psus.len() as f64;
        let totals = |z: &[f64]| psus.iter().map(|psu| psu.iter().map(|k| z[*k]).sum::<f64>()).collect::<Vec<_>>();
        let (a, b) = (totals(a), totals(b));
        let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
        let products: f64 = a.iter().zip(&b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum();
        products * n / (n - 1.0)
    };
    psus(people).values().filter(|psus| psus.len() > 1).map(one).sum()
}

fn index() -> Statistic {
    Statistic::average(&[RatingScale::FIVE; ITEMS], Measure::Share, &[[0, 1, 2]])
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs() + 1e-12
}

/// Compares one domain's index with the naive one.
fn assert_as_naive(people: &[Person], found: Option<Estimate>, is_member: impl Fn(&Person) -> bool) {
    let expected = naive_index(people, &is_member);
    assert_eq!(found.is_some(), expected.is_some());
    let (Some(found), Some((value, z))) = (found, expected) else { return };
    assert!(near(found.value, value), "{} {value}", found.value);
    let touched = |psus: &&Vec<Vec<usize>>| psus.iter().flatten().any(|k| is_member(&people[*k]));
    let strata = psus(people);
    let is_lonely = strata.values().filter(touched).any(|psus| psus.len() == 1);
    let answers = |person: &Person| is_member(person) && person.ratings.iter().any(|rating| *rating > 0);
    let answering = |psus: &Vec<Vec<usize>>| psus.iter().filter(|psu| psu.iter().any(|k| answers(&people[*k]))).count();
    let df: usize = strata.values().map(|psus| answering(psus).saturating_sub(1)).sum();
    assert_eq!(found.n, people.iter().filter(|person| answers(person)).count() as u64);
    assert_eq!(found.precision.is_some(), !is_lonely && df > 0);
    let Some(precision) = found.precision else { return };
    assert_eq!(precision.df, df as u64);
    let variance = naive_covariance(people, &z, &z);
    assert!(near(precision.se.powi(2), variance), "{} {variance}", precision.se.powi(2));
    let weights: Vec<f64> = people.iter().filter(|p| answers(p)).map(|p| p.weight as f64 / 1e9).collect();
    let (n, sum) = (weights.len() as f64, weights.iter().sum::<f64>());
    let squares: f64 = people.iter().zip(&z).map(|(p, z)| z * z / (p.weight as f64 / 1e9)).sum();
    let simple = n / (n - 1.0) * squares * sum / n;
    if simple > 1e-12 {
        assert!(near(precision.design_effect.unwrap(), variance / simple));
    }
}

proptest! {
    #[test]
    fn indices_and_their_precision_are_those_of_the_naive_implementation(people in people()) {
        let sample = sample(&people, 1);
        assert_as_naive(&people, sample.overall().estimate(&index(), Confidence::at(0.95)), |_| true);
        for (unit, domain) in sample.levels().iter().enumerate() {
            assert_as_naive(&people, domain.estimate(&index(), Confidence::at(0.95)), |person| person.unit == unit);
        }
    }

    #[test]
    fn covariances_between_units_that_share_strata_are_those_of_the_naive_implementation(people in people()) {
        let sample = sample(&people, 1);
        let covariance = sample.covariance_between(0).unwrap().to_rows();
        for (i, a) in [2, 0, 1].into_iter().enumerate() {
            for (j, b) in [2, 0, 1].into_iter().enumerate() {
                let z = |unit: usize| {
                    let known = sample.levels()[unit].covariance(&index(), &index()).is_some();
                    naive_index(&people, |person| person.unit == unit).filter(|_| known).map(|(_, z)| z)
                };
                let expected = match (z(a), z(b)) {
                    (Some(a), Some(b)) => naive_covariance(&people, &a, &b),
                    _ => 0.0,
                };
                prop_assert!(near(covariance[i][j], expected), "{} {}", covariance[i][j], expected);
            }
        }
    }

    #[test]
    fn rows_without_answers_change_nothing_of_an_index_but_the_count_of_responses(
        people in people(), blanks in prop::collection::vec((0_usize..40, 1_i64..50), 1..20),
    ) {
        // Drawn in sampling units that are in the sample already; another unit would count in n_h.
        let of_psu: Vec<Person> = people.iter().filter(|person| person.psu.is_some()).cloned().collect();
        prop_assume!(!of_psu.is_empty());
        let blank = |(at, tenths): &(usize, i64)| {
            Person { weight: tenths * 100_000_000, ratings: vec![0; ITEMS], ..of_psu[at % of_psu.len()].clone() }
        };
        let with_blanks: Vec<Person> = people.iter().cloned().chain(blanks.iter().map(blank)).collect();
        let (plain, blank) = (sample(&people, 1), sample(&with_blanks, 1));
        prop_assert_eq!(blank.overall().responses(), plain.overall().responses() + blanks.len() as u64);
        for statistic in [index(), Statistic::pooled(&[RatingScale::FIVE; ITEMS], Measure::Rating, &[0, 2]), Statistic::item(&[RatingScale::FIVE; ITEMS], Measure::Share, 1)] {
            let pairs = [(plain.overall(), blank.overall())].into_iter().chain(plain.levels().iter().zip(blank.levels()));
            for (plain, blank) in pairs {
                let estimate = |domain: &Domain| domain.estimate(&statistic, Confidence::at(0.95));
                prop_assert_eq!(estimate(plain), estimate(blank));
            }
        }
        prop_assert_eq!(plain.covariance_between(0), blank.covariance_between(0));
    }

    #[test]
    fn what_is_kept_gives_what_the_responses_give_to_the_last_bit(people in people(), method in 0_usize..4) {
        let method = [CalibrationMethod::Raking, CalibrationMethod::Linear, CalibrationMethod::Logit { lower: 0.01, upper: 90.0 }].get(method);
        let levels = vec![("even".to_owned(), 300.0), ("odd".to_owned(), 200.0)];
        let calibration = method.map(|method| {
            Calibration::new(*method, vec![Margin { name: "tenths".to_owned(), levels }]).unwrap()
        });
        let calibration = calibration.as_ref();
        prop_assert_eq!(sample_of_states(&people, calibration), sample_of_people(&people, calibration));
    }

    #[test]
    fn multiplying_all_weights_changes_no_estimate_and_no_standard_error(people in people(), factor in 2_i64..1000) {
        let (plain, scaled) = (sample(&people, 1), sample(&people, factor));
        for statistic in [index(), Statistic::pooled(&[RatingScale::FIVE; ITEMS], Measure::Rating, &[0, 2])] {
            let (plain, scaled) = (plain.overall().estimate(&statistic, Confidence::at(0.9)), scaled.overall().estimate(&statistic, Confidence::at(0.9)));
            let pair = plain.zip(scaled).map(|(a, b)| ((a.value, b.value), a.precision.zip(b.precision)));
            if let Some((values, precisions)) = pair {
                prop_assert!(near(values.0, values.1));
                prop_assert!(precisions.is_none_or(|(a, b)| near(a.se, b.se) && near(a.low, b.low)));
            }
        }
    }
}

fn person(unit: usize, stratum: u8, psu: u8, rating: u8) -> Person {
    Person { unit, stratum, psu: Some(psu), weight: 2_000_000_000, ratings: vec![rating; ITEMS] }
}

#[test]
fn only_the_domains_that_touch_a_lonely_psu_lose_their_precision() {
    let people = [person(0, 0, 0, 5), person(0, 0, 1, 1), person(1, 1, 0, 5), person(1, 1, 0, 2)];
    let sample = sample(&people, 1);
    let has_precision =
        |domain: &Domain| domain.estimate(&index(), Confidence::at(0.95)).map(|estimate| estimate.precision.is_some());
    assert_eq!(sample.levels().iter().map(has_precision).collect::<Vec<_>>(), [Some(true), Some(false), None]);
    assert_eq!(has_precision(sample.overall()), Some(false));
}

#[test]
fn where_everybody_is_satisfied_the_error_is_exactly_zero_and_the_interval_is_not() {
    let people: Vec<Person> = (0..7).map(|psu| person(0, 0, psu, 5)).collect();
    let precision = sample(&people, 7).overall().estimate(&index(), Confidence::at(0.95)).unwrap().precision.unwrap();
    assert!(precision.se == 0.0 && precision.low < 0.7 && precision.high >= 1.0, "{precision:?}");
    assert_eq!((precision.design_effect, precision.n_effective), (None, None));
}

#[test]
fn a_rating_above_the_points_of_every_scale_is_refused() {
    for (scale, highest) in [(RatingScale::FIVE, 5), (RatingScale::new(0, 10, 9).unwrap(), 11)] {
        let mut builder = SampleBuilder::new(&[scale], 0).unwrap();
        let mut add = |rating: u8| {
            let (member, place) = (Membership::default(), Place { stratum: "s", ..Place::default() });
            builder.add_response(&Respondent { member, place, weight: Weight::ONE, ratings: &[rating] })
        };
        // Enough for the table that products are read off.
        (0..20).for_each(|_| add(highest).unwrap());
        assert_eq!(add(highest + 1), Err(EstimationError::Rating { found: highest + 1, max: highest }));
        let sample = builder.finish(&BetweenLevels::default()).unwrap();
        assert_eq!(sample.overall().distribution(0).unwrap().last(), Some(&1.0));
    }
}

#[test]
fn a_level_that_the_sample_does_not_have_is_refused() {
    let mut builder = SampleBuilder::new(&[RatingScale::FIVE; ITEMS], UNITS).unwrap();
    let sums = Arc::new(CellSums::new(&shape(), false).unwrap());
    let member = |level: &'static [usize; 1]| Membership { levels: level, margins: &[] };
    let place = Place { units: &["a"], ..Place::default() };
    assert_eq!(builder.add_sums(member(&[2]), &place, &sums), Ok(()));
    assert_eq!(builder.add_sums(member(&[3]), &place, &sums), Err(EstimationError::Level { found: 3 }));
}

#[test]
fn sums_that_were_kept_for_another_place_are_refused() {
    let shape = shape();
    let mut builder = SampleBuilder::new(&[RatingScale::FIVE; ITEMS], UNITS).unwrap();
    let member = Membership { levels: &[0], margins: &[] };
    let mut state = StateBuilder::new(&shape);
    let key =
        StateKey { recruitment: Recruitment::OpenLink, stratum: "a".into(), psu: String::new(), cell: String::new() };
    state.add(&key, Weight::ONE, &[5; ITEMS]).unwrap();
    builder.add_sums(member, &Place::default(), &state.finish().unwrap().sums()[&key]).unwrap();
    assert_eq!(builder.finish(&BetweenLevels::default()).map(drop), Err(EstimationError::Impossible));
}

#[test]
fn a_psu_whose_responses_were_all_taken_out_counts_no_more() {
    let mut builder = SampleBuilder::new(&[RatingScale::FIVE; ITEMS], UNITS).unwrap();
    let member = Membership { levels: &[0], margins: &[] };
    for psu in ["a", "b"] {
        let place = Place { units: &[psu], ..Place::default() };
        builder.add_response(&Respondent { member, place, weight: Weight::ONE, ratings: &[5, 4, 1] }).unwrap();
    }
    let emptied = Place { units: &["emptied"], ..Place::default() };
    builder.add_sums(member, &emptied, &Arc::new(CellSums::new(&shape(), false).unwrap())).unwrap();
    let estimate =
        builder.finish(&BetweenLevels::default()).unwrap().overall().estimate(&index(), Confidence::at(0.95)).unwrap();
    assert_eq!(estimate.precision.map(|precision| precision.df), Some(1));
}
