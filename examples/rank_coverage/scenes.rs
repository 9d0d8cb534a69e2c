//! Estimates and their standard errors, drawn as a survey of normal sampling units would give them.

use plumbline::ranking::Knowledge;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::count::Counts;

/// Units with their true values, how much their sampling units differ, and how many are drawn.
pub(crate) struct Scene {
    pub(crate) name: String,
    truth: Vec<f64>,
    /// The standard deviation of a unit's sampling units.
    spread: Vec<f64>,
    drawn: Vec<usize>,
    /// How much of a sampling unit's deviation is shared by all units, which so share their sampling units; 0 for none.
    shared: f64,
}

/// The rows of the table.
pub(crate) fn all() -> Vec<Scene> {
    let mut scenes: Vec<Scene> = [(63, 3), (63, 6), (63, 30), (9, 4), (9, 10), (9, 30), (6, 2), (2, 3), (3, 3)]
        .into_iter()
        .map(|(units, drawn)| Scene::equal(units, drawn))
        .collect();
    let few_and_many = |few: usize, many: usize| move |i: usize| if i.is_multiple_of(2) { few } else { many };
    scenes.extend([
        Scene::equal(63, 3).named("63 × 3, values differ").rising(0.15),
        Scene::equal(9, 4).named("9 × 4, values differ").rising(0.8),
        Scene::equal(9, 30).named("9 × 30, values differ").rising(0.2),
        Scene::equal(9, 4).named("9 × 4, spreads 1 to 4").spreading(|i| 1.0 + 3.0 * i as f64 / 8.0),
        Scene::equal(63, 3).named("63 × 3, spreads 1 and 3").spreading(|i| if i.is_multiple_of(2) { 1.0 } else { 3.0 }),
        Scene::equal(9, 6).named("9 × 6, spreads 1 and 3").spreading(|i| if i.is_multiple_of(2) { 1.0 } else { 3.0 }),
        Scene::equal(30, 3).named("30 × 3 or 30").drawing(few_and_many(3, 30)),
        Scene::equal(30, 2).named("30 × 2 or 30").drawing(few_and_many(2, 30)),
        Scene::equal(9, 3).named("9 × 3 to 30").drawing(|i| 3 + 27 * i / 8),
        Scene::equal(63, 3).named("63 × 3 to 30, values differ").drawing(|i| 3 + 27 * i / 62).rising(0.05),
        Scene::equal(9, 30).named("one of 3, eight of 30").drawing(|i| if i == 0 { 3 } else { 30 }),
        Scene::equal(9, 3).named("one of 30, eight of 3").drawing(|i| if i == 0 { 30 } else { 3 }),
        Scene::equal(9, 4).named("9 over the same 4").sharing(0.6),
        Scene::equal(9, 10).named("9 over the same 10").sharing(0.6),
        Scene::equal(9, 30).named("9 over the same 30, values differ").sharing(0.6).rising(0.1),
    ]);
    scenes
}

impl Scene {
    fn equal(units: usize, drawn: usize) -> Self {
        let name = format!("{units} × {drawn}");
        Self { name, truth: vec![0.0; units], spread: vec![1.0; units], drawn: vec![drawn; units], shared: 0.0 }
    }

    fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    fn rising(self, step: f64) -> Self {
        Self { truth: (0..self.truth.len()).map(|i| step * i as f64).collect(), ..self }
    }

    fn spreading(self, spread: impl Fn(usize) -> f64) -> Self {
        Self { spread: (0..self.truth.len()).map(spread).collect(), ..self }
    }

    fn drawing(self, drawn: impl Fn(usize) -> usize) -> Self {
        Self { drawn: (0..self.truth.len()).map(drawn).collect(), ..self }
    }

    fn sharing(self, shared: f64) -> Self {
        Self { shared, ..self }
    }

    /// One survey, ranked.
    pub(crate) fn survey(&self, rng: &mut ChaCha8Rng, seed: u64) -> Counts {
        let common: Vec<f64> = (0..self.drawn[0]).map(|_| normal(rng)).collect();
        let deviations: Vec<Vec<f64>> = (0..self.truth.len())
            .map(|unit| (0..self.drawn[unit]).map(|psu| self.deviation(unit, common.get(psu), rng)).collect())
            .collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let means: Vec<f64> = deviations.iter().map(|deviations| mean(deviations)).collect();
        let estimates: Vec<f64> = self.truth.iter().zip(&means).map(|(truth, mean)| truth + mean).collect();
        let between = |a: usize, b: usize| {
            let products = deviations[a].iter().zip(&deviations[b]).map(|(x, y)| (x - means[a]) * (y - means[b]));
            let n = self.drawn[a] as f64;
            products.sum::<f64>() / (n * (n - 1.0))
        };
        let known: Vec<Knowledge> = (0..self.truth.len())
            .map(|unit| {
                let df = self.drawn[unit] as f64 - 1.0;
                Knowledge { se: between(unit, unit).sqrt(), df, is_exact: false }
            })
            .collect();
        let units = 0..self.truth.len();
        let covariance: Option<Vec<Vec<f64>>> = (self.shared > 0.0)
            .then(|| units.clone().map(|a| units.clone().map(|b| between(a.max(b), a.min(b))).collect()).collect());
        Counts::of((&estimates, &known), covariance.as_deref(), &self.truth, seed)
    }

    fn deviation(&self, unit: usize, common: Option<&f64>, rng: &mut ChaCha8Rng) -> f64 {
        let own = normal(rng);
        let common = common.filter(|_| self.shared > 0.0);
        let mixed = common.map_or(own, |common| self.shared.sqrt() * common + (1.0 - self.shared).sqrt() * own);
        self.spread[unit] * mixed
    }
}

/// A standard normal number, by Box and Muller.
pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (radius, angle): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}
