//! A small wave with every kind of item, for the tests of this room.

use chrono::NaiveDate;

use crate::foundation::{Code, Text};
use crate::survey::{FormLayout, Plan, Questionnaire, Recordings, Unit, UnitId, UnitRow, Wave, WaveState};

const PLAN: &str = r#"
code = "w"
questionnaire = "small"
method = "sipas-top2@2017"
modes = ["web"]
synthetic = true
title = { vi = "Đợt khảo sát", en = "Survey round", cs = "Kolo průzkumu" }
units = { level = "district", codes = "all" }
period = { from = 2024-01-01, to = 2024-10-31 }
field = { opens = 2024-11-01, closes = 2024-11-30, grace_days = 3 }
"#;

const QUESTIONNAIRE: &str = r#"
code = "small"
scale = { kind = "likert5", satisfied_from = 4 }
title = { vi = "Nhỏ", en = "Small", cs = "Malý" }
not_applicable = { vi = "Không ý kiến", en = "No opinion", cs = "Bez názoru" }
[scale_labels]
vi = ["Rất tệ", "Tệ", "Thường", "Tốt", "Rất tốt"]
en = ["Very bad", "Bad", "Neutral", "Good", "Very good"]
cs = ["Velmi špatné", "Špatné", "Neutrální", "Dobré", "Velmi dobré"]
[[factor]]
code = "access"
vi = "Tiếp cận"
en = "Access"
cs = "Přístup"
item = [
  { code = "q1", required = true, vi = "Có ghế", en = "There are seats", cs = "Jsou tu židle" },
  { code = "why", kind = "text", length_max = 20, shown_if = { item = "q1", is = ["1", "2"] }, vi = "Vì sao", en = "Why", cs = "Proč" },
]
[[factor]]
code = "rest"
vi = "Còn lại"
en = "The rest"
cs = "Ostatní"
item = [
  { code = "note", kind = "note", vi = "Xin nhớ lại", en = "Think back", cs = "Vzpomeňte si" },
  { code = "q2", vi = "Lịch sự", en = "Polite", cs = "Zdvořilost" },
  { code = "visits", kind = "number", min = 0, max = 99, decimals = 1, vi = "Số lần", en = "Visits", cs = "Návštěvy" },
  { code = "how", kind = "multiple", vi = "Bằng cách nào", en = "How", cs = "Jak", option = [
    { code = "phone", vi = "Điện thoại", en = "Phone", cs = "Telefon" },
    { code = "desk", vi = "Tại quầy", en = "Desk", cs = "Přepážka" },
  ] },
  { code = "words", kind = "text", shown_if = { item = "q2", is = ["none"] }, vi = "Lời", en = "Words", cs = "Slova" },
]
[[respondent]]
code = "sex"
kind = "single"
vi = "Giới tính"
en = "Sex"
cs = "Pohlaví"
option = [
  { code = "F", vi = "Nữ", en = "Female", cs = "Žena" },
  { code = "M", vi = "Nam", en = "Male", cs = "Muž" },
]
"#;

pub(super) fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, month, day).unwrap()
}

/// Two factors and a respondent question: q1, why (if q1 is 1 or 2); note, q2, visits, how, words (if q2 is none); sex.
pub(super) fn questionnaire() -> Questionnaire {
    Questionnaire::from_toml(QUESTIONNAIRE).unwrap()
}

fn unit(id: i64, code: &str, name: &str) -> Unit {
    let district = Code::new("district").unwrap();
    let row = UnitRow {
        code: Code::new(code).unwrap(),
        level: district.clone(),
        kind: district,
        parent_code: None,
        names: Text::from([("vi", name)]),
        valid_from: None,
        valid_to: None,
    };
    Unit { id: UnitId(id), row }
}

/// An open wave of two units, in the field throughout November 2024 with three days of grace.
pub(super) fn wave(layout: FormLayout) -> Wave {
    let plan = Plan { layout, ..Plan::from_toml(PLAN).unwrap() };
    let units = vec![unit(1, "082", "Văn Bàn"), unit(2, "085", "Bắc Hà")].into();
    Wave { plan, state: WaveState::Open, questionnaire: questionnaire(), units, recordings: Recordings::default() }
}

/// The fields of a form as a browser sends them.
pub(super) fn fields(body: &str) -> Vec<(String, String)> {
    let uri = format!("/?{body}").parse().unwrap();
    axum::extract::Query::try_from_uri(&uri).unwrap().0
}
