//! Calibration person by person, by Newton's method on dense systems.

use super::survey::{Calibration, Survey};

/// The indicators of the margins' levels that the sample has, for each respondent, and the people of each.
pub(super) fn auxiliaries(survey: &Survey, calibration: &Calibration) -> (Vec<Vec<f64>>, Vec<f64>) {
    let counts = survey.counts(calibration);
    let mut columns: Vec<Box<dyn Fn(usize, usize) -> bool>> = Vec::new();
    if calibration.is_crossed {
        for cell in counts.keys().copied() {
            columns.push(Box::new(move |sex, age| (sex, age) == cell));
        }
    } else {
        for level in (0..2).filter(|level| counts.keys().any(|(sex, _)| sex == level)) {
            columns.push(Box::new(move |sex, _| sex == level));
        }
        // The first level follows from the others.
        for level in (0..3).filter(|level| counts.keys().any(|(_, age)| age == level)).skip(1) {
            columns.push(Box::new(move |_, age| age == level));
        }
    }
    let indicator = |is_in: bool| f64::from(u8::from(is_in));
    let x = survey
        .people
        .iter()
        .map(|person| columns.iter().map(|is_in| indicator(is_in(person.sex, person.age))).collect());
    let totals =
        columns.iter().map(|is_in| counts.iter().map(|((sex, age), n)| indicator(is_in(*sex, *age)) * n).sum());
    (x.collect(), totals.collect())
}

/// The factors that meet the totals; nothing where none do, or the indicators depend on each other.
pub(super) fn calibrate(x: &[Vec<f64>], weights: &[f64], totals: &[f64], method: &str) -> Option<Vec<f64>> {
    let (lower, upper) = (0.2, 4.0);
    let factor = |eta: f64| match method {
        "raking" => (eta.exp(), eta.exp()),
        "logit" => {
            let a = (upper - lower) / ((1.0 - lower) * (upper - 1.0));
            let e = (a * eta).exp();
            let below = upper - 1.0 + (1.0 - lower) * e;
            let slope = e * a * (upper - lower) * (1.0 - lower) * (upper - 1.0) / (below * below);
            ((lower * (upper - 1.0) + upper * (1.0 - lower) * e) / below, slope)
        }
        _ => (1.0 + eta, 1.0),
    };
    solve(products(x, weights), totals.to_vec())?;
    let mut lambda = vec![0.0; totals.len()];
    if method == "raking" {
        // From where the sums agree, Newton's method needs no halving.
        let ratio = largest(totals) / largest(&cross(x, weights, &vec![1.0; weights.len()]));
        lambda = solve(products(x, weights), cross(x, weights, &vec![ratio.ln(); weights.len()]))?;
    }
    for _ in 0..200 {
        let at: Vec<(f64, f64)> = x.iter().map(|x| factor(dot(x, &lambda))).collect();
        let factors: Vec<f64> = at.iter().map(|(factor, _)| *factor).collect();
        let reached = cross(x, weights, &factors);
        let missing: Vec<f64> = totals.iter().zip(&reached).map(|(total, reached)| total - reached).collect();
        if missing.iter().zip(totals).all(|(missing, total)| missing.abs() < 1e-13 * total.abs()) {
            return Some(factors);
        }
        let slopes: Vec<f64> = at.iter().zip(weights).map(|((_, slope), weight)| slope * weight).collect();
        let step = solve(products(x, &slopes), missing.clone())?;
        lambda.iter_mut().zip(step).for_each(|(lambda, step)| *lambda += step);
        if lambda.iter().any(|lambda| !lambda.is_finite()) {
            return None;
        }
    }
    let reached = cross(x, weights, &x.iter().map(|x| factor(dot(x, &lambda)).0).collect::<Vec<_>>());
    let is_met = reached.iter().zip(totals).all(|(reached, total)| (reached / total - 1.0).abs() < 1e-10);
    is_met.then(|| x.iter().map(|x| factor(dot(x, &lambda)).0).collect())
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `Xᵀ W X`.
pub(super) fn products(x: &[Vec<f64>], weights: &[f64]) -> Vec<Vec<f64>> {
    let columns = x[0].len();
    let product = |i: usize, j: usize| x.iter().zip(weights).map(|(x, weight)| weight * x[i] * x[j]).sum();
    (0..columns).map(|i| (0..columns).map(|j| product(i, j)).collect()).collect()
}

/// `Xᵀ W y`.
pub(super) fn cross(x: &[Vec<f64>], weights: &[f64], y: &[f64]) -> Vec<f64> {
    let product = |i: usize| x.iter().zip(weights).zip(y).map(|((x, weight), y)| weight * x[i] * y).sum();
    (0..x[0].len()).map(product).collect()
}

/// Gauss's elimination with pivots; nothing where the matrix is singular.
pub(super) fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for column in 0..size {
        let diagonal = matrix.iter().map(|row| row[column].abs()).fold(0.0, f64::max);
        let pivot = (column..size).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))?;
        if matrix[pivot][column].abs() <= 1e-11 * diagonal || !diagonal.is_normal() {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in (0..size).filter(|row| *row != column) {
            let ratio = matrix[row][column] / matrix[column][column];
            let source = matrix[column].clone();
            matrix[row].iter_mut().zip(source).for_each(|(entry, source)| *entry -= ratio * source);
            right[row] -= ratio * right[column];
        }
    }
    Some((0..size).map(|row| right[row] / matrix[row][row]).collect())
}
