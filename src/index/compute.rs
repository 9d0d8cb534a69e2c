//! Applies a method to a sample.

use super::{Criteria, FactorResult, IndexKind, Indices, ItemResult, Method, UnitResults, WaveResults};
use crate::estimation::{Domain, Measure, Sample, Statistic};
use crate::foundation::Code;
use crate::survey::Wave;

/// The results of a wave. The sample's levels are the wave's units, in the plan's order, and its rated items are those
/// of the wave's questionnaire.
#[must_use]
pub fn compute(wave: &Wave, method: &Method, sample: &Sample) -> WaveResults {
    let criteria = Criteria::of(&wave.questionnaire);
    let level = wave.plan.level;
    let unit_results = |(unit, domain): (&crate::survey::Unit, &Domain)| {
        compute_domain(&criteria, method, domain, level, Some(unit.code().clone()))
    };
    let positions: Vec<usize> = (0..wave.units.len()).collect();
    let covariance = match method.statistic(method.headline, &criteria) {
        Some(headline) => sample.covariance_between(&positions, &headline),
        None => vec![vec![0.0; positions.len()]; positions.len()],
    };
    WaveResults {
        method: method.full_name(),
        headline: method.headline,
        level,
        units: wave.units.iter().zip(sample.levels()).map(unit_results).collect(),
        overall: compute_domain(&criteria, method, sample.overall(), level, None),
        covariance,
    }
}

/// The results of one domain: every item, factor and index with its interval at the confidence `level`.
#[must_use]
pub fn compute_domain(
    criteria: &Criteria,
    method: &Method,
    domain: &Domain,
    level: f64,
    unit: Option<Code>,
) -> UnitResults {
    let count = criteria.items.len();
    let item = |(position, code): (usize, &Code)| ItemResult {
        item: code.clone(),
        top2: domain.estimate(&Statistic::item(count, Measure::Share, position), level),
        mean: domain.estimate(&Statistic::item(count, Measure::Rating, position), level),
        distribution: domain.distribution(position),
    };
    let factor = |(code, items): &(Code, Vec<usize>)| {
        let top2 = if items.is_empty() {
            None
        } else {
            domain.estimate(&Statistic::average(count, Measure::Share, &[items]), level)
        };
        FactorResult { factor: code.clone(), top2 }
    };
    let index = |kind| domain.estimate(&method.statistic(kind, criteria)?, level);
    UnitResults {
        unit,
        responses: domain.responses(),
        items: criteria.items.iter().enumerate().map(item).collect(),
        factors: criteria.factors.iter().map(factor).collect(),
        indices: Indices {
            items: index(IndexKind::Items),
            factors: index(IndexKind::Factors),
            pooled: index(IndexKind::Pooled),
            score: index(IndexKind::Score),
        },
    }
}
