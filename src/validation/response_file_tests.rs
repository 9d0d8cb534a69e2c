//! What a file of collected answers is read to.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::tests::{ID, WAVE, check, code, day, listed, wave_with};
use super::{Rejected, read_responses};
use crate::foundation::Findings;
use crate::survey::{Answer, Mode, Questionnaire, Response, Source, Unit, UnitId, Wave, read_units};

const COLUMNS: &str = "columns = { id = \"nr\", unit = \"district\", stratum = \"district\", psu = \"village\", \
                       weight = \"weight\", mode = \"channel\", answered_on = \"day\" }";
const HEADER: &str = "nr,district,village,weight,channel,day,q01,q02,why,wait,wish,sex,note\n";

fn read(wave: &Wave, text: &str) -> Vec<Result<Response, Rejected>> {
    read_responses(text.as_bytes(), wave, day("2024-12-05")).unwrap().collect()
}

fn header_findings(wave: &Wave, header: &str) -> Vec<(String, &'static str)> {
    let findings = read_responses(header.as_bytes(), wave, day("2024-12-05")).err().unwrap();
    findings.0.into_iter().map(|finding| (finding.path, finding.code)).collect()
}

#[test]
fn a_row_becomes_a_response_with_its_design() {
    let wave = wave_with(COLUMNS);
    let text = format!(
        "{HEADER}R1,082,V1,30.3232,paper,2024-11-20,5,2.0,slow;rude,1.5,\"Nhanh, hơn\",F,x\nR2,085,V2,1,web,2024-11-30,,4,,,,,\n"
    );
    let rows = read(&wave, &text);
    let first = rows[0].as_ref().unwrap();
    assert_eq!((first.unit.as_str(), first.mode, first.source), ("082", Mode::Paper, Source::Collector));
    assert_eq!((first.placement.stratum.as_str(), first.placement.psu.clone()), ("082", Some(code("V1"))));
    assert_eq!(first.placement.weight, "30.3232".parse().unwrap());
    assert_eq!((first.language.as_str(), first.duration_minutes), ("vi", None));
    assert_eq!(first.answers.pack(), ";5;2;slow|rude;1.5;");
    assert_eq!(first.answers.0[5], Some(Answer::Text("Nhanh, hơn".to_owned())));
    let second = rows[1].as_ref().unwrap();
    assert_eq!((second.answers.pack().as_str(), second.respondent.pack().as_str()), (";-;4;;-;", "-"));
    let mut file = read_responses(text.as_bytes(), &wave, day("2024-12-05")).unwrap();
    assert_eq!(file.ignored_columns(), ["note"]);
    assert_eq!(file.columns().len(), 13);
    assert!(file.next().is_some_and(|row| row.is_ok()));
    assert_eq!(file.record().get(0), Some(&b"R1"[..]));
}

#[test]
fn a_rejected_row_keeps_its_cells_and_every_finding() {
    let wave = wave_with(COLUMNS);
    let text =
        format!("{HEADER},999,V 1,-1,fax,2024-12-01,6,five,late,49,,X,x\nR2,082\nR3,082,V1,1,web,2024-11-20,,,;,,,,\n");
    let rejected: Vec<_> = read(&wave, &text).into_iter().map(Result::unwrap_err).collect();
    let path = |column: &str| format!("line 2, column {column}");
    let expected = [
        ("nr", "missing"),
        ("district", "unknown_unit"),
        ("village", "invalid"),
        ("weight", "out_of_range"),
        ("channel", "unknown_option"),
        ("day", "out_of_range"),
        ("q01", "out_of_range"),
        ("q02", "wrong_type"),
        ("why", "not_relevant"),
        ("wait", "out_of_range"),
        ("sex", "unknown_option"),
    ];
    let found: Vec<_> = rejected[0].findings.0.iter().map(|finding| (finding.path.clone(), finding.code)).collect();
    assert_eq!(found, expected.map(|(column, code)| (path(column), code)));
    assert_eq!((rejected[0].line, &rejected[0].record[1]), (2, &b"999"[..]));
    assert_eq!(listed(&rejected[1].findings), [("line 3", "invalid")]);
    assert_eq!(listed(&rejected[2].findings), [("line 4", "empty")]);
}

#[test]
fn a_row_that_is_not_utf8_is_rejected_with_its_bytes_and_reading_goes_on() {
    let wave = wave_with("columns.unit = \"district\"");
    let rows: Vec<_> =
        read_responses(&b"district,q01,q02\n082,\xff,1\n082,1,1\n"[..], &wave, day("2024-12-05")).unwrap().collect();
    let rejected = rows[0].as_ref().unwrap_err();
    assert_eq!((rejected.line, &rejected.record[1]), (2, &b"\xff"[..]));
    assert_eq!(listed(&rejected.findings), [("line 2, column q01", "not_utf8")]);
    assert!(rows[1].is_ok());
}

#[test]
fn a_file_without_design_columns_is_placed_by_the_plan() {
    let rows = read(&wave_with(""), "unit,q01,q02\n085,4,5\n");
    let response = rows[0].as_ref().unwrap();
    assert_eq!((response.mode, response.answered_on), (Mode::Paper, day("2024-11-30")));
    assert_eq!((response.placement.stratum.as_str(), response.placement.psu.clone()), ("085", None));
    assert_eq!(response.placement.weight, "2.5".parse().unwrap());
}

#[test]
fn a_header_that_lacks_what_the_plan_names_is_refused() {
    let missing = ["village", "q01", "q02"].map(|column| (format!("line 1, column {column}"), "missing_column"));
    let header = "nr,district,weight,channel,day\n";
    assert_eq!(header_findings(&wave_with(COLUMNS), header), missing);
    let one_item = "nr,district,village,weight,channel,day,q01\n";
    let wave = wave_with(COLUMNS);
    let told = read_responses(one_item.as_bytes(), &wave, day("2024-12-05")).unwrap().told().concat();
    assert!(told.contains("no column for the question `q02`"), "{told}");
    let mut wave = wave_with("");
    wave.plan.modes = vec![Mode::Web];
    assert_eq!(header_findings(&wave, "unit,q01,q02\n"), [("columns.mode".to_owned(), "not_allowed")]);
}

fn ids(wave: &Wave, text: &str) -> Vec<Uuid> {
    read(wave, text).into_iter().map(|row| row.unwrap().id).collect()
}

#[test]
fn a_row_has_the_same_id_in_every_import_and_another_in_another_wave() {
    let wave = wave_with("columns.id = \"nr\"");
    let rows = ids(&wave, "nr,unit,q01,q02\n1,082,4,5\n2,082,4,5\n");
    assert_ne!(rows[0], rows[1]);
    assert_eq!(ids(&wave, "q02,q01,unit,nr\n1,1,085,2\n"), rows[1..]);
    let mut other = wave_with("columns.id = \"nr\"");
    other.plan.code = code("w2");
    assert_ne!(ids(&other, "nr,unit,q01,q02\n1,082,4,5\n")[0], rows[0]);
}

#[test]
fn rows_without_a_number_are_known_by_what_is_read_of_them() {
    let wave = wave_with("");
    let rows = ids(&wave, "unit,q01,q02,wish\n082,4,5,\n082,4,5,\n082,5,4,\n082,4,5,more\n");
    assert_eq!(rows[0], rows[1]);
    assert_eq!(rows.iter().collect::<std::collections::HashSet<_>>().len(), 3);
    let written_otherwise = ids(&wave, "wish;q02;unit;q01;note\n;5,0;082;4;x\nmore\u{200b};5;082;4.0;y\n");
    assert_eq!(written_otherwise, [rows[0], rows[3]]);
}

#[test]
fn a_respondents_number_of_200_characters_is_taken_and_one_of_201_is_not() {
    let wave = wave_with("columns.id = \"nr\"");
    for (length, taken) in [(200, true), (201, false)] {
        let text = format!("nr,unit,q01,q02\n{},082,4,5\n", "ă".repeat(length));
        assert_eq!(read(&wave, &text)[0].is_ok(), taken, "{length}");
    }
}

#[test]
fn the_whole_reference_survey_is_read() {
    let district = |n: usize| format!("D{n:02},district,district,D{n:02}\n");
    let units = format!("code,level,kind,name_vi\n{}", (1..=9).map(district).collect::<Vec<_>>().concat());
    let columns = "columns = { id = \"resp_id\", unit = \"district\", psu = \"village\", weight = \"weight\" }";
    let wave = Wave {
        questionnaire: Questionnaire::built_in("sipas-2017").unwrap(),
        units: (1..).zip(read_units(units.as_bytes()).unwrap()).map(|(id, row)| Unit { id: UnitId(id), row }).collect(),
        ..wave_with(columns)
    };
    let file = include_str!("../../tests/reference/responses.csv");
    let mut rows = read_responses(file.as_bytes(), &wave, day("2024-12-05")).unwrap();
    let first = rows.next().unwrap().unwrap();
    assert_eq!(first.answers.pack(), "-;4;5;4;5;5;-;4;4;5;5;5;5;5;5;5;5;5;5;5;5;5");
    assert_eq!(first.respondent.pack(), "F;60+;Other;civil_status");
    assert_eq!(first.placement.weight.to_string(), "30.3232");
    assert_eq!(
        rows.ignored_columns(),
        ["commune", "communes_pop", "villages_pop", "adults_pop", "channel", "wait_min"]
    );
    assert_eq!(1 + rows.flatten().count(), 15_298);
}

static DESIGNED: LazyLock<Wave> = LazyLock::new(|| wave_with(COLUMNS));

proptest! {
    #[test]
    fn no_bytes_make_the_file_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[0-9,;\"\na-zF.-]{0,80}") {
        let wave = &*DESIGNED;
        for body in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(file) = read_responses([HEADER.as_bytes(), body].concat().as_slice(), wave, day("2024-12-05")) {
                prop_assert!(file.filter_map(Result::err).all(|rejected| !rejected.findings.0.is_empty()));
            }
        }
    }

    #[test]
    fn a_row_and_a_submission_that_say_the_same_are_judged_the_same(
        q01 in 0..7_i32, q02 in prop::option::of(1..=6_i32), wait in -1..50_i32, sex in "F|M|X", why in prop::bool::ANY,
    ) {
        let wave = &*WAVE;
        let cell = |value: Option<i32>| value.map(|value| value.to_string()).unwrap_or_default();
        let why = if why { "slow" } else { "" };
        let text = format!("unit,q01,q02,why,wait,sex\n082,{q01},{},{why},{wait},{sex}\n", cell(q02));
        let row = read(wave, &text).remove(0);
        let why = if why.is_empty() { json!(null) } else { json!([why]) };
        let sent = json!({
            "id": ID, "unit": "082", "mode": "paper", "language": "vi", "answered_on": "2024-11-20",
            "answers": {"q01": q01, "q02": q02, "why": why, "wait": wait}, "respondent": {"sex": sex},
        });
        match (row, check(&sent, Source::Collector)) {
            (Ok(row), Ok(sent)) => prop_assert_eq!((row.answers, row.respondent), (sent.answers, sent.respondent)),
            (Err(row), Err(sent)) => {
                let codes = |findings: &Findings| findings.0.iter().map(|finding| finding.code).collect::<Vec<_>>();
                prop_assert_eq!(codes(&row.findings), codes(&sent));
            }
            (row, sent) => prop_assert!(false, "{row:?} {sent:?}"),
        }
    }
}
