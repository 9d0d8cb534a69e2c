//! Items, factors and indices of a sample in memory: what a streamed sample gives, under whatever becomes of the weights.

use super::super::EstimateError;
use super::super::design::Design;
use super::super::write::{CovarianceRow, LevelEstimate};
use super::rows::{More, StatisticRow};
use super::{Level, Maker, variance_name, wrong};
use crate::estimation::{Measure, NumericStatistic, Prepared, Statistic, Study};
use crate::foundation::Code;
use crate::index::{EstimateRow, IndexKind};
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
    let is_mean = ["mean", "index_score"].contains(&estimate.statistic());
    let interval = if is_mean { "mean" } else { design.confidence.shares.as_str() };
    let more = More { method: format!("{}, {interval}", variance_name(design)), ..More::default() };
    StatisticRow { estimate, more }
}

fn of_level(maker: &Maker<'_>, level: &Level) -> Vec<LevelEstimate> {
    let (criteria, method) = (&maker.design.criteria, maker.design.method);
    let count = criteria.items.len();
    let mut found = Vec::new();
    let mut push = |name: &'static str, item: Option<&Code>, estimate: Option<Estimate>| {
        found.push(level.estimate(EstimateRow::new(name, item, estimate.as_ref())));
    };
    for (item, code) in criteria.items.iter().enumerate() {
        let study = study(maker, &level.rows, &[item], &[0]);
        for (name, measure) in [("top2", Measure::Share), ("mean", Measure::Rating)] {
            push(name, Some(code), estimate(maker, &study, &Statistic::item(1, measure, 0)));
        }
    }
    for (code, items) in &criteria.factors {
        let all: Vec<usize> = (0..items.len()).collect();
        let statistic = Statistic::average(items.len(), Measure::Share, &[&all]).with_unasked(criteria.unasked);
        let study = study(maker, &level.rows, items, &all);
        push("factor", Some(code), estimate(maker, &study, &statistic));
    }
    let all: Vec<usize> = (0..count).collect();
    for kind in IndexKind::ALL {
        if let Some(statistic) = method.statistic(kind, criteria) {
            let study = study(maker, &level.rows, &all, &statistic.items);
            push(kind.as_str(), None, estimate(maker, &study, &statistic));
        }
    }
    found
}

/// The rows with an answer at one of these `positions` among the items, with the totals that statistics of these items are made of.
fn study(maker: &Maker<'_>, rows: &[usize], items: &[usize], positions: &[usize]) -> Study {
    let count = items.len();
    let mut study = Study::new(3 * count);
    let mut values = vec![0.0; 3 * count];
    for row in rows {
        values.fill(0.0);
        let mut has_answer = false;
        for (at, item) in items.iter().enumerate() {
            let rating = maker.held.ratings[*item][*row];
            has_answer |= rating > 0 && positions.contains(&at);
            values[at] = f64::from(u8::from(rating >= maker.design.satisfied_from));
            values[count + at] = f64::from(u8::from(rating > 0));
            values[2 * count + at] = f64::from(rating);
        }
        if has_answer {
            study.push(*row, &values);
        }
    }
    study
}

fn estimate(maker: &Maker<'_>, study: &Study, statistic: &Statistic) -> Option<Estimate> {
    let confidence = maker.design.confidence;
    let ratios = NumericStatistic::Ratios(statistic.functional.clone());
    maker.sample.prepare(study).estimate(&ratios, None, statistic.interval(confidence), confidence)
}

/// The covariances of the four indices between the levels of the first domain; none without a domain.
pub(super) fn covariances(maker: &Maker<'_>) -> Result<Vec<CovarianceRow<'static>>, EstimateError> {
    let Some(domain) = maker.design.domains.first() else { return Ok(Vec::new()) };
    let levels = maker.levels(std::slice::from_ref(domain));
    if levels.len().saturating_mul(maker.held.count()) > SCORES_MAX {
        let message = format!(
            "--covariance between {} levels needs more memory than is taken; leave it out, or subset, replicates, \
             nonresponse and trimming",
            levels.len()
        );
        return Err(wrong(maker.path, message));
    }
    let items: Vec<usize> = (0..maker.design.criteria.items.len()).collect();
    let studies: Vec<Study> = levels.iter().map(|level| study(maker, &level.rows, &items, &items)).collect();
    let prepared: Vec<Prepared<'_>> = studies.iter().map(|study| maker.sample.prepare(study)).collect();
    let mut found = Vec::new();
    for kind in IndexKind::ALL {
        let Some(statistic) = maker.design.method.statistic(kind, &maker.design.criteria) else { continue };
        let statistic = NumericStatistic::Ratios(statistic.functional);
        let has_precision = |prepared: &Prepared<'_>| prepared.value(&statistic).is_some() && prepared.size().1 > 0;
        let known: Vec<usize> = (0..levels.len()).filter(|level| has_precision(&prepared[*level])).collect();
        let parts: Vec<_> = known.iter().map(|level| (&prepared[*level], &statistic)).collect();
        let covariance = maker.sample.covariance_between(&parts);
        let at = |level: usize| known.binary_search(&level).ok();
        for (a, level_a) in levels.iter().enumerate() {
            for (b, level_b) in levels.iter().enumerate() {
                let value = || Some(covariance.as_ref()?[at(a)?][at(b)?]);
                found.push(CovarianceRow::new(kind.as_str(), [&level_a.name, &level_b.name], value()));
            }
        }
    }
    Ok(found)
}
