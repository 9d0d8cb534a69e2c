//! Collected answers from a CSV file, row by row.

use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;

use chrono::NaiveDate;
use csv::{ByteRecord, StringRecord};
use uuid::Uuid;

use super::Fault;
use super::document::{read_code, read_day, read_mode, read_unit, read_weight};
use super::location::Location;
use super::response_columns::{Columns, ItemColumns, find_columns};
use super::submission::{Design, Sent, Submission};
use crate::foundation::{Code, Findings, LanguageTag, LimitedFindings};
use crate::survey::{Answer, Mode, Placement, RawAnswers, Response, Source, Wave};
use crate::tables::{MissingCodes, Table, cell_path, uneven_row, with_decimal_point};

/// The most characters in a respondent's number.
const ID_LENGTH_MAX: usize = 200;

/// A file of collected answers. As an iterator it gives each row as a response, or the row and what is wrong with it.
pub struct ResponseFile<'w, R> {
    table: Table<R>,
    wave: &'w Wave,
    today: NaiveDate,
    columns: Columns,
    language: LanguageTag,
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

/// Opens a file of collected answers: columns as the plan names them, items and respondent questions by their codes.
///
/// An empty cell is `null`, and so is a missing code, unless it is declared as a unit or an option. A row whose items are all
/// missing says that somebody was drawn and gave no answer. Each row gets an id: of its respondent's number, or else of what is
/// read of it, so that equal rows have the same one ([`ResponseFile::has_numbers`]). Where the plan names no column of days, the last field day is
/// taken, even before it has come, so that a second import says the same. Findings about the header, for which no row is
/// read: `missing_column`, `not_allowed` (no column of modes, and the wave takes no paper answers) and those of
/// [`Table::open`], `duplicate` only of columns that are read. A file that breaks off ends with a rejected row whose finding is `unreadable`.
pub fn read_responses<R: Read>(reader: R, wave: &Wave, today: NaiveDate) -> Result<ResponseFile<'_, R>, Findings> {
    let table = Table::open_any(reader)?;
    let columns = find_columns(&table, wave)?;
    Ok(ResponseFile {
        table,
        wave,
        today,
        columns,
        language: wave.questionnaire.languages.first().cloned().unwrap_or_else(LanguageTag::vietnamese),
        record: StringRecord::new(),
        buffer: Vec::new(),
    })
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
        &self.columns.ignored
    }

    /// What people should know before anything is kept, in sentences.
    #[must_use]
    pub fn told(&self) -> &[String] {
        &self.columns.told
    }

    /// Whether rows have numbers of their respondents. Without them, the ids of rows that say the same are equal, and whoever
    /// keeps them must tell them apart.
    #[must_use]
    pub fn has_numbers(&self) -> bool {
        self.columns.id.is_some()
    }

    /// The cells of the row that was read last.
    #[must_use]
    pub fn record(&self) -> &ByteRecord {
        self.record.as_byte_record()
    }

    fn check_row(&mut self, line: u64) -> Result<Response, Findings> {
        self.check_length(line)?;
        let submission = self.read_row(line);
        let is_unanswered = |columns: &ItemColumns| columns.positions().into_iter().all(|column| self.is_blank(column));
        let items = self.wave.questionnaire.items().count();
        let drawn = self.columns.items.iter().take(items).all(is_unanswered);
        let source = if drawn { Source::Drawn } else { Source::Collector };
        let mut response = submission.check(self.wave, Sent { source, may_choose_design: true }, self.today)?;
        if self.columns.id.is_none() {
            response.id = self.id_of_content(&response);
        }
        Ok(response)
    }

    /// The row as a submission; what its cells cannot be read as is noted in it.
    fn read_row(&mut self, line: u64) -> Submission {
        let mut findings = LimitedFindings::default();
        let id = match self.columns.id {
            Some(column) => self.id_of_number(column, line, &mut findings),
            None => Some(Uuid::nil()),
        };
        let Columns { unit, stratum, psu, weight, mode, answered_on, .. } = self.columns;
        let plan = &self.wave.plan;
        let has_decimal_comma = self.table.has_decimal_comma();
        let mut row = Row {
            columns: self.table.columns(),
            record: &self.record,
            line,
            missing: &plan.missing,
            findings: &mut findings,
        };
        // A unit may be called like a missing code.
        let unit_code = match self.wave.unit(row.cell(unit)) {
            Some(unit) => Some(unit.code().clone()),
            None => row.required(unit, |code| read_unit(code, self.wave)),
        };
        let design = Design {
            stratum: stratum.filter(|column| *column != unit).and_then(|column| row.required(column, read_code)),
            psu: psu.and_then(|column| row.required(column, read_code)),
            weight: weight.and_then(|column| {
                row.required(column, |text| read_weight(&with_decimal_point(text, has_decimal_comma)))
            }),
        };
        let mode = mode.map_or(Some(Mode::Paper), |column| row.required(column, |name| read_mode(name, plan)));
        let answered_on = answered_on.and_then(|column| row.required(column, read_day));
        let location = Location::Row { line, columns: Arc::clone(&self.columns.names) };
        Submission {
            id,
            unit: unit_code,
            mode,
            language: Some(self.language.clone()),
            answered_on,
            design: Some(design),
            unread: findings,
            ..Submission::empty(self.read_answers(), location)
        }
    }

    fn check_length(&self, line: u64) -> Result<(), Findings> {
        let (found, wanted) = (self.record.len(), self.table.columns().len());
        if found == wanted {
            return Ok(());
        }
        let mut findings = Findings::default();
        let message = uneven_row(found, self.table.columns());
        findings.push(format!("line {line}"), "invalid", message);
        Err(findings)
    }

    /// What the row says to each item.
    fn read_answers(&self) -> RawAnswers {
        let cell_of = |column| self.record.get(column).unwrap_or_default().trim();
        let (missing, has_decimal_comma) = (&self.wave.plan.missing, self.table.has_decimal_comma());
        let mut columns = self.columns.items.iter();
        RawAnswers::new(&self.wave.questionnaire, |placed| {
            columns.next()?.read(&placed.item.kind, cell_of, missing, has_decimal_comma)
        })
    }

    fn is_blank(&self, column: usize) -> bool {
        self.record.get(column).is_none_or(|cell| cell.trim().is_empty() || self.wave.plan.missing.has(cell.trim()))
    }

    /// An id out of the respondent's number, the same in every import into this wave.
    fn id_of_number(&mut self, column: usize, line: u64, findings: &mut LimitedFindings) -> Option<Uuid> {
        let missing = &self.wave.plan.missing;
        let mut row = Row { columns: self.table.columns(), record: &self.record, line, missing, findings };
        let number = row.required(column, |number| {
            if is_mangled(number) {
                let message = format!(
                    "a spreadsheet has cut the digits of this number to {number}, so nobody is known by it; take the file as it \
                     was exported, or give this column the format \"Text\" before the numbers are put in"
                );
                return Err(Fault::new("mangled", message));
            }
            let length = number.chars().count();
            let message = || format!("{length} characters; at most {ID_LENGTH_MAX} are taken");
            if length > ID_LENGTH_MAX { Err(Fault::new("too_long", message())) } else { Ok(number) }
        })?;
        Some(derived_id(&["number", self.wave.plan.code.as_str(), whole(number)], &mut self.buffer))
    }

    /// An id out of everything that is read of a row, however the file writes it.
    fn id_of_content(&mut self, response: &Response) -> Uuid {
        let Response { unit, placement, mode, answered_on, answers, respondent, .. } = response;
        let Placement { stratum, psu, weight } = placement;
        let mut location = String::new();
        write!(location, "{weight} {answered_on}").expect("writing to a string does not fail");
        let psu = psu.as_ref().map_or("", Code::as_str);
        let (said, of_whom) = (answers.pack(), respondent.pack());
        let mut parts = vec!["content", self.wave.plan.code.as_str(), unit.as_str(), stratum.as_str(), psu, &location];
        parts.extend([mode.as_str(), &said, &of_whom]);
        parts.extend(answers.0.iter().chain(&respondent.0).map(|answer| match answer {
            Some(Answer::Text(words)) => words.as_str(),
            _ => "",
        }));
        derived_id(&parts, &mut self.buffer)
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
    missing: &'a MissingCodes,
    findings: &'a mut LimitedFindings,
}

impl<'a> Row<'a> {
    /// The cell, without blanks around it.
    fn cell(&self, column: usize) -> &'a str {
        self.record.get(column).unwrap_or_default().trim()
    }

    /// What `check` makes of the cell; what is wrong is noted, and an empty cell or a missing code is `missing`.
    fn required<T>(&mut self, column: usize, check: impl FnOnce(&'a str) -> Result<T, Fault>) -> Option<T> {
        let cell = self.cell(column);
        let checked = if cell.is_empty() {
            Err(Fault::new("missing", "this must not be empty"))
        } else if self.missing.has(cell) {
            Err(Fault::new("missing", format!("{cell:?} says that nothing is known; this must not be empty")))
        } else {
            check(cell)
        };
        let name = || self.columns.get(column).map_or("?", String::as_str);
        checked.map_err(|fault| self.findings.push(cell_path(self.line, name()), fault.code, fault.message)).ok()
    }
}

/// Whether a number was written as `1.23457E+11`, which many numbers become.
fn is_mangled(number: &str) -> bool {
    let Some((digits, exponent)) = number.split_once(['E', 'e']) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let has_sign = exponent.starts_with(['+', '-']);
    let is_written_so = digits != whole || exponent.starts_with('+');
    is_number(whole.trim_start_matches('-'))
        && is_number(decimals)
        && is_written_so
        && is_number(if has_sign { &exponent[1..] } else { exponent })
}

/// A whole number without the `.0` that programs put behind it where a number of its column is not known.
fn whole(number: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match number.split_once(['.', ',']) {
        Some((whole, decimals)) if is_number(whole) && decimals == "0" => whole,
        _ => number,
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
