//! What the sampling units of a stratum add to calibrated domains that have no member in it.
//!
//! The residual of such a unit in a domain with the regression B is `−Bᵀ X_i`, with `X_i = Σ_c g_c N_ic x_c` its calibrated count of
//! each auxiliary variable: the same for all domains. So what a stratum adds to the covariance of the domain's totals is
//!
//! ```text
//! Bᵀ Cov_h(X) B
//! ```
//!
//! The sums of `Cov_h(X)` over the strata without a member are formed first, and B is put in once for each domain. A stratum
//! in which that costs more than a residual for each unit and domain, or where lonely units or later stages matter, has residuals.

use std::collections::{BTreeMap, BTreeSet};

use super::EstimationError;
use super::between::Pairs;
use super::cells::Cells;
use super::frame::Frame;
use super::margins::Fitted;
use super::scores::Scores;
use super::unit_totals::Projection;
use crate::statistics::{StageCovariance, StratumMoments, SymmetricMatrix};

/// A count of some auxiliary variables, in whole parts of [`Projection::scale`].
pub(super) type Counts = Vec<(usize, i128)>;

/// The domains whose totals, or residuals, are formed unit by unit.
#[derive(Debug, Clone)]
pub(super) enum Explicit {
    /// All of them.
    All,
    /// These; the others through auxiliary variables.
    Members(BTreeSet<usize>),
}

impl Explicit {
    pub(super) fn contains(&self, domain: usize) -> bool {
        match self {
            Self::All => true,
            Self::Members(members) => members.contains(&domain),
        }
    }

    /// Those of the stratum at these places.
    pub(super) fn of_stratum(
        frame: &Frame,
        cells: &Cells,
        projection: &Projection,
        places: std::ops::Range<usize>,
    ) -> Self {
        let Some((fitted, _)) = &projection.calibrated else { return Self::All };
        let (mut units, mut members, mut groups) = (0, BTreeSet::new(), BTreeSet::new());
        let mut last = None;
        for place in places {
            if frame.has_populations(place) {
                return Self::All;
            }
            let responses: u64 = frame.present(place).map(|(_, responses)| responses).sum();
            for (cell, _) in frame.present(place) {
                members.extend(cells.domains(cell));
                groups.insert(cells.group(cell));
            }
            match frame.unit(place) {
                None => units += responses,
                Some(unit) if responses > 0 && last != Some(unit) => {
                    units += 1;
                    last = Some(unit);
                }
                Some(_) => {}
            }
        }
        let columns: BTreeSet<usize> = groups.iter().flat_map(|group| fitted.columns(*group)).copied().collect();
        let dimension = 3 * projection.scales().len() as u64;
        let is_cheaper = (columns.len() as u64).pow(2) <= units.saturating_mul(dimension * (dimension + 1) / 2);
        if units >= 2 && is_cheaper { Self::Members(members) } else { Self::All }
    }
}

/// The auxiliary counts of the units of one stratum.
#[derive(Debug, Default)]
pub(super) struct StratumCounts {
    units: Vec<Counts>,
    own: Vec<OwnCounts>,
}

/// Respondents of one group that are their own units.
#[derive(Debug)]
pub(super) struct OwnCounts {
    /// The mean of each.
    pub(super) mean: Counts,
    pub(super) responses: u64,
    /// How the counts scatter around it.
    pub(super) scatter: f64,
}

impl StratumCounts {
    pub(super) fn add_unit(&mut self, counts: &Counts) {
        self.units.push(counts.clone());
    }

    pub(super) fn add_own(&mut self, own: Vec<OwnCounts>) {
        self.own.extend(own);
    }

    /// What they add to domains other than these.
    pub(super) fn finish(
        self,
        explicit: BTreeSet<usize>,
        drawn: u64,
        scale: f64,
    ) -> Result<AbsentStratum, EstimationError> {
        let of_all = self.units.iter().chain(self.own.iter().map(|own| &own.mean));
        let columns: BTreeSet<usize> = of_all.flatten().map(|(column, _)| *column).collect();
        let columns: Vec<usize> = columns.into_iter().collect();
        let local = |counts: &Counts| {
            let mut x = vec![0; columns.len()];
            for (column, count) in counts {
                if let Ok(position) = columns.binary_search(column) {
                    x[position] = *count;
                }
            }
            x
        };
        let mut moments = StratumMoments::new(columns.len());
        self.units.iter().try_for_each(|counts| moments.add_psu(&local(counts)))?;
        self.own.iter().try_for_each(|own| moments.add_equal_psus(&local(&own.mean), own.responses))?;
        let n = drawn as f64;
        let mut covariance = moments.covariance(drawn, scale * scale).ok_or(EstimationError::Impossible)?;
        for own in &self.own {
            let ones: Vec<f64> = local(&own.mean).iter().map(|count| f64::from(u8::from(*count != 0))).collect();
            covariance.add_outer(&ones, n / (n - 1.0) * own.scatter);
        }
        let sums = columns.iter().zip(moments.sums()).map(|(column, sum)| (*column, *sum as f64 * scale)).collect();
        let mut entries = Vec::new();
        for (i, row) in columns.iter().enumerate() {
            entries.extend((i..columns.len()).map(|j| ((*row, columns[j]), covariance.get(i, j))));
        }
        Ok(AbsentStratum { explicit, drawn, sums, entries })
    }
}

/// What one stratum adds to domains that have no member in it.
#[derive(Debug)]
pub(super) struct AbsentStratum {
    explicit: BTreeSet<usize>,
    drawn: u64,
    sums: Vec<(usize, f64)>,
    entries: Vec<((usize, usize), f64)>,
}

/// What all strata without a member add to one domain.
pub(super) struct AbsentSums {
    pub(super) strata: u64,
    drawn: u64,
    totals: Vec<f64>,
    covariance: SymmetricMatrix,
}

impl AbsentSums {
    /// Those of a domain with this regression; nothing where it has members in every stratum.
    pub(super) fn of(strata: &[AbsentStratum], domain: usize, regression: &[Vec<f64>]) -> Option<Self> {
        let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
        let mut entries: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let (mut count, mut drawn) = (0, 0);
        for stratum in strata.iter().filter(|stratum| !stratum.explicit.contains(&domain)) {
            count += 1;
            drawn += stratum.drawn;
            stratum.sums.iter().for_each(|(column, sum)| *sums.entry(*column).or_default() += sum);
            stratum.entries.iter().for_each(|(at, value)| *entries.entry(*at).or_default() += value);
        }
        let dimension = regression.first().filter(|_| count > 0)?.len();
        let mut totals = vec![0.0; dimension];
        for (column, sum) in sums {
            totals.iter_mut().zip(&regression[column]).for_each(|(total, b)| *total -= sum * b);
        }
        let covariance = sandwich(&entries, regression, dimension);
        Some(Self { strata: count, drawn, totals, covariance })
    }

    pub(super) fn add_to(&self, stage: &mut StageCovariance) {
        stage.add_strata(&self.covariance, &self.totals, self.strata, self.drawn);
    }
}

/// The covariances between levels that strata add in which neither has a member: `Σ_h β_aᵀ Cov_h(X) β_b`, with β the scores that are
/// expected of the auxiliary variables. Those of all strata are formed once, and those in which one has members taken out.
pub(super) fn absent_pairs(strata: &[AbsentStratum], scores: &Scores) -> Pairs {
    let mut pairs = Pairs::new();
    if strata.is_empty() || !scores.are_gathered() {
        return pairs;
    }
    let mut all: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut members: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (number, stratum) in strata.iter().enumerate() {
        stratum.entries.iter().for_each(|(at, value)| *all.entry(*at).or_default() += value);
        for domain in &stratum.explicit {
            members.entry(*domain).or_default().insert(number);
        }
    }
    let none = BTreeSet::new();
    let mut levels: Vec<_> = scores.expected().collect();
    // Levels are numbered as they are met; their positions do not tell that.
    levels.sort_by_key(|(position, ..)| *position);
    for (at, (position, domain, expected)) in levels.iter().enumerate() {
        let product = times(&all, expected);
        for (other_position, other_domain, other) in &levels[at + 1..] {
            if !scores.is_gathered(*position) && !scores.is_gathered(*other_position) {
                continue;
            }
            let [of_one, of_other] = [domain, other_domain].map(|domain| members.get(domain).unwrap_or(&none));
            let explicit: Vec<usize> = of_one.union(of_other).copied().collect();
            if explicit.len() == strata.len() {
                continue;
            }
            let mut sums = vec![0.0; expected.first().map_or(0, Vec::len)];
            for (column, product) in &product {
                let terms = product.iter().zip(&other[*column]);
                sums.iter_mut().zip(terms).for_each(|(sum, (product, other))| *sum += product * other);
            }
            for number in explicit {
                strata[number].take_out(expected, other, &mut sums);
            }
            pairs.insert((*position, *other_position), sums);
        }
    }
    pairs
}

impl AbsentStratum {
    /// Takes `β_aᵀ Cov_h(X) β_b` out of sums, a value a statistic.
    fn take_out(&self, a: &[Vec<f64>], b: &[Vec<f64>], sums: &mut [f64]) {
        for ((i, j), value) in &self.entries {
            for (statistic, sum) in sums.iter_mut().enumerate() {
                let term = |i: usize, j: usize| a[i][statistic] * b[j][statistic];
                *sum -= value * if i == j { term(*i, *j) } else { term(*i, *j) + term(*j, *i) };
            }
        }
    }
}

/// `M R` of a sparse symmetric M, given by its upper triangle, and a matrix R of these rows; the rows that are not 0.
fn times(entries: &BTreeMap<(usize, usize), f64>, rows: &[Vec<f64>]) -> BTreeMap<usize, Vec<f64>> {
    let mut product: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    let mut add = |row: usize, column: usize, value: f64| {
        let sums = product.entry(row).or_insert_with(|| vec![0.0; rows[column].len()]);
        sums.iter_mut().zip(&rows[column]).for_each(|(sum, right)| *sum += value * right);
    };
    for ((i, j), value) in entries {
        add(*i, *j, *value);
        if i != j {
            add(*j, *i, *value);
        }
    }
    product
}

/// `Bᵀ M B` of a sparse symmetric M, given by its upper triangle.
fn sandwich(entries: &BTreeMap<(usize, usize), f64>, regression: &[Vec<f64>], dimension: usize) -> SymmetricMatrix {
    let mut sum = SymmetricMatrix::zeros(dimension);
    for (row, right) in times(entries, regression) {
        sum.add_half_product(&regression[row], &right);
    }
    sum
}

/// The columns of a group with a calibrated count each.
pub(super) fn counts_of(fitted: &Fitted, weights: &BTreeMap<usize, f64>) -> BTreeMap<usize, f64> {
    let mut counts = BTreeMap::new();
    for (group, weight) in weights {
        for column in fitted.columns(*group) {
            *counts.entry(*column).or_default() += fitted.factors[*group] * weight;
        }
    }
    counts
}
