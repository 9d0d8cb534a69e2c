//! What is written in one format reads back to the same values as in another.

use std::fs::File;

use chrono::NaiveDate;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

/// A value that owns its text.
#[derive(Debug, Clone)]
enum Owned {
    Text(Option<String>),
    Count(Option<u64>),
    Number(Option<f64>),
    YesNo(Option<bool>),
    Date(Option<NaiveDate>),
}

impl Owned {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(text.as_deref()),
            Self::Count(count) => Cell::Count(*count),
            Self::Number(number) => Cell::Number(*number),
            Self::YesNo(is_so) => Cell::YesNo(*is_so),
            Self::Date(day) => Cell::Date(*day),
        }
    }
}

const KINDS: [Kind; 6] = [Kind::Text, Kind::Code, Kind::Count, Kind::Number, Kind::YesNo, Kind::Date];

fn columns(kinds: &[Kind]) -> Vec<Column> {
    const IDS: [&str; 6] = ["a", "b c", "d,e", "f\"g", "h\ni", "ẹ"];
    let column = |(id, kind): (&'static str, &Kind)| Column::new(id, *kind, &["What", " it is."], Concept::text("C"));
    IDS.into_iter().zip(kinds).map(column).collect()
}

fn written(kinds: &[Kind], rows: &[Vec<Owned>], format: OutputFormat) -> std::io::Result<Vec<u8>> {
    let mut writer = RowWriter::new(Vec::new(), format, columns(kinds))?;
    for row in rows {
        writer.write_cells(row.iter().map(Owned::cell).collect())?;
    }
    writer.finish()
}

/// The values of a JSON file, row by row.
fn from_json(bytes: &[u8], ids: &[Column]) -> Vec<Vec<Json>> {
    let rows: Vec<serde_json::Map<String, Json>> = serde_json::from_slice(bytes).unwrap();
    let values = |row: serde_json::Map<String, Json>| {
        assert_eq!(row.len(), ids.len());
        ids.iter().map(|column| row[column.id.as_ref()].clone()).collect()
    };
    rows.into_iter().map(values).collect()
}

/// The values of a CSV file as JSON; an empty cell is null.
fn from_csv(bytes: &[u8], columns: &[Column]) -> Vec<Vec<Json>> {
    let mut reader = csv::Reader::from_reader(bytes);
    assert_eq!(reader.headers().unwrap(), columns.iter().map(|column| column.id.as_ref()).collect::<Vec<_>>());
    let value = |(column, cell): (&Column, &str)| match column.kind {
        _ if cell.is_empty() => Json::Null,
        Kind::Text | Kind::Code => json!(unguarded(cell)),
        Kind::Date => json!(cell),
        Kind::Count => json!(cell.parse::<u64>().unwrap()),
        Kind::Number => json!(cell.parse::<f64>().unwrap()),
        Kind::YesNo => json!(cell.parse::<bool>().unwrap()),
    };
    let records = reader.records().map(Result::unwrap);
    records.map(|record| columns.iter().zip(&record).map(value).collect()).collect()
}

/// The values of a Parquet file as JSON, and the columns that it has.
fn from_parquet(bytes: &[u8]) -> (Vec<String>, Vec<Vec<Json>>) {
    let mut file: File = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names = schema.columns().iter().map(|column| column.name().to_owned()).collect();
    let value = |(_, field): (&String, &Field)| match field {
        Field::Null => Json::Null,
        Field::Str(text) => json!(text),
        Field::Long(count) => json!(u64::try_from(*count).unwrap()),
        Field::Double(number) => json!(number),
        Field::Bool(is_so) => json!(is_so),
        Field::Date(days) => json!(NaiveDate::default() + chrono::Duration::days((*days).into())),
        other => panic!("{other:?}"),
    };
    let rows = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().get_column_iter().map(value).collect());
    (names, rows.collect())
}

/// Numbers by their bits, so that 0 and −0 differ; texts that are empty are missing, since CSV knows no difference.
fn exact(rows: Vec<Vec<Json>>, empty_is_missing: bool) -> Vec<Vec<String>> {
    let value = |value: Json| match value {
        Json::String(text) if empty_is_missing && text.is_empty() => "null".to_owned(),
        Json::Number(number) if number.is_f64() => format!("{:x}", number.as_f64().unwrap().to_bits()),
        other => other.to_string(),
    };
    rows.into_iter().map(|row| row.into_iter().map(value).collect()).collect()
}

fn cell_of(kind: Kind) -> BoxedStrategy<Owned> {
    let text = prop_oneof!["[a-z,;\t\"'\r\n =+@ễ\u{feff}\0-]{0,8}", any::<String>()];
    match kind {
        Kind::Text | Kind::Code => prop::option::of(text).prop_map(Owned::Text).boxed(),
        Kind::Count => prop::option::of(0..=u64::from(u32::MAX) << 31).prop_map(Owned::Count).boxed(),
        Kind::Number => prop::option::of(prop::num::f64::ANY).prop_map(Owned::Number).boxed(),
        Kind::YesNo => any::<Option<bool>>().prop_map(Owned::YesNo).boxed(),
        Kind::Date => {
            let day = (-700_000..2_900_000_i64).prop_map(|days| NaiveDate::default() + chrono::Duration::days(days));
            prop::option::of(day).prop_map(Owned::Date).boxed()
        }
    }
}

fn table() -> impl Strategy<Value = (Vec<Kind>, Vec<Vec<Owned>>)> {
    prop::collection::vec(prop::sample::select(KINDS.to_vec()), 1..=6).prop_flat_map(|kinds| {
        let row: Vec<BoxedStrategy<Owned>> = kinds.iter().map(|kind| cell_of(*kind)).collect();
        (Just(kinds), prop::collection::vec(row, 0..8))
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_to_the_same_values_in_every_format((kinds, rows) in table()) {
        let columns = columns(&kinds);
        let write = |format| written(&kinds, &rows, format).unwrap();
        let json = from_json(&write(OutputFormat::Json), &columns);
        prop_assert_eq!(json.len(), rows.len());
        let csv = from_csv(&write(OutputFormat::Csv), &columns);
        let (names, parquet) = from_parquet(&write(OutputFormat::Parquet));
        prop_assert_eq!(names, columns.iter().map(|column| column.id.to_string()).collect::<Vec<_>>());
        prop_assert_eq!(exact(parquet, false), exact(json.clone(), false));
        prop_assert_eq!(exact(csv, true), exact(json, true));
        let given = rows.iter().map(|row| row.iter().map(|cell| json!(cell.cell())).collect()).collect();
        prop_assert_eq!(exact(from_json(&write(OutputFormat::Json), &columns), false), exact(given, false));
    }
}

#[test]
fn a_number_that_is_not_finite_is_missing_in_every_format() {
    let rows: Vec<_> =
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(|number| vec![Owned::Number(Some(number))]).to_vec();
    let write = |format| written(&[Kind::Number], &rows, format).unwrap();
    assert_eq!(write(OutputFormat::Csv), b"a\n\"\"\n\"\"\n\"\"\n");
    assert_eq!(from_json(&write(OutputFormat::Json), &columns(&[Kind::Number])), vec![vec![Json::Null]; 3]);
    assert_eq!(from_parquet(&write(OutputFormat::Parquet)).1, vec![vec![Json::Null]; 3]);
}

#[test]
fn an_empty_table_has_its_columns() {
    let write = |format| written(&[Kind::Code, Kind::Date], &[], format).unwrap();
    assert_eq!(write(OutputFormat::Csv), b"a,b c\n");
    assert_eq!(write(OutputFormat::Json), b"[]");
    assert_eq!(from_parquet(&write(OutputFormat::Parquet)), (vec!["a".to_owned(), "b c".to_owned()], Vec::new()));
}

#[test]
fn a_row_that_does_not_fit_its_columns_is_refused_in_every_format() {
    let cases = [
        (vec![Owned::Number(Some(1.0))], "a value of a is of another kind than its column"),
        (vec![Owned::Text(None)], "a value of a is of another kind than its column"),
        (vec![], "a row of 0 values does not fit 1 columns"),
        (vec![Owned::Count(None), Owned::Count(None)], "a row of 2 values does not fit 1 columns"),
    ];
    for format in [OutputFormat::Csv, OutputFormat::Json, OutputFormat::Parquet] {
        for (row, message) in &cases {
            let refused = written(&[Kind::Count], std::slice::from_ref(row), format).unwrap_err();
            assert_eq!(refused.to_string(), *message);
        }
    }
}

#[test]
fn a_count_that_parquet_cannot_hold_is_refused_and_the_largest_is_not() {
    let write = |count: u64| written(&[Kind::Count], &[vec![Owned::Count(Some(count))]], OutputFormat::Parquet);
    let largest = i64::MAX.unsigned_abs();
    assert_eq!(from_parquet(&write(largest).unwrap()).1, [[json!(largest)]]);
    let refused = write(largest + 1).unwrap_err().to_string();
    assert!(refused.contains("a count is too large to be written"), "{refused}");
}

rows! {
    /// A place.
    struct District<'a> {
        /// Its code,
        /// as of the wave.
        code: &'a str => Concept::code("REF_AREA"),
        /// The share.
        share: Option<f64> => Concept::number("OBS_VALUE", Figure::OF_STATISTIC),
        /// Its error.
        se: f64 => concepts::STD_ERR,
        /// How many.
        n: u64 => concepts::SAMPLE_SIZE,
    }
}

#[test]
fn the_columns_of_a_struct_are_its_fields_with_what_is_said_of_them() {
    let told: Vec<_> = District::columns().into_iter().map(|c| (c.id, c.kind, c.concept.id, c.description)).collect();
    let expected = [
        ("code", Kind::Code, "REF_AREA", "Its code, as of the wave."),
        ("share", Kind::Number, "OBS_VALUE", "The share."),
        ("se", Kind::Number, "STD_ERR", "Its error."),
        ("n", Kind::Count, "SAMPLE_SIZE", "How many."),
    ];
    assert_eq!(told, expected.map(|(id, kind, concept, text)| (id.into(), kind, concept, text.into())));
}

#[test]
fn a_description_is_a_table_schema_of_csv_on_the_web_and_stands_in_parquet_too() {
    let districts = || Dataset::new([District { code: "080", share: None, se: 0.1, n: 5 }]);
    let of_any = districts().csvw("?format=csv");
    let unit = |described: &Json, at: usize| described["tableSchema"]["columns"][at]["schema:unitText"].clone();
    assert_eq!(unit(&of_any, 1), "that of the statistic");
    let of_share = districts().of_one_statistic(Figure::share(2)).csvw("?format=csv");
    assert_eq!((unit(&of_share, 1), unit(&of_share, 3)), (json!("share, 0 to 1"), json!("answers")));
    let expected = json!({
        "name": "se",
        "titles": "se",
        "datatype": "double",
        "dc:description": "Its error.",
        "schema:propertyID": "STD_ERR",
        "schema:unitText": "share, 0 to 1",
        "http://purl.org/linked-data/sdmx/2009/attribute#decimals": 4,
    });
    assert_eq!(of_share["tableSchema"]["columns"][2], expected);
    assert_eq!(of_share["@context"][0], "http://www.w3.org/ns/csvw");
    let written =
        districts().of_one_statistic(Figure::share(2)).write(tempfile::tempfile().unwrap(), OutputFormat::Parquet);
    let reader = SerializedFileReader::new(written.unwrap()).unwrap();
    let about = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let schema = about.iter().find(|about| about.key == "csvw:tableSchema").and_then(|about| about.value.as_deref());
    assert_eq!(serde_json::from_str::<Json>(schema.unwrap()).unwrap(), of_share["tableSchema"]);
}
