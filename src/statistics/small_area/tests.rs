//! What the model must do whatever the data are; agreement with R is in `tests/it/reference_small_areas.rs`.

use proptest::prelude::*;

use super::*;
use crate::statistics::linear::Cholesky;

const ESTIMATORS: [VarianceEstimator; 3] =
    [VarianceEstimator::Reml, VarianceEstimator::Ml, VarianceEstimator::FayHerriot];
const COLUMNS: [&str; 2] = ["one", "x"];

fn area(estimate: f64, variance: f64, x: f64) -> Area {
    Area { estimate, variance, covariates: vec![1.0, x] }
}

/// Six areas whose values differ by far more than their sampling variances.
fn different() -> Vec<Area> {
    let rows = [(0.1, 1.0), (3.0, 2.0), (1.5, 3.0), (6.0, 4.0), (2.0, 5.0), (7.5, 7.0)];
    rows.iter().enumerate().map(|(d, (estimate, x))| area(*estimate, 0.1 + 0.02 * d as f64, *x)).collect()
}

fn any_areas() -> impl Strategy<Value = Vec<Area>> {
    prop::collection::vec((-1.0_f64..1.0, 0.001_f64..0.5), 5..20).prop_map(|rows| {
        rows.iter().enumerate().map(|(d, (y, variance))| area(y + 0.1 * d as f64, *variance, (d % 7) as f64)).collect()
    })
}

fn is_close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * (1.0 + expected.abs())
}

/// `β` by Gauss and Jordan's elimination on the normal equations, written out for two columns.
fn naive_coefficients(areas: &[Area], model_variance: f64) -> [f64; 2] {
    let mut table = [[0.0; 3]; 2];
    for area in areas {
        let row = [area.covariates[0], area.covariates[1], area.estimate];
        for (i, j) in (0..2).flat_map(|i| (0..3).map(move |j| (i, j))) {
            table[i][j] += row[i] * row[j] / (model_variance + area.variance);
        }
    }
    let [a, b] = table;
    let slope = (b[2] - b[0] * a[2] / a[0]) / (b[1] - b[0] * a[1] / a[0]);
    [(a[2] - a[1] * slope) / a[0], slope]
}

/// The variance equations by dense matrices, as they stand in the books: `(yᵀPPy, tr P, yᵀPy)`.
fn naive_quadratics(areas: &[Area], model_variance: f64) -> (f64, f64, f64) {
    let m = areas.len();
    let weight: Vec<f64> = areas.iter().map(|area| 1.0 / (model_variance + area.variance)).collect();
    let inverse = Cholesky::new(&variance::cross_products(areas, |area| 1.0 / (model_variance + area.variance)));
    let inverse = inverse.unwrap().inverse();
    let p = |d: usize, e: usize| {
        let pairs = (0..2).flat_map(|i| (0..2).map(move |j| (i, j)));
        let form: f64 = pairs.map(|(i, j)| areas[d].covariates[i] * inverse[i][j] * areas[e].covariates[j]).sum();
        f64::from(u8::from(d == e)) * weight[d] - weight[d] * weight[e] * form
    };
    let py: Vec<f64> = (0..m).map(|d| (0..m).map(|e| p(d, e) * areas[e].estimate).sum()).collect();
    let form = py.iter().zip(areas).map(|(py, area)| py * area.estimate).sum();
    (py.iter().map(|x| x * x).sum(), (0..m).map(|d| p(d, d)).sum(), form)
}

#[test]
fn two_equal_areas_and_an_intercept_are_computed_by_hand() {
    // y = ±1, ψ = 0.5, only an intercept: β = 0; REML and FH solve Σy²/(A + ψ) = 1, ML solves Σy²/(A + ψ) = 2.
    let areas = [1.0, -1.0].map(|estimate| Area { estimate, variance: 0.5, covariates: vec![1.0] });
    for (estimator, total) in ESTIMATORS.into_iter().zip([2.0, 1.0, 2.0]) {
        let model = FayHerriot::fit(&["one"], &areas, estimator).unwrap();
        assert!(is_close(model.model_variance, total - 0.5, 1e-13), "{estimator:?} {}", model.model_variance);
        assert!(is_close(model.coefficients[0].value, 0.0, 1e-15));
        assert!(is_close(model.coefficients[0].se, (total / 2.0_f64).sqrt(), 1e-13));
        let prediction = model.predictions[0];
        assert!(is_close(prediction.direct_weight, 1.0 - 0.5 / total, 1e-13));
        assert!(is_close(prediction.value, 1.0 - 0.5 / total, 1e-13));
        // With v = 1/total for both: Var A = 2/Σv² = total², b = −(v²/(2v) · 2)/(2v²) = −total/2 for ML, 0 for FH.
        let rest = 0.5 / total;
        let bias = if estimator == VarianceEstimator::Ml { -total / 2.0 } else { 0.0 };
        let mse = (1.0 - rest) * 0.5 + rest * rest * (total / 2.0 + 2.0 * total - bias);
        assert!(is_close(prediction.mse, mse, 1e-12), "{estimator:?}");
    }
}

#[test]
fn areas_that_differ_no_more_than_sampling_explains_have_the_regressions_value() {
    let areas: Vec<Area> = (0..8_u8).map(|d| area(f64::from(d % 2) * 0.01, 1.0, f64::from(d))).collect();
    for estimator in ESTIMATORS {
        let model = FayHerriot::fit(&COLUMNS, &areas, estimator).unwrap();
        assert_eq!(model.model_variance.to_bits(), 0.0_f64.to_bits());
        for (prediction, area) in model.predictions.iter().zip(&areas) {
            let synthetic = model.predict_synthetic(&area.covariates).unwrap();
            assert!(is_close(prediction.value, synthetic.value, 1e-14) && prediction.mse > 0.0);
        }
    }
}

#[test]
fn a_variance_above_0_is_found_where_plain_scoring_jumps_over_it() {
    // From the median, scoring steps below 0. First case: the score at 0 is negative, and there is a root above 0 all the same.
    // Second case: plain scoring ends at a root below minus the smallest sampling variance, and would be cut off to 0.
    let cases = [
        (VarianceEstimator::Ml, [-1.0, 1.1, -1.0, 0.8, 1.5, -0.4], [0.4, 0.6, 0.6, 1.0, 0.02, 0.6], 0.554_071),
        (VarianceEstimator::Reml, [0.5, 4.9, -0.9, -0.2, 0.2, -0.4], [20.0, 40.0, 20.0, 0.3, 0.02, 0.3], 0.036_114),
    ];
    for (estimator, estimates, variances, expected) in cases {
        let rows = estimates.into_iter().zip(variances).enumerate();
        let areas: Vec<Area> = rows.map(|(d, (estimate, variance))| area(estimate, variance, d as f64)).collect();
        let found = FayHerriot::fit(&COLUMNS, &areas, estimator).unwrap().model_variance;
        let (squares, trace, _) = naive_quadratics(&areas, found);
        let right = if estimator == VarianceEstimator::Reml {
            trace
        } else {
            areas.iter().map(|area| 1.0 / (found + area.variance)).sum()
        };
        assert!(is_close(found, expected, 1e-6) && is_close(squares, right, 1e-9), "{estimator:?} {found}");
    }
}

#[test]
fn an_area_without_direct_estimate_is_that_with_an_endless_sampling_variance() {
    // The moment equation counts such an area as an observation; the likelihoods do not see it.
    for estimator in [VarianceEstimator::Reml, VarianceEstimator::Ml] {
        let without = FayHerriot::fit(&COLUMNS, &different(), estimator).unwrap();
        let synthetic = without.predict_synthetic(&[1.0, 6.0]).unwrap();
        let mut areas = different();
        areas.push(area(100.0, 1e13, 6.0));
        let with = FayHerriot::fit(&COLUMNS, &areas, estimator).unwrap();
        assert!(is_close(with.predictions[6].value, synthetic.value, 1e-9));
        assert!(is_close(with.predictions[6].mse, synthetic.mse, 1e-9));
        assert!(synthetic.mse > without.predictions.iter().map(|prediction| prediction.mse).fold(0.0, f64::max));
    }
    let model = FayHerriot::fit(&COLUMNS, &different(), VarianceEstimator::Reml).unwrap();
    for covariates in [&[1.0][..], &[1.0, 2.0, 3.0], &[1.0, f64::NAN]] {
        assert_eq!(model.predict_synthetic(covariates), None);
    }
}

#[test]
fn what_cannot_be_fitted_is_one_clear_error() {
    let with = |change: &dyn Fn(&mut Vec<Area>)| {
        let mut areas = different();
        change(&mut areas);
        FayHerriot::fit(&COLUMNS, &areas, VarianceEstimator::Reml).map(drop).unwrap_err().to_string()
    };
    let collinear = "column \"x\" says nothing that the columns before it do not say already";
    assert_eq!(with(&|a| a.truncate(2)), "2 columns need at least 3 areas with a direct estimate; here are 2");
    assert_eq!(with(&|a| a[3].estimate = f64::NAN), "area 4: the direct estimate NaN is not a finite number");
    for variance in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let expected = format!("area 1: the sampling variance must be a finite number above 0, not {variance}");
        assert_eq!(with(&|a| a[0].variance = variance), expected);
    }
    assert_eq!(with(&|a| a[1].covariates.truncate(1)), "area 2: 1 covariates instead of 2");
    let expected = "area 3, column \"x\": inf is not a finite number";
    assert_eq!(with(&|a| a[2].covariates[1] = f64::INFINITY), expected);
    assert_eq!(with(&|a| a.iter_mut().for_each(|area| area.covariates[1] = 7.0)), collinear);
    assert_eq!(
        with(&|a| a.iter_mut().for_each(|area| area.estimate *= 1e300)),
        SmallAreaError::NoConvergence.to_string()
    );
    for found in [0, FayHerriot::COLUMNS_MAX + 1] {
        let error = FayHerriot::fit(&vec!["x"; found], &different(), VarianceEstimator::Ml).unwrap_err();
        assert_eq!(error, SmallAreaError::Columns { found });
    }
    assert!(FayHerriot::fit(&COLUMNS, &different()[..3], VarianceEstimator::Reml).is_ok());
}

#[test]
fn fifty_columns_are_fitted() {
    let columns = vec!["x"; FayHerriot::COLUMNS_MAX];
    let row = |d: usize| (0..columns.len()).map(|j| f64::from(u8::from(d % columns.len() == j))).collect();
    let areas: Vec<Area> =
        (0..100).map(|d| Area { estimate: (d * d % 17) as f64, variance: 1.0, covariates: row(d) }).collect();
    assert_eq!(FayHerriot::fit(&columns, &areas, VarianceEstimator::Reml).unwrap().coefficients.len(), 50);
}

proptest! {
    #[test]
    fn a_prediction_lies_between_the_direct_estimate_and_the_regression(areas in any_areas()) {
        for estimator in ESTIMATORS {
            let model = FayHerriot::fit(&COLUMNS, &areas, estimator).unwrap();
            for (area, prediction) in areas.iter().zip(&model.predictions) {
                let synthetic = model.predict_synthetic(&area.covariates).unwrap().value;
                let (low, high) = (synthetic.min(area.estimate), synthetic.max(area.estimate));
                prop_assert!(low - 1e-12 <= prediction.value && prediction.value <= high + 1e-12);
                prop_assert!((0.0..=1.0).contains(&prediction.direct_weight));
            }
        }
    }

    #[test]
    fn the_regression_and_the_variance_equations_are_those_of_the_books(areas in any_areas()) {
        for estimator in ESTIMATORS {
            let model = FayHerriot::fit(&COLUMNS, &areas, estimator).unwrap();
            let naive = naive_coefficients(&areas, model.model_variance);
            for (coefficient, naive) in model.coefficients.iter().zip(naive) {
                prop_assert!(is_close(coefficient.value, naive, 1e-9), "{} {naive}", coefficient.value);
            }
            let (squares, trace, form) = naive_quadratics(&areas, model.model_variance);
            let sum: f64 = areas.iter().map(|area| 1.0 / (model.model_variance + area.variance)).sum();
            let (left, right) = match estimator {
                VarianceEstimator::Reml => (squares, trace),
                VarianceEstimator::Ml => (squares, sum),
                VarianceEstimator::FayHerriot => (form, areas.len() as f64 - 2.0),
            };
            // At the boundary the left side is the smaller one.
            let solves = (left - right).abs() < 1e-8 * right || (model.model_variance == 0.0 && left < right);
            prop_assert!(solves, "{estimator:?} {} {left} {right}", model.model_variance);
        }
    }

    #[test]
    fn the_surer_the_direct_estimate_the_nearer_is_the_prediction(areas in any_areas()) {
        let mut areas = areas;
        areas[0].variance = 1e-9;
        let model = FayHerriot::fit(&COLUMNS, &areas, VarianceEstimator::Reml).unwrap();
        let prediction = model.predictions[0];
        prop_assume!(model.model_variance > 0.01);
        prop_assert!((prediction.value - areas[0].estimate).abs() < 1e-6 && prediction.mse < 1e-8);
    }

    #[test]
    fn another_unit_of_measurement_changes_nothing_else(areas in any_areas(), scale in 1e-3_f64..1e3) {
        let mut scaled = areas.clone();
        for area in &mut scaled {
            area.estimate *= scale;
            area.variance *= scale * scale;
            area.covariates[1] *= 12.5;
        }
        for estimator in ESTIMATORS {
            let model = FayHerriot::fit(&COLUMNS, &areas, estimator).unwrap();
            let other = FayHerriot::fit(&COLUMNS, &scaled, estimator).unwrap();
            prop_assert!(is_close(other.model_variance / (scale * scale), model.model_variance, 1e-9));
            for (prediction, other) in model.predictions.iter().zip(&other.predictions) {
                prop_assert!(is_close(other.value / scale, prediction.value, 1e-9));
                prop_assert!(is_close(other.mse / (scale * scale), prediction.mse, 1e-9));
            }
        }
    }

    #[test]
    fn the_order_of_the_areas_does_not_matter(areas in any_areas(), turn in 0_usize..20) {
        let mut turned = areas.clone();
        turned.rotate_left(turn % areas.len());
        turned.reverse();
        for estimator in ESTIMATORS {
            let model = FayHerriot::fit(&COLUMNS, &areas, estimator).unwrap();
            let mut other = FayHerriot::fit(&COLUMNS, &turned, estimator).unwrap().predictions;
            other.reverse();
            other.rotate_right(turn % areas.len());
            for (prediction, other) in model.predictions.iter().zip(&other) {
                prop_assert!(is_close(other.value, prediction.value, 1e-9));
                prop_assert!(is_close(other.mse, prediction.mse, 1e-9));
            }
        }
    }

    #[test]
    fn any_numbers_end_in_finite_predictions_or_in_an_error(
        rows in prop::collection::vec((any::<f64>(), any::<f64>(), any::<f64>()), 3..8),
    ) {
        let areas: Vec<Area> = rows.iter().map(|(y, variance, x)| area(*y, variance.abs(), *x)).collect();
        for estimator in ESTIMATORS {
            if let Ok(model) = FayHerriot::fit(&COLUMNS, &areas, estimator) {
                for prediction in &model.predictions {
                    prop_assert!(prediction.value.is_finite() && prediction.mse.is_finite(), "{prediction:?}");
                }
            }
        }
    }
}
