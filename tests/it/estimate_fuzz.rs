//! `estimate` and `rank` from files that are damaged in many ways: an answer or one clear line, never a panic.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use plumbline::files::{EstimateOptions, OutputFormat, RankFileOptions, estimate_files, rank_files};
use plumbline::ranking::{RankMethod, RankOptions};
use proptest::prelude::*;
use tempfile::TempDir;

const DESIGN: &str = "[columns]
weight = \"w\"
strata = [\"s\"]
stages = [\"u\", \"v\"]
fpc = [\"n\", \"m\"]
items = [\"q1\", \"q2\"]
domains = [\"s\", \"sex\"]
[scale]
satisfied_from = 4
[[factor]]
code = \"f\"
items = [\"q1\"]
[options]
lonely_psu = \"adjust\"
interval = \"xlogit\"
level = 0.95
[calibration]
method = \"raking\"
[[calibration.margin]]
columns = [\"sex\"]
file = \"margin.csv\"
";
const MARGIN: &str = "sex,Freq\nF,120\nM,80.5\n";
const RESPONSES: &str = "s,u,v,n,m,w,sex,q1,q2
a,1,1,9,4,1.5,F,5,4
a,1,2,9,4,2,M,2,
a,2,1,9,7,2.5,F,4,1
b,1,1,5,3,1,M,3,5
b,2,1,5,3,1e0,F,,2
b,3,1,5,3,3,M,5,5
";
const UNITS: &str = "unit,estimate,se\nA,0.5,0.01\nB,0.9,0.02\nC,,\nD,0.89,0.02\n";
const JSON: &str =
    "[{\"unit\": \"A\", \"estimate\": 0.5, \"se\": 0.1}, {\"unit\": \"B\", \"estimate\": 0.1, \"se\": null}]";
const ROWS: &str = "domain,level,statistic,item,estimate,se\n,,index_items,,0.8,0.1\nd,A,index_items,,0.8,0.1
d,B,index_items,,0.7,0.05\nd,C,index_items,,,\nd,A,top2,q1,0.8,0.1\n";
const COVARIANCE: &str =
    "statistic,level_a,level_b,covariance\nx,A,A,0.0001\nx,A,B,0\nx,A,D,0.00001\nx,B,D,0\nx,C,B,\n";

/// Texts that are often misread.
const WORDS: [&[u8]; 36] = [
    b"\"",
    b"'",
    b"\"\"\"",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff\xfe",
    b"NaN",
    b"nan",
    b"inf",
    b"-inf",
    b"1e308",
    b"1e-308",
    b"1e400",
    b"-0",
    b"0",
    b"6",
    b"5.0",
    b" 5 ",
    b"05",
    b"1e5",
    b"-1",
    b"9223372036854775807",
    b"18446744073709551616",
    b"\x1f",
    b"\x1b[31m",
    b"\xe2\x80\xae",
    b",",
    b",,",
    b"\n",
    b"\n\n",
    b"[",
    b"]",
    b"{",
    b"= ",
];

/// A change to a file: what is done where (as a part of its length), and with what.
#[derive(Debug, Clone)]
enum Change {
    Flip(f64, u8),
    Delete(f64, usize),
    Duplicate(f64, usize),
    Insert(f64, usize),
    Repeat(f64, u8, usize),
    /// A cell, which is what stands between commas, quotes or ends of lines, becomes a word.
    Cell(f64, usize),
    Cut(f64),
}

fn change() -> impl Strategy<Value = Change> {
    let at = || 0.0..1.0_f64;
    prop_oneof![
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        1 => (at(), 1..30_usize).prop_map(|(at, length)| Change::Delete(at, length)),
        1 => (at(), 1..200_usize).prop_map(|(at, length)| Change::Duplicate(at, length)),
        3 => (at(), 0..WORDS.len()).prop_map(|(at, word)| Change::Insert(at, word)),
        1 => (at(), any::<u8>(), prop::sample::select(vec![70, 600, 100_000])).prop_map(|(at, byte, count)| Change::Repeat(at, byte, count)),
        6 => (at(), 0..WORDS.len()).prop_map(|(at, word)| Change::Cell(at, word)),
        1 => at().prop_map(Change::Cut),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let position = |part: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a small length")]
            let position = (part * bytes.len() as f64) as usize;
            position
        };
        match *self {
            Self::Flip(at, byte) => {
                let at = position(at);
                bytes.get_mut(at).into_iter().for_each(|found| *found ^= byte);
            }
            Self::Delete(at, length) => {
                let at = position(at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Self::Duplicate(at, length) => {
                let at = position(at);
                let copied = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, copied);
            }
            Self::Insert(at, word) => {
                let at = position(at);
                bytes.splice(at..at, WORDS[word].iter().copied());
            }
            Self::Repeat(at, byte, count) => {
                let at = position(at);
                bytes.splice(at..at, std::iter::repeat_n(byte, count));
            }
            Self::Cell(at, word) => {
                let at = position(at);
                let is_end = |byte: &u8| b",\"\n ".contains(byte);
                let start = bytes[..at].iter().rposition(is_end).map_or(0, |end| end + 1);
                let end = bytes[at..].iter().position(is_end).map_or(bytes.len(), |end| at + end);
                bytes.splice(start..end, WORDS[word].iter().copied());
            }
            Self::Cut(at) => {
                let at = position(at);
                bytes.truncate(at);
            }
        }
    }
}

fn changed(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        change.apply(&mut bytes);
    }
    bytes
}

/// The error is one line that people can read.
fn check_error(error: &str) {
    assert!(!error.is_empty() && error.chars().count() < 1_000, "{error}");
    assert!(!error.contains(char::is_control), "{error:?}");
}

/// What was written holds no number that is none.
fn check_numbers(file: &Path) {
    for row in csv::Reader::from_path(file).unwrap().records() {
        let row = row.unwrap();
        for cell in row.iter().skip(if row.len() > 4 { 4 } else { 3 }) {
            assert!(!["NaN", "inf", "-inf"].contains(&cell), "{row:?}");
        }
    }
}

fn check_estimate(design: &[u8], margin: &[u8], responses: &[u8]) {
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("design.toml"), design).unwrap();
    std::fs::write(place("margin.csv"), margin).unwrap();
    std::fs::write(place("responses.csv"), responses).unwrap();
    let options = EstimateOptions {
        responses: place("responses.csv"),
        design: place("design.toml"),
        output: place("estimates.csv"),
        covariance: Some(place("covariance.csv")),
        format: OutputFormat::Csv,
        weights: None,
        replicates: None,
    };
    match estimate_files(&options, |_| ()) {
        Ok(_) => {
            check_numbers(&options.output);
            check_numbers(&place("covariance.csv"));
        }
        Err(error) => {
            check_error(&error.to_string());
            assert!(!options.output.exists() && !place("covariance.csv").exists(), "an error writes nothing");
        }
    }
}

fn check_rank(estimates: &[u8], covariance: Option<&[u8]>, method: RankMethod) {
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("estimates.csv"), estimates).unwrap();
    if let Some(bytes) = covariance {
        std::fs::write(place("covariance.csv"), bytes).unwrap();
    }
    let options = RankFileOptions {
        exact: false,
        estimates: place("estimates.csv"),
        statistic: None,
        item: None,
        domain: None,
        covariance: covariance.map(|_| place("covariance.csv")),
        output: place("ranks.csv"),
        format: OutputFormat::Csv,
        ranking: RankOptions { draws: 1_000, ..RankOptions::new(method, 0.95) },
    };
    match rank_files(&options, &|_| ()) {
        Ok(sentences) => {
            assert_eq!(sentences.iter().find(|sentence| sentence.contains(char::is_control)), None);
        }
        Err(error) => {
            check_error(&error.to_string());
            assert!(!place("ranks.csv").exists(), "an error writes nothing");
        }
    }
}

proptest! {
    #[test]
    fn damaged_files_are_estimated_or_refused_in_one_line(which in 0..3_usize, changes in prop::collection::vec(change(), 1..4)) {
        let mut files = [DESIGN, MARGIN, RESPONSES].map(|text| text.as_bytes().to_vec());
        files[which] = changed([DESIGN, MARGIN, RESPONSES][which], &changes);
        check_estimate(&files[0], &files[1], &files[2]);
    }

    #[test]
    fn damaged_estimates_are_ranked_or_refused_in_one_line(
        base in prop::sample::select(vec![UNITS, JSON, ROWS]), changes in prop::collection::vec(change(), 0..4), is_tied: bool,
        tied in prop::collection::vec(change(), 0..4),
        method in prop::sample::select(vec![RankMethod::Holm, RankMethod::Simultaneous, RankMethod::Kww, RankMethod::Best]),
    ) {
        let covariance = is_tied.then(|| changed(COVARIANCE, &tied));
        check_rank(&changed(base, &changes), covariance.as_deref(), method);
    }

    #[test]
    fn damaged_parquet_is_estimated_or_refused_in_one_line(at in prop::collection::vec((0.0..1.0_f64, 1_u8..=255), 1..4), cut in prop::option::weighted(0.2, 0.0..1.0_f64)) {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("responses.parquet");
        crate::estimate_properties::write_parquet("q1,g,w\n5,a,1.5\n4,b,2\n,a,1\n1,b,3\n", &file);
        let mut bytes = std::fs::read(&file).unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a small length")]
        let position = |part: f64| (part * bytes.len() as f64) as usize;
        let places: Vec<(usize, u8)> = at.iter().map(|(at, flip)| (position(*at), *flip)).collect();
        let end = cut.map_or(bytes.len(), position);
        for (at, flip) in places {
            bytes[at] ^= flip;
        }
        bytes.truncate(end);
        std::fs::write(&file, bytes).unwrap();
        std::fs::write(folder.path().join("design.toml"), "[columns]\nitems = [\"q1\"]\ndomains = [\"g\"]\nweight = \"w\"\n").unwrap();
        let options = EstimateOptions {
            responses: file,
            design: folder.path().join("design.toml"),
            output: folder.path().join("estimates.csv"),
            covariance: None,
            format: OutputFormat::Csv,
            weights: None,
            replicates: None,
        };
        match estimate_files(&options, |_| ()) {
            Ok(_) => check_numbers(&options.output),
            Err(error) => check_error(&error.to_string()),
        }
    }
}
