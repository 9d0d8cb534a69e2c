//! Samples of numeric variables under R's example designs, by the pure functions of `plumbline::statistics`.

use std::collections::BTreeMap;

use plumbline::statistics::{
    Calibrated, CalibrationCell, CalibrationMethod, DesignEffect, Functional, IntervalMethod, Linearised,
    LinearisedSample, LonelyPsu, MeanTree, Precision, Ratio, StageCovariance, StratumCovariance, StratumMoments,
    StratumSize, SymmetricMatrix, calibrate, precision,
};

use crate::reference_distributions::naive::Rows;

/// Totals are added as whole parts of this size.
const PART: f64 = 1e-11;

/// A variable of everybody in the sample; none for those outside the domain.
pub(crate) type Variable = Vec<Option<f64>>;

/// Who was drawn, in up to two stages, with which weight.
pub(crate) struct Survey {
    rows: Rows,
    strata: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
    pub(crate) weight: Vec<f64>,
    /// How many PSUs, and how many elements of the PSU, each was drawn from; none without a correction.
    populations: [Option<Vec<f64>>; 2],
    calibration: Option<Regression>,
}

/// A weighted regression on auxiliary variables.
struct Regression {
    x: Vec<Vec<f64>>,
    weight: Vec<f64>,
    /// `(Σ w x xᵀ)⁻¹`.
    inverse: Vec<Vec<f64>>,
}

impl Survey {
    /// A design of [`super::DESIGNS`].
    pub(crate) fn api(name: &str) -> Self {
        let one_stage = |file, stratum, psu| Self::new(file, stratum, psu, "pw", [Some("fpc"), None]);
        match name {
            "dsrs" => one_stage("apisrs.csv", None, "cds"),
            "dstrat" => one_stage("apistrat.csv", Some("stype"), "cds"),
            "dclus1" => one_stage("apiclus1.csv", None, "dnum"),
            "dclus2" => Self::new("apiclus2.csv", None, "dnum", "pw", [Some("fpc1"), Some("fpc2")]),
            "dclus2wr" => Self::new("apiclus2.csv", None, "dnum", "pw", [None, None]),
            _ => panic!("no design {name}"),
        }
    }

    /// The design of these columns.
    pub(crate) fn new(
        file: &str,
        stratum: Option<&str>,
        psu: &str,
        weight: &str,
        populations: [Option<&str>; 2],
    ) -> Self {
        let rows = Rows::of(file);
        let mut strata: BTreeMap<String, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
        for (row, psu) in rows.texts(psu).into_iter().enumerate() {
            let stratum = stratum.map_or("", |column| rows.texts(column)[row]).to_owned();
            strata.entry(stratum).or_default().entry(psu.to_owned()).or_default().push(row);
        }
        let weight = rows.complete(weight);
        let populations = populations.map(|column| column.map(|column| rows.complete(column)));
        Self { rows, strata, weight, populations, calibration: None }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.weight.len()
    }

    /// Degrees of freedom of the whole sample.
    pub(crate) fn df(&self) -> u64 {
        let psus: usize = self.strata.values().map(BTreeMap::len).sum();
        (psus - self.strata.len()) as u64
    }

    /// A numeric column.
    pub(crate) fn column(&self, name: &str) -> Variable {
        self.rows.numbers(name)
    }

    /// Whether a column has this text, as 0 and 1.
    pub(crate) fn indicator(&self, name: &str, text: &str) -> Variable {
        self.rows.texts(name).into_iter().map(|found| Some(f64::from(u8::from(found == text)))).collect()
    }

    /// Weights that meet the totals of the auxiliary variables `x`, whose first is 1.
    pub(crate) fn calibrated(mut self, x: &[Variable], totals: &[f64], method: CalibrationMethod) -> Self {
        let (regression, found) = Regression::new(x, &self.weight, totals, method);
        self.weight.iter_mut().zip(&found.factors).for_each(|(weight, factor)| *weight *= factor);
        self.calibration = Some(regression);
        self
    }

    /// The totals of the variables among those who have them all; the first is that of 1, the number of people.
    pub(crate) fn totals(&self, variables: &[Variable]) -> Totals {
        let is_member = |row: usize| variables.iter().all(|variable| variable[row].is_some());
        let members: Vec<f64> = (0..self.len()).map(|row| f64::from(u8::from(is_member(row)))).collect();
        let of_members = |variable: &Variable| -> Vec<f64> {
            variable.iter().zip(&members).map(|(value, member)| value.unwrap_or(0.0) * member).collect()
        };
        let variables: Vec<Vec<f64>> =
            std::iter::once(members.clone()).chain(variables.iter().map(of_members)).collect();
        let total = |variable: &Vec<f64>| variable.iter().zip(&self.weight).map(|(value, weight)| value * weight).sum();
        Totals {
            n: members.iter().filter(|member| **member > 0.0).count() as u64,
            df: self.df(),
            weight: self.weight.clone(),
            values: variables.iter().map(total).collect(),
            covariance: self.covariance(&variables),
            variables,
        }
    }

    /// The covariance of weighted totals: between PSUs, and `n_h / N_h` times that within each.
    fn covariance(&self, variables: &[Vec<f64>]) -> SymmetricMatrix {
        let residuals: Vec<Vec<f64>> = match &self.calibration {
            Some(regression) => variables.iter().map(|variable| regression.residuals(variable)).collect(),
            None => variables.to_vec(),
        };
        #[expect(clippy::cast_possible_truncation, reason = "a sum beyond the integers is an error below")]
        let parts = |row: usize| -> Vec<i64> {
            residuals.iter().map(|residual| (residual[row] * self.weight[row] / PART).round() as i64).collect()
        };
        let stage = || StageCovariance::new(variables.len(), LonelyPsu::Fail, PART);
        let mut between = stage();
        let mut covariance = SymmetricMatrix::zeros(variables.len());
        for psus in self.strata.values() {
            let size = |stage: usize, drawn: usize, row: usize| StratumSize {
                drawn: drawn as u64,
                population: self.populations[stage].as_ref().map(|populations| populations[row]),
            };
            let first_stage = size(0, psus.len(), psus.values().next().unwrap()[0]);
            let mut moments = StratumMoments::new(variables.len());
            for rows in psus.values() {
                let mut elements = StratumMoments::new(variables.len());
                for row in rows {
                    elements.add_psu(&parts(*row)).unwrap();
                }
                let total: Vec<i64> = elements.sums().iter().map(|sum| i64::try_from(*sum).unwrap()).collect();
                moments.add_psu(&total).unwrap();
                if self.populations[1].is_some() {
                    let mut within = stage();
                    let second_stage = size(1, rows.len(), rows[0]);
                    within.add(&StratumCovariance::of(&elements, None, second_stage, PART), second_stage);
                    covariance.add_scaled(&within.finish().unwrap(), first_stage.fraction());
                }
            }
            between.add(&StratumCovariance::of(&moments, None, first_stage, PART), first_stage);
        }
        covariance.add_scaled(&between.finish().unwrap(), 1.0);
        covariance
    }
}

impl Regression {
    fn new(x: &[Variable], weight: &[f64], totals: &[f64], method: CalibrationMethod) -> (Self, Calibrated) {
        let of_row = |row: usize| x.iter().map(|variable| variable[row].unwrap()).collect::<Vec<f64>>();
        let x: Vec<Vec<f64>> = (0..weight.len()).map(of_row).collect();
        let cells: Vec<CalibrationCell> =
            x.iter().zip(weight).map(|(x, weight)| CalibrationCell { x: x.clone(), weight: *weight }).collect();
        let found = calibrate(&cells, totals, method).unwrap();
        (Self { x, weight: weight.to_vec(), inverse: found.inverse.clone() }, found)
    }

    /// `B = (Σ w x xᵀ)⁻¹ Σ w x y`.
    fn coefficients(&self, y: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.inverse.len()];
        for ((x, weight), y) in self.x.iter().zip(&self.weight).zip(y) {
            sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += weight * x * y);
        }
        self.inverse.iter().map(|row| row.iter().zip(&sums).map(|(entry, sum)| entry * sum).sum()).collect()
    }

    /// `y − xᵀB`.
    fn residuals(&self, y: &[f64]) -> Vec<f64> {
        let coefficients = self.coefficients(y);
        let fitted = |x: &Vec<f64>| x.iter().zip(&coefficients).map(|(x, b)| x * b).sum::<f64>();
        self.x.iter().zip(y).map(|(x, y)| y - fitted(x)).collect()
    }
}

/// The coefficients of the weighted least squares regression of `y` on `x`, and their standard errors under the design:
/// those of the totals of `(Σ w x xᵀ)⁻¹ x (y − xᵀB)`.
pub(crate) fn regression(survey: &Survey, x: &[Variable], y: &Variable) -> Vec<(f64, f64)> {
    let y: Vec<f64> = y.iter().map(|y| y.unwrap()).collect();
    let total = |variable: &Variable| variable.iter().zip(&survey.weight).map(|(x, weight)| x.unwrap() * weight).sum();
    // The sample meets its own totals: all factors are 1.
    let totals: Vec<f64> = x.iter().map(total).collect();
    let (model, _) = Regression::new(x, &survey.weight, &totals, CalibrationMethod::Linear);
    let residuals = model.residuals(&y);
    let influence = |row: &Vec<f64>| -> Variable {
        let slope = |x: &Vec<f64>| row.iter().zip(x).map(|(entry, x)| entry * x).sum::<f64>();
        model.x.iter().zip(&residuals).map(|(x, residual)| Some(slope(x) * residual)).collect()
    };
    let found = survey.totals(&model.inverse.iter().map(influence).collect::<Vec<_>>());
    let se = |position: usize| found.covariance.get(1 + position, 1 + position).sqrt();
    model.coefficients(&y).into_iter().enumerate().map(|(position, b)| (b, se(position))).collect()
}

/// Weighted totals of the members of a domain and their covariance.
pub(crate) struct Totals {
    pub(crate) n: u64,
    pub(crate) values: Vec<f64>,
    df: u64,
    weight: Vec<f64>,
    variables: Vec<Vec<f64>>,
    covariance: SymmetricMatrix,
}

impl Totals {
    /// The total of a variable.
    pub(crate) fn total(&self, variable: usize) -> Linearised {
        Linearised { value: self.values[variable], gradient: vec![(variable, 1.0)] }
    }

    /// The ratio of two totals; the mean where the second is 0, the number of people.
    pub(crate) fn ratio(&self, numerator: usize, denominator: usize) -> Linearised {
        let ratio = Ratio::of(vec![numerator], vec![denominator]);
        Functional::of(MeanTree::Ratio(ratio)).linearise(&self.values).unwrap()
    }

    /// The covariance of two estimates.
    pub(crate) fn covariance(&self, a: &Linearised, b: &Linearised) -> f64 {
        self.covariance.bilinear(&a.gradient, &b.gradient)
    }

    /// The precision of an estimate that rests on all members, at 95 %.
    pub(crate) fn precision(&self, estimate: &Linearised) -> Precision {
        let (mut z_sum, mut z_square_sum) = (0.0, 0.0);
        for (row, weight) in self.weight.iter().enumerate() {
            let z = estimate.gradient.iter().map(|(i, slope)| slope * self.variables[*i][row]).sum::<f64>();
            z_sum += weight * z;
            z_square_sum += weight * z * z;
        }
        let sample = LinearisedSample {
            sampling_units: 2,
            is_census: false,
            variance: self.covariance(estimate, estimate),
            df: self.df,
            n: self.n,
            weight_sum: self.values[0],
            z_sum,
            z_square_sum,
        };
        // R was asked for `deff = TRUE`.
        precision(estimate.value, &sample, IntervalMethod::Mean, 0.95, DesignEffect::WithoutReplacement).unwrap()
    }
}
