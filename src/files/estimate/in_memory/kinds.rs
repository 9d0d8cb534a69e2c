//! Means, shares, totals, quantiles and indices of the levels of a domain.

use super::super::statistic_file::{Kind, Measured, QuantileEnds, WantedStatistic};
use super::comparisons;
use super::maker::{Level, Maker};
use super::rows::{More, StatisticRow};
use crate::estimation::{NumericStatistic, Study};
use crate::index::EstimateRow;
use crate::statistics::{
    Estimate, Functional, IntervalMethod, MeanTree, QuantileEstimate, QuantileInterval, QuantilePlan, QuantileRule,
    Ratio, ShareBelow, WeightedValues, quantile_estimate, student_t_quantile,
};

/// The first variable of a study over the second.
pub(super) fn ratio() -> NumericStatistic {
    let ratio = Ratio::of(vec![0], vec![1]);
    NumericStatistic::Ratios(Functional::of(MeanTree::Ratio(ratio)))
}

/// The rows of a statistic.
pub(super) fn make(maker: &mut Maker<'_>, wanted: &WantedStatistic) {
    if let Kind::Indices = wanted.kind {
        return super::answers::indices_by(maker, &wanted.by);
    }
    for level in maker.levels(&wanted.by) {
        match &wanted.kind {
            Kind::Average(of) => average(maker, &level, of),
            Kind::Shares(item) => shares(maker, &level, item),
            Kind::Total(of) => total(maker, &level, of.as_ref()),
            Kind::Quantiles { item, p, rule, interval } => {
                for p in p {
                    quantile(maker, &level, item, (*p, *rule, *interval));
                }
            }
            Kind::Differences { of, between, levels } => {
                comparisons::differences(maker, &level, of, (between, levels.as_ref()));
            }
            Kind::Independence(columns) => comparisons::independence(maker, &level, columns),
            Kind::Indices => {}
        }
        if maker.is_full() {
            return;
        }
    }
}

fn average(maker: &mut Maker<'_>, level: &Level, of: &Measured) {
    let (name, interval) = match of {
        Measured::Numbers(_) => ("mean", IntervalMethod::Mean),
        Measured::AtLeast(..) | Measured::Value(..) => ("share", maker.design.confidence.shares),
    };
    let mut study = Study::new(2);
    for (row, value) in maker.values(of, &level.rows) {
        study.push(row, &[value, 1.0]);
    }
    let estimate = maker.sample.prepare(&study).estimate(&ratio(), None, interval, maker.design.confidence);
    maker.push(level, (name, of), interval.as_str(), estimate.as_ref());
}

/// The share of each value among those with one.
fn shares(maker: &mut Maker<'_>, level: &Level, item: &str) {
    let column = maker.held.name_column(item);
    for number in column.in_order() {
        let of = Measured::Value(item.to_owned(), column.name(number).to_owned());
        average(maker, level, &of);
    }
}

fn total(maker: &mut Maker<'_>, level: &Level, of: Option<&Measured>) {
    let mut study = Study::new(1);
    match of {
        Some(of) => maker.values(of, &level.rows).into_iter().for_each(|(row, value)| study.push(row, &[value])),
        None => level.rows.iter().for_each(|row| study.push(*row, &[1.0])),
    }
    let (interval, confidence) = (IntervalMethod::Mean, maker.design.confidence);
    let estimate = maker.sample.prepare(&study).estimate(&NumericStatistic::Total(0), None, interval, confidence);
    let people = Measured::Numbers(String::new());
    maker.push(level, ("total", of.unwrap_or(&people)), interval.as_str(), estimate.as_ref());
}

fn quantile(maker: &mut Maker<'_>, level: &Level, item: &str, plan: (f64, QuantileRule, QuantileEnds)) {
    let (p, rule, ends) = plan;
    let values = maker.values(&Measured::Numbers(item.to_owned()), &level.rows);
    let weights = maker.sample.weights();
    let n = values.iter().filter(|(row, _)| weights[*row] != 0.0).count() as u64;
    let df = maker.sample.df(values.iter().map(|(row, _)| *row));
    let weighted = |weights: &[f64]| WeightedValues::new(values.iter().map(|(row, value)| (*value, weights[*row])));
    let level_of_interval = maker.design.confidence.level;
    let found = weighted(weights).map(|sample| match ends {
        QuantileEnds::Share(interval) => {
            let plan = QuantilePlan { rule, interval, level: level_of_interval, df };
            let below = |at: f64| share_below(maker, &values, at);
            let nothing = QuantileEstimate { value: sample.quantile(rule, p), low: None, high: None, se: None };
            quantile_estimate(&sample, p, plan, below).unwrap_or(nothing)
        }
        QuantileEnds::Replicates => {
            let variance = maker.sample.replicate_variance(|weights| Some(weighted(weights)?.quantile(rule, p)));
            let se = variance.filter(|variance| variance.is_finite() && df > 0).map(f64::sqrt);
            let value = sample.quantile(rule, p);
            let reach = se.map(|se| se * student_t_quantile(0.5 * (1.0 - level_of_interval), df as f64));
            QuantileEstimate { value, low: reach.map(|r| value - r), high: reach.map(|r| value + r), se }
        }
    });
    let name = match ends {
        QuantileEnds::Share(QuantileInterval::Woodruff(method)) => method.as_str(),
        QuantileEnds::Share(QuantileInterval::Score) => "score",
        QuantileEnds::Replicates => "replicates",
    };
    let row = EstimateRow {
        statistic: "quantile".into(),
        item: Some(item.to_owned()),
        n,
        estimate: found.map(|found| found.value),
        se: found.and_then(|found| found.se),
        df: (df > 0).then_some(df),
        ci_low: found.and_then(|found| found.low),
        ci_high: found.and_then(|found| found.high),
        ..EstimateRow::default()
    };
    let method = format!("{}, {}, {name}", maker.variance_name(), rule.as_str());
    maker.rows.push(StatisticRow {
        estimate: level.estimate(row),
        more: More { part: Some(p.to_string()), method, ..More::default() },
    });
}

/// The share at or below a value, and its standard error.
fn share_below(maker: &Maker<'_>, values: &[(usize, f64)], at: f64) -> ShareBelow {
    let mut study = Study::new(2);
    for (row, value) in values {
        study.push(*row, &[f64::from(u8::from(*value <= at)), 1.0]);
    }
    let prepared = maker.sample.prepare(&study);
    let share = prepared.value(&ratio()).unwrap_or(f64::NAN);
    let variance = prepared.covariance(&[ratio()]).map_or(f64::NAN, |covariance| covariance[0][0]);
    ShareBelow { share, se: variance.max(0.0).sqrt() }
}

impl Maker<'_> {
    /// What is measured, of those rows where it is known.
    pub(super) fn values(&self, of: &Measured, rows: &[usize]) -> Vec<(usize, f64)> {
        let is = |condition: bool| f64::from(u8::from(condition));
        match of {
            Measured::Numbers(item) => {
                let column = self.held.number_column(item);
                rows.iter().map(|row| (*row, column[*row])).filter(|(_, value)| !value.is_nan()).collect()
            }
            Measured::AtLeast(item, from) => {
                let column = self.held.number_column(item);
                let known = rows.iter().filter(|row| !column[**row].is_nan());
                known.map(|row| (*row, is(column[*row] >= *from))).collect()
            }
            Measured::Value(item, value) => {
                let column = self.held.name_column(item);
                let wanted = column.find(value);
                rows.iter().filter_map(|row| Some((*row, is(Some(column.number(*row)?) == wanted)))).collect()
            }
        }
    }

    /// Adds an estimate of a level.
    fn push(&mut self, level: &Level, of: (&'static str, &Measured), interval: &str, estimate: Option<&Estimate>) {
        let (name, measured) = of;
        let mut row = EstimateRow::new(name, None, estimate);
        row.item = Some(measured.item().to_owned()).filter(|item| !item.is_empty());
        let method = format!("{}, {interval}", self.variance_name());
        let more = More { part: measured.part(), method, ..More::default() };
        self.rows.push(StatisticRow { estimate: level.estimate(row), more });
    }
}
