//! Which columns of a file of collected answers hold what.

use std::io::Read;
use std::sync::Arc;

use crate::foundation::{Code, Findings, LimitedFindings};
use crate::survey::{Item, ItemKind, Mode, RawAnswer, Wave};
use crate::tables::{ColumnMatch, FIELD_SIGNS, MissingCodes, Table, cell_path};

/// The positions of the columns.
pub(super) struct Columns {
    pub(super) id: Option<usize>,
    pub(super) unit: usize,
    pub(super) stratum: Option<usize>,
    pub(super) psu: Option<usize>,
    pub(super) weight: Option<usize>,
    pub(super) mode: Option<usize>,
    pub(super) answered_on: Option<usize>,
    /// Where the answers stand, in the order of the items and then of the questions about the respondent.
    pub(super) items: Vec<ItemColumns>,
    /// The names of the columns of the envelope, by field.
    pub(super) names: Arc<[(&'static str, String)]>,
    /// The names of the columns that nothing is read from.
    pub(super) ignored: Vec<String>,
    /// What people should know before anything is kept, in sentences.
    pub(super) told: Vec<String>,
}

/// Where the answers to one question stand.
pub(super) enum ItemColumns {
    /// Nowhere.
    None,
    /// In one column.
    One(usize),
    /// In a column for each option, with 1 where it was chosen and 0 where it was not.
    Options(Vec<(Code, usize)>),
}

impl ItemColumns {
    /// All columns of the question.
    pub(super) fn positions(&self) -> Vec<usize> {
        match self {
            Self::None => Vec::new(),
            Self::One(column) => vec![*column],
            Self::Options(options) => options.iter().map(|(_, column)| *column).collect(),
        }
    }
}

/// Finds all columns: those of the plan by the names that it gives, questions by their codes.
pub(super) fn find_columns<R: Read>(table: &Table<R>, wave: &Wave) -> Result<Columns, Findings> {
    let mut findings = LimitedFindings::default();
    let planned = &wave.plan.columns;
    let mut named = |name: Option<&str>| {
        let position = table.column(name?);
        if position.is_none() {
            let message = format!("the plan names this column; the file has none{}", table.did_you_mean(name?));
            findings.push(cell_path(1, name?), "missing_column", message);
        }
        position
    };
    let mut columns = Columns {
        id: named(planned.id.as_deref()),
        unit: named(Some(&planned.unit)).unwrap_or_default(),
        stratum: named(planned.stratum.as_deref()),
        psu: named(planned.psu.as_deref()),
        weight: named(planned.weight.as_deref()),
        mode: named(planned.mode.as_deref()),
        answered_on: named(planned.answered_on.as_deref()),
        items: Vec::new(),
        names: Arc::default(),
        ignored: Vec::new(),
        told: table.told(),
    };
    let options = option_columns(table, wave);
    let find = |item: &Item| find_item(table, item, &options);
    columns.items = wave.questionnaire.placed_items().map(|placed| find(placed.item)).collect();
    columns.names = columns.named(table);
    let rated =
        |(item, columns): &(&Item, &ItemColumns)| item.rated().is_some() && !matches!(columns, ItemColumns::None);
    if !wave.questionnaire.items().zip(&columns.items).any(|pair| rated(&pair)) {
        for item in wave.questionnaire.items().filter(|item| item.rated().is_some()) {
            let code = item.code.as_str();
            let message = format!("no rated item has a column, nor has this one{}", table.did_you_mean(code));
            findings.push(cell_path(1, code), "missing_column", message);
        }
    }
    if planned.mode.is_none() && !wave.plan.modes.contains(&Mode::Paper) {
        let message =
            "the file has no column of modes, so its answers are from paper; but the wave takes no paper answers";
        findings.push("columns.mode", "not_allowed", message);
    }
    for position in columns.positions().into_iter().filter(|position| table.is_repeated(*position)) {
        findings.push(cell_path(1, &table.columns()[position]), "duplicate", "there are two columns of this name");
    }
    columns.tell(table, wave, &options);
    findings.into_result(columns)
}

impl Columns {
    /// The columns of what is checked together with other things, by field, as the file names them.
    fn named<R: Read>(&self, table: &Table<R>) -> Arc<[(&'static str, String)]> {
        let fields = [("mode", self.mode), ("answered_on", self.answered_on)];
        let named = fields.into_iter().filter_map(|(field, position)| Some((field, table.columns().get(position?)?)));
        named.map(|(field, column)| (field, column.clone())).collect()
    }

    /// All columns that are read.
    fn positions(&self) -> Vec<usize> {
        let Self { id, unit, stratum, psu, weight, mode, answered_on, items, .. } = self;
        let planned = [id, stratum, psu, weight, mode, answered_on].into_iter().flatten().copied();
        let asked = items.iter().flat_map(ItemColumns::positions);
        let mut positions: Vec<usize> = planned.chain([*unit]).chain(asked).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// Notes what is not read, what is read by another name, and which questions have no column.
    fn tell<R: Read>(&mut self, table: &Table<R>, wave: &Wave, options: &[(Code, Code, usize)]) {
        let mut read: Vec<(&str, usize)> = Vec::new();
        let planned = &wave.plan.columns;
        read.extend(planned.named().iter().filter_map(|(_, name)| Some(((*name)?, table.column((*name)?)?))));
        let questions = wave.questionnaire.items().chain(&wave.questionnaire.respondent);
        for (item, columns) in questions.zip(&self.items) {
            match columns {
                ItemColumns::One(position) => read.push((item.code.as_str(), *position)),
                ItemColumns::Options(_) => {
                    self.told.push(format!("The answers to `{}` are read from a column for each option.", item.code));
                }
                ItemColumns::None if item.kind == ItemKind::Note => {}
                ItemColumns::None => {
                    let hint = table.did_you_mean(item.code.as_str());
                    self.told.push(format!("The file has no column for the question `{}`{hint}", item.code));
                    if let Some(told) = self.told.last_mut().filter(|told| !told.ends_with('?')) {
                        told.push('.');
                    }
                }
            }
        }
        for (name, position) in &read {
            let column = &table.columns()[*position];
            if *column != *crate::tables::clean(name.trim()) {
                self.told.push(format!("The column `{column}` is read as `{name}`."));
            }
        }
        let is_read = |position: &usize| {
            read.iter().any(|(_, read)| read == position) || options.iter().any(|(_, _, option)| option == position)
        };
        let names =
            table.columns().iter().enumerate().filter(|(position, name)| !name.is_empty() && !is_read(position));
        self.ignored = names.map(|(_, name)| name.clone()).collect();
    }
}

/// The columns that hold one option each (`why/slow`, `why.slow`, `why_slow`, `why[slow]`, and `why__slow` as Survey Solutions
/// writes it): question, option, position.
fn option_columns<R: Read>(table: &Table<R>, wave: &Wave) -> Vec<(Code, Code, usize)> {
    let questions: Vec<&Item> = wave.questionnaire.items().chain(&wave.questionnaire.respondent).collect();
    let mut found = Vec::new();
    for item in &questions {
        let ItemKind::MultipleChoice { options } = &item.kind else { continue };
        for option in options {
            let (question, option) = (item.code.as_str(), &option.code);
            let names = ["/", ".", "_", "-", "__"].map(|sign| format!("{question}{sign}{option}"));
            let names = names.into_iter().chain([format!("{question}[{option}]")]);
            let is_free = |name: &String| questions.iter().all(|item| item.code.as_str() != name);
            let position = names.filter(is_free).find_map(|name| table.find_column(&name, FIELD_SIGNS).position());
            found.extend(position.map(|position| (item.code.clone(), option.clone(), position)));
        }
    }
    found
}

fn find_item<R: Read>(table: &Table<R>, item: &Item, options: &[(Code, Code, usize)]) -> ItemColumns {
    match table.find_column(item.code.as_str(), FIELD_SIGNS) {
        ColumnMatch::Named(position) => return ItemColumns::One(position),
        // `why/slow` is an option of `why`, and not the question `slow`.
        ColumnMatch::InGroup(position) if options.iter().all(|(_, _, option)| *option != position) => {
            return ItemColumns::One(position);
        }
        _ => {}
    }
    let own: Vec<_> = options.iter().filter(|(question, _, _)| *question == item.code).collect();
    if own.is_empty() {
        return ItemColumns::None;
    }
    ItemColumns::Options(own.into_iter().map(|(_, option, position)| (option.clone(), *position)).collect())
}

impl ItemColumns {
    /// What a row says to the question; nothing where it has no column.
    pub(super) fn read<'r>(
        &self,
        kind: &ItemKind,
        cell_of: impl Fn(usize) -> &'r str,
        missing: &MissingCodes,
        has_decimal_comma: bool,
    ) -> Option<RawAnswer> {
        match self {
            Self::None => None,
            Self::One(position) => {
                let cell = cell_of(*position);
                let is_option = match kind {
                    ItemKind::SingleChoice { options } | ItemKind::MultipleChoice { options } => {
                        options.iter().any(|option| option.code.as_str() == cell)
                    }
                    _ => false,
                };
                let is_missing = !is_option && missing.has(cell);
                Some(if is_missing { RawAnswer::Null } else { RawAnswer::from_cell(kind, cell, has_decimal_comma) })
            }
            Self::Options(columns) => {
                let (mut chosen, mut is_answered) = (Vec::new(), false);
                for (option, position) in columns {
                    match cell_of(*position) {
                        "1" | "1.0" | "TRUE" | "True" | "true" | "Yes" | "yes" | "Y" | "y" => {
                            chosen.push(option.to_string());
                        }
                        "0" | "0.0" | "FALSE" | "False" | "false" | "No" | "no" | "N" | "n" => {}
                        nothing if missing.has(nothing) => continue,
                        _ => return Some(RawAnswer::Other),
                    }
                    is_answered = true;
                }
                Some(if is_answered { RawAnswer::List(chosen) } else { RawAnswer::Null })
            }
        }
    }
}
