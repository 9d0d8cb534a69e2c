//! Every table of the API and of the commands on files says the same in every format.

use std::fs::File;
use std::io::Write;

use axum::http::header;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use plumbline::files::{OutputFormat, RankFileOptions, SmallAreaOptions, TableFileError, rank_files, small_area_files};
use plumbline::ranking::{RankMethod, RankOptions};
use plumbline::statistics::VarianceEstimator;
use plumbline::survey::WaveState;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::support::{World, on_both_engines, submission};

/// A table: its columns, and its rows as CSV says them.
type Table = (Vec<String>, Vec<Vec<String>>);

fn of_csv(bytes: &[u8]) -> Table {
    let mut reader = csv::Reader::from_reader(bytes);
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = texts(reader.headers().unwrap());
    (header, reader.records().map(|record| texts(&record.unwrap())).collect())
}

fn of_parquet(file: File) -> Table {
    let reader = SerializedFileReader::new(file).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let text = |(_, field): (&String, &Field)| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(count) => count.to_string(),
        Field::Double(number) => json!(number).to_string(),
        Field::Bool(is_so) => is_so.to_string(),
        Field::Date(days) => (chrono::NaiveDate::default() + chrono::Duration::days((*days).into())).to_string(),
        other => panic!("{other:?}"),
    };
    let rows = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().get_column_iter().map(text).collect());
    (schema.columns().iter().map(|column| column.name().to_owned()).collect(), rows.collect())
}

fn of_json(bytes: &[u8], columns: &[String]) -> Table {
    let rows: Vec<Map<String, Value>> = serde_json::from_slice(bytes).unwrap();
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (columns.to_vec(), rows.iter().map(|row| columns.iter().map(|column| text(&row[column])).collect()).collect())
}

/// Numbers as JSON writes them: the writers of CSV and JSON differ in exponents (`1e-7`, `1e-07`) and not in numbers.
fn with_numbers((columns, rows): Table) -> Table {
    let plain = |cell: String| match cell.parse::<f64>() {
        Ok(number) if cell.contains(['.', 'e']) => json!(number).to_string(),
        _ => cell,
    };
    (columns, rows.into_iter().map(|row| row.into_iter().map(plain).collect()).collect())
}

on_both_engines! {
    async fn each_table_of_the_api_says_the_same_as_csv_and_as_parquet_and_tells_its_columns(database: TestDatabase) {
        let world = World::small(database).await;
        for number in 1..=30_u128 {
            let mut submission = submission(number);
            submission["unit"] = ["D01", "D02"][usize::try_from(number % 2).unwrap()].into();
            submission["answers"]["q01"] = [5, 4, 2][usize::try_from(number % 3).unwrap()].into();
            world.submit(&submission).await;
        }
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        let paths = ["", "/w", "/w/results", "/w/ranking", "/w/units/D01", "/w/open-link", "/w/fieldwork"];
        for path in paths.map(|path| format!("/api/v1/waves{path}")) {
            let csv = world.get(&format!("{path}?format=csv")).await;
            let (columns, rows) = with_numbers(of_csv(&csv.bytes));
            let parquet = world.get(&format!("{path}?format=parquet")).await;
            assert_eq!(parquet.headers[header::CONTENT_TYPE], "application/vnd.apache.parquet");
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&parquet.bytes).unwrap();
            assert_eq!(with_numbers(of_parquet(file)), (columns.clone(), rows), "{path}");
            let described = world.get(&format!("{path}?format=csvw")).await;
            assert_eq!(described.headers[header::CONTENT_TYPE], "application/csvm+json");
            let described = described.json();
            let told = described["tableSchema"]["columns"].as_array().unwrap().iter();
            assert_eq!(told.map(|column| column["titles"].as_str().unwrap()).collect::<Vec<_>>(), columns, "{path}");
        }
        let parts = world.get("/api/v1/waves/w/results?format=csv&per_page=1").await;
        let links: Vec<&str> = parts.headers.get_all(header::LINK).iter().map(|link| link.to_str().unwrap()).collect();
        assert!(links[0].starts_with("<results?format=csvw&per_page=1>; rel=\"describedby\""), "{links:?}");
        assert!(links[1].contains("rel=\"next\""), "{links:?}");
    }
}

/// The same output as CSV, JSON and Parquet.
fn in_every_format(write: impl Fn(&TempDir, OutputFormat) -> Result<(), TableFileError>) -> [Table; 3] {
    let folder = TempDir::new().unwrap();
    let written = |format| {
        write(&folder, format).unwrap();
        std::fs::read(folder.path().join("output")).unwrap()
    };
    let csv = with_numbers(of_csv(&written(OutputFormat::Csv)));
    let json = with_numbers(of_json(&written(OutputFormat::Json), &csv.0));
    written(OutputFormat::Parquet);
    [csv, json, with_numbers(of_parquet(File::open(folder.path().join("output")).unwrap()))]
}

#[test]
fn ranks_are_the_same_in_every_format() {
    let [csv, json, parquet] = in_every_format(|folder, format| {
        let file = |name: &str| folder.path().join(name);
        // A withheld unit, and a name that must be quoted.
        std::fs::write(file("units"), "unit,estimate,se\n\"b, \"\"B\"\"\",0.5,1e-7\na,0.75,0.01\nc,,\n").unwrap();
        let options = RankFileOptions {
            estimates: file("units"),
            exact: false,
            statistic: None,
            item: None,
            domain: None,
            covariance: None,
            output: file("output"),
            format,
            ranking: RankOptions { tau: 1, ..RankOptions::new(RankMethod::Holm, 0.95) },
        };
        rank_files(&options, &|_| ()).map(|_| ())
    });
    assert_eq!(csv.1[1], ["b, \"B\"", "0.5", "1e-7", "2", "2", "2", "2"]);
    assert_eq!(csv.1[2], ["c", "", "", "", "", "", ""]);
    assert_eq!([&json, &parquet], [&csv, &csv]);
}

#[test]
fn predictions_are_the_same_in_every_format() {
    let [csv, json, parquet] = in_every_format(|folder, format| {
        let file = |name: &str| folder.path().join(name);
        let directs = "area,estimate,se\na,0.61,0.05\nb,0.72,0.05\nc,0.69,0.05\nd,0.83,0.05\ne,0.88,0.05\n";
        std::fs::write(file("estimates"), directs).unwrap();
        std::fs::write(file("covariates"), "area,x\na,1\nb,2\nc,3\nd,4\ne,5\nf,6\n").unwrap();
        let options = SmallAreaOptions {
            estimates: file("estimates"),
            covariates: file("covariates"),
            columns: Vec::new(),
            statistic: None,
            item: None,
            domain: None,
            method: VarianceEstimator::Reml,
            output: file("output"),
            format,
        };
        small_area_files(&options).map(|_| ())
    });
    assert_eq!((csv.1.len(), csv.1[5][1].as_str()), (6, ""));
    assert_eq!([&json, &parquet], [&csv, &csv]);
}
