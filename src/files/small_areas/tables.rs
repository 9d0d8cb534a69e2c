//! The two tables that small areas are modelled from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use csv::StringRecord;

use super::super::table_error::TableFileError;
use super::SmallAreaOptions;
use crate::foundation::Finding;
use crate::tables::{Table, cell_path, uneven_row, unguarded, with_decimal_point};

/// The statistic that is modelled unless another is asked for.
const STATISTIC: &str = "index_items";
/// The most areas that are taken.
const AREAS_MAX: usize = 100_000;
/// How many names an error lists.
const NAMES_MAX: usize = 20;

/// What is known of areas.
#[derive(Debug)]
pub(super) struct Covariates {
    /// The names of the columns of numbers.
    pub columns: Vec<String>,
    /// The areas, in the file's order.
    pub order: Vec<String>,
    pub areas: BTreeMap<String, Vec<f64>>,
}

/// Direct estimates with their standard errors, either of which may be missing.
#[derive(Debug, Default)]
pub(super) struct Directs {
    pub areas: BTreeMap<String, (Option<f64>, Option<f64>)>,
}

/// A table under its name.
struct Open<'a> {
    path: &'a Path,
    table: Table<BufReader<File>>,
}

impl<'a> Open<'a> {
    fn new(path: &'a Path) -> Result<Self, TableFileError> {
        let failed = |cause| TableFileError::File { path: path.display().to_string(), cause };
        let file = BufReader::new(File::open(path).map_err(failed)?);
        let table = Table::open(file)
            .map_err(|findings| TableFileError::input(path, findings.0.first().map(described).unwrap_or_default()))?;
        Ok(Self { path, table })
    }

    /// Where a column is.
    fn column(&self, name: &str) -> Result<usize, TableFileError> {
        self.table.column(name).ok_or_else(|| {
            let known = self.table.columns().join(", ");
            TableFileError::input(self.path, format!("line 1: there is no column {name}; there are: {known}"))
        })
    }

    /// The column that names the area.
    fn area_column(&self) -> Option<usize> {
        ["area", "unit", "level"].into_iter().find_map(|name| self.table.column(name))
    }

    /// Gives each row and its line to `take`.
    fn each(mut self, mut take: impl FnMut(&StringRecord, u64) -> Result<(), String>) -> Result<(), TableFileError> {
        let (mut cells, width, mut count) = (StringRecord::new(), self.table.columns().len(), 0);
        while let Some(line) = self.table.read_row(&mut cells) {
            let line = line.map_err(|finding| TableFileError::input(self.path, described(&finding)))?;
            if cells.len() != width {
                let message = format!("line {line}: {}", uneven_row(cells.len(), self.table.columns()));
                return Err(TableFileError::input(self.path, message));
            }
            count += 1;
            take(&cells, line).map_err(|message| TableFileError::input(self.path, message))?;
        }
        if count == 0 { Err(TableFileError::input(self.path, "there are no rows below the header")) } else { Ok(()) }
    }
}

fn described(finding: &Finding) -> String {
    format!("{}: {}", finding.path, finding.message)
}

/// The name of an area, in one spelling.
fn area_name(cell: &str, place: &str) -> Result<String, String> {
    let name = unguarded(cell.trim()).to_owned();
    if name.is_empty() || name.chars().count() > 500 || name.contains(char::is_control) {
        return Err(format!("{place}: an area's name has 1 to 500 characters and no line breaks"));
    }
    Ok(name)
}

/// The finite number of a cell; `None` where it is empty.
fn number(cell: &str, has_decimal_comma: bool, place: &str) -> Result<Option<f64>, String> {
    match (cell.trim(), with_decimal_point(cell.trim(), has_decimal_comma).parse::<f64>()) {
        ("", _) => Ok(None),
        (_, Ok(number)) if number.is_finite() => Ok(Some(number)),
        (text, _) => {
            Err(format!("{place}: {text:?} is not a number; write it like 0.85, or leave empty what is not known"))
        }
    }
}

impl Covariates {
    /// Reads `columns` of a file, or all except the area's.
    pub(super) fn read(path: &Path, columns: &[String]) -> Result<Self, TableFileError> {
        let open = Open::new(path)?;
        let Some(area) = open.area_column() else {
            return Err(TableFileError::input(
                path,
                "line 1: there must be a column area, unit or level that names the area",
            ));
        };
        let positions: Vec<usize> = if columns.is_empty() {
            (0..open.table.columns().len()).filter(|at| *at != area).collect()
        } else {
            columns.iter().map(|name| open.column(name)).collect::<Result<_, _>>()?
        };
        let names: Vec<String> = positions.iter().map(|at| open.table.columns()[*at].clone()).collect();
        let mut found = Self { columns: names, order: Vec::new(), areas: BTreeMap::new() };
        let has_decimal_comma = open.table.has_decimal_comma();
        open.each(|cells, line| {
            let place = |column: &str| cell_path(line, column);
            let name = area_name(&cells[area], &place("area"))?;
            let mut values = Vec::with_capacity(positions.len());
            for (at, column) in positions.iter().zip(&found.columns) {
                let value = number(&cells[*at], has_decimal_comma, &place(column))?;
                values.push(value.ok_or_else(|| format!("{}: every area needs a number here", place(column)))?);
            }
            if found.areas.insert(name.clone(), values).is_some() {
                return Err(format!("{}: {name:?} is there a second time", place("area")));
            }
            found.order.push(name);
            if found.order.len() > AREAS_MAX {
                return Err(format!("there are more than {AREAS_MAX} areas"));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

impl Directs {
    /// Reads the direct estimates that the options name.
    pub(super) fn read(options: &SmallAreaOptions) -> Result<Self, TableFileError> {
        let path = options.estimates.as_path();
        let open = Open::new(path)?;
        let (estimate, se) = (open.column("estimate")?, open.column("se")?);
        let Some(area) = open.area_column() else {
            return Err(TableFileError::input(
                path,
                "line 1: there must be a column area, unit or level that names the area",
            ));
        };
        let is_bare = open.table.column("statistic").is_none();
        let mut choice = if is_bare { None } else { Some(Choice::new(options, &open)?) };
        if is_bare && (options.statistic.is_some() || options.item.is_some() || options.domain.is_some()) {
            let message = "--statistic, --item and --domain do not go with a table of area,estimate,se";
            return Err(TableFileError::input(path, message));
        }
        let mut found = Self::default();
        let has_decimal_comma = open.table.has_decimal_comma();
        open.each(|cells, line| {
            if choice.as_mut().is_some_and(|choice| !choice.takes(cells)) {
                return Ok(());
            }
            let place = |column: &str| cell_path(line, column);
            let name = area_name(&cells[area], &place("area"))?;
            let numbers = (
                number(&cells[estimate], has_decimal_comma, &place("estimate"))?,
                number(&cells[se], has_decimal_comma, &place("se"))?,
            );
            if let Some(se) = numbers.1.filter(|se| *se < 0.0) {
                return Err(format!("{}: a standard error must not be negative: {se}", place("se")));
            }
            match found.areas.insert(name.clone(), numbers) {
                None => Ok(()),
                Some(_) => {
                    Err(format!("{}: {name:?} is there a second time; choose with --item or --domain", place("area")))
                }
            }
        })?;
        match choice {
            Some(choice) if found.areas.is_empty() => Err(TableFileError::input(path, choice.explain())),
            _ => Ok(found),
        }
    }
}

/// Which rows of what `estimate` wrote are wanted.
struct Choice {
    statistic: String,
    item: String,
    domain: Option<String>,
    positions: [usize; 3],
    /// Names that the file has, for an error.
    seen: [BTreeSet<String>; 3],
}

impl Choice {
    fn new(options: &SmallAreaOptions, open: &Open<'_>) -> Result<Self, TableFileError> {
        Ok(Self {
            statistic: options.statistic.clone().unwrap_or_else(|| STATISTIC.to_owned()),
            item: options.item.clone().unwrap_or_default(),
            domain: options.domain.clone(),
            positions: [open.column("domain")?, open.column("statistic")?, open.column("item")?],
            seen: Default::default(),
        })
    }

    fn takes(&mut self, cells: &StringRecord) -> bool {
        let [domain, statistic, item] = self.positions.map(|at| cells[at].trim());
        if domain.is_empty() {
            return false;
        }
        self.note(0, domain);
        if self.domain.get_or_insert_with(|| domain.to_owned()) != domain {
            return false;
        }
        self.note(1, statistic);
        if statistic != self.statistic {
            return false;
        }
        self.note(2, item);
        item == self.item
    }

    fn note(&mut self, of: usize, name: &str) {
        if self.seen[of].len() < NAMES_MAX && !self.seen[of].contains(name) {
            self.seen[of].insert(name.to_owned());
        }
    }

    /// Why no row was taken.
    fn explain(&self) -> String {
        let listed = |of: usize| self.seen[of].iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        match [0, 1, 2].map(|of| self.seen[of].is_empty()) {
            [true, ..] => "there are only estimates for everybody; estimate with a domain to have areas".to_owned(),
            [_, true, _] => format!("there is no such domain; --domain may be: {}", listed(0)),
            [_, _, true] => format!("there is no statistic {:?}; --statistic may be: {}", self.statistic, listed(1)),
            _ => format!("{} is there for several items; --item may be: {}", self.statistic, listed(2)),
        }
    }
}
