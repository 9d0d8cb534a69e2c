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
/// degrees of freedom are not above 0.
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
/// excluded, or where degrees of freedom are not above 0.
#[must_use]
pub fn f_quantile(upper_tail: f64, numerator_df: f64, denominator_df: f64) -> f64 {
    match LogRatio::new(0.5 * numerator_df, 0.5 * denominator_df) {
        Some(law) if upper_tail > 0.0 && upper_tail < 1.0 => law.quantile(upper_tail).exp(),
        _ => f64::NAN,
    }
}

/// The probability that chi-square with `df` degrees of freedom exceeds `x`.
///
/// Right to 1e-12 of its size for 0.5 to 1e12 degrees of freedom. 1 for `x ≤ 0`; NaN for NaN or where `df` is not above 0.
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
/// `df` is not above 0.
#[must_use]
pub fn student_t_two_sided(t: f64, df: f64) -> f64 {
    match LogRatio::new(0.5, 0.5 * df) {
        // Twice the logarithm: the square itself may be no number.
        Some(law) if !t.is_nan() => law.upper_tail(2.0 * t.abs().ln()),
        _ => f64::NAN,
    }
}
