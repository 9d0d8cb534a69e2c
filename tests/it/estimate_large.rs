//! `estimate` from files of many batches: the first mistake is told wherever it is, and the order of rows changes no bit.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::path::Path;

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use tempfile::TempDir;

use crate::estimate_properties::write_parquet_in_groups;

/// Enough for many batches of either format, and for several threads.
const ROWS: usize = 45_000;
const DESIGN: &str = "
[columns]
weight = \"w\"
strata = [\"district\"]
psu = \"office\"
fpc = [\"known\"]
items = [\"q1\", \"q2\"]
domains = [\"district\", \"sex\"]
";

/// A row of made-up answers, different enough from its neighbours.
fn row(number: usize) -> [String; 7] {
    let mixed = number.wrapping_mul(2_654_435_761) >> 7;
    let (district, office) = (mixed % 7, mixed % 7 * 100 + mixed / 7 % 40);
    let rating = |seed: usize| match (mixed / seed) % 6 {
        0 => String::new(),
        rating => rating.to_string(),
    };
    let weight = format!("{}.{:04}", 1 + mixed % 50, mixed % 10_000);
    let sex = ["F", "M", ""][mixed / 3 % 3].to_owned();
    [format!("d{district}"), format!("o{office}"), (100 + district).to_string(), weight, sex, rating(11), rating(77)]
}

fn rows() -> Vec<[String; 7]> {
    (0..ROWS).map(row).collect()
}

fn csv(rows: &[[String; 7]]) -> String {
    let mut text = String::from("district,office,known,w,sex,q1,q2\n");
    for row in rows {
        writeln!(text, "{}", row.join(",")).unwrap();
    }
    text
}

fn estimate(folder: &Path, responses: &str) -> Result<[Vec<u8>; 2], String> {
    let place = |name: &str| folder.join(name);
    std::fs::write(place("design.toml"), DESIGN).unwrap();
    let options = EstimateOptions {
        responses: place(responses),
        design: place("design.toml"),
        output: place("estimates.csv"),
        covariance: Some(place("covariance.csv")),
        format: OutputFormat::Csv,
        weights: None,
        replicates: None,
    };
    estimate_files(&options, |_| ()).map_err(|error| error.to_string())?;
    Ok(["estimates.csv", "covariance.csv"].map(|name| std::fs::read(place(name)).unwrap()))
}

/// What comes of the same rows as CSV and as Parquet.
fn both(rows: &[[String; 7]]) -> [Result<[Vec<u8>; 2], String>; 2] {
    let folder = TempDir::new().unwrap();
    let text = csv(rows);
    std::fs::write(folder.path().join("responses.csv"), &text).unwrap();
    write_parquet_in_groups(&text, &folder.path().join("responses.parquet"), 20_000);
    ["responses.csv", "responses.parquet"].map(|name| estimate(folder.path(), name))
}

#[test]
fn many_rows_in_any_order_and_format_give_the_same_bytes() {
    let as_they_come = rows();
    let mut sorted = as_they_come.clone();
    sorted.sort();
    let mut reversed = sorted.clone();
    reversed.reverse();
    let found: Vec<_> = [as_they_come, sorted, reversed].iter().flat_map(|rows| both(rows)).collect();
    assert!(found[0].is_ok(), "{:?}", found[0]);
    assert!(found.iter().all(|other| *other == found[0]));
}

#[test]
fn of_several_mistakes_far_apart_the_first_row_is_told() {
    // In which column what is wrong, and what is told.
    let mistakes = [
        (5, "9", "\"9\" is not a rating", "q1"),
        (3, "-1", "a weight must be 0, or above 0", "w"),
        (0, "a\u{1}", "the stratum holds control characters", "district"),
        (2, "0", "\"0\" is not a number of units", "known"),
    ];
    let rows_apart = [(300, ROWS - 1), (30_000, 30_001), (4_095, 4_096), (ROWS - 2, ROWS - 1)];
    for (position, (first, later)) in rows_apart.into_iter().enumerate() {
        let ((column, value, message, name), other) = (mistakes[position], mistakes[(position + 1) % mistakes.len()]);
        let mut wrong = rows();
        wrong[first][column] = value.to_owned();
        wrong[later][other.0] = other.1.to_owned();
        // Rows of Parquet are counted from 1, lines of CSV with the header.
        for (outcome, at) in both(&wrong).into_iter().zip([format!("line {}", first + 2), format!("row {}", first + 1)])
        {
            let error = outcome.unwrap_err();
            assert!(error.contains(&format!("{at}, column \"{name}\": {message}")), "{error}");
        }
    }
}

#[test]
fn rows_that_disagree_are_told_even_where_thousands_between_them_were_known_before() {
    let mut wrong = rows();
    let last = ROWS - 1;
    let place = wrong[last].clone();
    assert!(wrong[..1_000].iter().any(|row| row[..2] == place[..2]), "the place is met early");
    wrong[last][2] = "99".to_owned();
    for outcome in both(&wrong) {
        let error = outcome.unwrap_err();
        assert!(error.contains("disagree on how many units there are to draw from"), "{error}");
    }
}

#[test]
fn blanks_around_a_name_and_what_was_quoted_make_no_other_name() {
    let plain = rows();
    let mut dressed = plain.clone();
    for (number, row) in dressed.iter_mut().enumerate() {
        match number % 3 {
            0 => row[0] = format!(" {} ", row[0]),
            1 => row[1] = format!("\"{}\"", row[1]),
            _ => (row[3], row[6]) = (format!(" {}0", row[3]), format!("{} ", row[6])),
        }
    }
    let folder = TempDir::new().unwrap();
    let outcome = |rows: &[[String; 7]]| {
        std::fs::write(folder.path().join("responses.csv"), csv(rows)).unwrap();
        estimate(folder.path(), "responses.csv")
    };
    let plain = outcome(&plain);
    assert!(plain.is_ok(), "{plain:?}");
    assert!(plain == outcome(&dressed));
}
