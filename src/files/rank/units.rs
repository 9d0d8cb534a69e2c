//! Which units of a file are ranked, and by what.

use std::collections::{BTreeSet, HashMap};

use super::super::table_error::TableFileError;
use super::RankFileOptions;
use super::table::{Row, Rows};
use crate::ranking::Knowledge;
use crate::statistics::Comparison;

/// The statistic that is ranked by unless another is asked for.
const STATISTIC: &str = "index_items";
/// The most characters in the name of a unit.
const NAME_LENGTH_MAX: usize = 500;
/// How many names an error lists.
const NAMES_MAX: usize = 20;

/// A unit that can be ranked.
#[derive(Debug)]
pub(super) struct Unit {
    pub name: String,
    pub estimate: f64,
    pub se: f64,
    /// `None` where the file does not say.
    pub df: Option<f64>,
    /// The interval that was published with the estimate.
    pub interval: Option<[f64; 2]>,
    /// Whether it does not come from a sample.
    pub is_exact: bool,
    /// The sampling units that it is based on.
    pub sampling_units: Option<f64>,
}

impl Unit {
    /// What a comparison may treat as known.
    pub(super) fn knowledge(&self, level: f64) -> Knowledge {
        if self.is_exact {
            return Knowledge::EXACT;
        }
        Knowledge::of_sample(self.estimate, self.se, self.df.unwrap_or(f64::INFINITY), self.interval, level)
    }
}

/// A unit that lacks an estimate or a standard error.
#[derive(Debug)]
pub(super) struct Withheld {
    pub name: String,
    pub estimate: Option<f64>,
    pub se: Option<f64>,
}

/// The units of a file, in its order.
#[derive(Debug, Default)]
pub(super) struct Units {
    pub ranked: Vec<Unit>,
    pub withheld: Vec<Withheld>,
    /// The line of each unit.
    lines: HashMap<String, u64>,
    /// Whether every standard error of 0 is meant to be exact.
    zero_is_exact: bool,
}

/// Columns that a file may have in addition to those it must have, by their position among the cells that are read.
#[derive(Debug, Default)]
struct Further {
    df: Option<usize>,
    low: Option<usize>,
    high: Option<usize>,
    exact: Option<usize>,
    sampling_units: Option<usize>,
}

impl Further {
    /// Adds those that the file has to the columns to read.
    fn find(rows: &Rows, columns: &mut Vec<&'static str>) -> Self {
        let mut find = |name: &'static str| {
            rows.has(name).then(|| {
                columns.push(name);
                columns.len() - 1
            })
        };
        Self {
            df: find("df"),
            low: find("ci_low"),
            high: find("ci_high"),
            exact: find("exact"),
            sampling_units: find("sampling_units"),
        }
    }
}

/// What the file was searched for.
#[derive(Debug)]
pub(super) struct Chosen {
    /// The domain; `None` for a bare file.
    pub domain: Option<String>,
    /// Other domains that the file has.
    pub other_domains: usize,
    /// The statistic; `None` for a bare file where no statistic was asked for.
    pub statistic: Option<String>,
    pub item: String,
}

impl Units {
    /// Finds the units in the file that `options` names.
    pub(super) fn read(options: &RankFileOptions) -> Result<(Self, Chosen), TableFileError> {
        let rows = Rows::open(&options.estimates)?;
        let path = options.estimates.display().to_string();
        let mut units = Self { zero_is_exact: options.exact, ..Self::default() };
        let chosen = if rows.has("unit") {
            if let Some(name) =
                [("--domain", &options.domain), ("--item", &options.item)].iter().find(|o| o.1.is_some())
            {
                let message = format!("{} does not go with a file of unit,estimate,se, which has neither", name.0);
                return Err(TableFileError::Option(message));
            }
            let mut columns = vec!["unit", "estimate"];
            let se = (rows.has("se") || !options.exact).then(|| {
                columns.push("se");
                2
            });
            let further = Further::find(&rows, &mut columns);
            rows.each(&columns, |row| units.add(row, se, &further))?;
            Chosen { domain: None, other_domains: 0, statistic: options.statistic.clone(), item: String::new() }
        } else if ["domain", "level", "statistic"].iter().any(|column| rows.has(column)) {
            units.read_estimates(rows, &path, options)?
        } else {
            let needed = "it must begin with unit,estimate,se or with the columns that `plumbline estimate` writes";
            return Err(rows.wrong(format!("line 1: there is neither a column unit nor a column level; {needed}")));
        };
        if units.ranked.is_empty() {
            let message = match units.withheld.len() {
                0 => "there is no unit in this file".to_owned(),
                1 => "the only unit has no estimate or no standard error".to_owned(),
                withheld => format!("none of the {withheld} units has both an estimate and a standard error"),
            };
            return Err(TableFileError::Input { path, message });
        }
        Ok((units, chosen))
    }

    /// Reads what `estimate` writes.
    fn read_estimates(&mut self, rows: Rows, path: &str, options: &RankFileOptions) -> Result<Chosen, TableFileError> {
        let statistic = options.statistic.as_deref().unwrap_or(STATISTIC);
        let item = options.item.as_deref().unwrap_or_default();
        let mut domain = options.domain.clone();
        let (mut domains, mut statistics, mut items) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut columns = vec!["level", "estimate", "se", "domain", "statistic", "item"];
        let further = Further::find(&rows, &mut columns);
        rows.each(&columns, |row| {
            let (found_domain, found_statistic, found_item) = (row.text(3), row.text(4), row.text(5));
            if found_domain.is_empty() {
                return Ok(());
            }
            note(&mut domains, found_domain);
            if *domain.get_or_insert_with(|| found_domain.to_owned()) != found_domain {
                return Ok(());
            }
            note(&mut statistics, found_statistic);
            if found_statistic != statistic {
                return Ok(());
            }
            note(&mut items, found_item);
            if found_item == item { self.add(row, Some(2), &further) } else { Ok(()) }
        })?;
        let other_domains = domains.len().saturating_sub(1);
        if self.lines.is_empty() {
            let message = match &domain {
                None => "there are only estimates for everybody; estimate with a domain to have units".to_owned(),
                Some(domain) if statistics.is_empty() => {
                    format!("there is no domain {domain:?}; --domain may be: {}", listed(&domains))
                }
                Some(_) if items.is_empty() => {
                    format!("there is no statistic {statistic:?}; --statistic may be: {}", listed(&statistics))
                }
                Some(_) => format!("{statistic} is there for items or factors; --item may be: {}", listed(&items)),
            };
            return Err(TableFileError::Input { path: path.to_owned(), message });
        }
        Ok(Chosen { domain, other_domains, statistic: Some(statistic.to_owned()), item: item.to_owned() })
    }

    /// Adds the unit of a row whose first cells are its name and estimate.
    fn add(&mut self, row: &Row, se: Option<usize>, further: &Further) -> Result<(), TableFileError> {
        let name = row.text(0).to_owned();
        if name.is_empty() {
            return Err(row.wrong(0, "the unit has no name"));
        }
        if name.chars().count() > NAME_LENGTH_MAX {
            return Err(row.wrong(0, format!("the name of a unit has at most {NAME_LENGTH_MAX} characters")));
        }
        if let Some(line) = self.lines.insert(name.clone(), row.line()) {
            let what = "each unit may be there once";
            return Err(row.wrong(0, format!("{name:?} is there a second time, first in row {line}; {what}")));
        }
        let se_there = se.map_or(Ok(None), |k| row.number(k))?;
        if let (Some(k), Some(se)) = (se, se_there.filter(|se| *se < 0.0)) {
            return Err(row.wrong(k, format!("a standard error must not be negative: {se}")));
        }
        let is_exact = self.is_exact(row, se_there, further)?;
        let number = |column: Option<usize>| column.map_or(Ok(None), |k| row.number(k));
        let df = number(further.df)?;
        if let (Some(k), Some(df)) = (further.df, df.filter(|df| !is_exact && *df < Comparison::DF_MIN)) {
            let message = format!("degrees of freedom must be at least {}, not {df}", Comparison::DF_MIN);
            return Err(row.wrong(k, message));
        }
        let interval = number(further.low)?.zip(number(further.high)?).map(|(low, high)| [low, high]);
        let sampling_units = number(further.sampling_units)?;
        let se = if is_exact { Some(0.0) } else { se_there };
        match (row.number(1)?, se) {
            (Some(estimate), Some(se)) => {
                self.ranked.push(Unit { name, estimate, se, df, interval, is_exact, sampling_units });
            }
            (estimate, se) => self.withheld.push(Withheld { name, estimate, se }),
        }
        Ok(())
    }

    /// Whether the row says, or the command, that the estimate does not come from a sample.
    fn is_exact(&self, row: &Row, se: Option<f64>, further: &Further) -> Result<bool, TableFileError> {
        let said = match further.exact.map(|k| (k, row.text(k).to_ascii_lowercase())) {
            None => return Ok(self.zero_is_exact && se.is_none_or(|se| se == 0.0)),
            Some((k, text)) => match text.as_str() {
                "true" | "yes" | "1" => true,
                "false" | "no" | "0" | "" => self.zero_is_exact && se == Some(0.0),
                _ => return Err(row.wrong(k, format!("{text:?} is neither true nor false"))),
            },
        };
        match (further.exact, se.filter(|se| said && *se > 0.0)) {
            (Some(k), Some(se)) => {
                Err(row.wrong(k, format!("an exact score has no sampling error, but its standard error is {se}")))
            }
            _ => Ok(said),
        }
    }

    /// Whether the file has a unit of this name, ranked or not.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.lines.contains_key(name)
    }
}

/// Keeps a name for an error, if it is not too much.
fn note(names: &mut BTreeSet<String>, name: &str) {
    if names.len() <= NAMES_MAX && !names.contains(name) {
        names.insert(name.to_owned());
    }
}

/// Names, the first of them if they are many.
fn listed(names: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = names.iter().take(NAMES_MAX).map(String::as_str).collect();
    let rest = if names.len() > NAMES_MAX { ", …" } else { "" };
    format!("{}{rest}", shown.join(", "))
}
