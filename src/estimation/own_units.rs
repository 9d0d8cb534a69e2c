//! Respondents that are their own sampling units, from their sums alone: nobody is looked at one by one.
//!
//! Without calibration their moments are sums that are kept ([`CellSums`]). With it, the totals of respondent k of weight `w_k` in
//! group c, of factor `g_c`, are in a domain with the regression B (see [`Projection`])
//!
//! ```text
//! e_k = g_c w_k (d_k − x_cᵀB)   for members,     e_k = −g_c w_k x_cᵀB   for others
//! ```
//!
//! Members and others of a group are each taken for so many units at their mean, which scatter around it as
//! [`ResidualScatter`] says.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::EstimationError;
use super::auxiliary::OwnCounts;
use super::cell_sums::CellSums;
use super::cells::Cells;
use super::explicit::Explicit;
use super::frame::Frame;
use super::margins::numbers;
use super::regression::Fitted;
use super::scores::{Scores, UnitScores};
use super::tally::BILLIONTH;
use super::unit_totals::{Projection, whole};
use crate::statistics::{PairSums, ResidualScatter, StratumMoments, SymmetricMatrix, weight_scatter};

/// What the respondents at one place add to everything.
#[derive(Debug, Default)]
pub(super) struct OwnUnits {
    /// How many they are.
    pub(super) drawn: u64,
    /// By domain; 0 is everybody.
    pub(super) domains: BTreeMap<usize, OwnTotals>,
    /// With calibration, their counts of auxiliary variables.
    pub(super) auxiliary: Vec<OwnCounts>,
}

/// What they add to one domain.
#[derive(Debug)]
pub(super) struct OwnTotals {
    /// Moments of their totals in whole parts of [`Projection::scale`]; with calibration, of the means of classes.
    pub(super) moments: StratumMoments,
    /// With calibration, the sum of their totals, and the scatter around the means.
    pub(super) calibrated: Option<(Vec<f64>, SymmetricMatrix)>,
    /// How many answered: item by item, then any item of each group.
    pub(super) answering: Vec<u64>,
}

fn products_of(sums: &CellSums) -> Result<&PairSums, EstimationError> {
    // Whoever kept them without has kept them for another place.
    sums.own_units.as_ref().ok_or(EstimationError::Impossible)
}

impl Projection {
    /// What respondents add, by domain, from their sums, by cell; with calibration to the `explicit` domains.
    pub(super) fn own_units(
        &self,
        cells: &Cells,
        sums: &[(u32, Cow<'_, CellSums>)],
        explicit: &Explicit,
    ) -> Result<OwnUnits, EstimationError> {
        let mut units = OwnUnits::default();
        for (cell, of_cell) in sums {
            units.drawn += of_cell.tally.responses();
            for domain in explicit.domains_of(cells, *cell) {
                self.note_members(&mut units, domain, of_cell)?;
            }
        }
        match &self.calibrated {
            None => self.add_totals(cells, sums, explicit, &mut units)?,
            Some((fitted, _)) if units.drawn > 0 => {
                self.add_residuals(cells, sums, (fitted, explicit), &mut units)?;
            }
            Some(_) => {}
        }
        Ok(units)
    }

    fn own_entry<'a>(&self, units: &'a mut OwnUnits, domain: usize) -> &'a mut OwnTotals {
        let items = self.scales().len();
        let empty = || OwnTotals {
            moments: StratumMoments::new(3 * items),
            calibrated: None,
            answering: vec![0; items + self.groups],
        };
        units.domains.entry(domain).or_insert_with(empty)
    }

    fn note_members(&self, units: &mut OwnUnits, domain: usize, sums: &CellSums) -> Result<(), EstimationError> {
        if sums.tally.responses() == 0 {
            return Ok(());
        }
        let items = self.scales().len();
        for (position, count) in self.own_entry(units, domain).answering.iter_mut().enumerate() {
            let more = match position.checked_sub(items) {
                None => sums.tally.answered(position),
                Some(group) => sums.answering.of(group).0,
            };
            *count = count.checked_add(more).ok_or(EstimationError::Overflow)?;
        }
        Ok(())
    }

    fn add_totals(
        &self,
        cells: &Cells,
        sums: &[(u32, Cow<'_, CellSums>)],
        explicit: &Explicit,
        units: &mut OwnUnits,
    ) -> Result<(), EstimationError> {
        for (cell, of_cell) in sums.iter().filter(|(_, sums)| sums.tally.responses() > 0) {
            let totals = of_cell.tally.totals(self.scales())?;
            let products = products_of(of_cell)?.without_first();
            let moments = StratumMoments::of_sums(of_cell.tally.responses(), totals, products);
            for domain in explicit.domains_of(cells, *cell) {
                self.own_entry(units, domain).moments.merge(&moments)?;
            }
        }
        Ok(())
    }

    fn add_residuals(
        &self,
        cells: &Cells,
        sums: &[(u32, Cow<'_, CellSums>)],
        (fitted, explicit): (&Fitted, &Explicit),
        units: &mut OwnUnits,
    ) -> Result<(), EstimationError> {
        // Integers first, group by group, so that the order in which cells were met does not matter.
        let mut everybody: BTreeMap<usize, CellSums> = BTreeMap::new();
        let mut members: BTreeMap<(usize, usize), CellSums> = BTreeMap::new();
        for (cell, of_cell) in sums.iter().filter(|(_, sums)| sums.tally.responses() > 0) {
            let group = cells.group(*cell);
            merge(&mut everybody, group, of_cell)?;
            cells.domains(*cell).try_for_each(|domain| merge(&mut members, (domain, group), of_cell))?;
        }
        for (group, everybody) in &everybody {
            let factor = fitted.factors[*group];
            units.auxiliary.push(self.own_counts(fitted, *group, everybody)?);
            for (domain, rows) in &explicit.expected {
                let mut expected = vec![0.0; 3 * self.scales().len()];
                for row in fitted.columns(*group).iter().filter_map(|column| rows.get(column)) {
                    expected.iter_mut().zip(row).for_each(|(sum, row)| *sum += row);
                }
                let own = self.own_entry(units, *domain);
                let members = members.get(&(*domain, *group));
                if let Some(members) = members {
                    own.add_class(&Class::of_members(self, members)?, (&expected, factor), self.scale)?;
                }
                own.add_class(&Class::of_others(self, everybody, members)?, (&expected, factor), self.scale)?;
            }
        }
        Ok(())
    }
}

impl Projection {
    fn own_counts(&self, fitted: &Fitted, group: usize, everybody: &CellSums) -> Result<OwnCounts, EstimationError> {
        let (factor, responses) = (fitted.factors[group], everybody.tally.responses());
        let weights = everybody.tally.weight_sum();
        let scatter = weight_scatter(responses, weights, &products_of(everybody)?.first(), BILLIONTH);
        let mean = whole(factor * (weights as f64 * BILLIONTH) / responses as f64 / self.scale)?;
        let mean = fitted.columns(group).iter().map(|column| (*column, mean)).collect();
        Ok(OwnCounts { mean, responses, scatter: factor * factor * scatter })
    }
}

/// Respondents of one group, all members of a domain or none of them.
struct Class {
    responses: u64,
    /// Σ w
    weights: f64,
    /// Σ w d; zeros for others.
    totals: Vec<f64>,
    /// Nothing where all weights are 0.
    scatter: Option<ResidualScatter>,
}

impl Class {
    fn of_members(projection: &Projection, members: &CellSums) -> Result<Self, EstimationError> {
        let totals = members.tally.totals(projection.scales())?;
        let sums: Vec<i128> = std::iter::once(members.tally.weight_sum()).chain(totals.iter().copied()).collect();
        let responses = members.tally.responses();
        Ok(Self {
            responses,
            weights: sums[0] as f64 * BILLIONTH,
            totals: numbers(&totals, BILLIONTH),
            scatter: ResidualScatter::of(responses, &sums, products_of(members)?, BILLIONTH),
        })
    }

    /// Everybody but the members: of the others only the weights matter.
    fn of_others(
        projection: &Projection,
        everybody: &CellSums,
        members: Option<&CellSums>,
    ) -> Result<Self, EstimationError> {
        let of_members = |sum: fn(&CellSums) -> i128| members.map_or(0, sum);
        let responses = everybody.tally.responses() - members.map_or(0, |members| members.tally.responses());
        let weights = everybody.tally.weight_sum() - of_members(|members| members.tally.weight_sum());
        let squares = |sums: &CellSums| Ok::<_, EstimationError>(products_of(sums)?.first());
        let mut products = squares(everybody)?;
        if let Some(members) = members {
            products.subtract(&squares(members)?);
        }
        let dimension = 3 * projection.scales().len();
        let scatter = ResidualScatter::of_weights(responses, weights, &products, dimension, BILLIONTH);
        Ok(Self { responses, weights: weights as f64 * BILLIONTH, totals: vec![0.0; dimension], scatter })
    }
}

impl OwnTotals {
    /// Adds a class of respondents whose values are expected to be `expected`, at calibrated weights.
    fn add_class(
        &mut self,
        class: &Class,
        (expected, factor): (&[f64], f64),
        scale: f64,
    ) -> Result<(), EstimationError> {
        if class.responses == 0 {
            return Ok(());
        }
        let sum = |(total, expected): (&f64, &f64)| factor * (total - expected * class.weights);
        let sums: Vec<f64> = class.totals.iter().zip(expected).map(sum).collect();
        let n = class.responses as f64;
        let means: Result<Vec<i128>, _> = sums.iter().map(|sum| whole(sum / n / scale)).collect();
        self.moments.add_equal_psus(&means?, class.responses)?;
        let (of_domain, scatter) =
            self.calibrated.get_or_insert_with(|| (vec![0.0; sums.len()], SymmetricMatrix::zeros(sums.len())));
        of_domain.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
        if let Some(of_class) = &class.scatter {
            of_class.add_around(expected, factor * factor, scatter);
        }
        Ok(())
    }
}

fn merge<K: Ord>(found: &mut BTreeMap<K, CellSums>, key: K, sums: &CellSums) -> Result<(), EstimationError> {
    if let Some(found) = found.get_mut(&key) {
        return found.merge(sums);
    }
    found.insert(key, sums.clone());
    Ok(())
}

/// What covariances between levels need of respondents that are their own sampling units.
pub(super) struct OwnScores {
    /// The sum of the scores of each position.
    pub(super) sums: UnitScores,
    /// What products of scores come from; empty without calibration, where nobody has a score in two levels.
    classes: Vec<ClassScores>,
}

/// Respondents of one group that are in the same wanted level, or in none.
struct ClassScores {
    /// The square of their factor.
    square: f64,
    /// Σ w²
    weights: f64,
    /// Of each position in [`OwnScores::sums`], what is expected of a respondent of weight 1.
    expected: Vec<Vec<f64>>,
    /// Which of the positions is theirs, with the scores of Σ w² d.
    member: Option<(usize, Vec<f64>)>,
}

impl OwnScores {
    pub(super) fn of(
        frame: &Frame,
        cells: &Cells,
        projection: &Projection,
        scores: &Scores,
        (sums, units): (&[(u32, Cow<'_, CellSums>)], &OwnUnits),
    ) -> Result<Self, EstimationError> {
        let mut found = Self { sums: Vec::new(), classes: Vec::new() };
        let Some((fitted, _)) = projection.calibrated.as_ref().filter(|_| scores.are_wanted()) else {
            let totals = units.domains.iter().map(|(domain, totals)| (*domain, totals.moments.sums()));
            found.sums = scores.of_totals(totals, projection.scale);
            return Ok(found);
        };
        let mut counts = Vec::new();
        for own in &units.auxiliary {
            let sum = |mean: i128| mean as f64 * projection.scale * own.responses as f64;
            counts.extend(own.mean.iter().map(|(column, mean)| (*column, sum(*mean))));
        }
        let totals = |domain: usize| Some(units.domains.get(&domain)?.calibrated.as_ref()?.0.clone());
        found.sums = scores.of_all(totals, &counts);
        // Scores are no whole numbers: what differs in no wanted level is added up before they are formed.
        let mut classes: BTreeMap<u32, (u32, CellSums)> = BTreeMap::new();
        for (cell, of_cell) in sums.iter().filter(|(_, sums)| sums.tally.responses() > 0) {
            match classes.get_mut(&frame.rank(*cell)) {
                Some((_, found)) => found.merge(of_cell)?,
                None => drop(classes.insert(frame.rank(*cell), (*cell, of_cell.clone().into_owned()))),
            }
        }
        for (cell, of_class) in classes.values() {
            let (group, dimension) = (cells.group(*cell), 3 * projection.scales().len());
            let squares = products_of(of_class)?.to_matrix(BILLIONTH * BILLIONTH);
            let ones: Vec<(usize, f64)> = fitted.columns(group).iter().map(|column| (*column, 1.0)).collect();
            let expected = |domain: usize| scores.expected_of(domain, &ones);
            let weighted: Vec<f64> = (0..dimension).map(|i| squares.get(0, 1 + i)).collect();
            let is_theirs = |domain: &usize| cells.domains(*cell).any(|of_cell| of_cell == *domain);
            let mut wanted = scores.domains().enumerate();
            found.classes.push(ClassScores {
                square: fitted.factors[group].powi(2),
                weights: squares.get(0, 0),
                expected: scores.domains().map(expected).collect(),
                member: wanted
                    .find(|(_, domain)| is_theirs(domain))
                    .map(|(position, domain)| (position, scores.of_domain(domain, &weighted))),
            });
        }
        Ok(found)
    }

    /// The sum of products of the scores at two places of [`Self::sums`]; nothing where no product can differ from 0.
    pub(super) fn product(&self, a: usize, b: usize, statistic: usize) -> Option<f64> {
        let of_class = |class: &ClassScores| {
            let expected = |place: usize| class.expected[place][statistic];
            let of_member = |place: usize, other: usize| match &class.member {
                Some((member, scores)) if *member == place => scores[statistic] * expected(other),
                _ => 0.0,
            };
            // In whichever order the two are asked for, it is the same to the last bit.
            class.square * (class.weights * (expected(a) * expected(b)) - of_member(a, b) - of_member(b, a))
        };
        (!self.classes.is_empty()).then(|| self.classes.iter().map(of_class).sum())
    }
}
