//! A naive second implementation of the estimates: floating point, two passes, person by person.

use std::collections::{BTreeMap, BTreeSet};

use plumbline::statistics::student_t_quantile;

use super::margins::{auxiliaries, calibrate, cross, dot, products, solve};
use super::survey::{ITEMS, Person, REGIONS, SEXES, Survey};

/// An estimate of a level; `size` is the width of its scale.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub level: String,
    pub name: String,
    pub size: f64,
    pub n: usize,
    pub value: Option<f64>,
    /// Variance and degrees of freedom, where there are some.
    pub precision: Option<(f64, usize)>,
    /// The ends of the interval, where the share is not at an end of its scale.
    pub interval: Option<(f64, f64)>,
    /// Nothing where it rests on rounding.
    pub deff: Option<f64>,
    /// The linearised variable of each respondent, weighted, and with calibration its residual.
    z: Vec<f64>,
    /// Those whose strata count where lonely ones stand for the mean of the others: who answered, or with calibration everybody.
    rests: Vec<usize>,
}

/// The survey, computed once.
pub(super) struct Naive<'a> {
    survey: &'a Survey,
    paths: Vec<Vec<String>>,
    populations: Vec<Vec<f64>>,
    /// The weights of the design, and what they are multiplied by.
    weights: Vec<f64>,
    factors: Vec<f64>,
    /// Indicators of the margins' levels; empty without calibration.
    x: Vec<Vec<f64>>,
}

/// One of two linearised variables: of each respondent, whom it touches, and whose strata it rests on.
#[derive(Clone, Copy)]
struct Side<'a> {
    z: &'a [f64],
    members: &'a [usize],
    rests: &'a [usize],
}

impl<'a> Side<'a> {
    fn of(expected: &'a Expected, members: &'a [usize]) -> Self {
        Self { z: &expected.z, members, rests: &expected.rests }
    }
}

/// Terms of a statistic: a coefficient, and the items whose totals are above and below the line.
type Terms = Vec<(f64, Vec<usize>)>;

impl<'a> Naive<'a> {
    /// Nothing where no weights meet the margins.
    pub(super) fn new(survey: &'a Survey) -> Option<Self> {
        let weights = survey.weights();
        let (mut x, mut factors) = (Vec::new(), vec![1.0; weights.len()]);
        if let Some(calibration) = &survey.design.calibration {
            let totals;
            (x, totals) = auxiliaries(survey, calibration);
            factors = calibrate(&x, &weights, &totals, calibration.method)?;
        }
        let paths = (0..survey.people.len()).map(|position| survey.path(position)).collect();
        Some(Self { survey, paths, populations: survey.populations(), weights, factors, x })
    }

    /// Whether a stratum or unit holds a single unit, at a stage that matters, and is no census.
    pub(super) fn is_lonely(&self) -> bool {
        let everybody: Vec<usize> = (0..self.paths.len()).collect();
        let is_met = |stage: usize| {
            let populations = &self.populations[0];
            (0..stage).all(|earlier| populations.get(earlier).is_some())
        };
        (0..self.paths[0].len() - 1).filter(|stage| is_met(*stage)).any(|stage| {
            group(&everybody, |k| self.paths[k][..=stage].to_vec()).values().any(|members| {
                let units = group(members, |k| self.paths[k][1 + stage].clone()).len();
                units == 1 && self.correction(members[0], stage, units) > 0.0
            })
        })
    }

    fn correction(&self, k: usize, stage: usize, drawn: usize) -> f64 {
        self.populations[k].get(stage).map_or(1.0, |population| 1.0 - drawn as f64 / population)
    }

    /// Everybody's estimates, then those of each level.
    pub(super) fn estimates(&self) -> Vec<Expected> {
        let is_region = |region: usize| move |person: &Person| person.region == Some(region);
        let mut all = self.level("", |_| true);
        (0..REGIONS.len()).for_each(|region| all.extend(self.level(REGIONS[region], is_region(region))));
        (0..SEXES.len()).for_each(|sex| all.extend(self.level(SEXES[sex], |person| person.sex == sex)));
        all
    }

    fn level(&self, level: &str, is_member: impl Fn(&Person) -> bool) -> Vec<Expected> {
        let members: Vec<usize> = (0..self.paths.len()).filter(|k| is_member(&self.survey.people[*k])).collect();
        if members.is_empty() {
            return Vec::new();
        }
        let each = |coefficient: f64, items: &[usize]| -> Terms {
            items.iter().map(|item| (coefficient / items.len() as f64, vec![*item])).collect()
        };
        let mut found = Vec::new();
        for item in 0..ITEMS {
            for (name, is_share) in [("top2", true), ("mean", false)] {
                let terms = vec![(1.0, vec![item])];
                let size = if is_share { 1.0 } else { 5.0 };
                found.push((format!("{name} q{}", item + 1), is_share, size, 0.0, terms));
            }
        }
        found.push(("factor f".to_owned(), true, 1.0, 0.0, each(1.0, &[0, 1])));
        found.push(("factor g".to_owned(), true, 1.0, 0.0, each(1.0, &[2])));
        found.push(("index_items ".to_owned(), true, 1.0, 0.0, each(1.0, &[0, 1, 2])));
        let factors = [each(0.5, &[0, 1]), each(0.5, &[2])].concat();
        found.push(("index_factors ".to_owned(), true, 1.0, 0.0, factors));
        found.push(("index_pooled ".to_owned(), true, 1.0, 0.0, vec![(1.0, vec![0, 1, 2])]));
        found.push(("index_score ".to_owned(), false, 100.0, -25.0, each(25.0, &[0, 1, 2])));
        found
            .into_iter()
            .map(|(name, is_share, size, constant, terms)| {
                let mut expected = self.estimate(&members, is_share, constant, &terms, size);
                (expected.level, expected.name) = (level.to_owned(), name);
                expected
            })
            .collect()
    }

    fn weight(&self, k: usize) -> f64 {
        self.weights[k] * self.factors[k]
    }

    fn outcome(&self, k: usize, item: usize, is_share: bool) -> f64 {
        let rating = self.survey.people[k].ratings[item];
        if is_share { f64::from(u8::from(rating >= self.survey.design.satisfied_from)) } else { f64::from(rating) }
    }

    fn estimate(&self, members: &[usize], is_share: bool, constant: f64, terms: &Terms, size: f64) -> Expected {
        let answered = |k: usize, item: usize| self.survey.people[k].ratings[item] > 0;
        let mut value = Some(constant);
        let mut u = vec![0.0; self.paths.len()];
        for (coefficient, items) in terms {
            let answers =
                || members.iter().flat_map(|k| items.iter().map(move |j| (*k, *j))).filter(|(k, j)| answered(*k, *j));
            let below: f64 = answers().map(|(k, _)| self.weight(k)).sum();
            let above: f64 = answers().map(|(k, j)| self.weight(k) * self.outcome(k, j, is_share)).sum();
            value = if below > 0.0 { value.map(|value| value + coefficient * above / below) } else { None };
            answers().for_each(|(k, j)| u[k] += coefficient * (self.outcome(k, j, is_share) - above / below) / below);
        }
        let answers_any = |k: &usize| terms.iter().flat_map(|(_, items)| items).any(|item| answered(*k, *item));
        let rests: Vec<usize> = members.iter().copied().filter(answers_any).collect();
        let n = rests.len();
        let mut expected = Expected {
            level: String::new(),
            name: String::new(),
            size,
            n,
            value,
            precision: None,
            interval: None,
            deff: None,
            z: self.residuals(&u),
            rests: if self.x.is_empty() { rests.clone() } else { (0..self.paths.len()).collect() },
        };
        let Some(value) = value else { return expected };
        let df = group(&rests, |k| self.paths[k][0].clone())
            .values()
            .map(|stratum| group(stratum, |k| self.paths[k][1].clone()).len() - 1)
            .sum();
        let touched: Vec<usize> = if self.x.is_empty() { members.to_vec() } else { (0..self.paths.len()).collect() };
        let of_both = Side::of(&expected, &touched);
        let Some(variance) = self.covariance(of_both, of_both).filter(|_| df > 0) else {
            return expected;
        };
        let variance = variance.max(0.0);
        expected.precision = Some((variance, df));
        expected.interval = self.interval(value, variance.sqrt(), df, is_share);
        expected.deff = self.design_effect(&rests, &u, variance);
        expected
    }

    /// R's `deff = "replace"`; nothing where the spread is rounding.
    fn design_effect(&self, rests: &[usize], u: &[f64], variance: f64) -> Option<f64> {
        let n = rests.len() as f64;
        let people: f64 = rests.iter().map(|k| self.weight(*k)).sum();
        let mean = rests.iter().map(|k| self.weight(*k) * u[*k]).sum::<f64>() / people;
        let squares: f64 = rests.iter().map(|k| self.weight(*k) * (u[*k] - mean).powi(2)).sum();
        let reference = squares / people / (n - 1.0) * people * people;
        (n >= 2.0 && reference > 1e-13 && variance > 1e-13).then(|| variance / reference)
    }

    fn interval(&self, value: f64, se: f64, df: usize, is_share: bool) -> Option<(f64, f64)> {
        let t = student_t_quantile(0.5 * (1.0 - self.survey.design.level), df as f64);
        if !is_share || self.survey.design.interval == "mean" {
            return Some((value - t * se, value + t * se));
        }
        if se < 1e-7 || !(1e-9..=1.0 - 1e-9).contains(&value) {
            return None;
        }
        let (logit, reach) = ((value / (1.0 - value)).ln(), t * se / (value * (1.0 - value)));
        let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
        Some((expit(logit - reach), expit(logit + reach)))
    }

    /// `w g (u − xᵀB)`, with B the regression of u on the margins at the weights of the design; `w u` without margins.
    fn residuals(&self, u: &[f64]) -> Vec<f64> {
        let fitted = if self.x.is_empty() {
            vec![0.0; u.len()]
        } else {
            let right = cross(&self.x, &self.weights, u);
            let b = solve(products(&self.x, &self.weights), right).expect("the margins were met");
            self.x.iter().map(|x| dot(x, &b)).collect()
        };
        (0..u.len()).map(|k| self.weight(k) * (u[k] - fitted[k])).collect()
    }

    /// The covariance of the totals of two linearised variables; nothing where lonely units leave none.
    fn covariance(&self, a: Side<'_>, b: Side<'_>) -> Option<f64> {
        let everybody: Vec<usize> = (0..self.paths.len()).collect();
        let set = |members: &[usize]| members.iter().copied().collect::<BTreeSet<_>>();
        let touched = [set(a.members), set(b.members)];
        let rests = [set(a.rests), set(b.rests)];
        let strata: Vec<Vec<usize>> = group(&everybody, |k| self.paths[k][0].clone()).into_values().collect();
        self.stage(&strata, 0, [a.z, b.z], [&touched, &rests])
    }

    /// What strata of one stage add, and the stages below.
    fn stage(
        &self,
        strata: &[Vec<usize>],
        stage: usize,
        z: [&[f64]; 2],
        [touched, rests]: [&[BTreeSet<usize>; 2]; 2],
    ) -> Option<f64> {
        // Below the first stage it is by whom a unit has, and not by who answered.
        let counted = if stage == 0 { rests } else { touched };
        let is_met = |side: usize, members: &[usize]| members.iter().any(|k| touched[side].contains(k));
        let (mut sum, mut below, mut lonely) = (0.0, 0.0, Vec::new());
        // By side: strata that it touches, those of them that are lonely, their units, and its total.
        let (mut met, mut alone, mut drawn, mut sums) = ([0.0; 2], [0.0; 2], [0.0; 2], [0.0; 2]);
        for stratum in strata {
            let units: Vec<Vec<usize>> = group(stratum, |k| self.paths[k][1 + stage].clone()).into_values().collect();
            let correction = self.correction(stratum[0], stage, units.len());
            let n = units.len() as f64;
            let total = |side: usize| units.iter().map(|unit| sum_of(z[side], unit)).collect::<Vec<f64>>();
            let (left, right) = (total(0), total(1));
            for side in (0..2).filter(|side| is_met(*side, stratum)) {
                drawn[side] += n;
                sums[side] += [&left, &right][side].iter().sum::<f64>();
            }
            for side in (0..2).filter(|side| stratum.iter().any(|k| counted[*side].contains(k))) {
                met[side] += 1.0;
                alone[side] += f64::from(u8::from(units.len() == 1 && correction > 0.0));
            }
            if units.len() == 1 {
                lonely.push((correction, left[0], right[0], is_met(0, stratum) && is_met(1, stratum)));
            } else {
                let means = [left.iter().sum::<f64>() / n, right.iter().sum::<f64>() / n];
                let products = left.iter().zip(&right).map(|(a, b)| (a - means[0]) * (b - means[1]));
                sum += correction * n / (n - 1.0) * products.sum::<f64>();
            }
            if let Some(population) = self.populations[stratum[0]].get(stage)
                && 2 + stage < self.paths[stratum[0]].len()
            {
                for unit in units.into_iter().filter(|unit| is_met(0, unit) && is_met(1, unit)) {
                    below += n / population * self.stage(&[unit], stage + 1, z, [touched, rests])?;
                }
            }
        }
        let rule = self.survey.design.lonely;
        for (correction, a, b, is_shared) in lonely {
            let centres = [0, 1].map(|side| sums[side] / drawn[side]);
            if rule == "adjust" && correction > 0.0 && is_shared {
                sum += correction * (a - centres[0]) * (b - centres[1]);
            }
        }
        if rule == "average" {
            if (0..2).any(|side| alone[side] > 0.0 && alone[side] >= met[side]) {
                return None;
            }
            sum *= (0..2).map(|side| (met[side] / (met[side] - alone[side])).sqrt()).product::<f64>();
        }
        Some(sum + below)
    }

    /// Between the regions that the sample has, by the name of the index: the covariance, and what of it may be rounding.
    pub(super) fn between(&self, estimates: &[Expected]) -> BTreeMap<(String, String, String), (Option<f64>, f64)> {
        let regions: Vec<&Expected> = estimates
            .iter()
            .filter(|of| REGIONS.contains(&of.level.as_str()) && of.name.starts_with("index"))
            .collect();
        let members = |level: &str| -> Vec<usize> {
            let is_member = |k: &usize| self.survey.people[*k].region.is_some_and(|region| REGIONS[region] == level);
            (0..self.paths.len()).filter(|k| !self.x.is_empty() || is_member(k)).collect()
        };
        let mut found = BTreeMap::new();
        for a in &regions {
            for b in regions.iter().filter(|b| b.name == a.name) {
                let (of_a, of_b) = (members(&a.level), members(&b.level));
                let covariance = self.covariance(Side::of(a, &of_a), Side::of(b, &of_b));
                let covariance = covariance.filter(|_| a.precision.is_some() && b.precision.is_some());
                let key = (a.name.trim().to_owned(), a.level.clone(), b.level.clone());
                let variance = |of: &Expected| of.precision.map_or(0.0, |(variance, _)| variance);
                let rounding = 1e-13 * a.size * b.size + 1e-9 * (variance(a) * variance(b)).sqrt();
                found.insert(key, (covariance, rounding));
            }
        }
        found
    }
}

fn group<K: Ord>(members: &[usize], key: impl Fn(usize) -> K) -> BTreeMap<K, Vec<usize>> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for k in members {
        groups.entry(key(*k)).or_default().push(*k);
    }
    groups
}

fn sum_of(z: &[f64], members: &[usize]) -> f64 {
    members.iter().map(|k| z[*k]).sum()
}
