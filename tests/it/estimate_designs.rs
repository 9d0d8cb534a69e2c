//! `estimate` from files: calibration, stages, lonely units, intervals and Parquet give R's numbers, and mistakes are named.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use serde_json::Value;
use tempfile::TempDir;

use crate::reference::{Largest, json, path};

type Rows = Vec<BTreeMap<String, String>>;

/// The items and factors of the reference survey.
fn items_and_factors() -> String {
    let meta = json("meta.json");
    let factor = |factor: &Value| format!("[[factor]]\ncode = {}\nitems = {}\n", factor["factor"], factor["items"]);
    let items: Vec<String> = (1..=22).map(|item| format!("\"q{item:02}\"")).collect();
    let factors: String = meta["factors"].as_array().unwrap().iter().map(factor).collect();
    format!("items = [{}]\n{factors}", items.join(", "))
}

/// Estimates the reference survey by the design `columns` (the keys before `items`) and `rest`.
fn estimate(columns: &str, rest: &str) -> (Rows, Rows) {
    let folder = TempDir::new().unwrap();
    for file in ["margin_district.csv", "margin_sex.csv", "margin_age_band.csv", "poststrata_sex_age.csv"] {
        std::fs::copy(path(file), folder.path().join(file)).unwrap();
    }
    estimate_in(folder.path(), &path("responses.csv"), columns, rest).unwrap()
}

fn estimate_in(folder: &Path, responses: &Path, columns: &str, rest: &str) -> Result<(Rows, Rows), String> {
    let design = folder.join("design.toml");
    std::fs::write(&design, format!("[columns]\n{columns}\n{}{rest}\n", items_and_factors())).unwrap();
    let options = EstimateOptions {
        responses: responses.to_owned(),
        design,
        output: folder.join("estimates.csv"),
        covariance: Some(folder.join("covariance.csv")),
        format: OutputFormat::Csv,
        weights: None,
        replicates: None,
    };
    estimate_files(&options, |_| ()).map_err(|error| error.to_string())?;
    let rows = |path: &PathBuf| csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect();
    Ok((rows(&options.output), rows(options.covariance.as_ref().unwrap())))
}

const CLUSTERED: &str =
    "weight = \"weight\"\nstrata = [\"district\"]\npsu = \"village\"\ndomains = [\"district\", \"sex\", \"service\"]";

/// The row of a statistic in a domain's level.
fn row<'a>(rows: &'a Rows, level: &str, statistic: &str, item: &str) -> &'a BTreeMap<String, String> {
    rows.iter().find(|row| row["level"] == level && row["statistic"] == statistic && row["item"] == item).unwrap()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

/// Compares the items and indices of everybody and of the districts with a block of the reference.
fn compare_blocks(rows: &Rows, block: &Value, largest: &mut Largest) {
    let districts = block["by_district"].as_object().unwrap().iter();
    for (level, expected) in districts.map(|(code, block)| (code.as_str(), block)).chain([("", &block["overall"])]) {
        let names = [("top2", "q01"), ("mean", "q22"), ("factor", "access"), ("index_items", ""), ("index_pooled", "")];
        for (statistic, item) in names {
            let name = if item.is_empty() { statistic.to_owned() } else { format!("{statistic}_{item}") };
            let row = row(rows, level, statistic, item);
            largest.compare(number(row, "estimate"), &expected["estimates"][&name], &name);
            largest.compare(number(row, "se"), &expected["se"][&name], &name);
        }
    }
}

#[test]
fn calibration_by_each_method_is_that_of_r() {
    let margin =
        |columns: &str, file: &str| format!("[[calibration.margin]]\ncolumns = [{columns}]\nfile = \"{file}\"\n");
    let three = margin("\"district\"", "margin_district.csv")
        + &margin("\"sex\"", "margin_sex.csv")
        + &margin("\"age_band\"", "margin_age_band.csv");
    let crossed = margin("\"sex\", \"age_band\"", "poststrata_sex_age.csv");
    for (name, how, margins) in [
        ("rake_exact", "method = \"raking\"", &three),
        ("greg", "method = \"linear\"", &three),
        ("logit", "method = \"logit\"\nbounds = [0.5, 2.0]", &three),
        ("post", "method = \"poststratification\"", &crossed),
    ] {
        let (rows, covariance) = estimate(CLUSTERED, &format!("[calibration]\n{how}\n{margins}"));
        let expected = &json("expected.json")["calib"][name];
        let mut largest = Largest::new(format!("`estimate`, calibration {name}"));
        compare_blocks(&rows, expected, &mut largest);
        for (level, expected) in expected["domains_service"].as_object().unwrap() {
            let row = row(&rows, level, "index_score", "");
            largest.compare(number(row, "estimate"), &expected["index_score100"], level);
            largest.compare(number(row, "se"), &expected["se_index_score100"], level);
            assert_eq!(row["df"], expected["df"].to_string());
        }
        let between = &expected["cov_between_districts"]["index_items"];
        let of_index = covariance.iter().filter(|row| row["statistic"] == "index_items");
        for (row, expected) in of_index.zip(between.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()))
        {
            largest.compare(number(row, "covariance"), expected, "covariance");
        }
        let services = expected["domains_service"].as_object().unwrap().len();
        largest.report(10 * 10 + 2 * services + 81);
    }
}

#[test]
fn stages_with_corrections_and_rules_for_lonely_units_are_those_of_r() {
    let expected = json("expected.json");
    let mut largest = Largest::new("`estimate`, stages and lonely units");
    let base = "weight = \"weight\"\ndomains = [\"district\"]";
    let stages = [
        ("stage1_fpc", "stages = [\"commune\"]\nfpc = [\"communes_pop\"]"),
        ("stage2_fpc", "stages = [\"commune\", \"village\"]\nfpc = [\"communes_pop\", \"villages_pop\"]"),
        (
            "stage3_fpc",
            "stages = [\"commune\", \"village\", \"resp_id\"]\nfpc = [\"communes_pop\", \"villages_pop\", \"adults_pop\"]",
        ),
    ];
    for (name, stages) in stages {
        let columns = format!("{base}\nstrata = [\"district\"]\n{stages}");
        let (rows, _) = estimate(&columns, "[options]\nlonely_psu = \"remove\"");
        largest.compare(number(row(&rows, "", "top2", "q01"), "se"), &expected["C"][name]["se"], name);
    }
    for rule in ["remove", "certainty", "adjust", "average"] {
        let columns = format!("{base}\nstrata = [\"commune\"]\npsu = \"village\"");
        let (rows, _) = estimate(&columns, &format!("[options]\nlonely_psu = \"{rule}\""));
        let found = row(&rows, "", "top2", "q01");
        largest.compare(number(found, "se"), &expected["B"][rule]["se"], rule);
    }
    largest.report(7);
}

#[test]
fn each_kind_of_interval_is_that_of_r() {
    let expected = &json("expected.json")["A"]["ci_overall"];
    for (method, tolerance) in [
        ("xlogit", 1e-9),
        ("logit", 1e-8),
        ("likelihood", 1e-5),
        ("asin", 1e-9),
        ("beta", 1e-9),
        ("mean", 1e-9),
        ("wilson", 1e-9),
    ] {
        let (rows, _) = estimate(CLUSTERED, &format!("[options]\ninterval = \"{method}\""));
        let mut largest = Largest::within(tolerance, format!("`estimate`, {method} intervals"));
        for (item, expected) in expected.as_object().unwrap() {
            let row = row(&rows, "", "top2", item);
            largest.compare(number(row, "ci_low"), &expected[method][0], item);
            largest.compare(number(row, "ci_high"), &expected[method][1], item);
        }
        largest.report(44);
    }
}

/// Writes the columns that a design needs as Parquet: text, whole numbers with nulls, and numbers, in two row groups.
fn write_as_parquet(rows: &Rows, file: &Path) {
    let items: Vec<String> = (1..=22).map(|item| format!("q{item:02}")).collect();
    let texts = ["district", "village", "sex", "service"];
    let fields = texts.map(|name| format!("required binary {name} (STRING);")).join(" ")
        + " required double weight; "
        + &items.iter().map(|item| format!("optional int32 {item};")).collect::<Vec<_>>().join(" ");
    let schema = Arc::new(parse_message_type(&format!("message rows {{ {fields} }}")).unwrap());
    let properties = Arc::new(WriterProperties::default());
    let mut writer = SerializedFileWriter::new(File::create(file).unwrap(), schema, properties).unwrap();
    for rows in rows.chunks(10_000) {
        let mut group = writer.next_row_group().unwrap();
        for name in texts {
            let values: Vec<ByteArray> = rows.iter().map(|row| ByteArray::from(row[name].as_str())).collect();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
            column.close().unwrap();
        }
        let weights: Vec<f64> = rows.iter().map(|row| number(row, "weight")).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<DoubleType>().write_batch(&weights, None, None).unwrap();
        column.close().unwrap();
        for item in &items {
            let ratings: Vec<Option<i32>> = rows.iter().map(|row| row[item].parse().ok()).collect();
            let levels: Vec<i16> = ratings.iter().map(|rating| i16::from(rating.is_some())).collect();
            let mut column = group.next_column().unwrap().unwrap();
            let present: Vec<i32> = ratings.into_iter().flatten().collect();
            column.typed::<Int32Type>().write_batch(&present, Some(&levels), None).unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

#[test]
fn a_parquet_file_gives_the_same_as_the_csv_file_to_the_last_bit() {
    let folder = TempDir::new().unwrap();
    let rows: Rows = csv::Reader::from_path(path("responses.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    let file = folder.path().join("responses.parquet");
    write_as_parquet(&rows, &file);
    let found = estimate_in(folder.path(), &file, CLUSTERED, "").unwrap();
    assert!(found == estimate(CLUSTERED, ""));
}

#[test]
fn estimates_are_written_as_parquet_with_nulls_where_csv_is_empty() {
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("responses.csv"), "g,q\na,5\na,3\nb,\n").unwrap();
    std::fs::write(place("design.toml"), "[columns]\nitems = [\"q\"]\ndomains = [\"g\"]\n").unwrap();
    let options = EstimateOptions {
        responses: place("responses.csv"),
        design: place("design.toml"),
        output: place("estimates.parquet"),
        covariance: None,
        format: OutputFormat::Parquet,
        weights: None,
        replicates: None,
    };
    estimate_files(&options, |_| ()).unwrap();
    let file = SerializedFileReader::new(File::open(&options.output).unwrap()).unwrap();
    let cells = |row: parquet::record::Row| -> BTreeMap<String, String> {
        row.get_column_iter().map(|(name, field)| (name.clone(), field.to_string())).collect()
    };
    let rows: Rows = file.get_row_iter(None).unwrap().map(|row| cells(row.unwrap())).collect();
    let of_b = rows.iter().find(|row| row["level"] == "\"b\"" && row["statistic"] == "\"top2\"").unwrap();
    assert_eq!(["n", "estimate", "se"].map(|column| of_b[column].as_str()), ["0", "null", "null"]);
    assert_eq!(["estimate", "n", "df"].map(|column| rows[0][column].as_str()), ["0.5", "2", "1"]);
}

#[test]
fn mistakes_in_the_design_the_margins_and_the_rows_are_named() {
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("responses.csv"), "s,u,n,q\na,1,2,5\na,2,2,4\nb,3,9,1\nb,3,9,2\nc,4,2,2\nc,5,3,1\n").unwrap();
    std::fs::write(place("sum.csv"), "s,Freq\na,10\nb,20\nc,30\n").unwrap();
    std::fs::write(place("short.csv"), "s,Freq\na,10\nb,20\n").unwrap();
    std::fs::write(place("long.csv"), "s,Freq\na,10\nb,20\nc,30\nd,5\n").unwrap();
    std::fs::write(place("bad.csv"), "s,Freq\na,ten\n").unwrap();
    std::fs::write(place("other.csv"), "u,Freq\n1,10\n2,10\n3,10\n4,10\n5,10\n").unwrap();
    let margin = |file: &str| {
        format!("[calibration]\nmethod = \"raking\"\n[[calibration.margin]]\ncolumns = [\"s\"]\nfile = \"{file}\"\n")
    };
    let two = margin("sum.csv") + "[[calibration.margin]]\ncolumns = [\"u\"]\nfile = \"other.csv\"\n";
    let table = [
        ("strata = [\"s\"]\npsu = \"u\"", "", "stratum \"b\" has only one sampling unit"),
        (
            "strata = [\"s\"]\npsu = \"u\"\nfpc = [\"n\"]",
            "",
            "\"c\" disagree on how many units there are to draw from: 3 and 2",
        ),
        ("strata = [\"s\"]\nfpc = [\"q\"]", "", "disagree on how many units"),
        ("psu = \"u\"\nfpc = [\"s\"]", "", "line 2, column \"s\": \"a\" is not a number of units to draw from"),
        ("stages = [\"u\", \"q\"]\nfpc = [\"n\", \"n\"]", "", "disagree on how many units"),
        ("", &margin("short.csv"), "line 6, column \"s\": the margin \"s\" counts nobody of this level"),
        ("", &margin("long.csv"), "margin s: no response has \"d\""),
        ("", &margin("bad.csv"), "line 2, column Freq"),
        ("", &margin("none.csv"), "none.csv"),
        ("", &two, "margin s counts 60 people and margin u counts 50"),
    ];
    for (columns, rest, named) in table {
        std::fs::write(place("design.toml"), format!("[columns]\n{columns}\nitems = [\"q\"]\n{rest}")).unwrap();
        let options = EstimateOptions {
            responses: place("responses.csv"),
            design: place("design.toml"),
            output: place("estimates.csv"),
            covariance: None,
            format: OutputFormat::Csv,
            weights: None,
            replicates: None,
        };
        let error = estimate_files(&options, |_| ()).unwrap_err().to_string();
        assert!(error.contains(named), "{columns} {rest}: {error}");
        assert!(!options.output.exists(), "nothing is written");
    }
}
