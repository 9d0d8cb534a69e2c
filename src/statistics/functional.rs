//! Smooth statistics as data: a constant plus weighted ratios of sums of totals, with their gradient.

/// A ratio: the sum of some totals over the sum of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratio {
    /// Indices of the totals above the line.
    pub numerator: Vec<usize>,
    /// Indices of the totals below the line.
    pub denominator: Vec<usize>,
}

/// `θ(x) = constant + Σ_r c_r · (Σ_{i ∈ numerator} x_i) / (Σ_{i ∈ denominator} x_i)`.
///
/// Shares, means, factors and all four indices are of this one form.
#[derive(Debug, Clone, PartialEq)]
pub struct Functional {
    /// What is added to the ratios.
    pub constant: f64,
    /// Coefficient and ratio of each term.
    pub terms: Vec<(f64, Ratio)>,
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
    /// Value and gradient at the totals `x`; nothing where a denominator is 0.
    ///
    /// ```text
    /// R = N/D:   ∂R/∂x_i = 1/D for i in the numerator,   −R/D for i in the denominator
    /// ```
    #[must_use]
    pub fn linearise(&self, x: &[f64]) -> Option<Linearised> {
        let mut value = self.constant;
        let mut gradient = vec![0.0; x.len()];
        for (coefficient, ratio) in &self.terms {
            let sum = |indices: &[usize]| indices.iter().map(|i| x[*i]).sum::<f64>();
            let denominator = sum(&ratio.denominator);
            if denominator <= 0.0 {
                return None;
            }
            let quotient = sum(&ratio.numerator) / denominator;
            value += coefficient * quotient;
            for i in &ratio.numerator {
                gradient[*i] += coefficient / denominator;
            }
            for i in &ratio.denominator {
                gradient[*i] -= coefficient * quotient / denominator;
            }
        }
        let gradient = gradient.into_iter().enumerate().filter(|(_, slope)| *slope != 0.0).collect();
        Some(Linearised { value, gradient })
    }
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

    fn two_ratios() -> Functional {
        let ratio = |numerator: &[usize], denominator: &[usize]| Ratio {
            numerator: numerator.to_vec(),
            denominator: denominator.to_vec(),
        };
        Functional { constant: 1.0, terms: vec![(2.0, ratio(&[0], &[1])), (-0.5, ratio(&[0, 2], &[1, 3]))] }
    }

    #[test]
    fn the_value_is_the_constant_plus_the_weighted_ratios() {
        let value = two_ratios().linearise(&[1.0, 4.0, 2.0, 8.0]).unwrap().value;
        assert!((value - (1.0 + 2.0 * 0.25 - 0.5 * 0.25)).abs() < 1e-15);
    }

    #[test]
    fn a_ratio_over_nothing_has_no_value() {
        assert_eq!(two_ratios().linearise(&[0.0; 4]), None);
    }

    proptest! {
        #[test]
        fn the_gradient_is_the_slope_of_the_value(x in prop::collection::vec(1.0_f64..100.0, 4), i in 0_usize..4) {
            let functional = two_ratios();
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
        fn multiplying_all_totals_changes_nothing(x in prop::collection::vec(1.0_f64..100.0, 4), factor in 0.01_f64..100.0) {
            let scaled: Vec<f64> = x.iter().map(|total| total * factor).collect();
            let (plain, scaled) = (two_ratios().linearise(&x).unwrap(), two_ratios().linearise(&scaled).unwrap());
            prop_assert!((plain.value - scaled.value).abs() < 1e-12);
        }
    }
}
