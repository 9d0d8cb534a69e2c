//! The statistics of a design file as they are written, and as they are checked: `[[statistic]]` and `[subset]`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::names::{check_name, refuse_repeats};
use crate::statistics::{IntervalMethod, QuantileInterval, QuantileRule};

/// The most `[[statistic]]` blocks of a design.
const STATISTICS_MAX: usize = 1_000;
/// The most columns that a domain is crossed from.
const CROSSED_MAX: usize = 5;

/// A `[[statistic]]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatisticTable {
    kind: KindName,
    item: Option<String>,
    #[serde(default)]
    by: Vec<String>,
    value: Option<Plain>,
    from: Option<f64>,
    p: Option<Vec<f64>>,
    rule: Option<String>,
    interval: Option<String>,
    between: Option<String>,
    levels: Option<[Plain; 2]>,
    with: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    Mean,
    Total,
    Share,
    Quantile,
    Difference,
    Independence,
    Indices,
}

/// A value as people write it, with or without quotes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Plain {
    Text(String),
    Integer(i64),
    Number(f64),
}

impl Plain {
    /// As the file has it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Integer(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
        }
    }
}

/// Which rows count, by one column.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Condition {
    /// Those with one of these values.
    OneOf(Vec<Plain>),
    /// Those with a number in this range, ends included.
    Range(NumberRange),
}

/// A range of numbers, open where an end is left out.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberRange {
    #[serde(default = "below_all")]
    pub from: f64,
    #[serde(default = "above_all")]
    pub to: f64,
}

impl NumberRange {
    fn is_valid(&self) -> bool {
        self.from <= self.to && (self.from.is_finite() || self.to.is_finite())
    }
}

fn below_all() -> f64 {
    f64::NEG_INFINITY
}

fn above_all() -> f64 {
    f64::INFINITY
}

/// A statistic that is wanted, and of whom.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WantedStatistic {
    pub kind: Kind,
    /// The columns whose values, together, are levels; everybody without any.
    pub by: Vec<String>,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// The mean of numbers, or the share that a condition holds of.
    Average(Measured),
    /// The shares of all values of a column.
    Shares(String),
    /// The sum of numbers, or how many people a condition holds of; without either, how many people there are.
    Total(Option<Measured>),
    /// Quantiles of numbers.
    Quantiles { item: String, p: Vec<f64>, rule: QuantileRule, interval: QuantileEnds },
    /// Differences of averages between the levels of a column: of all pairs, or of two.
    Differences { of: Measured, between: String, levels: Option<[String; 2]> },
    /// The test whether two columns are independent.
    Independence([String; 2]),
    /// All items, factors and indices.
    Indices,
}

/// What an average or a total is of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Measured {
    /// The numbers in a column.
    Numbers(String),
    /// Whether the number in a column is at least so large.
    AtLeast(String, f64),
    /// Whether a column has this value.
    Value(String, String),
}

impl Measured {
    /// The column.
    pub(super) fn item(&self) -> &str {
        match self {
            Self::Numbers(item) | Self::AtLeast(item, _) | Self::Value(item, _) => item,
        }
    }

    /// Which part of the column it is, for people; `None` for all of it.
    pub(super) fn part(&self) -> Option<String> {
        match self {
            Self::Numbers(_) => None,
            Self::AtLeast(_, from) => Some(format!("at least {from}")),
            Self::Value(_, value) => Some(value.clone()),
        }
    }
}

/// How the ends of a quantile's interval are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum QuantileEnds {
    /// From the share at or below it.
    Share(QuantileInterval),
    /// From its own values under replicate weights.
    Replicates,
}

impl StatisticTable {
    /// The statistic, or what is wrong with it; `number` is counted from 1.
    fn check(self, number: usize, has_replicates: bool) -> Result<WantedStatistic, String> {
        let by = self.by.clone();
        let wrong = |message: String| format!("[[statistic]] number {number}: {message}");
        if by.len() > CROSSED_MAX {
            return Err(wrong(format!("by crosses at most {CROSSED_MAX} columns, not {}", by.len())));
        }
        refuse_repeats("by", &by).map_err(wrong)?;
        let names = by.iter().chain(&self.item).chain(&self.between).chain(&self.with);
        names.into_iter().try_for_each(|name| check_name(name)).map_err(wrong)?;
        self.refuse_what_does_not_belong().map_err(wrong)?;
        Ok(WantedStatistic { kind: self.into_kind(has_replicates).map_err(wrong)?, by })
    }

    fn into_kind(self, has_replicates: bool) -> Result<Kind, String> {
        let item = |item: Option<String>| item.ok_or_else(|| "name a column as item".to_owned());
        Ok(match self.kind {
            KindName::Mean => Kind::Average(Measured::Numbers(item(self.item)?)),
            KindName::Total => match self.item {
                None => Kind::Total(None),
                Some(item) => Kind::Total(Some(measured(item, self.value, self.from)?)),
            },
            KindName::Share => {
                let item = item(self.item)?;
                match measured(item, self.value, self.from)? {
                    Measured::Numbers(item) => Kind::Shares(item),
                    part => Kind::Average(part),
                }
            }
            KindName::Quantile => Kind::Quantiles {
                item: item(self.item)?,
                p: probabilities(self.p)?,
                rule: quantile_rule(self.rule.as_deref())?,
                interval: quantile_ends(self.interval.as_deref(), has_replicates)?,
            },
            KindName::Difference => Kind::Differences {
                of: measured(item(self.item)?, self.value, self.from)?,
                between: self.between.ok_or("name the column whose levels are compared as between")?,
                levels: self.levels.map(|levels| levels.map(|level| level.text())),
            },
            KindName::Independence => {
                let with = self.with.ok_or("name the other column as with")?;
                let item = item(self.item)?;
                if item == with {
                    return Err(format!("item and with are both {item:?}; name two columns"));
                }
                Kind::Independence([item, with])
            }
            KindName::Indices => Kind::Indices,
        })
    }

    /// A key that the kind does not have would be ignored.
    fn refuse_what_does_not_belong(&self) -> Result<(), String> {
        use KindName::{Difference, Independence, Indices, Quantile, Share, Total};
        let given = [
            ("item", self.item.is_some(), &[KindName::Mean, Total, Share, Quantile, Difference, Independence][..]),
            ("value", self.value.is_some(), &[Total, Share, Difference]),
            ("from", self.from.is_some(), &[Total, Share, Difference]),
            ("p", self.p.is_some(), &[Quantile]),
            ("rule", self.rule.is_some(), &[Quantile]),
            ("interval", self.interval.is_some(), &[Quantile]),
            ("between", self.between.is_some(), &[Difference]),
            ("levels", self.levels.is_some(), &[Difference]),
            ("with", self.with.is_some(), &[Independence]),
        ];
        match given.iter().find(|(_, is_given, kinds)| *is_given && !kinds.contains(&self.kind)) {
            Some((key, ..)) if self.kind == Indices => Err(format!("the kind indices has no key {key}; it has by")),
            Some((key, ..)) => Err(format!("this kind has no key {key}")),
            None => Ok(()),
        }
    }
}

fn measured(item: String, value: Option<Plain>, from: Option<f64>) -> Result<Measured, String> {
    match (value, from) {
        (None, None) => Ok(Measured::Numbers(item)),
        (Some(value), None) => Ok(Measured::Value(item, value.text())),
        (None, Some(from)) if from.is_finite() => Ok(Measured::AtLeast(item, from)),
        (None, Some(from)) => Err(format!("from must be a number, not {from}")),
        (Some(_), Some(_)) => Err("value and from exclude each other".to_owned()),
    }
}

fn probabilities(p: Option<Vec<f64>>) -> Result<Vec<f64>, String> {
    let p = p.unwrap_or_else(|| vec![0.5]);
    match p.iter().find(|p| !(**p > 0.0 && **p < 1.0)) {
        Some(wrong) => Err(format!("p must lie between 0 and 1, such as 0.5, not {wrong}")),
        None if p.is_empty() || p.len() > 100 => Err(format!("p must have 1 to 100 numbers, not {}", p.len())),
        None => Ok(p),
    }
}

fn quantile_rule(name: Option<&str>) -> Result<QuantileRule, String> {
    let Some(name) = name else { return Ok(QuantileRule::Math) };
    let found = QuantileRule::ALL.into_iter().find(|rule| rule.as_str() == name);
    found.ok_or_else(|| format!("there is no rule {name:?}; there are math, school, hf7 and shahvaish"))
}

fn quantile_ends(name: Option<&str>, has_replicates: bool) -> Result<QuantileEnds, String> {
    match name {
        None => Ok(QuantileEnds::Share(QuantileInterval::Woodruff(IntervalMethod::Mean))),
        Some("score") => Ok(QuantileEnds::Share(QuantileInterval::Score)),
        Some("replicates") if has_replicates => Ok(QuantileEnds::Replicates),
        Some("replicates") => Err("the interval replicates needs columns.replicates".to_owned()),
        Some(name) => match name.parse() {
            Ok(method) => Ok(QuantileEnds::Share(QuantileInterval::Woodruff(method))),
            Err(error) => Err(format!("{error}, and for quantiles score and replicates")),
        },
    }
}

/// All statistics, or what is wrong with the first one that is.
pub(super) fn checked_statistics(
    tables: Vec<StatisticTable>,
    has_replicates: bool,
) -> Result<Vec<WantedStatistic>, String> {
    if tables.len() > STATISTICS_MAX {
        return Err(format!("a design may have {STATISTICS_MAX} [[statistic]] blocks, not {}", tables.len()));
    }
    (1..).zip(tables).map(|(number, table)| table.check(number, has_replicates)).collect()
}

/// Fails where a subset is invalid.
pub(super) fn check_subset(subset: &BTreeMap<String, Condition>) -> Result<(), String> {
    for (column, condition) in subset {
        check_name(column)?;
        match condition {
            Condition::OneOf(values) if values.is_empty() => {
                return Err(format!("subset.{column} names no values, so that nobody would count"));
            }
            Condition::Range(range) if !range.is_valid() => {
                return Err(format!("subset.{column} needs from or to, from no larger than to"));
            }
            _ => {}
        }
    }
    Ok(())
}
