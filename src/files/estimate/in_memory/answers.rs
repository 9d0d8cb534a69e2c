//! Items, factors and indices of a sample in memory: the same as from a streamed sample, whatever is done with the weights.

use super::super::EstimateError;
use super::super::design::Design;
use super::super::write::{CovarianceRow, LevelEstimate};
use super::maker::{Level, Maker};
use super::rows::{More, StatisticRow};
use crate::estimation::{Measure, NumericStatistic, Prepared, Statistic, Study};
use crate::foundation::Code;
use crate::index::{EstimateRow, ITEM_NPS, net_promoter_score};
use crate::statistics::Estimate;

/// The most scores of rows that covariances between levels are formed of.
const SCORES_MAX: usize = 100_000_000;

/// Everybody, then each level of each domain, as a streamed sample has them.
pub(super) fn estimates(maker: &Maker<'_>) -> Vec<LevelEstimate> {
    let mut found = Vec::new();
    for by in std::iter::once(Vec::new()).chain(maker.design.domains.iter().map(|domain| vec![domain.clone()])) {
        for level in maker.levels(&by) {
            found.extend(of_level(maker, &level));
        }
    }
    found
}

/// The same of the levels of crossed columns, among the statistics.
pub(super) fn indices_by(maker: &mut Maker<'_>, by: &[String]) {
    for level in maker.levels(by) {
        let rows = of_level(maker, &level);
        let rows = rows.into_iter().map(|estimate| explained(maker.design, estimate));
        let rows: Vec<StatisticRow> = rows.collect();
        maker.rows.extend(rows);
        if maker.is_full() {
            return;
        }
    }
}

/// The row of an item, a factor or an index with the names of its methods.
pub(super) fn explained(design: &Design, estimate: LevelEstimate) -> StatisticRow {
    let name = estimate.statistic();
    let index = || design.method.index(name)?.statistic(&design.criteria);
    let is_mean = ["mean", ITEM_NPS].contains(&name) || index().is_some_and(|index| !index.is_share);
    let interval = if is_mean { "mean" } else { design.confidence.shares.as_str() };
    let more = More { method: format!("{}, {interval}", design.wishes.variance_name()), ..More::default() };
    StatisticRow { estimate, more }
}

fn of_level(maker: &Maker<'_>, level: &Level) -> Vec<LevelEstimate> {
    let (criteria, method) = (&maker.design.criteria, maker.design.method);
    let mut found = Vec::new();
    let mut push = |name: &'static str, item: Option<&Code>, statistic: &Statistic| {
        let estimate = estimate(maker, &study(maker, &level.rows, statistic), statistic);
        found.push(level.estimate(EstimateRow::new(name, item, estimate.as_ref())));
    };
    for (item, code) in criteria.items.iter().enumerate() {
        for (name, measure) in [("top2", Measure::Share), ("mean", Measure::Rating)] {
            push(name, Some(code), &Statistic::item(&criteria.scales, measure, item));
        }
        if let Some(statistic) = net_promoter_score(criteria, &[item]) {
            push(ITEM_NPS, Some(code), &statistic);
        }
    }
    for (code, items) in &criteria.factors {
        let statistic = Statistic::average(&criteria.scales, Measure::Share, &[items]);
        push("factor", Some(code), &statistic.with_unasked(criteria.unasked));
    }
    for index in &method.indices {
        if let Some(statistic) = index.statistic(criteria) {
            push(index.id.as_str(), None, &statistic);
        }
    }
    found
}

/// The rows with an answer to one of the items that a statistic is based on, with the totals of these items.
fn study(maker: &Maker<'_>, rows: &[usize], statistic: &Statistic) -> Study {
    let count = statistic.items.len();
    let mut study = Study::new(3 * count);
    let mut values = vec![0.0; 3 * count];
    for row in rows {
        let mut has_answer = false;
        for (at, item) in statistic.items.iter().enumerate() {
            let (rating, scale) = (maker.held.ratings[*item][*row], maker.design.criteria.scales[*item]);
            has_answer |= rating > 0;
            values[at] = f64::from(u8::from(rating >= scale.satisfying_rank()));
            values[count + at] = f64::from(u8::from(rating > 0));
            values[2 * count + at] = f64::from(scale.score(rating));
        }
        if has_answer {
            study.push(*row, &values);
        }
    }
    study
}

/// A statistic as a function of the totals of its items alone, as [`study`] has them.
fn of_its_items(maker: &Maker<'_>, statistic: &Statistic) -> NumericStatistic {
    let (all, count) = (maker.design.criteria.scales.len(), statistic.items.len());
    let at = |item: usize| statistic.items.partition_point(|other| *other < item);
    NumericStatistic::Ratios(statistic.functional.clone().moved(|total| total / all * count + at(total % all)))
}

fn estimate(maker: &Maker<'_>, study: &Study, statistic: &Statistic) -> Option<Estimate> {
    let confidence = maker.design.confidence;
    let ratios = of_its_items(maker, statistic);
    maker.sample.prepare(study).estimate(&ratios, None, statistic.interval(confidence), confidence)
}

/// The covariances of the indices between the levels of the first domain; empty without a domain.
pub(super) fn covariances(maker: &Maker<'_>) -> Result<Vec<CovarianceRow<'static>>, EstimateError> {
    let Some(domain) = maker.design.domains.first() else { return Ok(Vec::new()) };
    let levels = maker.levels(std::slice::from_ref(domain));
    if levels.len().saturating_mul(maker.held.count()) > SCORES_MAX {
        let message = format!(
            "--covariance between {} levels needs more memory than is allowed; leave it out, or subset, replicates, \
             nonresponse and trimming",
            levels.len()
        );
        return Err(EstimateError::in_memory(maker.path, message));
    }
    let mut found = Vec::new();
    for index in &maker.design.method.indices {
        let Some(statistic) = index.statistic(&maker.design.criteria) else { continue };
        let studies: Vec<Study> = levels.iter().map(|level| study(maker, &level.rows, &statistic)).collect();
        let prepared: Vec<Prepared<'_>> = studies.iter().map(|study| maker.sample.prepare(study)).collect();
        let statistic = of_its_items(maker, &statistic);
        let has_precision = |prepared: &Prepared<'_>| prepared.value(&statistic).is_some() && prepared.size().1 > 0;
        let known: Vec<usize> = (0..levels.len()).filter(|level| has_precision(&prepared[*level])).collect();
        let parts: Vec<_> = known.iter().map(|level| (&prepared[*level], &statistic)).collect();
        let covariance = maker.sample.covariance_between(&parts);
        let at = |level: usize| known.binary_search(&level).ok();
        for (a, level_a) in levels.iter().enumerate() {
            for (b, level_b) in levels.iter().enumerate() {
                let value = || Some(covariance.as_ref()?[at(a)?][at(b)?]);
                found.push(CovarianceRow::new(index.id.as_str(), [&level_a.name, &level_b.name], value()));
            }
        }
    }
    Ok(found)
}
