//! How long reading an index takes from the kept state, and that it is the same for few answers and many.
//!
//! `cargo bench --bench reading [-- ANSWERS…]`; 10,000 and 1,000,000 answers unless said otherwise. 22 items, 9 units in 9 strata
//! of 100 sampling units. What is read: one unit's index with its standard error, design effect and interval, and its
//! covariances with all other units. Medians of 1,000 readings; nothing is cached between them.

use std::hint::black_box;
use std::time::Instant;

use plumbline::estimation::{BetweenLevels, Measure, Membership, Place, Respondent, Sample, SampleBuilder, Statistic};
use plumbline::foundation::{RatingScale, Weight};
use plumbline::statistics::Confidence;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const ITEMS: usize = 22;
const UNITS: usize = 9;
const PSUS: usize = 100;
const READINGS: usize = 1_000;

fn index() -> Statistic {
    Statistic::average(&[RatingScale::FIVE; ITEMS], Measure::Share, &[(0..ITEMS).collect::<Vec<_>>()])
}

/// Invents answers and forms their sample.
fn sample(answers: usize) -> Sample {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut builder = SampleBuilder::new(&[RatingScale::FIVE; ITEMS], UNITS).expect("there are items");
    let names: Vec<String> = (0..PSUS).map(|psu| psu.to_string()).collect();
    for answer in 0..answers {
        let unit = answer % UNITS;
        let psu = names[rng.random_range(0..PSUS)].as_str();
        let ratings: Vec<u8> = (0..ITEMS).map(|_| rng.random_range(0..=5)).collect();
        let weight =
            Weight::from_billionths(rng.random_range(1..100 * Weight::SCALE)).expect("within the range of weights");
        let respondent = Respondent {
            member: Membership { levels: &[unit], margins: &[] },
            place: Place { stratum: &names[unit], units: &[psu], populations: &[] },
            weight,
            ratings: &ratings,
        };
        builder.add_response(&respondent).expect("the sums are small");
    }
    let wanted = BetweenLevels { levels: (0..UNITS).collect(), statistics: vec![index()] };
    builder.finish(&wanted).expect("the design is sound")
}

/// Microseconds of one reading, the median of many.
fn reading(sample: &Sample) -> f64 {
    let index = index();
    let mut times: Vec<f64> = (0..READINGS)
        .map(|reading| {
            let begin = Instant::now();
            let unit = reading % UNITS;
            black_box(sample.levels()[unit].estimate(&index, Confidence::at(0.95)));
            let covariance = sample.covariance_between(0).expect("it was asked for");
            black_box((0..UNITS).map(|other| covariance.between(unit, other)).collect::<Vec<_>>());
            begin.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[READINGS / 2]
}

fn main() {
    let given: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if given.is_empty() { vec![10_000, 1_000_000] } else { given };
    println!("| answers | forming the state, s | reading an index, µs |\n|--:|--:|--:|");
    for answers in sizes {
        let begin = Instant::now();
        let sample = sample(answers);
        let formed = begin.elapsed().as_secs_f64();
        println!("| {answers} | {formed:.2} | {:.1} |", reading(&sample));
    }
}
