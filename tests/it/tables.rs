//! Files as people have them: each is read, or refused by name, and nobody is counted twice.

use std::path::PathBuf;

use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use plumbline::pipeline::{ImportProgress, ImportedResponses};
use plumbline::survey::WaveState;

use crate::reference::path;
use crate::support::{World, on_both_engines};

/// A file of the cases, as text.
fn case(name: &str) -> String {
    std::fs::read_to_string(path("tables").join(name)).unwrap()
}

/// What `estimate` makes of responses by the design of the cases: its rows by domain, level and statistic, and what it tells.
fn estimate(responses: &[u8], more: &str) -> Result<(Vec<Vec<String>>, Vec<String>), String> {
    estimate_by(responses, &(case("missing-codes/base.toml") + more))
}

/// The same by another design.
fn estimate_by(responses: &[u8], design: &str) -> Result<(Vec<Vec<String>>, Vec<String>), String> {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("responses.csv"), responses).unwrap();
    std::fs::write(place("design.toml"), design).unwrap();
    let options = EstimateOptions {
        responses: place("responses.csv"),
        design: place("design.toml"),
        output: place("estimates.csv"),
        covariance: None,
        format: OutputFormat::Csv,
        ..EstimateOptions::default()
    };
    let told = estimate_files(&options, |_| ()).map_err(|error| error.to_string())?;
    let mut reader = csv::Reader::from_path(&options.output).unwrap();
    let rows = reader.records().map(Result::unwrap);
    Ok((rows.map(|row| row.iter().map(str::to_owned).collect()).collect(), told))
}

#[test]
fn every_way_of_writing_a_file_gives_the_same_estimates() {
    let plain = case("csv/semicolon.csv").replace(';', ",");
    let (expected, told) = estimate(plain.as_bytes(), "").unwrap();
    assert_eq!(told, Vec::<String>::new());
    let decimals = plain.lines().map(|line| line.replace(",10,5,", ",10.0,5.0,")).collect::<Vec<_>>().join("\n");
    for text in [
        case("csv/semicolon.csv"),
        case("csv/sepline.csv"),
        case("csv/blank_commas.csv"),
        plain.replace(',', "\t"),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        format!("\u{feff}{plain}"),
        plain.replace('\n', ",,\n"),
        plain.replacen("id,h,", "id,grp/h,", 1),
        plain.replace('"', "").replace("id,h,psu", "\"id\",\"h\",\"psu\""),
        decimals.clone(),
        decimals.replace(',', ";").replace('.', ","),
        plain.replace(",A,", ",\u{a0}A\u{200b},").replace(",B,", ",B\u{feff} ,"),
    ] {
        let (rows, _) = estimate(text.as_bytes(), "").unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(rows, expected, "{text}");
    }
    let (_, told) = estimate(case("csv/semicolon.csv").as_bytes(), "").unwrap();
    assert!(told[0].contains("`;`"), "{told:?}");
}

#[test]
fn what_survey_programs_write_around_the_same_answers_changes_no_estimate() {
    let plain = case("csv/semicolon.csv").replace(';', ",");
    let (expected, _) = estimate(plain.as_bytes(), "").unwrap();
    let rows = plain.split_once('\n').unwrap().1;
    let names =
        |line: &str| line.split(',').map(|name| format!("\"{{\"\"ImportId\"\":\"\"{name}\"\"}}\"")).collect::<Vec<_>>();
    let header = "id,h,psu,d,w,q1,q2";
    let qualtrics = format!(
        "{header}\nNo,Stratum,Village,District,Weight,\"Clean,\nwas it?\",Polite?\n{}\n{rows}",
        names(header).join(",")
    );
    let limesurvey = format!("id. ID,h. Stratum,psu,d,w. Weight,\"q1. Was it clean, or not?\",q2. Polite?\n{rows}");
    for (text, said) in [(&qualtrics, "rows of headers"), (&limesurvey, "The column `q2. Polite?` is read as `q2`.")] {
        let (rows, told) = estimate(text.as_bytes(), "").unwrap();
        assert_eq!(rows, expected, "{text}");
        assert!(told.iter().any(|told| told.contains(said)), "{told:?}");
    }
    // A code of an item has no brackets, which LimeSurvey writes around the parts of a question.
    let parts = plain.replacen("q1,q2", "q[1],q[2]", 1);
    let items = case("missing-codes/base.toml").replace("\"q1\", \"q2\"", "\"q_1\", \"q_2\"");
    let (rows, _) = estimate_by(parts.as_bytes(), &items).unwrap();
    let plainly = |row: &Vec<String>| row.iter().map(|cell| cell.replace("q_", "q")).collect::<Vec<_>>();
    assert_eq!(rows.iter().map(plainly).collect::<Vec<_>>(), expected);
    // Survey Solutions parts cells by tabs and has a number for what is not known.
    let lacking = plain.replacen(",5,4\n", ",5,NA\n", 1);
    let tabs = format!("\u{feff}{}", lacking.replace(',', "\t").replace("NA", "-999999999"));
    assert_eq!(estimate(tabs.as_bytes(), "").unwrap().0, estimate(lacking.as_bytes(), "").unwrap().0);
}

#[test]
fn what_is_wrong_with_a_wide_file_is_told_by_the_name_of_its_column() {
    for (row, named) in [
        (&b"1,A,a1,M\xfc,10,5,4\n"[..], "line 2: column \"d\": this is not UTF-8"),
        (b"1,A,a1,M,10\n", "the row has 5 cells, the header 7; \"q1\" and what comes behind it has none"),
        (b"1,A,a1,M,10,5,4,3\n", "the row has 8 cells, the header 7; a text that holds what parts cells"),
    ] {
        let error = estimate(&[b"id,h,psu,d,w,q1,q2\n", row].concat(), "").unwrap_err();
        assert!(error.contains(named), "{error}");
    }
    let error = estimate(b"id,h,psu,d,w,q1,q2\n1,A,a1,M,10,4 - good,4\n", "").unwrap_err();
    assert!(error.ends_with("\"4 - good\" is not a rating; use 1 to 5, or nothing where not answered; export answers as codes, not as words"), "{error}");
    let error = estimate(b"id,h,psu,d,w,visit-q1,q2\n1,A,a1,M,10,5,4\n", "").unwrap_err();
    assert!(error.ends_with("no column \"q1\"; did you mean \"visit-q1\"?"), "{error}");
}

#[test]
fn what_is_no_csv_in_utf8_is_named() {
    let utf16: Vec<u8> = "\u{feff}id,h\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, named) in [
        (&utf16[..], "UTF-16"),
        (b"PK\x03\x04....", ".xlsx"),
        (b"id,h,psu,d,w,q1,q2\n1,A,a1,M\xfc,10,5,4\n", "windows-1258"),
    ] {
        let error = estimate(bytes, "").unwrap_err();
        assert!(error.contains(named) && error.contains("CSV UTF-8"), "{error}");
    }
}

#[test]
fn a_missing_code_is_no_group_and_no_stratum_and_how_many_is_told() {
    let (rows, told) = estimate(case("missing-codes/dom_NA.csv").as_bytes(), "").unwrap();
    assert!(rows.iter().all(|row| row[1] != "NA"));
    assert_eq!(told, ["2 of 10 rows are in no level of d: theirs is missing."]);

    // R: svymean of the rows that have a stratum.
    let (rows, told) = estimate(case("missing-codes/str_hashNA.csv").as_bytes(), "").unwrap();
    let share = rows.iter().find(|row| row[0].is_empty() && row[2] == "top2" && row[3] == "q1").unwrap();
    assert!((share[6].parse::<f64>().unwrap() - 0.281_320_076_1).abs() < 1e-9, "{share:?}");
    assert!(told[0].starts_with("2 of 10 rows are left out: their stratum is missing"), "{told:?}");

    // The same as if the rows were not there; a sampling unit likewise, and never one that rows share.
    let whole = case("missing-codes/str_hashNA.csv");
    let without: String = whole.split_inclusive('\n').take(9).collect();
    assert_eq!(rows, estimate(without.as_bytes(), "").unwrap().0);
    let unit = without.clone() + "9,B,NA,080,25,4,4\n10,B,,080,15,5,\n";
    let (of_unit, told) = estimate(unit.as_bytes(), "").unwrap();
    assert_eq!(of_unit, rows);
    assert!(told[0].contains("their sampling unit is missing"), "{told:?}");

    // Declared codes hold in every column.
    let declared = case("missing-codes/dom_NA.csv").replace("NA", "-99").replace(",1,3\n", ",-99,3\n");
    let (rows, told) = estimate(declared.as_bytes(), "\n[missing]\ncodes = [\"-99\"]\n").unwrap();
    assert!(rows.iter().all(|row| row[1] != "-99") && told[0].contains("2 of 10"), "{told:?}");
    let kept = estimate(case("missing-codes/dom_NA.csv").as_bytes(), "\n[missing]\nbuilt_in = false\n").unwrap().0;
    assert!(kept.iter().any(|row| row[1] == "NA"));
}

#[test]
fn a_header_that_is_nearly_right_is_named() {
    let error = estimate(case("csv/semicolon.csv").replacen("psu", "PSU", 1).as_bytes(), "").unwrap_err();
    assert!(error.ends_with("the file has no column \"psu\"; did you mean \"PSU\"?"), "{error}");
}

const UNITS: &str = "code,level,kind,name_vi\n080,district,city,A\n082,district,district,B\nNA,district,district,C\n";

/// The wave of the cases, whose days are those of the tests' clock; `columns` are more of the plan's columns.
async fn wave(world: &World, columns: &str) {
    world.platform.register().import_units(UNITS.as_bytes()).await.unwrap();
    world.platform.waves().import_questionnaire(&case("q.toml")).await.unwrap();
    let plan = case("import-id/plan2.toml").replace("2026-", "2024-").replace("2025-06-01", "2024-06-01");
    let plan = plan.replace("\"q.toml\"", "\"qs\"").replace("\"083\"", "\"NA\"");
    let plan = plan.replace("[columns]\n", &format!("[columns]\n{columns}\n"));
    world.platform.waves().create(&plan, std::path::Path::new(".")).await.unwrap();
    world.platform.waves().advance("w2", WaveState::Open).await.unwrap();
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file of this year's days.
    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text.replace("2026-", "2024-")).unwrap();
        path
    }

    async fn import(&self, world: &World, text: &str) -> (ImportedResponses, Vec<String>) {
        let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let telling = std::sync::Arc::clone(&told);
        let progress = ImportProgress::telling(move |sentence| telling.lock().unwrap().push(sentence.to_owned()));
        let path = self.put("file.csv", text);
        let imported = world.platform.imports().responses("w2", &path, std::sync::Arc::new(progress)).await.unwrap();
        let told = told.lock().unwrap().clone();
        (imported, told)
    }

    /// What was kept, kept before and rejected.
    async fn counts(&self, world: &World, text: &str) -> (u64, u64, u64) {
        let (imported, _) = self.import(world, text).await;
        (imported.stored, imported.repeated, imported.rejected)
    }

    fn rejected(&self) -> String {
        std::fs::read_to_string(self.0.path().join("file.rejected.csv")).unwrap()
    }
}

on_both_engines! {
    async fn rows_without_numbers_are_people_and_a_file_that_comes_again_adds_nobody(database: TestDatabase) {
        let world = World::empty(database).await;
        wave(&world, "").await;
        let folder = Folder::new();
        let (f1, f2) = (case("import-id/f1.csv"), case("import-id/f2.csv"));
        assert_eq!(folder.counts(&world, &f1).await, (3, 0, 0));
        let (imported, told) = folder.import(&world, &f2).await;
        assert_eq!((imported.stored, imported.repeated), (3, 0));
        assert!(told[0].starts_with("2 row(s) say the same"), "{told:?}");
        for again in [f1.clone(), f2, case("import-id/f1b.csv"), f1.replace(',', ";"), f1.replace(",5,5,", ",5.0,5.0,")] {
            assert_eq!(folder.counts(&world, &again).await, (0, 3, 0), "{again}");
        }
        // Mended and added rows are new, and only those.
        let grown = format!("{f1}080,a1,1,2026-11-05,9,4,,,,M\n080,a1,1,2026-11-05,5,5,,,,F\n");
        assert_eq!(folder.counts(&world, &grown).await, (1, 3, 1));
        assert_eq!(folder.counts(&world, &grown.replace(",9,4,", ",3,4,")).await, (1, 4, 0));
        assert_eq!(world.platform.doctor().check_up().await.unwrap().responses, 8);
    }

    async fn numbers_that_a_spreadsheet_cut_are_refused_by_line_and_kept_rows_are_not_changed(database: TestDatabase) {
        let world = World::empty(database).await;
        wave(&world, "id = \"id\"").await;
        let folder = Folder::new();
        assert_eq!(folder.counts(&world, &case("import-id/f3.csv")).await, (0, 0, 3));
        assert!(folder.rejected().contains("line 4, column id") && folder.rejected().contains("cut the digits"));
        let comma = case("import-id/f3.csv").replace(',', ";").replace("1.23457", "1,23457");
        assert_eq!(folder.counts(&world, &comma).await, (0, 0, 3));
        let f5 = case("import-id/f5.csv");
        assert_eq!(folder.counts(&world, &f5.replace(",3,4,", ",4,4,")).await, (1, 0, 0));
        assert_eq!(folder.counts(&world, &f5.replace("\n1,", "\n1.0,").replace(",3,4,", ",4,4,")).await, (0, 1, 0));
        assert_eq!(folder.counts(&world, &f5).await, (0, 0, 1));
        let refusal = folder.rejected();
        assert!(refusal.contains("conflict") && !refusal.contains("an id of its own"), "{refusal}");
    }

    async fn exports_of_collecting_programs_are_read_as_they_are(database: TestDatabase) {
        let world = World::empty(database).await;
        wave(&world, "id = \"_id\"").await;
        let folder = Folder::new();
        let (imported, told) = folder.import(&world, &case("csv/kobo.csv")).await;
        assert_eq!((imported.stored, imported.rejected), (1, 0), "{told:?}");
        assert_eq!(imported.ignored_columns, ["start", "end", "_submission_time", "_validation_status"]);
        assert!(told.iter().any(|told| told == "The column `visit/q1` is read as `q1`."), "{told:?}");
        // Cells for each option say the same as one cell, so this person is known.
        for name in [
            "why/slow,why/rude",
            "why.slow,why.rude",
            "why_slow,why_rude",
            "why[slow],why[rude]",
            "why__slow,why__rude",
            "why[slow]. Why? [Slow],why[rude]. Why? [Rude]",
            "visit.why.slow,visit.why.rude",
        ] {
            let split = case("csv/kobo_split.csv").replace('"', "").replace("why/slow,why/rude", name);
            let split = split.replace(",id,", ",_id,").replace(",302,", ",301,");
            assert_eq!(folder.counts(&world, &split).await, (0, 1, 0), "{name}");
        }
        // R makes points of what stands between groups, LimeSurvey puts a question's words behind its code.
        for (from, to) in [("q1,q2", "visit.q1,visit.q2"), ("q1,q2", "q1. Was it clean?,q2. Were they polite?")] {
            let text = case("csv/kobo_split.csv").replace('"', "").replace(",id,", ",_id,").replace(",302,", ",301,");
            assert_eq!(folder.counts(&world, &text.replacen(from, to, 1)).await, (0, 1, 0), "{to}");
        }
        // Columns that nothing is read from may share a name, as they do where a header has questions in full.
        let text = case("csv/kobo_split.csv").replace('"', "").replace(",id,", ",_id,").replace(",302,", ",301,");
        let doubled = text.replacen("_submission_time,_validation_status", "start,start", 1);
        assert_eq!(folder.counts(&world, &doubled).await, (0, 1, 0));
        for name in ["q1", "sex", "_id", "why/slow"] {
            let path = folder.put("doubled.csv", &text.replacen("_submission_time", name, 1));
            let refused = world.platform.imports().responses("w2", &path, std::sync::Arc::default()).await.unwrap_err();
            assert!(refused.to_string().contains("there are two columns of this name"), "{name}: {refused}");
        }
        // A unit of the register may be called NA; a missing answer is none; a question without a column is told.
        let text = "_id,unit,psu,w,day,q1,sex\n7,NA,a1,1,2024-11-05,5,#N/A\n8,NA,NA,1,2024-11-05,5,F\n";
        let (imported, told) = folder.import(&world, text).await;
        assert_eq!((imported.stored, imported.rejected), (1, 1));
        assert!(told.iter().any(|told| told.contains("no column for the question `q2`")), "{told:?}");
        assert!(folder.rejected().contains("line 3, column psu"));
        let path = folder.put("none.csv", "_id,unit,psu,w,day,Q1,q3\n7,080,a1,1,2024-11-05,5,5\n");
        let refused = world.platform.imports().responses("w2", &path, std::sync::Arc::default()).await.unwrap_err();
        assert!(refused.to_string().contains("did you mean \"Q1\"?"), "{refused}");
    }

    async fn blank_columns_and_rows_at_the_end_are_nothing(database: TestDatabase) {
        let world = World::empty(database).await;
        wave(&world, "id = \"id\"").await;
        let folder = Folder::new();
        assert_eq!(folder.counts(&world, &(case("csv/trail_blank_cols.csv") + ",,,,,,,,,,,,\n")).await, (2, 0, 0));
    }
}
