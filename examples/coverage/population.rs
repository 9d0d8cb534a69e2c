//! Populations that are known to the last person, and surveys of them.

use plumbline::estimation::{BetweenLevels, Membership, Place, Respondent, Sample, SampleBuilder};
use plumbline::foundation::{RatingScale, Weight};
use rand::seq::index::sample as draw;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Districts that are ranked.
pub(crate) const DISTRICTS: usize = 9;
/// Items that everybody rates.
pub(crate) const ITEMS: usize = 8;
const VILLAGES: usize = 120;
const PEOPLE: usize = 80;
/// People drawn in each drawn village.
const PEOPLE_DRAWN: usize = 15;

/// A kind of population, and how many of its villages are drawn in each district.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// The share of satisfied answers that districts lie about.
    pub(crate) satisfied: f64,
    /// How much villages differ, as the standard deviation of their log odds.
    pub(crate) villages_differ: f64,
    /// Villages drawn in each district.
    pub(crate) villages_drawn: usize,
}

impl Scenario {
    /// From the usual case to the hardest: nearly everybody satisfied, few villages.
    pub(crate) const ALL: [Self; 6] = [
        Self { satisfied: 0.85, villages_differ: 0.5, villages_drawn: 20 },
        Self { satisfied: 0.90, villages_differ: 0.5, villages_drawn: 20 },
        Self { satisfied: 0.95, villages_differ: 0.5, villages_drawn: 20 },
        Self { satisfied: 0.99, villages_differ: 0.5, villages_drawn: 20 },
        Self { satisfied: 0.90, villages_differ: 0.8, villages_drawn: 8 },
        Self { satisfied: 0.99, villages_differ: 0.8, villages_drawn: 8 },
    ];

    /// The scenario in words.
    pub(crate) fn name(self) -> String {
        let Self { satisfied, villages_differ, villages_drawn } = self;
        format!("{:.0} % satisfied, {villages_drawn} villages, sd {villages_differ}", satisfied * 100.0)
    }
}

/// A population and its true values.
pub(crate) struct Population {
    scenario: Scenario,
    /// By district and village, the ratings of each person.
    villages: Vec<Vec<Vec<[u8; ITEMS]>>>,
    /// The share of satisfied answers of each item in each district.
    pub(crate) shares: Vec<[f64; ITEMS]>,
    /// The mean of these shares.
    pub(crate) index: Vec<f64>,
    /// The true competition rank of each district.
    pub(crate) ranks: Vec<usize>,
}

impl Population {
    /// Makes a population.
    pub(crate) fn new(scenario: Scenario, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let odds = (scenario.satisfied / (1.0 - scenario.satisfied)).ln();
        // Neighbouring districts lie a tenth of a log odds apart: some ranks can be told, some cannot.
        let district = |place: usize, rng: &mut ChaCha8Rng| {
            let centre = odds + 0.1 * (place as f64 - (DISTRICTS - 1) as f64 / 2.0);
            (0..VILLAGES).map(|_| village(centre + scenario.villages_differ * normal(rng), rng)).collect::<Vec<_>>()
        };
        let villages: Vec<Vec<Vec<[u8; ITEMS]>>> = (0..DISTRICTS).map(|place| district(place, &mut rng)).collect();
        let share = |district: &Vec<Vec<[u8; ITEMS]>>, item: usize| {
            let satisfied = district.iter().flatten().filter(|ratings| ratings[item] >= 4).count();
            satisfied as f64 / (VILLAGES * PEOPLE) as f64
        };
        let shares: Vec<[f64; ITEMS]> =
            villages.iter().map(|district| std::array::from_fn(|item| share(district, item))).collect();
        let index: Vec<f64> = shares.iter().map(|shares| shares.iter().sum::<f64>() / ITEMS as f64).collect();
        let ranks = index.iter().map(|own| 1 + index.iter().filter(|other| *other > own).count()).collect();
        Self { scenario, villages, shares, index, ranks }
    }

    /// Surveys it: villages without replacement, then people without replacement, estimated in two stages.
    pub(crate) fn survey(&self, rng: &mut impl Rng, wanted: &BetweenLevels) -> Sample {
        let mut builder = SampleBuilder::new(&[RatingScale::FIVE; ITEMS], DISTRICTS).expect("there are items");
        let drawn = self.scenario.villages_drawn;
        let weight = VILLAGES as f64 / drawn as f64 * PEOPLE as f64 / PEOPLE_DRAWN as f64;
        let weight: Weight = weight.to_string().parse().expect("a ratio of sizes is a weight");
        for (district, villages) in self.villages.iter().enumerate() {
            let stratum = district.to_string();
            for village in draw(rng, VILLAGES, drawn) {
                let unit = village.to_string();
                let place =
                    Place { stratum: &stratum, units: &[&unit], populations: &[VILLAGES as f64, PEOPLE as f64] };
                for person in draw(rng, PEOPLE, PEOPLE_DRAWN) {
                    let member = Membership { levels: &[district], margins: &[] };
                    let ratings = &villages[village][person];
                    let respondent = Respondent { member, place, weight, ratings };
                    builder.add_response(&respondent).expect("the sums are small");
                }
            }
        }
        builder.finish(wanted).expect("the design is sound")
    }
}

/// The people of a village: each leans one way in all items.
fn village(centre: f64, rng: &mut ChaCha8Rng) -> Vec<[u8; ITEMS]> {
    let mut person = || {
        let own = centre + normal(rng);
        std::array::from_fn(|item| {
            let odds = own + 0.15 * (item as f64 - (ITEMS - 1) as f64 / 2.0);
            if rng.random::<f64>() < 1.0 / (1.0 + (-odds).exp()) { 4 + u8::from(rng.random::<bool>()) } else { 2 }
        })
    };
    (0..PEOPLE).map(|_| person()).collect()
}

/// A standard normal number, by Box and Muller.
fn normal(rng: &mut impl Rng) -> f64 {
    let (radius, angle): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}
