//! What is done to weights before anything is estimated: nonresponse by classes, trimming; and how unequal they are.

/// The factors of weighting classes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassFactors {
    /// The factor of each class, `Σ w of all / Σ w of those who responded`; at least 1.
    pub factors: Vec<f64>,
}

/// Why weights cannot be adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeightingError {
    /// Nobody of a class responded, so nobody can stand for it.
    #[error("nobody of class number {class} responded")]
    SilentClass {
        /// The class, counted from 0.
        class: usize,
    },
    /// Every weight lies at the cap, and what was cut off has nowhere to go.
    #[error("all weights are at the cap, so that nothing can take what was cut off")]
    NothingLeft,
}

/// Whoever responded stands for those of the class who did not: with `a_c = Σ_{k in c} w_k`,
///
/// ```text
/// f_c = a_c / Σ_{k in c, responded} w_k        w_k ← w_k f_c where k responded, 0 otherwise
/// ```
///
/// Unbiased where, within a class, whether somebody responds has nothing to do with the answers. `classes` numbers the class of
/// each person. Classes without weight have the factor 1. Source: Little (1986), International Statistical Review 54, 139–157.
pub fn class_factors(
    weights: &[f64],
    classes: &[usize],
    responded: &[bool],
    count: usize,
) -> Result<ClassFactors, WeightingError> {
    let mut sums = vec![(0.0, 0.0); count];
    for ((weight, class), responded) in weights.iter().zip(classes).zip(responded) {
        let sum = &mut sums[*class];
        sum.0 += weight;
        sum.1 += if *responded { *weight } else { 0.0 };
    }
    let factor = |(class, (all, answering)): (usize, &(f64, f64))| match (*all > 0.0, *answering > 0.0) {
        (false, _) => Ok(1.0),
        (true, true) => Ok(all / answering),
        (true, false) => Err(WeightingError::SilentClass { class }),
    };
    Ok(ClassFactors { factors: sums.iter().enumerate().map(factor).collect::<Result<_, _>>()? })
}

/// Where weights are cut off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cap {
    /// This many times the median of the positive weights.
    TimesMedian(f64),
    /// This many times their mean.
    TimesMean(f64),
    /// Their quantile at this probability: the smallest weight that this share of them does not exceed.
    Quantile(f64),
}

/// Who takes what was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// Nobody: the sum of the weights falls.
    Dropped,
    /// All whose weight was not cut off, the same amount each (R's `trimWeights`).
    Equal,
    /// All whose weight was not cut off, in proportion to their weights.
    Proportional,
}

/// Weights that were cut off.
#[derive(Debug, Clone, PartialEq)]
pub struct Trimmed {
    /// The weights.
    pub weights: Vec<f64>,
    /// The cap, in units of the weights.
    pub cap: f64,
    /// How many weights were cut off, in whatever round.
    pub count: usize,
    /// What was cut off of the weights as they were, as a share of their sum.
    pub share: f64,
    /// Rounds until no weight lay above the cap.
    pub rounds: usize,
}

/// Cuts weights off at a cap, round after round until none lies above it (R's `trimWeights(strict = TRUE)`):
///
/// ```text
/// w_k ← cap where w_k > cap;   w_k ← w_k + d_k for those never cut off,   Σ d_k = what was cut off in this round
/// ```
///
/// The cap is found once, from the weights as they are. Weights of 0 stay 0. It ends, because each round cuts off somebody who
/// was not cut off before. An error where all were and something is left over.
pub fn trim(weights: &[f64], cap: Cap, excess: Excess) -> Result<Trimmed, WeightingError> {
    let cap = cap_of(weights, cap);
    let mut trimmed = Trimmed { weights: weights.to_vec(), cap, count: 0, share: 0.0, rounds: 0 };
    let sum: f64 = weights.iter().sum();
    trimmed.share = weights.iter().map(|weight| (weight - cap).max(0.0)).sum::<f64>() / sum;
    let mut is_cut = vec![false; weights.len()];
    loop {
        let mut cut_off = 0.0;
        for (weight, is_cut) in trimmed.weights.iter_mut().zip(&mut is_cut) {
            if *weight > cap {
                cut_off += *weight - cap;
                *weight = cap;
                *is_cut = true;
            }
        }
        trimmed.count = is_cut.iter().filter(|is_cut| **is_cut).count();
        if cut_off <= 0.0 {
            return Ok(trimmed);
        }
        trimmed.rounds += 1;
        let takers = |weight: f64, is_cut: bool| !is_cut && weight > 0.0;
        let pairs = trimmed.weights.iter().copied().zip(is_cut.iter().copied());
        let (count, total) = pairs
            .filter(|(weight, is_cut)| takers(*weight, *is_cut))
            .fold((0.0, 0.0), |(count, total), (weight, _)| (count + 1.0, total + weight));
        if excess == Excess::Dropped {
            return Ok(trimmed);
        }
        if count <= 0.0 {
            return Err(WeightingError::NothingLeft);
        }
        for (weight, is_cut) in trimmed.weights.iter_mut().zip(&is_cut) {
            if takers(*weight, *is_cut) {
                *weight += if excess == Excess::Equal { cut_off / count } else { cut_off * *weight / total };
            }
        }
    }
}

fn cap_of(weights: &[f64], cap: Cap) -> f64 {
    let spread = WeightSpread::of(weights);
    match cap {
        Cap::TimesMedian(times) => times * spread.median,
        Cap::TimesMean(times) => times * spread.mean,
        Cap::Quantile(p) => quantile(&in_order(weights), p),
    }
}

/// The positive ones, in order.
fn in_order(weights: &[f64]) -> Vec<f64> {
    let mut positive: Vec<f64> = weights.iter().copied().filter(|weight| *weight > 0.0).collect();
    positive.sort_by(f64::total_cmp);
    positive
}

/// The smallest value that a share `p` of them does not exceed; 0 of nothing.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = (0..sorted.len()).find(|at| (*at as f64 + 1.0) >= p * sorted.len() as f64);
    at.or(sorted.len().checked_sub(1)).map_or(0.0, |at| sorted[at])
}

/// How unequal weights are; those of 0 do not count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightSpread {
    /// How many there are.
    pub count: usize,
    /// Their sum.
    pub sum: f64,
    /// Their mean; 0 of none.
    pub mean: f64,
    /// The middle one, or the mean of the two in the middle.
    pub median: f64,
    /// The smallest.
    pub smallest: f64,
    /// The largest.
    pub largest: f64,
    /// Kish's design effect of unequal weights, `1 + cv² = n Σ w² / (Σ w)²`: by what factor they would make variances larger if
    /// they had nothing to do with the answers. 1 of equal weights. Source: Kish (1992), Journal of Official Statistics 8, 183–200.
    pub kish: f64,
}

impl WeightSpread {
    /// Of these weights.
    #[must_use]
    pub fn of(weights: &[f64]) -> Self {
        let sorted = in_order(weights);
        let (count, sum): (usize, f64) = (sorted.len(), sorted.iter().sum());
        let middle = |at: usize| sorted.get(at).copied().unwrap_or(0.0);
        let squares: f64 = sorted.iter().map(|weight| weight * weight).sum();
        let of_some = |value: f64| if count > 0 { value } else { 0.0 };
        Self {
            count,
            sum,
            mean: of_some(sum / count as f64),
            median: 0.5 * (middle(count.saturating_sub(1) / 2) + middle(count / 2)),
            smallest: middle(0),
            largest: middle(count.saturating_sub(1)),
            kish: of_some(count as f64 * squares / (sum * sum)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn those_who_responded_stand_for_their_class_and_a_silent_class_is_named() {
        let weights = [10.0, 10.0, 20.0, 5.0, 15.0];
        let classes = [0, 0, 0, 1, 1];
        let found = class_factors(&weights, &classes, &[true, false, true, true, true], 2).unwrap();
        assert_eq!(found.factors, [40.0 / 30.0, 1.0]);
        let silent = class_factors(&weights, &classes, &[true, true, true, false, false], 2);
        assert_eq!(silent, Err(WeightingError::SilentClass { class: 1 }));
    }

    /// R: `trimWeights(svydesign(ids = ~1, weights = c(1, 2, 3, 4, 10), data = data.frame(x = 1:5)), upper = 4, strict = TRUE)`
    /// gives 2.5, 3.5, 4, 4, 4 at first; then 4.5 is cut off again: 3, 4, 4, 4, 4 would hold 19, so the last round gives 4 to all.
    #[test]
    fn weights_are_cut_off_until_none_lies_above_the_cap() {
        let found = trim(&[1.0, 2.0, 3.0, 4.0, 7.0], Cap::TimesMedian(5.0 / 3.0), Excess::Equal).unwrap();
        assert_eq!((found.cap, found.weights.as_slice()), (5.0, [1.5, 2.5, 3.5, 4.5, 5.0].as_slice()));
        assert_eq!((found.count, found.rounds), (1, 1));
        let twice = trim(&[1.0, 2.0, 3.0, 4.0, 7.0], Cap::TimesMedian(4.2 / 3.0), Excess::Equal).unwrap();
        assert_eq!((twice.count, twice.rounds), (2, 2));
        assert!((twice.weights.iter().sum::<f64>() - 17.0).abs() < 1e-12, "{twice:?}");
        let dropped = trim(&[1.0, 2.0, 9.0], Cap::TimesMean(1.0), Excess::Dropped).unwrap();
        assert_eq!(dropped.weights, [1.0, 2.0, 4.0]);
        assert_eq!(trim(&[3.0, 3.0], Cap::TimesMean(0.5), Excess::Equal), Err(WeightingError::NothingLeft));
    }

    #[test]
    fn the_spread_of_weights_is_that_of_the_textbook() {
        let spread = WeightSpread::of(&[1.0, 3.0, 0.0, 2.0, 6.0]);
        assert_eq!((spread.count, spread.median, spread.smallest, spread.largest), (4, 2.5, 1.0, 6.0));
        // cv² = (50/4 − 9) / 9.
        assert!((spread.kish - (1.0 + 3.5 / 9.0)).abs() < 1e-12);
        assert_eq!(WeightSpread::of(&[]).kish.to_bits(), 0.0_f64.to_bits());
    }

    proptest! {
        #[test]
        fn trimming_keeps_the_sum_and_the_cap(
            weights in prop::collection::vec(0.1_f64..100.0, 2..40), times in 1.2_f64..5.0, is_equal: bool,
        ) {
            let excess = if is_equal { Excess::Equal } else { Excess::Proportional };
            let found = trim(&weights, Cap::TimesMean(times), excess).unwrap();
            let sum: f64 = weights.iter().sum();
            prop_assert!((found.weights.iter().sum::<f64>() / sum - 1.0).abs() < 1e-9);
            prop_assert!(found.weights.iter().all(|weight| *weight <= found.cap));
        }

        #[test]
        fn class_factors_keep_the_sum_of_each_class(
            people in prop::collection::vec((0.1_f64..100.0, 0_usize..4, any::<bool>()), 4..60),
        ) {
            let weights: Vec<f64> = people.iter().map(|person| person.0).collect();
            let classes: Vec<usize> = people.iter().map(|person| person.1).collect();
            let responded: Vec<bool> = people.iter().map(|person| person.2).collect();
            let Ok(found) = class_factors(&weights, &classes, &responded, 4) else { return Ok(()) };
            for class in 0..4 {
                let sum = |only: bool| people.iter().filter(|p| p.1 == class && (!only || p.2)).map(|p| p.0).sum::<f64>();
                prop_assert!((sum(true) * found.factors[class] - sum(false)).abs() < 1e-9);
            }
        }
    }
}
