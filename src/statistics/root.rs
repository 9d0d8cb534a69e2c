//! The root of a function of one variable by Brent's method, as R's `uniroot` has it.

/// A root of `f` between `low` and `high`, to `tolerance`; nothing where `f` has the same sign at both ends, or no value.
///
/// The last point is the end of the final bracket at which `|f|` is smaller. At most 1,000 evaluations; where the
/// tolerance is not reached by then (it is below the rounding of the numbers), the best point so far.
///
/// Source: Brent (1973), Algorithms for Minimization without Derivatives, chapter 4 (`zero`).
pub(super) fn brent_root(mut f: impl FnMut(f64) -> f64, low: f64, high: f64, tolerance: f64) -> Option<f64> {
    // `best` and `other` enclose the root, `last` is the best point before.
    let (mut last, mut best) = ((low, f(low)), (high, f(high)));
    let mut other = last;
    if last.1.is_nan() || best.1.is_nan() || last.1 * best.1 > 0.0 {
        return None;
    }
    if last.1 == 0.0 {
        return Some(low);
    }
    for _ in 0..1000 {
        let step_before = best.0 - last.0;
        if other.1.abs() < best.1.abs() {
            (last, best, other) = (best, other, best);
        }
        let smallest = 2.0 * f64::EPSILON * best.0.abs() + 0.5 * tolerance;
        let half = 0.5 * (other.0 - best.0);
        if half.abs() <= smallest || best.1 == 0.0 {
            break;
        }
        let is_worth_a_try = step_before.abs() >= smallest && last.1.abs() > best.1.abs();
        let step = if is_worth_a_try { interpolation(last, best, other, step_before, smallest) } else { None };
        let step = step.unwrap_or(half);
        last = best;
        best.0 += if step.abs() < smallest { smallest.copysign(step) } else { step };
        best.1 = f(best.0);
        if best.1.is_nan() {
            return None;
        }
        if (best.1 > 0.0) == (other.1 > 0.0) && best.1 != 0.0 {
            other = last;
        }
    }
    Some(best.0)
}

type Point = (f64, f64);

/// The step from `best` to the root of the line through two points or of the inverse parabola through three, where it stays
/// well inside the bracket and is less than half the step before.
fn interpolation(last: Point, best: Point, other: Point, step_before: f64, smallest: f64) -> Option<f64> {
    let width = other.0 - best.0;
    let (numerator, denominator) = if last.0.total_cmp(&other.0).is_eq() {
        let ratio = best.1 / last.1;
        (width * ratio, 1.0 - ratio)
    } else {
        let (q, r, s) = (last.1 / other.1, best.1 / other.1, best.1 / last.1);
        let numerator = s * (width * q * (q - r) - (best.0 - last.0) * (r - 1.0));
        (numerator, (q - 1.0) * (r - 1.0) * (s - 1.0))
    };
    let denominator = if numerator > 0.0 { -denominator } else { denominator };
    let numerator = numerator.abs();
    let is_inside = numerator < 0.75 * width * denominator - 0.5 * (smallest * denominator).abs();
    (is_inside && numerator < (0.5 * step_before * denominator).abs()).then(|| numerator / denominator)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_root_of_a_cubic_is_found(root in -9.0_f64..9.0, slope in 0.0_f64..5.0) {
            let found = brent_root(|x| (x - root).powi(3) + slope * (x - root), -10.0, 11.0, 1e-9).unwrap();
            prop_assert!((found - root).abs() <= 1e-9, "{found} {root}");
        }

        #[test]
        fn the_point_at_which_a_step_function_changes_its_sign_is_found(at in -9.0_f64..9.0, below in 0.1_f64..5.0) {
            let found = brent_root(|x| if x < at { -below } else { 1.0 }, -10.0, 11.0, 1e-6).unwrap();
            prop_assert!((found - at).abs() <= 1e-6 && (found >= at || below <= 1.0), "{found} {at}");
        }
    }

    #[test]
    fn without_a_change_of_sign_there_is_no_root() {
        assert_eq!(brent_root(|x| x * x + 1.0, -1.0, 1.0, 1e-9), None);
        assert_eq!(brent_root(|_| f64::NAN, -1.0, 1.0, 1e-9), None);
        assert_eq!(brent_root(|x| x, 0.0, 1.0, 1e-9), Some(0.0));
    }
}
