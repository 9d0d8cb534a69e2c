//! A wave for a real process, whose clock is the machine's: the built-in questionnaire, open around a given day.

use std::path::Path;

use chrono::{Days, FixedOffset, NaiveDate, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The wave's code.
pub(crate) const WAVE: &str = "test-wave";
/// The measured units.
const UNIT_CODES: [&str; 3] = ["080", "082", "083"];
/// The register's file.
const UNITS: &str = "\
code,level,kind,parent_code,name_vi,name_en,valid_from,valid_to
10,province,province,,Tỉnh Lào Cai,Lao Cai Province,,
080,district,city,10,Thành phố Lào Cai,Lao Cai City,,
082,district,district,10,Huyện Bát Xát,Bat Xat District,,
083,district,district,10,Huyện Mường Khương,Muong Khuong District,,
";

/// The day that a server's own clock shows where it is set to Vietnam's time.
#[expect(clippy::disallowed_methods, reason = "a real process has the machine's clock")]
pub(crate) fn today() -> NaiveDate {
    Utc::now().with_timezone(&FixedOffset::east_opt(7 * 3600).expect("Vietnam's offset is an offset")).date_naive()
}

/// A plan whose field began thirty days before `today` and lasts as long after it.
fn plan(today: NaiveDate) -> String {
    let (opens, closes) = (today - Days::new(30), today + Days::new(30));
    format!(
        r#"
code = "{WAVE}"
questionnaire = "sipas-2017"
method = "sipas-top2@2017"
modes = ["web", "kiosk", "paper"]
title = {{ vi = "Thử", en = "Test", cs = "Zkouška" }}
period = {{ from = "{opens}", to = "{closes}" }}
field = {{ opens = "{opens}", closes = "{closes}", grace_days = 7 }}
[open_link]
answers = "counted"
[units]
level = "district"
codes = ["080", "082", "083"]
target = 400
[columns]
unit = "district"
psu = "commune"
"#
    )
}

/// The files of the register and the plan, written to `folder`.
pub(crate) fn write_files(folder: &Path, today: NaiveDate) -> std::io::Result<()> {
    std::fs::write(folder.join("units.csv"), UNITS)?;
    std::fs::write(folder.join("plan.toml"), plan(today))
}

/// A valid submission for the API. Different ids rate different units differently.
pub(crate) fn submission(id: Uuid, today: NaiveDate) -> Value {
    let number = id.as_u128();
    let rating = |position: u128| u8::try_from((number >> position) % 5 + 1).unwrap_or(1);
    let answers: Map<String, Value> =
        (1..=22_u128).map(|position| (format!("q{position:02}"), json!(rating(position)))).collect();
    json!({
        "id": id,
        "unit": UNIT_CODES[usize::try_from(number % 3).unwrap_or(0)],
        "mode": "web",
        "language": "vi",
        "answered_on": today,
        "answers": answers,
        "respondent": { "sex": "F" },
    })
}
