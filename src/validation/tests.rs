//! What a submission is judged to be.

use std::sync::LazyLock;

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Sent, Submission};
use crate::foundation::{Code, Findings, Weight};
use crate::survey::{
    Answer, Mode, Plan, Questionnaire, Recordings, Response, Source, Unit, UnitId, Wave, WaveState, read_units,
};

pub(super) const ID: &str = "0193a7c4-5b1e-7c3d-9a52-6f0f3c1d2e4b";

/// The wave of [`wave_with`] with nothing added.
pub(super) static WAVE: LazyLock<Wave> = LazyLock::new(|| wave_with(""));

/// A wave of the example questionnaire (intro, q01, q02 required, why if q02 is 1 or 2, wait, wish; sex) in two districts.
pub(super) fn wave_with(more: &str) -> Wave {
    let plan = format!(
        "code = \"w\"\nquestionnaire = \"q\"\nmethod = \"m@1\"\nmodes = [\"web\", \"paper\"]\ndefault_weight = 2.5\n\
         title.vi = \"T\"\nunits.level = \"district\"\nunits.codes = \"all\"\nperiod.from = 2024-01-01\n\
         period.to = 2024-12-31\nfield.opens = 2024-11-01\nfield.closes = 2024-11-30\n{more}\n"
    );
    let rows = "code,level,kind,name_vi\n082,district,district,Bát Xát\n085,district,district,Bắc Hà\n";
    let rows = read_units(rows.as_bytes()).unwrap();
    Wave {
        plan: Plan::from_toml(&plan).unwrap(),
        state: WaveState::Open,
        questionnaire: Questionnaire::from_toml(include_str!("../../docs/examples/questionnaire.toml")).unwrap(),
        units: (1..).zip(rows).map(|(id, row)| Unit { id: UnitId(id), row }).collect(),
        recordings: Recordings::default(),
    }
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn submission() -> Value {
    json!({
        "id": ID, "unit": "082", "mode": "web", "language": "vi", "answered_on": "2024-11-20",
        "answers": {"q01": 5, "q02": 2, "why": ["rude", "slow"], "wait": 1.5, "wish": " Nhanh hơn "},
        "respondent": {"sex": "F"}, "duration_minutes": 3,
    })
}

/// Over the open link, or by the administrator, who may choose the design.
fn sent_over(source: Source) -> Sent {
    Sent { source, may_choose_design: source == Source::Collector }
}

pub(super) fn check(submission: &Value, source: Source) -> Result<Response, Findings> {
    Submission::from_json(submission, &WAVE).check(&WAVE, sent_over(source), day("2024-11-20"))
}

pub(super) fn listed(findings: &Findings) -> Vec<(&str, &str)> {
    findings.0.iter().map(|finding| (finding.path.as_str(), finding.code)).collect()
}

/// The submission with the value at a JSON pointer replaced, or removed where nothing is given.
fn changed(pointer: &str, value: Option<Value>) -> Value {
    let mut changed = submission();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = changed.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(key.to_owned(), value),
        None => parent.remove(key),
    };
    changed
}

#[test]
fn a_good_submission_becomes_a_response_placed_by_the_plan() {
    let response = check(&submission(), Source::Open).unwrap();
    assert_eq!(response.id.to_string(), ID);
    assert_eq!((response.unit.as_str(), response.mode, response.language.as_str()), ("082", Mode::Web, "vi"));
    assert_eq!((response.answered_on, response.duration_minutes), (day("2024-11-20"), Some(3)));
    assert_eq!((response.placement.stratum.as_str(), &response.placement.psu), ("082", &None));
    assert_eq!(response.placement.weight, "2.5".parse::<Weight>().unwrap());
    let expected = [
        None,
        Some(Answer::Rating(5)),
        Some(Answer::Rating(2)),
        Some(Answer::Choices(vec![code("slow"), code("rude")])),
        Some(Answer::Number(1.5)),
        Some(Answer::Text("Nhanh hơn".to_owned())),
    ];
    assert_eq!(response.answers.0, expected);
    assert_eq!(response.respondent.0, [Some(Answer::Choice(code("F")))]);
}

#[test]
fn devices_and_collectors_choose_no_design() {
    let mut sent = submission();
    sent["mode"] = json!("paper");
    let judge = |sent: &Value| Submission::from_json(sent, &WAVE).check(&WAVE, Sent::FOR_OTHERS, day("2024-11-20"));
    let response = judge(&sent).unwrap();
    assert_eq!(response.placement.stratum, response.unit);
    for part in [json!({"weight": 1_000_000}), json!({"stratum": "x"}), json!({"psu": "v1"}), json!({})] {
        sent["design"] = part;
        assert_eq!(listed(&judge(&sent).unwrap_err()), [("design", "not_allowed")], "{sent}");
    }
}

#[test]
fn only_whoever_is_known_sends_what_was_not_filled_in_on_the_web() {
    let mut sent = submission();
    sent["mode"] = json!("paper");
    for (source, is_taken) in [(Source::Open, false), (Source::Collector, true)] {
        assert_eq!(check(&sent, source).is_ok(), is_taken, "{source:?}");
    }
}

#[test]
fn each_mistake_of_a_submission_has_its_path_and_code() {
    let null = || Some(json!(null));
    let table = [
        ("/id", None, "id", "missing"),
        ("/id", null(), "id", "wrong_type"),
        ("/id", Some(json!(5)), "id", "wrong_type"),
        ("/id", Some(json!("x")), "id", "invalid"),
        ("/id", Some(json!("00000000-0000-0000-0000-000000000000")), "id", "invalid"),
        ("/id", Some(json!(format!("{{{ID}}}"))), "id", "too_long"),
        ("/unit", None, "unit", "missing"),
        ("/unit", Some(json!("10")), "unit", "unknown_unit"),
        ("/unit", Some(json!("0".repeat(65))), "unit", "too_long"),
        ("/mode", Some(json!("fax")), "mode", "unknown_option"),
        ("/mode", Some(json!("kiosk")), "mode", "not_allowed"),
        ("/mode", Some(json!("paper")), "mode", "not_allowed"),
        ("/language", Some(json!("cs")), "language", "not_allowed"),
        ("/language", Some(json!("vi_VN")), "language", "invalid"),
        ("/answered_on", None, "answered_on", "missing"),
        ("/answered_on", Some(json!("20/11/2024")), "answered_on", "invalid"),
        ("/answered_on", Some(json!("2024-11-21")), "answered_on", "out_of_range"),
        ("/answered_on", Some(json!("2024-10-31")), "answered_on", "out_of_range"),
        ("/answered_on", Some(json!("2024-11-20T08:15")), "answered_on", "too_long"),
        ("/answers", None, "answers", "missing"),
        ("/answers", null(), "answers", "wrong_type"),
        ("/answers", Some(json!({"q02": null})), "answers", "empty"),
        ("/answers/q01", Some(json!(6)), "answers.q01", "out_of_range"),
        ("/answers/q02", None, "answers.q02", "required"),
        ("/answers/q02", Some(json!(3)), "answers.why", "not_relevant"),
        ("/answers/intro", Some(json!("x")), "answers.intro", "not_allowed"),
        ("/answers/q99", Some(json!(1)), "answers.q99", "unknown_item"),
        ("/answers/sex", Some(json!("F")), "answers.sex", "unknown_item"),
        ("/answers/why", Some(json!(["late"])), "answers.why", "unknown_option"),
        ("/answers/wait", Some(json!(1.55)), "answers.wait", "too_precise"),
        ("/answers/wish", Some(json!("ă".repeat(301))), "answers.wish", "too_long"),
        ("/respondent/sex", Some(json!("X")), "respondent.sex", "unknown_option"),
        ("/respondent/name", Some(json!("An")), "respondent.name", "unknown_item"),
        ("/respondent", Some(json!([])), "respondent", "wrong_type"),
        ("/duration_minutes", Some(json!(1441)), "duration_minutes", "out_of_range"),
        ("/duration_minutes", Some(json!(2.5)), "duration_minutes", "wrong_type"),
        ("/ip", Some(json!("127.0.0.1")), "ip", "unknown_field"),
        ("/design", Some(json!({"weight": 9})), "design", "not_allowed"),
    ];
    for (pointer, value, path, code) in table {
        let submission = changed(pointer, value);
        let findings = check(&submission, Source::Open).unwrap_err();
        assert!(listed(&findings).contains(&(path, code)), "{pointer} {submission}: {findings}");
        let others_follow = ["/answers", "/answers/q02", "/answered_on", "/id", "/unit"].contains(&pointer);
        assert!(others_follow || findings.0.len() == 1, "{pointer} {submission}: {findings}");
    }
    assert_eq!(listed(&check(&json!([]), Source::Open).unwrap_err()), [("", "wrong_type")]);
}

#[test]
fn what_is_at_its_limit_is_taken() {
    for (pointer, value) in [
        ("/answered_on", Some(json!("2024-11-01"))),
        ("/duration_minutes", Some(json!(1440))),
        ("/duration_minutes", Some(json!(null))),
        ("/respondent", None),
        ("/respondent", Some(json!(null))),
        ("/respondent/sex", Some(json!(null))),
        ("/design", Some(json!(null))),
        ("/answers/intro", Some(json!(null))),
        ("/answers/wish", Some(json!("ă".repeat(300)))),
        ("/answers", Some(json!({"q01": null, "q02": null, "wish": "x", "why": null}))),
        ("/language", Some(json!("EN"))),
    ] {
        assert!(check(&changed(pointer, value.clone()), Source::Open).is_ok(), "{pointer} {value:?}");
    }
}

#[test]
fn all_mistakes_are_found_at_once() {
    let submission =
        json!({"unit": "1", "mode": "web", "language": "vi", "answered_on": 5, "answers": {"q01": 9, "z": 1}, "x": 1});
    let expected = [
        ("x", "unknown_field"),
        ("answered_on", "wrong_type"),
        ("id", "missing"),
        ("unit", "unknown_unit"),
        ("answers.q01", "out_of_range"),
        ("answers.q02", "required"),
        ("answers.z", "unknown_item"),
    ];
    assert_eq!(listed(&check(&submission, Source::Open).unwrap_err()), expected);
}

#[test]
fn only_a_collector_places_a_response_in_the_design() {
    let design = json!({"stratum": "S1", "psu": "V-01", "weight": 30.3232});
    let placement = check(&changed("/design", Some(design)), Source::Collector).unwrap().placement;
    assert_eq!((placement.stratum.as_str(), placement.psu), ("S1", Some(code("V-01"))));
    assert_eq!(placement.weight, "30.3232".parse().unwrap());
    for (design, path, code) in [
        (json!({"weight": -1}), "design.weight", "out_of_range"),
        (json!({"weight": true}), "design.weight", "wrong_type"),
        (json!({"weight": "heavy"}), "design.weight", "wrong_type"),
        (json!({"stratum": "a b"}), "design.stratum", "invalid"),
        (json!({"psu": 5}), "design.psu", "wrong_type"),
        (json!({"fpc": 5}), "design.fpc", "unknown_field"),
        (json!(5), "design", "wrong_type"),
    ] {
        let findings = check(&changed("/design", Some(design.clone())), Source::Collector).unwrap_err();
        assert_eq!(listed(&findings), [(path, code)], "{design}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z0-9-]{0,12}".prop_map(Value::from),
        Just(json!(ID)),
        Just(json!("2024-11-20")),
    ];
    let keys = prop::sample::select(vec![
        "id",
        "unit",
        "mode",
        "language",
        "answered_on",
        "answers",
        "respondent",
        "duration_minutes",
        "design",
        "q01",
        "why",
        "wait",
        "sex",
        "weight",
        "psu",
        "x",
    ]);
    leaf.prop_recursive(3, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(keys.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_the_check_panic(value in any_json(), key in "[a-z]{1,8}", collector in any::<bool>()) {
        let source = if collector { Source::Collector } else { Source::Open };
        let _ = check(&value, source);
        for pointer in ["/answers", "/design", "/answers/q01", "/answers/why", "/respondent", &format!("/answers/{key}")] {
            if let Err(findings) = check(&changed(pointer, Some(value.clone())), source) {
                prop_assert!(!findings.0.is_empty());
            }
        }
    }
}

#[test]
fn the_puzzle_of_the_open_link_is_asked_of_nobody_else() {
    let wave = wave_with("open_link.proof_of_work_bits = 8");
    let judge = |submission: &Value, source| {
        let judged = Submission::from_json(submission, &wave).check(&wave, sent_over(source), day("2024-11-20"));
        judged.map_err(|findings| findings.0.iter().map(|f| (f.path.clone(), f.code)).collect::<Vec<_>>())
    };
    let mut sent = submission();
    assert!(judge(&sent, Source::Collector).is_ok());
    assert_eq!(judge(&sent, Source::Open).unwrap_err(), [("work".to_owned(), "missing")]);
    sent["work"] = json!("12");
    let findings = judge(&sent, Source::Open).unwrap_err();
    assert_eq!(findings, [("work".to_owned(), "wrong_type"), ("work".to_owned(), "missing")]);
    let mut solutions = 0;
    for work in 0..3_000 {
        sent["work"] = json!(work);
        match judge(&sent, Source::Open) {
            Ok(_) => solutions += 1,
            Err(findings) => assert_eq!(findings, [("work".to_owned(), "wrong")]),
        }
    }
    assert!((1..60).contains(&solutions), "one in 256 is a solution: {solutions}");
}
