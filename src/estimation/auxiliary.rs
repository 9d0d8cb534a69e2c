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
//!
//! Of a sample that is formed part by part no other part has residuals: what its strata add comes from these sums alone, those of
//! lonely strata from the products of counts `X Xᵀ`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::EstimationError;
use super::absent_totals::{AbsentStratum, AbsentTotals, AuxiliarySums, Entries};
use super::cells::Cells;
use super::explicit::Explicit;
use super::frame::Frame;
use super::position_pairs::Pairs;
use super::regression::{Fitted, Regression};
use super::scores::Scores;
use super::unit_totals::{Counts, Projection};
use crate::statistics::{StageCovariance, StratumMoments, SymmetricMatrix};

/// The domains whose residuals are formed unit by unit in the stratum at these places.
pub(super) fn explicit_in(frame: &Frame, cells: &Cells, projection: &Projection, places: Range<usize>) -> Explicit {
    let Some((fitted, regressions)) = &projection.calibrated else {
        let mut cells_of = places.flat_map(|place| frame.present(place)).map(|(cell, _)| cell);
        let candidates: Vec<usize> = cells_of.next().into_iter().flat_map(|cell| cells.domains(cell)).collect();
        let rest: BTreeSet<u32> = cells_of.collect();
        let holds_all = |domain: &usize| rest.iter().all(|cell| cells.domains(*cell).any(|one| one == *domain));
        let level_of_all = candidates.into_iter().filter(|domain| *domain > 0).find(holds_all);
        return Explicit { level_of_all, ..Explicit::default() };
    };
    let (mut units, mut members, mut groups) = (0, BTreeSet::new(), BTreeSet::new());
    let (mut last, mut has_populations) = (None, false);
    for place in places {
        has_populations |= frame.has_populations(place);
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
    let is_apart = if projection.strata_of_whole.is_some() { units > 0 } else { units >= 2 && is_cheaper };
    let members = (is_apart && !has_populations).then_some(members);
    let is_explicit = |domain: &usize| members.as_ref().is_none_or(|members| members.contains(domain));
    let rows = |domain: usize| {
        let row = |column: &usize| (*column, regressions[domain].row(fitted, *column));
        (domain, columns.iter().map(row).collect())
    };
    let expected = (0..regressions.len()).filter(is_explicit).map(rows).collect();
    Explicit { members, expected, level_of_all: None }
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
    pub(super) fn add_unit(&mut self, counts: Counts) {
        self.units.push(counts);
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
        let totals: Vec<f64> = moments.sums().iter().map(|sum| *sum as f64 * scale).collect();
        let mut covariance = SymmetricMatrix::zeros(columns.len());
        if drawn == 1 {
            covariance.add_outer(&totals, 1.0);
        } else {
            let n = drawn as f64;
            covariance = moments.covariance(drawn, scale * scale).ok_or(EstimationError::Impossible)?;
            for own in &self.own {
                let ones: Vec<f64> = local(&own.mean).iter().map(|count| f64::from(u8::from(*count != 0))).collect();
                covariance.add_outer(&ones, n / (n - 1.0) * own.scatter);
            }
        }
        let sums = columns.iter().copied().zip(totals).collect();
        let mut entries = Vec::new();
        for (i, row) in columns.iter().enumerate() {
            entries.extend((i..columns.len()).map(|j| ((*row, columns[j]), covariance.get(i, j))));
        }
        Ok(AbsentStratum { explicit, drawn, sums, entries })
    }
}

/// All strata of that kind. What is wanted of a domain, or of two, is the sum over all of them less the few in which it has members.
pub(super) struct AbsentStrata {
    strata: Vec<AbsentStratum>,
    several: StrataSums,
    lonely: StrataSums,
    /// By domain, the strata in which it has members.
    of_members: BTreeMap<usize, Vec<usize>>,
}

/// [`AuxiliarySums`] as lists.
struct StrataSums {
    strata: u64,
    drawn: u64,
    sums: Vec<(usize, f64)>,
    entries: Entries,
}

impl From<&AuxiliarySums> for StrataSums {
    fn from(of: &AuxiliarySums) -> Self {
        let sums = of.sums.iter().map(|(column, sum)| (*column, *sum)).collect();
        let entries = of.entries.iter().map(|(at, value)| (*at, *value)).collect();
        Self { strata: of.strata, drawn: of.drawn, sums, entries }
    }
}

impl AbsentStrata {
    /// `of_whole`: what all strata add up to where these are those of a part.
    pub(super) fn new(strata: Vec<AbsentStratum>, of_whole: Option<&AbsentTotals>) -> Self {
        let (mut totals, mut of_members) = (AbsentTotals::default(), BTreeMap::new());
        for (number, stratum) in strata.iter().enumerate() {
            totals.add(stratum);
            for domain in &stratum.explicit {
                of_members.entry(*domain).or_insert_with(Vec::new).push(number);
            }
        }
        let totals = of_whole.unwrap_or(&totals);
        Self { strata, several: (&totals.several).into(), lonely: (&totals.lonely).into(), of_members }
    }

    fn with_members(&self, domain: usize) -> &[usize] {
        self.of_members.get(&domain).map_or(&[], Vec::as_slice)
    }

    /// What those without a member add to a domain with this regression, the lonely ones last; nothing where it has members in all.
    pub(super) fn of(&self, domain: usize, fitted: &Fitted, regression: &Regression) -> [Option<AbsentSums>; 2] {
        let members = || self.with_members(domain).iter().map(|number| &self.strata[*number]);
        let (lonely, several): (Vec<_>, Vec<_>) = members().partition(|stratum| stratum.is_lonely());
        [(&self.several, several), (&self.lonely, lonely)].map(|(all, others)| all.without(&others, fitted, regression))
    }

    /// The covariances between levels that strata add in which neither has a member: `Σ_h β_aᵀ Cov_h(X) β_b`, with β the scores that are
    /// expected of the auxiliary variables.
    pub(super) fn pairs(&self, scores: &Scores) -> Pairs {
        let mut pairs = Pairs::new();
        if self.strata.is_empty() || !scores.are_gathered() {
            return pairs;
        }
        let mut levels: Vec<_> = scores.expected().collect();
        // Levels are numbered as they are met; their positions do not tell that.
        levels.sort_by_key(|(position, ..)| *position);
        for (at, (position, domain, expected)) in levels.iter().enumerate() {
            let product = times(&self.several.entries, expected);
            for (other_position, other_domain, other) in &levels[at + 1..] {
                if !scores.is_gathered(*position) && !scores.is_gathered(*other_position) {
                    continue;
                }
                let mut others = [self.with_members(*domain), self.with_members(*other_domain)].concat();
                others.sort_unstable();
                others.dedup();
                if others.len() == self.strata.len() {
                    continue;
                }
                let mut sums = vec![0.0; expected.first().map_or(0, Vec::len)];
                for (product, other) in product.iter().zip(*other) {
                    let terms = product.iter().zip(other);
                    sums.iter_mut().zip(terms).for_each(|(sum, (product, other))| *sum += product * other);
                }
                for number in others {
                    self.strata[number].take_out(expected, other, &mut sums);
                }
                pairs.insert((*position, *other_position), sums);
            }
        }
        pairs
    }
}

impl StrataSums {
    /// What all but these strata add to a domain with this regression.
    fn without(&self, others: &[&AbsentStratum], fitted: &Fitted, regression: &Regression) -> Option<AbsentSums> {
        let strata = self.strata - others.len() as u64;
        if strata == 0 {
            return None;
        }
        let drawn = self.drawn - others.iter().map(|stratum| stratum.drawn).sum::<u64>();
        let (totals, matrix) = regression.around(fitted, |left| {
            let mut totals = vec![0.0; left.first().map_or(0, Vec::len)];
            let mut add = |(column, sum): &(usize, f64), sign: f64| {
                totals.iter_mut().zip(&left[*column]).for_each(|(total, left)| *total += sign * sum * left);
            };
            self.sums.iter().for_each(|sum| add(sum, -1.0));
            others.iter().flat_map(|stratum| &stratum.sums).for_each(|sum| add(sum, 1.0));
            let mut matrix = sandwich(&self.entries, left);
            for stratum in others {
                matrix.add_scaled(&sandwich(&stratum.entries, left), -1.0);
            }
            (totals, matrix)
        });
        Some(AbsentSums { strata, drawn, totals, matrix })
    }
}

/// What strata without a member add to one domain.
pub(super) struct AbsentSums {
    pub(super) strata: u64,
    drawn: u64,
    totals: Vec<f64>,
    /// The covariance of its totals; of lonely strata their products.
    matrix: SymmetricMatrix,
}

impl AbsentSums {
    pub(super) fn add_to(&self, stage: &mut StageCovariance) {
        stage.add_strata(&self.matrix, &self.totals, self.strata, self.drawn);
    }

    pub(super) fn add_lonely_to(&self, stage: &mut StageCovariance) {
        stage.add_lonely_strata(&self.matrix, &self.totals, self.strata);
    }
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

/// `M R` of a sparse symmetric M and a matrix R.
fn times(entries: &Entries, rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut product = vec![vec![0.0; rows.first().map_or(0, Vec::len)]; rows.len()];
    let mut add = |row: usize, column: usize, value: f64| {
        product[row].iter_mut().zip(&rows[column]).for_each(|(sum, right)| *sum += value * right);
    };
    for ((i, j), value) in entries {
        add(*i, *j, *value);
        if i != j {
            add(*j, *i, *value);
        }
    }
    product
}

/// `Rᵀ M R` of a sparse symmetric M and a matrix R.
fn sandwich(entries: &Entries, rows: &[Vec<f64>]) -> SymmetricMatrix {
    let mut sum = SymmetricMatrix::zeros(rows.first().map_or(0, Vec::len));
    for (left, right) in rows.iter().zip(times(entries, rows)) {
        sum.add_half_product(left, &right);
    }
    sum
}
