//! From people's answers to ranks, by the product's own sample, intervals and ranks.

use plumbline::estimation::{BetweenLevels, Measure, Membership, Place, Respondent, SampleBuilder, Statistic};
use plumbline::foundation::{RatingScale, Weight};
use plumbline::ranking::Knowledge;
use plumbline::statistics::Confidence;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::LEVEL;
use crate::count::Counts;
use crate::scenes::normal;

/// What is surveyed, in words.
pub(crate) const SURVEY: &str = "6 equal districts, 3 items, 93 % satisfied, villages with a level of their own (standard deviation 0.5 of the log odds)";
const DISTRICTS: usize = 6;
const ITEMS: usize = 3;
const SATISFIED: f64 = 0.93;
const VILLAGES_DIFFER: f64 = 0.5;

/// How many villages are drawn in each district, and people in each village.
pub(crate) struct Villages {
    drawn: usize,
    people: usize,
}

pub(crate) const ALL: [Villages; 6] = [
    Villages { drawn: 30, people: 10 },
    Villages { drawn: 10, people: 10 },
    Villages { drawn: 4, people: 10 },
    Villages { drawn: 3, people: 10 },
    Villages { drawn: 2, people: 10 },
    Villages { drawn: 2, people: 2 },
];

impl Villages {
    pub(crate) fn name(&self) -> String {
        format!("{} × {}", self.drawn, self.people)
    }

    /// One survey, ranked. A district that has no estimate leaves it without districts to compare, and holds.
    pub(crate) fn survey(&self, rng: &mut ChaCha8Rng, seed: u64) -> Counts {
        let mut builder = SampleBuilder::new(&[RatingScale::FIVE; ITEMS], DISTRICTS).expect("there are items");
        let odds = (SATISFIED / (1.0 - SATISFIED)).ln();
        for district in 0..DISTRICTS {
            let stratum = district.to_string();
            for village in 0..self.drawn {
                let unit = village.to_string();
                let place = Place { stratum: &stratum, units: &[&unit], populations: &[] };
                let odds = odds + VILLAGES_DIFFER * normal(rng);
                for _ in 0..self.people {
                    let satisfied = 1.0 / (1.0 + (-odds).exp());
                    let ratings: [u8; ITEMS] =
                        std::array::from_fn(|_| if rng.random::<f64>() < satisfied { 5 } else { 2 });
                    let member = Membership { levels: &[district], margins: &[] };
                    let respondent = Respondent { member, place, weight: Weight::ONE, ratings: &ratings };
                    builder.add_response(&respondent).expect("the sums are small");
                }
            }
        }
        let sample = builder.finish(&BetweenLevels::default()).expect("the design is sound");
        let index = Statistic::average(&[RatingScale::FIVE; ITEMS], Measure::Share, &[(0..ITEMS).collect::<Vec<_>>()]);
        let (mut estimates, mut known) = (Vec::new(), Vec::new());
        for domain in sample.levels() {
            let found = domain.estimate(&index, Confidence::at(LEVEL)).expect("every item is answered");
            let precision = found.precision.expect("there are two villages");
            let interval = Some([precision.low, precision.high]);
            estimates.push(found.value);
            known.push(Knowledge::of_sample(found.value, precision.se, precision.df as f64, interval, LEVEL));
        }
        Counts::of((&estimates, &known), None, &[0.0; DISTRICTS], seed)
    }
}
