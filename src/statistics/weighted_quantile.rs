//! Quantiles of a numeric variable under weights, by the rules of R's `svyquantile`.

/// How a quantile is read off the weighted sample. With the values in order, `C_i = Σ_{k ≤ i} w_k` and `W = C_n`:
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantileRule {
    /// The smallest value with `C_i ≥ p W`: the inverse of the distribution function (Hyndman and Fan 1).
    Math,
    /// As `Math`, but the mean of this value and the next where `C_i = p W` (Hyndman and Fan 2). Below `C_1` it is the
    /// smallest value, where R gives the mean of the two smallest.
    School,
    /// Interpolated between the values, each at `C_{i−1} / C_{n−1}` (Hyndman and Fan 7).
    Hf7,
    /// The value at the largest point `≤ p` of `(n C_i / W + ½ − w_i / 2) / (n + 1)` (Shah and Vaish 2006).
    ///
    /// As R has it: `w_i / 2` is the raw weight, so that the rule depends on the scale of the weights. For comparison only.
    ShahVaish,
}

impl QuantileRule {
    /// Every rule.
    pub const ALL: [Self; 4] = [Self::Math, Self::School, Self::Hf7, Self::ShahVaish];

    /// Its name in R.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Math => "math",
            Self::School => "school",
            Self::Hf7 => "hf7",
            Self::ShahVaish => "shahvaish",
        }
    }
}

/// The values of a sample in order, with their weights and what is needed to read quantiles off them.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedValues {
    values: Vec<f64>,
    /// `C_i`, summed with twice the precision: a quantile may hang on whether it is exactly `p W`.
    cumulated: Vec<f64>,
    /// The points of [`QuantileRule::ShahVaish`] in order, each with its value.
    shah_vaish: Vec<(f64, f64)>,
}

impl WeightedValues {
    /// From pairs of a value and its weight, in any order. Pairs of weight 0 are left out.
    ///
    /// Nothing where no pair is left, where a number is not finite, or a weight is negative.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        let mut pairs: Vec<(f64, f64)> = pairs.into_iter().filter(|(_, weight)| *weight != 0.0).collect();
        let is_valid = |(value, weight): &(f64, f64)| value.is_finite() && weight.is_finite() && *weight > 0.0;
        if pairs.is_empty() || !pairs.iter().all(is_valid) {
            return None;
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let cumulated = cumulated_sums(pairs.iter().map(|(_, weight)| *weight));
        if !cumulated.last()?.is_finite() {
            return None;
        }
        let shah_vaish = shah_vaish_points(&pairs);
        Some(Self { values: pairs.into_iter().map(|(value, _)| value).collect(), cumulated, shah_vaish })
    }

    /// The values, in order.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The quantile at the probability `p`. At or below 0 the smallest value, at or above 1 the largest; NaN for NaN.
    #[must_use]
    pub fn quantile(&self, rule: QuantileRule, p: f64) -> f64 {
        if p.is_nan() {
            return f64::NAN;
        }
        match rule {
            QuantileRule::Math | QuantileRule::School => self.step_quantile(rule, p),
            QuantileRule::Hf7 => self.interpolated_quantile(p),
            QuantileRule::ShahVaish => {
                let after = self.shah_vaish.partition_point(|(point, _)| *point <= p);
                self.shah_vaish[after.saturating_sub(1)].1
            }
        }
    }

    /// Whether `C_i` is `p W` is asked twice, as R does, and in doubles: above by the sums, then by the shares.
    fn step_quantile(&self, rule: QuantileRule, p: f64) -> f64 {
        let total = self.total();
        let reached = self.cumulated.partition_point(|sum| *sum <= p * total);
        let Some(at) = reached.checked_sub(1) else { return self.values[0] };
        let next = (at + 1).min(self.values.len() - 1);
        match rule {
            _ if p - self.cumulated[at] / total > 0.0 => self.values[next],
            QuantileRule::School => 0.5 * (self.values[at] + self.values[next]),
            _ => self.values[at],
        }
    }

    fn interpolated_quantile(&self, p: f64) -> f64 {
        let last = self.values.len() - 1;
        if last == 0 {
            return self.values[0];
        }
        let (before_last, values) = (self.cumulated[last - 1], &self.values);
        let point = |i: usize| if i == 0 { 0.0 } else { self.cumulated[i - 1] / before_last };
        let after = self.cumulated[..last].partition_point(|sum| *sum / before_last <= p) + 1;
        if p <= 0.0 || after > last {
            return if p <= 0.0 { values[0] } else { values[last] };
        }
        let share = (p - point(after - 1)) / (point(after) - point(after - 1));
        values[after - 1] + (values[after] - values[after - 1]) * share
    }

    fn total(&self) -> f64 {
        self.cumulated[self.cumulated.len() - 1]
    }
}

/// The sums up to each number, each rounded once from a sum of twice the precision (Knuth's two-sum).
fn cumulated_sums(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let (mut sum, mut rest) = (0.0_f64, 0.0_f64);
    let add = |number: f64| {
        let next = sum + number;
        let part = next - sum;
        rest += (sum - (next - part)) + (number - part);
        sum = next;
        sum + rest
    };
    numbers.map(add).collect()
}

fn shah_vaish_points(pairs: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let n = pairs.len() as f64;
    let mean = cumulated_sums(pairs.iter().map(|(_, weight)| *weight)).last().map_or(0.0, |total| total / n);
    let scaled = cumulated_sums(pairs.iter().map(|(_, weight)| weight / mean));
    let point = |((value, weight), sum): (&(f64, f64), f64)| ((sum + 0.5 - weight / 2.0) / (n + 1.0), *value);
    let mut points: Vec<(f64, f64)> = pairs.iter().zip(scaled).map(point).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Of values at the same point the mean is taken.
    points
        .chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq())
        .map(|tie| (tie[0].0, tie.iter().map(|(_, value)| value).sum::<f64>() / tie.len() as f64))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(pairs: &[(f64, f64)]) -> WeightedValues {
        WeightedValues::new(pairs.iter().copied()).unwrap()
    }

    /// The textbooks' example of Hyndman and Fan (1996): R's `quantile(c(1, 2, 3, 4, 10), p, type = 1, 2, 7)`.
    #[test]
    fn equal_weights_give_the_rules_of_hyndman_and_fan() {
        let sample = of(&[10.0, 1.0, 3.0, 2.0, 4.0].map(|value| (value, 0.1)));
        for (rule, expected) in [
            (QuantileRule::Math, [1.0, 1.0, 2.0, 3.0, 4.0, 10.0]),
            (QuantileRule::School, [1.0, 1.5, 2.0, 3.0, 4.0, 10.0]),
            (QuantileRule::Hf7, [1.0, 1.8, 2.0, 3.0, 4.0, 10.0]),
        ] {
            let found = [0.0, 0.2, 0.25, 0.5, 0.75, 1.0].map(|p| sample.quantile(rule, p));
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
        }
    }

    #[test]
    fn a_weight_counts_as_so_many_respondents_and_a_weight_of_0_as_none() {
        let weighted = of(&[(7.0, 3.0), (9.0, 0.0), (5.0, 1.0)]);
        assert_eq!(weighted, WeightedValues { values: vec![5.0, 7.0], cumulated: vec![1.0, 4.0], ..weighted.clone() });
        for (p, math, school) in [(0.2, 5.0, 5.0), (0.25, 5.0, 6.0), (0.3, 7.0, 7.0)] {
            assert!((weighted.quantile(QuantileRule::Math, p) - math).abs() < 1e-12, "{p}");
            assert!((weighted.quantile(QuantileRule::School, p) - school).abs() < 1e-12, "{p}");
        }
    }

    #[test]
    fn half_of_ten_tenths_is_a_tie() {
        // Summed in doubles ten times 0.1 is less than 1.
        let sample = WeightedValues::new((0..10).map(|value| (f64::from(value), 0.1))).unwrap();
        assert!((sample.quantile(QuantileRule::School, 0.5) - 4.5).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_sample_is_refused() {
        assert_eq!(WeightedValues::new([]), None);
        assert_eq!(WeightedValues::new([(1.0, 0.0)]), None);
        for pair in [(f64::NAN, 1.0), (f64::INFINITY, 1.0), (1.0, f64::NAN), (1.0, f64::INFINITY), (1.0, -1.0)] {
            assert_eq!(WeightedValues::new([(2.0, 1.0), pair]), None, "{pair:?}");
        }
        assert_eq!(WeightedValues::new([(1.0, f64::MAX), (2.0, f64::MAX)]), None);
    }

    proptest! {
        #[test]
        fn quantiles_rise_with_p_stay_in_the_sample_and_do_not_depend_on_the_scale_of_the_weights(
            pairs in proptest::collection::vec((0_u32..50, 1_u32..1000), 1..60), p in -0.1_f64..1.1, q in -0.1_f64..1.1,
        ) {
            let scaled = |scale: f64| pairs.iter().map(move |(value, weight)| (f64::from(*value), f64::from(*weight) * scale));
            let (sample, larger) = (WeightedValues::new(scaled(1.0)).unwrap(), WeightedValues::new(scaled(4.0)).unwrap());
            let (low, high) = (sample.values()[0], sample.values()[pairs.len() - 1]);
            for rule in QuantileRule::ALL {
                let found = sample.quantile(rule, p);
                prop_assert!(low <= found && found <= high);
                if rule != QuantileRule::ShahVaish {
                    prop_assert!(found.total_cmp(&larger.quantile(rule, p)).is_eq());
                    prop_assert!(sample.quantile(rule, p.min(q)) <= sample.quantile(rule, p.max(q)));
                }
            }
        }

        #[test]
        fn the_math_rule_inverts_the_distribution_function(
            pairs in proptest::collection::vec((0_u32..50, 1_u32..1000), 1..60), p in 0.0_f64..1.0,
        ) {
            let sample = WeightedValues::new(pairs.iter().map(|(v, w)| (f64::from(*v), f64::from(*w)))).unwrap();
            let found = sample.quantile(QuantileRule::Math, p);
            let weight_of = |is_in: &dyn Fn(f64) -> bool| -> f64 {
                pairs.iter().filter(|(v, _)| is_in(f64::from(*v))).map(|(_, w)| f64::from(*w)).sum()
            };
            let wanted = p * weight_of(&|_| true);
            prop_assert!(weight_of(&|value| value <= found) >= wanted - 1e-9);
            prop_assert!(weight_of(&|value| value < found) <= wanted + 1e-9);
        }
    }
}
