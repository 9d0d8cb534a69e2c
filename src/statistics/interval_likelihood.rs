//! The likelihood interval of a share: all shares that the data do not make much less likely than the estimate.

use super::incomplete_beta::excess;

/// The shares `x` at both sides of `p` (0 < p < 1) with `KL(p, x) = p ln(p/x) + (1 − p) ln((1 − p)/(1 − x)) = distance`.
///
/// Solved by Newton's iteration on the logit scale, where the distance is convex: from outside it falls onto the solution
/// and needs no bracket. (0, 1) for an infinite distance.
pub(super) fn shares_at_distance(p: f64, distance: f64) -> (f64, f64) {
    if distance == f64::INFINITY {
        return (0.0, 1.0);
    }
    (share_below(p, distance), 1.0 - share_below(1.0 - p, distance))
}

fn share_below(p: f64, distance: f64) -> f64 {
    let q = 1.0 - p;
    // So near to p the distance is (x − p)² / (2 p q) but for its last digits, and the iteration has none to go by.
    let reach = (2.0 * p * q * distance).sqrt();
    if reach < 1e-8 * p.min(q) {
        return p - reach;
    }
    // Further out than the solution: there the first part of the distance alone is large enough.
    let mut logit = p.ln() - (distance - q * q.ln()) / p;
    for _ in 0..100 {
        let share = 1.0 / (1.0 + (-logit).exp());
        let step = (divergence(p, logit) - distance) / (p - share);
        logit += step;
        if step.is_nan() || step <= 4.0 * f64::EPSILON * logit.abs() {
            break;
        }
    }
    1.0 / (1.0 + (-logit).exp())
}

/// `KL(p, expit(logit))` without cancellation.
fn divergence(p: f64, logit: f64) -> f64 {
    let q = 1.0 - p;
    let odds = logit.exp();
    let share = odds / (1.0 + odds);
    let ln_other = -odds.ln_1p();
    p * excess((share - p) / p, logit + ln_other - p.ln()) + q * excess((p - share) / q, ln_other - q.ln())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_ends_are_at_the_stated_distance(p in 0.001_f64..0.999, distance in 1e-10_f64..0.5) {
            let (low, high) = shares_at_distance(p, distance);
            prop_assert!(0.0 <= low && low < p && p < high && high <= 1.0, "{low} {high}");
            for share in [low, high] {
                let found = p * (p / share).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - share)).ln();
                // So near to 1 the rounded share itself is at another distance.
                prop_assert!(1.0 - share < 1e-6 || (found - distance).abs() < 1e-11, "{found} {distance}");
            }
        }
    }

    #[test]
    fn an_infinite_distance_holds_every_share() {
        assert_eq!(shares_at_distance(0.3, f64::INFINITY), (0.0, 1.0));
    }
}
