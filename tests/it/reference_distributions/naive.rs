//! Designs and their variances, the slow and obvious way.

use std::collections::BTreeMap;

use plumbline::statistics::ShareBelow;

use crate::reference::path;

/// A file's rows by column name.
pub(crate) struct Rows {
    header: csv::StringRecord,
    records: Vec<csv::StringRecord>,
}

impl Rows {
    pub(crate) fn of(file: &str) -> Self {
        let mut reader = csv::Reader::from_path(path(file)).unwrap();
        let header = reader.headers().unwrap().clone();
        Self { header, records: reader.records().map(Result::unwrap).collect() }
    }

    pub(crate) fn texts(&self, column: &str) -> Vec<&str> {
        let at = self.header.iter().position(|name| name == column).unwrap();
        self.records.iter().map(|record| &record[at]).collect()
    }

    /// The numbers of a column; none where it is empty or `NA`.
    pub(crate) fn numbers(&self, column: &str) -> Vec<Option<f64>> {
        self.texts(column).into_iter().map(|text| text.parse().ok()).collect()
    }

    pub(crate) fn complete(&self, column: &str) -> Vec<f64> {
        self.numbers(column).into_iter().map(Option::unwrap).collect()
    }
}

/// Up to two stages, each with the finite population correction of whoever was drawn there.
pub(crate) struct Design {
    pub(crate) stratum: Vec<String>,
    pub(crate) psu: Vec<String>,
    pub(crate) weight: Vec<f64>,
    /// `1 − n_h / N_h`.
    pub(crate) correction: Vec<f64>,
    /// `n_h / N_h · (1 − m_i / M_i)` where a second stage counts; the elements are its units.
    pub(crate) second_stage: Option<Vec<f64>>,
}

impl Design {
    /// One stage with replacement.
    pub(crate) fn new(stratum: &[&str], psu: &[&str], weight: Vec<f64>) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let correction = vec![1.0; weight.len()];
        Self { stratum: owned(stratum), psu: owned(psu), weight, correction, second_stage: None }
    }

    /// The PSUs of each stratum, in order, with the rows of each.
    pub(crate) fn strata(&self) -> BTreeMap<&str, BTreeMap<&str, Vec<usize>>> {
        let mut strata: BTreeMap<&str, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
        for row in 0..self.weight.len() {
            strata.entry(&self.stratum[row]).or_default().entry(&self.psu[row]).or_default().push(row);
        }
        strata
    }

    /// `Σ w x y` over nobody but between two variables: the covariance of their weighted totals.
    pub(crate) fn covariance(&self, x: &[f64], y: &[f64]) -> f64 {
        let mut covariance = 0.0;
        for psus in self.strata().values() {
            let weighted = |values: &[f64], rows: &Vec<usize>| -> Vec<f64> {
                rows.iter().map(|row| self.weight[*row] * values[*row]).collect()
            };
            let totals = |values: &[f64]| -> Vec<f64> {
                psus.values().map(|rows| weighted(values, rows).iter().sum()).collect()
            };
            let first = psus.values().next().unwrap()[0];
            covariance += self.correction[first] * products(&totals(x), &totals(y));
            let Some(second_stage) = &self.second_stage else { continue };
            for rows in psus.values() {
                covariance += second_stage[rows[0]] * products(&weighted(x, rows), &weighted(y, rows));
            }
        }
        covariance
    }
}

/// `n / (n − 1) Σ (x − x̄)(y − ȳ)`; 0 for a single one.
fn products(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sum: f64 = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    if n < 2.0 { 0.0 } else { n / (n - 1.0) * sum }
}

/// The share at or below `limit` among those with a value, and its standard error.
pub(crate) fn share_below(design: &Design, values: &[Option<f64>], limit: f64) -> ShareBelow {
    let weight_of = |is_in: &dyn Fn(f64) -> bool| -> f64 {
        let weights = values.iter().zip(&design.weight);
        weights.filter(|(value, _)| value.is_some_and(is_in)).map(|(_, weight)| weight).sum()
    };
    let total = weight_of(&|_| true);
    let share = weight_of(&|value| value <= limit) / total;
    let residual = |value: &Option<f64>| value.map_or(0.0, |v| (f64::from(u8::from(v <= limit)) - share) / total);
    let residuals: Vec<f64> = values.iter().map(residual).collect();
    ShareBelow { share, se: design.covariance(&residuals, &residuals).sqrt() }
}
