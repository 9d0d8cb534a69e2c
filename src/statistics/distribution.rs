//! Tail probabilities of Student's t, F and chi-square, right at every size and never hanging.

use super::incomplete_beta::LogRatio;

/// The probability that F with `numerator_df` and `denominator_df` degrees of freedom exceeds `f`.
///
/// ```text
/// P(F > f) = I_y(d₂/2, d₁/2),   y = d₂ / (d₁ f + d₂)
/// ```
///
/// Right to 1e-12 of its size for 0.5 to 1e12 degrees of freedom, `denominator_df` may be infinite (chi-square over its
/// degrees of freedom). The cumulative distribution is `f_upper_tail(1.0 / f, d₂, d₁)`. 1 for `f ≤ 0`; NaN for NaN or where
/// degrees of freedom are below 2e-8.
#[must_use]
pub fn f_upper_tail(f: f64, numerator_df: f64, denominator_df: f64) -> f64 {
    match LogRatio::new(0.5 * numerator_df, 0.5 * denominator_df) {
        Some(law) if f > 0.0 => law.upper_tail(f.ln()),
        Some(_) if f <= 0.0 => 1.0,
        _ => f64::NAN,
    }
}

/// The point that F with `numerator_df` and `denominator_df` degrees of freedom exceeds with probability `upper_tail`.
///
/// Right to 1e-12 of its size for 0.5 to 1e12 degrees of freedom. NaN for a probability that is not between 0 and 1, ends
/// excluded, or where degrees of freedom are below 2e-8.
#[must_use]
pub fn f_quantile(upper_tail: f64, numerator_df: f64, denominator_df: f64) -> f64 {
    match LogRatio::new(0.5 * numerator_df, 0.5 * denominator_df) {
        Some(law) if upper_tail > 0.0 && upper_tail < 1.0 => law.quantile(upper_tail).exp(),
        _ => f64::NAN,
    }
}

/// The probability that chi-square with `df` degrees of freedom exceeds `x`.
///
/// Right to 1e-12 of its size for 0.5 to 1e12 degrees of freedom. 1 for `x ≤ 0`; NaN for NaN or where `df` is below 2e-8.
#[must_use]
pub fn chi_square_upper_tail(x: f64, df: f64) -> f64 {
    match LogRatio::new(0.5 * df, f64::INFINITY) {
        // Near 1 the quotient itself would be rounded: at 1e12 degrees of freedom that costs six digits of the tail.
        Some(law) if x > 0.0 && (x - df).abs() < 0.5 * df => law.upper_tail(((x - df) / df).ln_1p()),
        Some(law) if x > 0.0 => law.upper_tail((x / df).ln()),
        Some(_) if x <= 0.0 => 1.0,
        _ => f64::NAN,
    }
}

/// The two-sided p value of Student's t with `df` degrees of freedom: `P(|T| > |t|) = P(F > t²)` with 1 and `df`.
///
/// Right to 1e-12 of its size for 0.5 to 1e12 degrees of freedom and for infinitely many (the normal). NaN for NaN or where
/// `df` is below 2e-8.
#[must_use]
pub fn student_t_two_sided(t: f64, df: f64) -> f64 {
    match LogRatio::new(0.5, 0.5 * df) {
        // Twice the logarithm: the square itself may be no number.
        Some(law) if !t.is_nan() => law.upper_tail(2.0 * t.abs().ln()),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use statrs::distribution::{ContinuousCDF, FisherSnedecor};

    use super::*;
    use crate::statistics::{beta_quantile, student_t_quantile};

    /// Degrees of freedom of every size from 0.5 to 1e12.
    fn df() -> impl Strategy<Value = f64> {
        (-0.3_f64..12.0).prop_map(|exponent| 10.0_f64.powf(exponent))
    }

    proptest! {
        #[test]
        fn quantiles_invert_the_tails(tail in 1e-9_f64..=0.999, d1 in df(), d2 in df()) {
            // Of the tail itself as many digits are lost as a quantile near 1 has zeros behind the point.
            let margin = 1e-11 + 1e-15 * d1.min(d2).sqrt();
            let back = f_upper_tail(f_quantile(tail, d1, d2), d1, d2);
            prop_assert!((back / tail - 1.0).abs() < margin, "{back}");
            let back = student_t_two_sided(student_t_quantile(0.5 * tail, d1), d1);
            prop_assert!((back / tail - 1.0).abs() < 1e-10, "{back}");
            let share = beta_quantile(tail, 0.5 * d1, 0.5 * d2);
            prop_assert!((0.0..=1.0).contains(&share));
        }

        #[test]
        fn both_tails_sum_to_1_and_fall(f in 1e-3_f64..1e3, d1 in df(), d2 in df()) {
            let (upper, lower) = (f_upper_tail(f, d1, d2), f_upper_tail(1.0 / f, d2, d1));
            prop_assert!((upper + lower - 1.0).abs() < 1e-12 + 1e-15 * d1.min(d2).sqrt(), "{upper} {lower}");
            prop_assert!(f_upper_tail(1.01 * f, d1, d2) <= upper);
        }

        #[test]
        fn at_moderate_sizes_the_tails_are_those_of_statrs(f in 0.05_f64..8.0, d1 in 0.5_f64..60.0, d2 in 0.5_f64..60.0) {
            let expected = FisherSnedecor::new(d1, d2).unwrap().sf(f);
            prop_assert!((f_upper_tail(f, d1, d2) - expected).abs() < 1e-11, "{expected}");
        }

        #[test]
        fn any_numbers_give_a_probability_or_no_number(x: f64, d1: f64, d2: f64) {
            for p in [f_upper_tail(x, d1, d2), chi_square_upper_tail(x, d1), student_t_two_sided(x, d1)] {
                prop_assert!(p.is_nan() || (0.0..=1.0).contains(&p), "{p}");
            }
            prop_assert!(f_quantile(x, d1, d2).is_nan() || f_quantile(x, d1, d2) >= 0.0);
            prop_assert!(beta_quantile(x, d1, d2).is_nan() || (0.0..=1.0).contains(&beta_quantile(x, d1, d2)));
        }
    }

    #[test]
    fn the_ends_have_the_whole_probability_or_none() {
        for whole in [f_upper_tail(0.0, 3.0, 5.0), chi_square_upper_tail(-1.0, 3.0), student_t_two_sided(0.0, 3.0)] {
            assert!((whole - 1.0).abs() < 1e-15, "{whole}");
        }
        let endless = [f_upper_tail(f64::INFINITY, 3.0, 5.0), chi_square_upper_tail(f64::INFINITY, 3.0)];
        for none in endless.into_iter().chain([f64::INFINITY, f64::NEG_INFINITY].map(|t| student_t_two_sided(t, 3.0))) {
            assert!(none.abs() < 1e-300, "{none}");
        }
        for no_number in [f64::NAN, 0.0, -1.0] {
            assert!(f_upper_tail(1.0, no_number, 5.0).is_nan() && f_upper_tail(1.0, 5.0, no_number).is_nan());
            assert!(f_quantile(no_number, 1.0, 2.0).is_nan() && student_t_two_sided(1.0, no_number).is_nan());
            assert!(student_t_quantile(no_number, 3.0).is_nan() && student_t_quantile(0.1, no_number).is_nan());
        }
    }

    #[test]
    fn infinitely_many_degrees_of_freedom_are_the_normal_law() {
        // scipy.stats.norm.sf(1.96) · 2
        assert!((student_t_two_sided(1.96, f64::INFINITY) - 0.049_995_790_296_440_87).abs() < 1e-14);
    }
}
