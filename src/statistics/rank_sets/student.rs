//! Student's t on the scale of the normal distribution, so that pairs with different degrees of freedom can be compared.

use statrs::function::gamma::ln_gamma;

use super::draws::normal_upper_point;

/// From here on Hill's expansion is right to 1e-9 up to eight standard deviations.
const EXPANSION_FROM_DF: f64 = 200.0;
/// The smallest two-sided tail; beyond it lie 37 standard deviations.
const TAIL_MIN: f64 = 1e-300;
/// The series of the tail itself is taken up to here: what is left of 1 would lose the digits of a small tail.
const DIRECT_UP_TO: f64 = 0.95;
/// The most terms of the series; some 700 are needed where its argument is largest.
const TERMS_MAX: usize = 2_000;

/// The z with the two-sided p value of |t| at `df` degrees of freedom:
///
/// ```text
/// 2 Φ(−z) = P(|T_df| > |t|)
/// ```
///
/// `t` itself where `df` is infinite, less elsewhere; it rises with |t| and with `df`. Right to 1e-8 of a standard deviation
/// up to z = 8, and cut off at z = 37. `df` is above 0.
///
/// Below 200 degrees of freedom by the series of the incomplete beta function (Abramowitz and Stegun 26.5.4), above by Hill's expansion (1970, algorithm 395, Communications of the ACM 13, 617–619).
pub(super) fn normal_equivalent(t: f64, df: f64) -> f64 {
    let t = t.abs();
    if df == f64::INFINITY || t == 0.0 {
        return t;
    }
    if df >= EXPANSION_FROM_DF {
        return hill(t, df).min(t);
    }
    let (square, half) = (t * t, 0.5 * df);
    let inside = df / (df + square);
    let tail = if inside <= DIRECT_UP_TO {
        beta_series(inside, half, 0.5)
    } else {
        1.0 - beta_series(1.0 - inside, 0.5, half)
    };
    normal_upper_point(0.5 * tail.clamp(TAIL_MIN, 1.0)).min(t)
}

/// Hill's expansion of z in 1 / (df − 1/2).
fn hill(t: f64, df: f64) -> f64 {
    let a = df - 0.5;
    let b = 48.0 * a * a;
    let y = a * (t * t / df).ln_1p();
    let numerator = ((-0.4 * y - 3.3) * y - 24.0) * y - 85.5;
    ((numerator / (0.8 * y * y + 100.0 + b) + y + 3.0) / b + 1.0) * y.sqrt()
}

/// The regularised incomplete beta function `I_x(a, b)`: a series of positive terms.
///
/// ```text
/// x^a (1 − x)^b / (a B(a, b)) · Σ_k (a + b)_k / (a + 1)_k · x^k
/// ```
fn beta_series(x: f64, a: f64, b: f64) -> f64 {
    let ln_beta = ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 0..TERMS_MAX {
        let k = k as f64;
        term *= x * (a + b + k) / (a + 1.0 + k);
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    (a * x.ln() + b * (-x).ln_1p() - ln_beta).exp() / a * sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::{normal_quantile, student_t_quantile, student_t_two_sided};

    /// `scipy.stats.norm.isf(scipy.stats.t.sf(t, df))`, `SciPy` 1.17.
    #[test]
    fn known_points_are_found() {
        for (t, df, expected) in [
            (12.706_204_736_174_707, 1.0, 1.959_963_984_540_054),
            (4.302_652_729_911_275, 2.0, 1.959_963_984_540_054),
            (2.042_272_456_301_238, 30.0, 1.959_963_984_540_054),
            (1.962_339_080_829_271, 1_000.0, 1.959_963_984_540_054),
            (0.5, f64::INFINITY, 0.5),
            (0.0, 3.0, 0.0),
        ] {
            let found = normal_equivalent(t, df);
            assert!((found - expected).abs() < 1e-8, "{t} {df}: {found} instead of {expected}");
            assert!((normal_equivalent(-t, df) - found).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn extremes_stay_numbers() {
        for (t, df) in [(1e150, 1.0), (1e150, 1e9), (1e-150, 0.5), (1e150, 199.9), (f64::MAX, 2.5), (3.0, 1e300)] {
            let found = normal_equivalent(t, df);
            assert!(found.is_finite() && found >= 0.0 && found <= t, "{t} {df}: {found}");
        }
    }

    proptest! {
        #[test]
        fn the_tail_of_z_is_the_tail_of_t(z in 0.01_f64..7.0, exponent in -0.3_f64..7.0) {
            let df = 10.0_f64.powf(exponent);
            let tail = crate::statistics::quantile::normal_upper_tail(z);
            let found = normal_equivalent(student_t_quantile(tail, df), df);
            prop_assert!((found - z).abs() < 2e-8, "{df}: {found} instead of {z}");
        }

        #[test]
        fn it_agrees_with_the_p_value_and_falls_with_the_degrees_of_freedom(t in 0.01_f64..40.0, df in 0.6_f64..400.0) {
            let found = normal_equivalent(t, df);
            let expected = normal_quantile(0.5 * student_t_two_sided(t, df));
            prop_assert!(found > 8.0 || (found - expected).abs() < 2e-8 * expected.max(1.0), "{found} instead of {expected}");
            prop_assert!(found > 8.0 || normal_equivalent(t, 0.9 * df) < found);
        }
    }
}
