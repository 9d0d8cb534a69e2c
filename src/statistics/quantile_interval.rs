//! Intervals of quantiles: the interval of the share at or below, read back through the quantile (Woodruff).

use serde::Serialize;

use super::interval::{IntervalInput, IntervalMethod};
use super::quantile::student_t_quantile;
use super::root::brent_root;
use super::weighted_quantile::{QuantileRule, WeightedValues};

/// The share of the population at or below a value, as the caller's design estimates it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareBelow {
    /// The share, 0–1.
    pub share: f64,
    /// Its standard error under the design.
    pub se: f64,
}

/// How the interval of a quantile is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantileInterval {
    /// The interval of the share at or below the estimate is made by this method, and its ends are read back.
    Woodruff(IntervalMethod),
    /// All values at which a test with the estimated share at or below them does not refuse `p` (Francisco and Fuller).
    ///
    /// As R has it: the ends are read back at the *unweighted* share of the sample at or below the solutions. Where weights
    /// go with the variable, that moves the interval; for comparison with R only.
    Score,
}

/// A quantile in the unit of the variable.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QuantileEstimate {
    /// The estimate.
    pub value: f64,
    /// Lower end; nothing where the interval of the share reaches below 0, or the score has no solution in the sample.
    pub low: Option<f64>,
    /// Upper end; nothing likewise.
    pub high: Option<f64>,
    /// `(high − low) / (2 t)`, where both are there.
    pub se: Option<f64>,
}

/// How a quantile is estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantilePlan {
    /// How it is read off the sample.
    pub rule: QuantileRule,
    /// How its interval is made.
    pub interval: QuantileInterval,
    /// The level of the interval, 0–1.
    pub level: f64,
    /// Degrees of freedom of the design.
    pub df: u64,
}

/// The quantile at `p` with its interval; `share_below` is the design's estimate of the share at or below a value.
///
/// ```text
/// woodruff   q = Q(p),  [L, U] = interval of F(q) under the design,  [Q(L), Q(U)]
/// score      (p − F(x)) / se F(x) = ± t  at x,  [Q(m(x₋)), Q(m(x₊))]     m: the unweighted share at or below
/// ```
///
/// Nothing where there are no degrees of freedom, or where `p` or the level are not between 0 and 1, ends excluded.
///
/// Source: Woodruff (1952), JASA 47, 635–646; Francisco and Fuller (1991), Annals of Statistics 19, 454–469; R
/// `survey::svyquantile`.
pub fn quantile_estimate(
    sample: &WeightedValues,
    p: f64,
    plan: QuantilePlan,
    mut share_below: impl FnMut(f64) -> ShareBelow,
) -> Option<QuantileEstimate> {
    let QuantilePlan { rule, interval, level, df } = plan;
    let is_inside = |x: f64| x > 0.0 && x < 1.0;
    if df == 0 || !is_inside(p) || !is_inside(level) {
        return None;
    }
    let value = sample.quantile(rule, p);
    let t = student_t_quantile(0.5 * (1.0 - level), df as f64);
    let (low, high) = match interval {
        QuantileInterval::Woodruff(method) => {
            let ShareBelow { share, se } = share_below(value);
            let n = sample.values().len() as u64;
            let (low, high) = method.ends(IntervalInput { value: share, se, df, n, level });
            let at = |end: f64| (0.0..=1.0).contains(&end).then(|| sample.quantile(rule, end));
            (at(low), at(high))
        }
        QuantileInterval::Score => {
            let mut end = |limit: f64| {
                score_solution(sample, p, limit, &mut share_below).map(|share| sample.quantile(rule, share))
            };
            (end(t), end(-t))
        }
    };
    let se = low.zip(high).map(|(low, high)| (high - low) / (2.0 * t));
    Some(QuantileEstimate { value, low, high, se })
}

/// The unweighted share of the sample at or below the root of `(p − F(x)) / se F(x) − limit`.
///
/// The score is a step function that need not fall everywhere; Brent's method decides between several roots, within R's
/// ends (a hundredth of the interquartile range inside the sample) and to R's tolerance, `1 / (100 √n)`.
fn score_solution(
    sample: &WeightedValues,
    p: f64,
    limit: f64,
    share_below: &mut impl FnMut(f64) -> ShareBelow,
) -> Option<f64> {
    let values = sample.values();
    let n = values.len() as f64;
    let unweighted = WeightedValues::new(values.iter().map(|value| (*value, 1.0)))?;
    let quartile = |p: f64| unweighted.quantile(QuantileRule::Hf7, p);
    let margin = (quartile(0.75) - quartile(0.25)) / 100.0;
    let score = |value: f64| {
        let ShareBelow { share, se } = share_below(value);
        (p - share) / se - limit
    };
    let root = brent_root(score, values[0] + margin, values[values.len() - 1] - margin, 0.01 / n.sqrt())?;
    Some(values.partition_point(|value| *value <= root) as f64 / n)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAN: QuantilePlan =
        QuantilePlan { rule: QuantileRule::Math, interval: QuantileInterval::Score, level: 0.95, df: 50 };

    fn sample(n: u32) -> WeightedValues {
        WeightedValues::new((0..n).map(|value| (f64::from(value), 1.0))).unwrap()
    }

    /// The share at or below in a simple random sample of the numbers 0 to n − 1.
    fn simple(n: u32) -> impl Fn(f64) -> ShareBelow {
        move |value| {
            let share = (value + 1.0).clamp(0.0, f64::from(n)) / f64::from(n);
            ShareBelow { share, se: (share * (1.0 - share) / f64::from(n)).sqrt() }
        }
    }

    #[test]
    fn a_symmetric_sample_has_a_symmetric_interval_of_its_median() {
        // t_50 · √(1/400) = 0.1004: the shares 0.3996 and 0.6004.
        let plan = QuantilePlan { interval: QuantileInterval::Woodruff(IntervalMethod::Mean), ..PLAN };
        let found = quantile_estimate(&sample(100), 0.5, plan, simple(100)).unwrap();
        assert_eq!((found.value, found.low, found.high), (49.0, Some(39.0), Some(60.0)));
    }

    #[test]
    fn an_end_that_the_sample_does_not_hold_is_not_given() {
        let plan = QuantilePlan { interval: QuantileInterval::Woodruff(IntervalMethod::Mean), ..PLAN };
        let found = quantile_estimate(&sample(20), 0.05, plan, simple(20)).unwrap();
        assert!(found.low.is_none() && found.high.is_some() && found.se.is_none(), "{found:?}");
        let found = quantile_estimate(&sample(20), 0.05, PLAN, simple(20)).unwrap();
        assert!(found.low.is_none(), "{found:?}");
    }

    #[test]
    fn constants_and_single_values_have_a_quantile_and_no_score_interval() {
        let constant = WeightedValues::new([(3.0, 1.0), (3.0, 2.0)]).unwrap();
        let found = quantile_estimate(&constant, 0.5, PLAN, |_| ShareBelow { share: 1.0, se: 0.0 }).unwrap();
        assert_eq!(found, QuantileEstimate { value: 3.0, low: None, high: None, se: None });
    }

    #[test]
    fn without_degrees_of_freedom_a_level_or_a_probability_there_is_nothing() {
        for plan in [QuantilePlan { df: 0, ..PLAN }, QuantilePlan { level: 1.0, ..PLAN }] {
            assert_eq!(quantile_estimate(&sample(9), 0.5, plan, simple(9)), None);
        }
        assert_eq!(quantile_estimate(&sample(9), f64::NAN, PLAN, simple(9)), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_estimate_and_grows_with_the_level(
            n in 30_u32..300, p in 0.2_f64..0.8, df in 5_u64..500,
            interval in prop_oneof![
                Just(QuantileInterval::Score),
                Just(QuantileInterval::Woodruff(IntervalMethod::Xlogit)),
                Just(QuantileInterval::Woodruff(IntervalMethod::Beta)),
            ],
        ) {
            let at = |level| quantile_estimate(&sample(n), p, QuantilePlan { interval, level, df, ..PLAN }, simple(n)).unwrap();
            let (narrow, wide) = (at(0.8), at(0.95));
            prop_assert!(narrow.low.unwrap() <= narrow.value && narrow.value <= narrow.high.unwrap(), "{narrow:?}");
            prop_assert!(wide.low.is_none_or(|low| low <= narrow.low.unwrap()), "{wide:?}");
            prop_assert!(wide.high.is_none_or(|high| high >= narrow.high.unwrap()), "{wide:?}");
        }
    }
}
