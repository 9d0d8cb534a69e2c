//! Collected answers from a CSV file, row by row.

use std::collections::HashMap;
use std::io::Read;

use chrono::NaiveDate;
use csv::{ByteRecord, StringRecord};
use uuid::Uuid;

use super::Fault;
use super::answer::Raw;
use super::sheets::{Part, check_sheets, is_answered};
use super::submission::{check_answered_on, check_code, check_mode, check_weight, unknown_unit};
use crate::foundation::{Code, Findings, LanguageTag, LimitedFindings, Table, cell_path};
use crate::survey::{Item, ItemKind, Mode, Placement, Response, Source, Wave};

/// The most characters in a respondent's number.
const ID_LENGTH_MAX: usize = 200;

/// A file of collected answers. As an iterator it gives each row as a response, or the row and what is wrong with it.
pub struct ResponseFile<'w, R> {
    table: Table<R>,
    wave: &'w Wave,
    today: NaiveDate,
    columns: Columns,
    ignored: Vec<String>,
    units: HashMap<&'w str, &'w Code>,
    language: LanguageTag,
    /// How often each row was seen, in files without a column of respondents' numbers.
    repeats: HashMap<[u8; 32], u64>,
    record: StringRecord,
    buffer: Vec<u8>,
}

/// A row that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The line on which it begins.
    pub line: u64,
    /// Its cells as they were read.
    pub record: ByteRecord,
    /// Everything that is wrong with it, each with line and column.
    pub findings: Findings,
}

/// The positions of the columns.
struct Columns {
    id: Option<usize>,
    unit: usize,
    stratum: Option<usize>,
    psu: Option<usize>,
    weight: Option<usize>,
    mode: Option<usize>,
    answered_on: Option<usize>,
    items: Vec<Option<usize>>,
    respondent: Vec<Option<usize>>,
}

/// Opens a file of collected answers: columns as the plan names them, items and respondent questions by their codes.
///
/// An empty cell is `null`. A row whose items are all empty says that somebody was drawn and gave no answer. Each row gets an id that is the same whenever it is read again: of its respondent's number, or
/// else of its content and how often that came before. Where the plan names no column of days, the last field day is
/// taken, even before it has come, so that a second import says the same. Findings about the header, for which no row is
/// read: `missing_column`, `not_allowed` (no column of modes, and the wave takes no paper answers) and those of
/// [`Table::open`]. A file that breaks off ends with a rejected row whose finding is `unreadable`.
pub fn read_responses<R: Read>(reader: R, wave: &Wave, today: NaiveDate) -> Result<ResponseFile<'_, R>, Findings> {
    let table = Table::open(reader)?;
    let (columns, ignored) = find_columns(&table, wave)?;
    Ok(ResponseFile {
        table,
        wave,
        today,
        columns,
        ignored,
        units: wave.units.iter().map(|unit| (unit.code().as_str(), unit.code())).collect(),
        language: wave.questionnaire.languages.first().cloned().unwrap_or_else(LanguageTag::vietnamese),
        repeats: HashMap::new(),
        record: StringRecord::new(),
        buffer: Vec::new(),
    })
}

fn find_columns<R: Read>(table: &Table<R>, wave: &Wave) -> Result<(Columns, Vec<String>), Findings> {
    let mut findings = LimitedFindings::default();
    let planned = &wave.plan.columns;
    let mut named = |name: Option<&str>| {
        let position = table.column(name?);
        if position.is_none() {
            findings.push(cell_path(1, name?), "missing_column", "the plan names this column; the file has none");
        }
        position
    };
    let columns = Columns {
        id: named(planned.id.as_deref()),
        unit: named(Some(&planned.unit)).unwrap_or_default(),
        stratum: named(planned.stratum.as_deref()),
        psu: named(planned.psu.as_deref()),
        weight: named(planned.weight.as_deref()),
        mode: named(planned.mode.as_deref()),
        answered_on: named(planned.answered_on.as_deref()),
        items: wave.questionnaire.items().map(|item| table.column(item.code.as_str())).collect(),
        respondent: wave.questionnaire.respondent.iter().map(|item| table.column(item.code.as_str())).collect(),
    };
    for (item, position) in wave.questionnaire.items().zip(&columns.items) {
        if item.kind == ItemKind::Likert && position.is_none() {
            findings.push(cell_path(1, item.code.as_str()), "missing_column", "each rated item needs a column");
        }
    }
    if planned.mode.is_none() && !wave.plan.modes.contains(&Mode::Paper) {
        let message =
            "the file has no column of modes, so its answers are from paper; but the wave takes no paper answers";
        findings.push("columns.mode", "not_allowed", message);
    }
    let questions: Vec<&str> =
        wave.questionnaire.items().chain(&wave.questionnaire.respondent).map(|item| item.code.as_str()).collect();
    let is_read =
        |column: &str| questions.contains(&column) || planned.named().iter().any(|(_, name)| *name == Some(column));
    let ignored = table.columns().iter().filter(|column| !is_read(column)).cloned().collect();
    findings.into_result((columns, ignored))
}

impl<R: Read> ResponseFile<'_, R> {
    /// The names of all columns, for the header of a file of rejected rows.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        self.table.columns()
    }

    /// The columns that nothing is read from.
    #[must_use]
    pub fn ignored_columns(&self) -> &[String] {
        &self.ignored
    }

    /// The cells of the row that was read last.
    #[must_use]
    pub fn record(&self) -> &ByteRecord {
        self.record.as_byte_record()
    }

    fn check_row(&mut self, line: u64) -> Result<Response, Findings> {
        let (found, wanted) = (self.record.len(), self.table.columns().len());
        if found != wanted {
            let mut findings = Findings::default();
            let message = format!("the row has {found} cells, the header {wanted}");
            findings.push(format!("line {line}"), "invalid", message);
            return Err(findings);
        }
        let mut findings = LimitedFindings::default();
        let id = match self.columns.id {
            Some(column) => self.id_of_number(column, line, &mut findings),
            None => Some(self.id_of_content()),
        };
        let mut row = Row { columns: self.table.columns(), record: &self.record, line, findings: &mut findings };
        let plan = &self.wave.plan;
        let unit =
            row.required(self.columns.unit, |code| self.units.get(code).copied().ok_or_else(|| unknown_unit(code)));
        let stratum = self.columns.stratum.map_or_else(|| unit.cloned(), |column| row.required(column, check_code));
        // One `Option` says whether there is a column, the other whether its cell can be used.
        let psu = self.columns.psu.map(|column| row.required(column, check_code));
        let weight = self.columns.weight.map_or(Some(plan.default_weight), |column| row.required(column, check_weight));
        let mode =
            self.columns.mode.map_or(Some(Mode::Paper), |column| row.required(column, |name| check_mode(name, plan)));
        let answered_on = self.columns.answered_on.map_or(Some(plan.field.closes), |column| {
            row.required(column, |text| check_answered_on(text, &plan.field, self.today))
        });

        let before = findings.count();
        let raw_of = |part: Part, position: usize, item: &Item| {
            let columns = if part == Part::Answers { &self.columns.items } else { &self.columns.respondent };
            let cell = self.record.get(columns[position]?)?;
            Some(Raw::from_cell(&item.kind, cell))
        };
        let path_of = |_, item: &Item| cell_path(line, item.code.as_str());
        let drawn = self.columns.items.iter().flatten().all(|column| self.is_blank(*column));
        let (answers, respondent) = check_sheets(self.wave, drawn, raw_of, path_of, &mut findings);
        if findings.count() == before && !drawn && !is_answered(&answers) {
            let message =
                "not a single item is answered; if somebody was drawn and gave no answer, leave all items empty";
            findings.push(format!("line {line}"), "empty", message);
        }
        let response = || {
            Some(Response {
                id: id?,
                unit: unit?.clone(),
                placement: Placement {
                    stratum: stratum?,
                    psu: psu.map_or(Some(None), |psu| psu.map(Some))?,
                    weight: weight?,
                },
                code: None,
                mode: mode?,
                language: self.language.clone(),
                answered_on: answered_on?,
                duration_minutes: None,
                source: if drawn { Source::Drawn } else { Source::Collector },
                collector: None,
                answers,
                respondent,
            })
        };
        let response = response();
        findings.into_value(response)
    }

    fn is_blank(&self, column: usize) -> bool {
        self.record.get(column).is_none_or(|cell| cell.trim().is_empty())
    }

    /// An id out of the respondent's number, the same in every import into this wave.
    fn id_of_number(&mut self, column: usize, line: u64, findings: &mut LimitedFindings) -> Option<Uuid> {
        let mut row = Row { columns: self.table.columns(), record: &self.record, line, findings };
        let number = row.required(column, |number| {
            let length = number.chars().count();
            let message = || format!("{length} characters; at most {ID_LENGTH_MAX} are taken");
            if length > ID_LENGTH_MAX { Err(Fault::new("too_long", message())) } else { Ok(number) }
        })?;
        Some(derived_id(&["number", self.wave.plan.code.as_str(), number], &mut self.buffer))
    }

    /// An id out of the row's content and the number of rows before it that say the same.
    fn id_of_content(&mut self) -> Uuid {
        self.buffer.clear();
        for cell in &self.record {
            put_part(cell, &mut self.buffer);
        }
        let content = blake3::hash(&self.buffer);
        let repeat = self.repeats.entry(*content.as_bytes()).or_default();
        *repeat += 1;
        let repeat = repeat.to_string();
        derived_id(&["content", self.wave.plan.code.as_str(), &content.to_hex(), &repeat], &mut self.buffer)
    }
}

impl<R: Read> Iterator for ResponseFile<'_, R> {
    type Item = Result<Response, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.table.read_row(&mut self.record)? {
            Ok(line) => Some(self.check_row(line).map_err(|findings| Rejected {
                line,
                record: self.record.as_byte_record().clone(),
                findings,
            })),
            Err(finding) => Some(Err(Rejected {
                line: self.table.line(),
                record: self.table.raw().clone(),
                findings: finding.into(),
            })),
        }
    }
}

/// A row whose cells are checked one by one.
struct Row<'a> {
    columns: &'a [String],
    record: &'a StringRecord,
    line: u64,
    findings: &'a mut LimitedFindings,
}

impl<'a> Row<'a> {
    /// What `check` makes of the cell; what is wrong is noted, and an empty cell is `missing`.
    fn required<T>(&mut self, column: usize, check: impl FnOnce(&'a str) -> Result<T, Fault>) -> Option<T> {
        let cell = self.record.get(column).unwrap_or_default().trim();
        let checked = if cell.is_empty() { Err(Fault::new("missing", "this must not be empty")) } else { check(cell) };
        let name = || self.columns.get(column).map_or("?", String::as_str);
        checked.map_err(|fault| self.findings.push(cell_path(self.line, name()), fault.code, fault.message)).ok()
    }
}

/// A UUID that depends on all parts and nothing else.
fn derived_id(parts: &[&str], buffer: &mut Vec<u8>) -> Uuid {
    buffer.clear();
    for part in parts {
        put_part(part, buffer);
    }
    let hash = blake3::hash(buffer);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Appends a text with its length, so that no two lists of texts give the same bytes.
fn put_part(part: &str, buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(&(part.len() as u64).to_le_bytes());
    buffer.extend_from_slice(part.as_bytes());
}
