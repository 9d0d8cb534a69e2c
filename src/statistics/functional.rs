//! Smooth statistics as data: means of ratios of sums of totals, mapped linearly, with their gradient.

use serde::{Deserialize, Serialize};

/// A ratio: the sum of some totals over the sum of others, moved and divided.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratio {
    /// Indices of the totals above the line.
    pub numerator: Vec<usize>,
    /// Indices of the totals below the line.
    pub denominator: Vec<usize>,
    /// Taken away from the quotient: such as the lowest value of a scale.
    pub from: i32,
    /// What is left is divided by this, which is above 0: such as the steps between the ends of a scale.
    pub span: i32,
}

impl Ratio {
    /// The plain ratio of these totals.
    #[must_use]
    pub fn of(numerator: Vec<usize>, denominator: Vec<usize>) -> Self {
        Self { numerator, denominator, from: 0, span: 1 }
    }
}

/// What a weighted mean is of, and what that counts in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// What it counts, above 0; 1 where all count alike.
    pub weight: f64,
    /// What it is of.
    pub of: MeanTree,
}

/// Means of means: a ratio is a leaf.
#[derive(Debug, Clone, PartialEq)]
pub enum MeanTree {
    /// A ratio.
    Ratio(Ratio),
    /// A weighted mean, which is not of nothing.
    Mean(Vec<Term>),
}

/// What becomes of a ratio below whose line there is nobody: an item that nobody was asked, or that nobody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnaskedItems {
    /// Where one ratio is missing, the whole has no value.
    #[default]
    Withhold,
    /// The mean is that of the ratios that are there, by their weights.
    LeaveOut,
}

/// A tree of weighted means with ratios for leaves, mapped linearly:
///
/// ```text
/// θ(x) = constant + factor · M(x)
/// M = Σ_t w_t V_t / Σ_t w_t,     V_t a ratio or again such a mean
/// R = (N − from · D) / (span · D),     N = Σ_{i ∈ numerator} x_i,   D = Σ_{i ∈ denominator} x_i
/// ```
///
/// Shares, means, factors and all indices are of this one form. Where each ratio lies within 0–1, so does the mean, to the last
/// bit: sums of weights, each times a number up to 1, never exceed the sum of the weights in the same order.
#[derive(Debug, Clone, PartialEq)]
pub struct Functional {
    /// What is added to the mean.
    pub constant: f64,
    /// What the mean is multiplied by.
    pub factor: f64,
    /// M: a mean, or a ratio alone.
    pub of: MeanTree,
    /// What becomes of ratios without anybody below the line.
    pub unasked: UnaskedItems,
}

/// A functional at a point: its value and its gradient there.
#[derive(Debug, Clone, PartialEq)]
pub struct Linearised {
    /// `θ(x)`.
    pub value: f64,
    /// The entries of `∂θ/∂x` that are in play, by index of the total.
    pub gradient: Vec<(usize, f64)>,
}

impl Functional {
    /// A mean or a ratio, as it is.
    #[must_use]
    pub fn of(of: MeanTree) -> Self {
        Self { constant: 0.0, factor: 1.0, of, unasked: UnaskedItems::Withhold }
    }

    /// The same function of totals that stand elsewhere: what stood at `i` stands at `place(i)`.
    #[must_use]
    pub fn moved(mut self, place: impl Fn(usize) -> usize) -> Self {
        self.of.move_totals(&place);
        self
    }

    /// Value and gradient at the totals `x`; nothing where a denominator is 0, unless such ratios are left out and one is there.
    ///
    /// ```text
    /// ∂R/∂x_i = 1 / (span · D) for i in the numerator,   −(R + from/span) / D for i in the denominator
    /// ```
    #[must_use]
    pub fn linearise(&self, x: &[f64]) -> Option<Linearised> {
        let sum = |indices: &[usize]| indices.iter().map(|i| x[*i]).sum::<f64>();
        let quotient = |ratio: &Ratio| {
            let denominator = sum(&ratio.denominator);
            let moved = sum(&ratio.numerator) - f64::from(ratio.from) * denominator;
            (denominator > 0.0).then(|| moved / (f64::from(ratio.span) * denominator))
        };
        let value = self.value(&quotient)?;
        let mut gradient = vec![0.0; x.len()];
        let mut add = |ratio: &Ratio, (above, below): (f64, f64)| {
            let Some(value) = quotient(ratio) else { return };
            let coefficient = self.factor * above / below;
            let (denominator, span) = (sum(&ratio.denominator), f64::from(ratio.span));
            let quotient = value + f64::from(ratio.from) / span;
            ratio.numerator.iter().for_each(|i| gradient[*i] += coefficient / (span * denominator));
            ratio.denominator.iter().for_each(|i| gradient[*i] -= coefficient * quotient / denominator);
        };
        let has_value = |ratio: &Ratio| sum(&ratio.denominator) > 0.0;
        self.of.each_ratio((1.0, 1.0), &has_value, &mut add);
        let gradient = gradient.into_iter().enumerate().filter(|(_, slope)| *slope != 0.0).collect();
        Some(Linearised { value, gradient })
    }

    /// The value at whole totals. Each ratio is reduced by the greatest common divisor before it is divided, so ratios that
    /// are equal as fractions are equal to the last bit, whatever the weights: 13/16 is one number.
    #[must_use]
    pub fn value_at_whole(&self, x: &[i128]) -> Option<f64> {
        let sum = |indices: &[usize]| indices.iter().map(|i| x[*i]).sum::<i128>();
        self.value(&|ratio| {
            let denominator = sum(&ratio.denominator);
            if denominator <= 0 {
                return None;
            }
            let numerator = sum(&ratio.numerator) - i128::from(ratio.from) * denominator;
            let denominator = i128::from(ratio.span) * denominator;
            let divisor = greatest_common_divisor(numerator, denominator);
            Some((numerator / divisor) as f64 / (denominator / divisor) as f64)
        })
    }

    fn value(&self, quotient: &dyn Fn(&Ratio) -> Option<f64>) -> Option<f64> {
        Some(self.constant + self.factor * self.of.value(self.unasked, quotient)?)
    }
}

impl MeanTree {
    fn move_totals(&mut self, place: &dyn Fn(usize) -> usize) {
        match self {
            Self::Ratio(ratio) => {
                ratio.numerator.iter_mut().chain(&mut ratio.denominator).for_each(|i| *i = place(*i));
            }
            Self::Mean(terms) => terms.iter_mut().for_each(|term| term.of.move_totals(place)),
        }
    }

    /// Whether a leaf of it has a value.
    fn is_there(&self, has_value: &dyn Fn(&Ratio) -> bool) -> bool {
        match self {
            Self::Ratio(ratio) => has_value(ratio),
            Self::Mean(terms) => terms.iter().any(|term| term.of.is_there(has_value)),
        }
    }

    /// The mean of what has a value; nothing where something has none that may not be missing, or nothing has one.
    fn value(&self, unasked: UnaskedItems, quotient: &dyn Fn(&Ratio) -> Option<f64>) -> Option<f64> {
        let terms = match self {
            Self::Ratio(ratio) => return quotient(ratio),
            Self::Mean(terms) => terms,
        };
        let there = terms.iter().filter_map(|term| Some((term.weight, term.of.value(unasked, quotient)?)));
        let there: Vec<(f64, f64)> = there.collect();
        let is_enough = there.len() == terms.len() || unasked == UnaskedItems::LeaveOut;
        (!there.is_empty() && is_enough).then(|| weighted_mean(there))
    }

    /// Hands over each ratio that has a value, with what it counts in the whole: the product of the weights on the way to it, and that of
    /// the sums of weights that these are divided by. What has no value counts nothing.
    fn each_ratio(
        &self,
        (above, below): (f64, f64),
        has_value: &dyn Fn(&Ratio) -> bool,
        take: &mut dyn FnMut(&Ratio, (f64, f64)),
    ) {
        match self {
            Self::Ratio(ratio) => take(ratio, (above, below)),
            Self::Mean(terms) => {
                let there = || terms.iter().filter(|term| term.of.is_there(has_value));
                let weights: f64 = there().map(|term| term.weight).sum();
                for term in there() {
                    term.of.each_ratio((above * term.weight, below * weights), has_value, take);
                }
            }
        }
    }
}

/// The mean of numbers, each after its weight, in whatever order they come.
fn weighted_mean(mut numbers: Vec<(f64, f64)>) -> f64 {
    numbers.sort_by(|(weight_a, a), (weight_b, b)| a.total_cmp(b).then(weight_a.total_cmp(weight_b)));
    let (sum, weights) =
        numbers.iter().fold((-0.0, 0.0), |(sum, weights), (weight, number)| (sum + weight * number, weights + weight));
    sum / weights
}

/// Of two numbers that are not both 0.
fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i128::try_from(a).unwrap_or(1)
}

impl Linearised {
    /// The linearised variable `gᵀ d` of a vector of totals.
    #[must_use]
    pub fn at(&self, d: &[f64]) -> f64 {
        self.gradient.iter().map(|(i, slope)| slope * d[*i]).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn three_ratios() -> Functional {
        let ratio = |numerator: &[usize], denominator: &[usize]| Ratio::of(numerator.to_vec(), denominator.to_vec());
        let groups = [vec![ratio(&[0], &[1])], vec![ratio(&[0, 2], &[1, 3]), ratio(&[2], &[3])]];
        let groups = groups.map(|group| alike(group.into_iter().map(MeanTree::Ratio)));
        Functional { constant: 1.0, factor: 4.0, ..Functional::of(alike(groups)) }
    }

    fn alike(of: impl IntoIterator<Item = MeanTree>) -> MeanTree {
        weighted(of.into_iter().map(|of| (1.0, of)))
    }

    fn weighted(terms: impl IntoIterator<Item = (f64, MeanTree)>) -> MeanTree {
        MeanTree::Mean(terms.into_iter().map(|(weight, of)| Term { weight, of }).collect())
    }

    #[test]
    fn the_value_is_the_constant_plus_the_factor_times_the_mean_of_means() {
        let value = three_ratios().linearise(&[1.0, 4.0, 3.0, 12.0]).unwrap().value;
        assert!((value - (1.0 + 4.0 * 0.25)).abs() < 1e-15);
    }

    #[test]
    fn a_ratio_over_nothing_has_no_value() {
        assert_eq!(three_ratios().linearise(&[0.0; 4]), None);
        let left_out = Functional { unasked: UnaskedItems::LeaveOut, ..three_ratios() };
        assert_eq!(left_out.linearise(&[0.0; 4]), None);
    }

    #[test]
    fn a_ratio_over_nothing_is_left_out_of_the_mean_of_its_group_where_that_is_wished() {
        let totals = [1.0, 4.0, 3.0, 0.0];
        assert_eq!(three_ratios().linearise(&totals), None);
        let left_out = Functional { unasked: UnaskedItems::LeaveOut, ..three_ratios() };
        // 1/4 in the first group, 4/4 in the second, whose other ratio has nobody.
        assert_eq!(left_out.linearise(&totals).map(|found| found.value), Some(1.0 + 4.0 * 0.625));
        assert_eq!(left_out.value_at_whole(&[1, 4, 3, 0]), Some(3.5));
    }

    #[test]
    fn thirteen_of_sixteen_is_one_number_whatever_everybody_weighs() {
        let share = Functional::of(MeanTree::Ratio(Ratio::of(vec![0], vec![1])));
        for weight in [1, 100_000_000, 333_333_333, 7_300_000_000, 10_000_000_000, 30_000_000_000, 999_999_999_999_989]
        {
            assert_eq!(share.value_at_whole(&[13 * weight, 16 * weight]), Some(0.8125), "{weight}");
            let thirds = [1, 2].map(|part| share.value_at_whole(&[part * weight, 3 * part * weight]));
            assert_eq!(thirds, [Some(1.0 / 3.0); 2], "{weight}");
        }
    }

    #[test]
    fn the_ends_of_a_scale_are_mapped_to_0_and_1_to_the_last_bit() {
        for (from, span) in [(1, 4), (0, 10), (1, 6), (-2, 4), (-1, 2), (10, 10)] {
            let mean = Functional::of(MeanTree::Ratio(Ratio { from, span, ..Ratio::of(vec![0], vec![1]) }));
            for people in [1_i128, 7, 333_333_333] {
                let at = |value: i32| mean.value_at_whole(&[i128::from(value) * people, people]);
                assert_eq!([from, from + span].map(at), [Some(0.0), Some(1.0)], "{from} {span}");
                let near = mean.linearise(&[f64::from(from + 1) * people as f64, people as f64]).unwrap().value;
                assert!((near - 1.0 / f64::from(span)).abs() < 1e-15, "{from} {span}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_gradient_is_the_slope_of_the_value(x in prop::collection::vec(1.0_f64..100.0, 4), i in 0_usize..4) {
            let moved = Ratio { from: -3, span: 7, ..Ratio::of(vec![2], vec![3]) };
            let three = three_ratios();
            let of = weighted([(1.0, three.of.clone()), (0.3, alike([alike([three.of.clone()])])), (2.5, MeanTree::Ratio(moved))]);
            let functional = Functional { of, ..three };
            let step = 1e-5;
            let shifted = |by: f64| {
                let mut moved = x.clone();
                moved[i] += by;
                functional.linearise(&moved).unwrap().value
            };
            let slope = (shifted(step) - shifted(-step)) / (2.0 * step);
            let gradient = functional.linearise(&x).unwrap().gradient;
            let exact = gradient.iter().find(|(index, _)| *index == i).map_or(0.0, |(_, slope)| *slope);
            prop_assert!((slope - exact).abs() < 1e-5 * (1.0 + exact.abs()), "{slope} {exact}");
        }

        #[test]
        fn a_mean_of_shares_never_leaves_0_to_1_and_its_order_does_not_matter(
            shares in prop::collection::vec((0_i64..=40, 1_i64..50), 1..40), groups in 1_usize..5,
        ) {
            // Mostly full shares, as in a unit that everybody praises.
            let totals: Vec<i64> = shares.iter().flat_map(|(less, all)| [(*all - less / 20).max(0), *all]).collect();
            let ratio = |at: usize| MeanTree::Ratio(Ratio::of(vec![2 * at], vec![2 * at + 1]));
            let ratios: Vec<MeanTree> = (0..shares.len()).map(ratio).collect();
            let groups = ratios.chunks(shares.len().div_ceil(groups));
            let functional = Functional::of(alike([alike(groups.clone().map(|group| alike(group.to_vec()))), ratio(0)]));
            let reversed = groups.rev().map(|group| alike(group.iter().rev().cloned()));
            let reversed = Functional::of(alike([ratio(0), alike(reversed)]));
            let whole: Vec<i128> = totals.iter().map(|total| i128::from(*total)).collect();
            let value = functional.value_at_whole(&whole).unwrap();
            prop_assert!((0.0..=1.0).contains(&value), "{value}");
            prop_assert_eq!(reversed.value_at_whole(&whole), Some(value));
            let numbers: Vec<f64> = totals.iter().map(|total| *total as f64 * 0.1).collect();
            let near = functional.linearise(&numbers).unwrap().value;
            prop_assert!((0.0..=1.0).contains(&near) && (near - value).abs() < 1e-12);
        }

        #[test]
        fn multiplying_all_totals_changes_nothing(x in prop::collection::vec(1.0_f64..100.0, 4), factor in 0.01_f64..100.0) {
            let scaled: Vec<f64> = x.iter().map(|total| total * factor).collect();
            let (plain, scaled) = (three_ratios().linearise(&x).unwrap(), three_ratios().linearise(&scaled).unwrap());
            prop_assert!((plain.value - scaled.value).abs() < 1e-12);
        }
    }
}
