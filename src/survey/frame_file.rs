//! Reads a sampling frame from a CSV file: a row for each place, or for each person, that could be drawn.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::io::Read;

use super::SampleDesign;
use super::register_file::{Cells, built_in_missing, find_missing_columns, read_rows_up_to};
use crate::foundation::{Code, Findings, LimitedFindings, Weight};
use crate::statistics::SIZE_MAX;
use crate::tables::{Table, cell_path};

/// The most rows of a frame.
pub const FRAME_ROWS_MAX: usize = 1_000_000;

/// Stands between the names that make up the name of a stratum.
pub(super) const JOINT: char = '+';

/// A sampling frame, valid and in an order that does not depend on that of the file.
#[derive(Debug, Clone)]
pub struct Frame {
    pub(super) rows: Vec<FrameRow>,
    hash: String,
}

/// A row of a frame, as far as a design looks at it.
#[derive(Debug, Clone)]
pub(super) struct FrameRow {
    /// The line of the file.
    pub(super) line: u64,
    /// The measured unit.
    pub(super) unit: Code,
    /// The stratum.
    pub(super) stratum: Code,
    /// The cluster of each stage.
    pub(super) clusters: Vec<Code>,
    /// The size at each stage; 1 where it is not looked at.
    pub(super) sizes: Vec<u64>,
    /// The weight that it brings along.
    pub(super) weight: Weight,
    /// How many people live there; 1 where each row is a person.
    pub(super) people: u64,
    /// Where it is, in words.
    pub(super) locality: String,
    order: Vec<OrderKey>,
}

impl Frame {
    /// Reads a frame by the columns that `design` names; further columns are passed over.
    ///
    /// Findings name line and column: `missing_column`, `missing`, `invalid`, `too_long`, `too_many`, `not_utf8`,
    /// `out_of_range` (a size is from 1 to 1000000000), `duplicate` (two rows with the same clusters), `unknown_parent` (a
    /// parent with a number of its own that is not in the frame), `empty`.
    pub fn read(file: impl Read, design: &SampleDesign) -> Result<Self, Findings> {
        let mut table = Table::open(file)?;
        let mut missing = Findings::default();
        let mut columns = design.columns();
        columns.dedup();
        find_missing_columns(&table, &columns, &mut missing);
        missing.into_result(())?;
        let mut found = LimitedFindings::default();
        let read = |cells: &mut Cells<'_, _>| read_row(cells, design);
        let rows = read_rows_up_to(FRAME_ROWS_MAX, built_in_missing(), &mut table, &mut found, read);
        let mut rows: Vec<FrameRow> = rows.into_iter().map(|(_, row)| row).collect();
        if rows.is_empty() && found.is_empty() {
            found.push("line 2", "empty", "the frame has no row");
        }
        rows.sort_by(|a, b| a.canonical().cmp(&b.canonical()));
        find_duplicates(&rows, design, &mut found);
        find_unknown_parents(&rows, design, &mut found);
        let hash = hash(&rows);
        found.into_result(Self { rows, hash })
    }

    /// A hash of everything that a draw looks at, the same in whatever order the file has its rows: 64 hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// How many rows it has.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }
}

impl FrameRow {
    fn canonical(&self) -> (&Code, &[OrderKey], &[Code]) {
        (&self.stratum, &self.order, &self.clusters)
    }
}

impl SampleDesign {
    /// Every column of the frame that the design names.
    fn columns(&self) -> Vec<&str> {
        let mut columns = vec![self.unit.as_str()];
        columns.extend(self.strata.iter().chain(&self.order).chain(&self.locality).map(String::as_str));
        columns.extend(self.stages.iter().map(|stage| stage.column.as_str()));
        columns.extend(self.stages.iter().filter_map(|stage| stage.size.as_deref()));
        columns.extend(self.weight.as_deref());
        columns.extend(self.people.iter().map(|people| people.size.as_str()));
        columns.sort_unstable();
        columns
    }
}

/// A value to put rows in order by: numbers by value and before texts.
#[derive(Debug, Clone)]
struct OrderKey {
    number: Option<f64>,
    text: String,
}

impl OrderKey {
    fn new(text: String) -> Self {
        Self { number: text.parse().ok().filter(|number: &f64| number.is_finite()), text }
    }
}

impl Ord for OrderKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_number = match (self.number, other.number) {
            (Some(ours), Some(theirs)) => ours.total_cmp(&theirs),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_number.then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for OrderKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for OrderKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for OrderKey {}

fn read_row<R: Read>(cells: &mut Cells<'_, R>, design: &SampleDesign) -> Option<FrameRow> {
    if !cells.has_all_columns() {
        return None;
    }
    let unit = cells.code(&design.unit);
    let strata: Vec<Option<Code>> = design.strata.iter().map(|column| part_of_name(cells, column, design)).collect();
    let clusters: Vec<Option<Code>> =
        design.stages.iter().map(|stage| part_of_name(cells, &stage.column, design)).collect();
    let sizes: Vec<Option<u64>> =
        design.stages.iter().map(|stage| stage.size.as_ref().map_or(Some(1), |column| size(cells, column))).collect();
    let people = design.people.as_ref().map_or(Some(1), |people| size(cells, &people.size));
    let weight = design.weight.as_ref().map_or(Some(Weight::ONE), |column| {
        cells.required(column, |cells, column| {
            cells.number(column, |text| match text.parse::<Weight>() {
                Ok(weight) if weight.is_zero() => Err("whoever is drawn needs a weight above 0".to_owned()),
                weight => weight.map_err(|error| error.to_string()),
            })
        })
    });
    let order =
        design.order.iter().map(|column| OrderKey::new(cells.optional_text(column).unwrap_or_default())).collect();
    let locality: Vec<String> = design.locality.iter().filter_map(|column| cells.optional_text(column)).collect();
    let strata: Vec<Code> = strata.into_iter().collect::<Option<_>>()?;
    let stratum = join(strata.iter().map(Code::as_str));
    if stratum.is_none() {
        cells.find(&design.strata[0], "too_long", "the name of the stratum would have more than 64 characters");
    }
    Some(FrameRow {
        line: cells.line,
        unit: unit?,
        stratum: stratum?,
        clusters: clusters.into_iter().collect::<Option<_>>()?,
        sizes: sizes.into_iter().collect::<Option<_>>()?,
        weight: weight?,
        people: people?,
        locality: locality.join(", "),
        order,
    })
}

/// A code that may become a part of a stratum's name.
fn part_of_name<R: Read>(cells: &mut Cells<'_, R>, column: &str, design: &SampleDesign) -> Option<Code> {
    // A unit may be called NA; a stratum or a cluster of that name is not known.
    let code = if column == design.unit { cells.code(column) } else { cells.required(column, Cells::optional_code) }?;
    if code.as_str().contains(JOINT) {
        cells.find(
            column,
            "invalid",
            format!("{JOINT} stands between the parts of a stratum's name; use another sign"),
        );
        return None;
    }
    Some(code)
}

/// The parts as one name; none where it would be too long.
pub(super) fn join<'a>(parts: impl Iterator<Item = &'a str>) -> Option<Code> {
    Code::new(parts.collect::<Vec<_>>().join(&JOINT.to_string())).ok()
}

fn size<R: Read>(cells: &mut Cells<'_, R>, column: &str) -> Option<u64> {
    let size = cells.required(column, |cells, column| {
        cells.number(column, |text| {
            // Programs write a whole column with `.0` where one of its numbers is not known.
            let zeros = |decimals: &str| !decimals.is_empty() && decimals.bytes().all(|digit| digit == b'0');
            let whole = text.split_once('.').filter(|(_, decimals)| zeros(decimals)).map_or(text, |(whole, _)| whole);
            whole.parse::<u64>().map_err(|_| format!("{text:?} is not a whole number"))
        })
    })?;
    if (1..=SIZE_MAX).contains(&size) {
        return Some(size);
    }
    let message = format!("a size is from 1 to {SIZE_MAX}; leave out a row that nobody belongs to");
    cells.find(column, "out_of_range", message);
    None
}

fn find_duplicates(rows: &[FrameRow], design: &SampleDesign, found: &mut LimitedFindings) {
    let Some(last) = design.stages.last() else { return };
    let mut sorted: Vec<&FrameRow> = rows.iter().collect();
    sorted.sort_by(|a, b| (&a.stratum, &a.clusters, a.line).cmp(&(&b.stratum, &b.clusters, b.line)));
    for pair in sorted.windows(2) {
        if (&pair[0].stratum, &pair[0].clusters) == (&pair[1].stratum, &pair[1].clusters) {
            let message = format!("line {} has the same stratum and clusters; give a row to each", pair[0].line);
            found.push(cell_path(pair[1].line, &last.column), "duplicate", message);
        }
    }
}

fn find_unknown_parents(rows: &[FrameRow], design: &SampleDesign, found: &mut LimitedFindings) {
    for (stage, position) in design.stages.iter().zip(0..) {
        if stage.takes.is_empty() {
            continue;
        }
        let parent = |row: &FrameRow| match position {
            0 => row.stratum.to_string(),
            below => row.clusters[below - 1].to_string(),
        };
        let parents: HashSet<String> = rows.iter().map(parent).collect();
        for name in stage.takes.keys().filter(|name| !parents.contains(*name)) {
            let message = "the frame has no such parent; the first stage's parents are strata";
            found.push(format!("stage[{position}].takes.{name}"), "unknown_parent", message);
        }
    }
}

/// A hash over rows in canonical order; each text is preceded by its length, so that none can run into the next.
fn hash(rows: &[FrameRow]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut put = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    };
    for row in rows {
        put(row.unit.as_str());
        put(row.stratum.as_str());
        row.order.iter().for_each(|key| put(&key.text));
        row.clusters.iter().for_each(|cluster| put(cluster.as_str()));
        row.sizes.iter().for_each(|size| put(&size.to_string()));
        put(&row.weight.to_string());
        put(&row.people.to_string());
        put(&row.locality);
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESIGN: &str = "seed = 1\nunit = \"u\"\nstrata = [\"u\", \"area\"]\norder = [\"o\"]\n[people]\ntake = 2\n\
                          size = \"n\"\n[[stage]]\ncolumn = \"c\"\ntake = 1\nmethod = \"pps\"\nsize = \"n\"\n\
                          takes = { \"A+rural\" = 2 }\n[[stage]]\ncolumn = \"v\"\ntake = 1\nmethod = \"equal\"\n";

    fn read(text: &str) -> Result<Frame, Findings> {
        Frame::read(text.as_bytes(), &SampleDesign::from_toml(DESIGN).unwrap())
    }

    #[test]
    fn the_hash_and_the_order_do_not_depend_on_the_order_of_the_file() {
        let rows = ["A,rural,1,1,20,10", "A,rural,1,2,30,9", "A,rural,2,1,5,x", "B,urban,1,1,7,"];
        let frame = |order: [usize; 4]| {
            let rows: Vec<&str> = order.iter().map(|at| rows[*at]).collect();
            read(&format!("u,area,c,v,n,o\n{}\n", rows.join("\n"))).unwrap()
        };
        let first = frame([0, 1, 2, 3]);
        assert_eq!(first.rows.iter().map(|row| row.people).collect::<Vec<_>>(), [30, 20, 5, 7]);
        for order in [[3, 2, 1, 0], [1, 3, 0, 2]] {
            assert_eq!(frame(order).hash(), first.hash());
        }
        let other = read("u,area,c,v,n,o\nA,rural,1,1,21,10\nA,rural,1,2,30,9\nA,rural,2,1,5,x\nB,urban,1,1,7,\n");
        assert_ne!(other.unwrap().hash(), first.hash());
    }

    #[test]
    fn what_is_wrong_is_found_by_line_and_column() {
        let good = "A,rural,1,1,20,";
        for (row, path, code) in [
            ("A,rural,1,2,0,", "line 3, column n", "out_of_range"),
            ("A,rural,1,2,1000000001,", "line 3, column n", "out_of_range"),
            ("A,rural,1,2,2.5,", "line 3, column n", "invalid"),
            ("A,rural,1,2,,", "line 3, column n", "missing"),
            ("A,NA,1,2,20,", "line 3, column area", "missing"),
            ("A,rural,1,#N/A,20,", "line 3, column v", "missing"),
            ("A,rural,1,1,20,", "line 3, column v", "duplicate"),
            ("A,ru+ral,1,2,20,", "line 3, column area", "invalid"),
            ("A,rural,1+2,2,20,", "line 3, column c", "invalid"),
            ("A b,rural,1,2,20,", "line 3, column u", "invalid"),
            ("A,rural,1,2,20", "line 3", "invalid"),
        ] {
            let findings = read(&format!("u,area,c,v,n,o\n{good}\n{row}\n")).unwrap_err().0;
            assert_eq!((findings[0].path.as_str(), findings[0].code), (path, code), "{row}");
        }
        for (text, path, code) in [
            ("u,area,c,v,n\n", "line 1, column o", "missing_column"),
            ("u,area,c,v,n,o\n", "line 2", "empty"),
            ("u,area,c,v,n,o\nB,rural,1,1,20,\n", "stage[0].takes.A+rural", "unknown_parent"),
        ] {
            let findings = read(text).unwrap_err().0;
            assert_eq!((findings[0].path.as_str(), findings[0].code), (path, code), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let design = SampleDesign::from_toml(DESIGN).unwrap();
            let _ = Frame::read([b"u,area,c,v,n,o\n", &bytes[..]].concat().as_slice(), &design);
        }
    }
}
