//! The shapes that programs rely on: a change here is a change of the API.

use serde::Serialize;

use super::result_documents::{RankingDocument, ResultsDocument, UnitDocument, ranked_places};
use super::rows::UnitEstimate;
use super::wave_documents::{WaveDocument, WaveRow};
use crate::dissemination::sample;
use crate::documents::{UnitPage, UnitPaging};
use crate::foundation::write_csv;
use crate::statistics::CalibrationMethod;
use crate::survey::sample::{code, wave};
use crate::survey::{CalibrationPlan, PlannedMargin, Wave, WaveState};

fn released() -> Wave {
    wave(WaveState::Released)
}

/// Its units, on one page.
fn all() -> UnitPage {
    UnitPaging::default().cut(&released(), 0..9).unwrap()
}

/// The same in the order of the ranking.
fn ranked() -> UnitPage {
    UnitPaging::default().cut(&released(), ranked_places(&released(), &sample::ranking())).unwrap()
}

/// The first `count` lines of the rows as CSV.
fn csv<R: Serialize + Default>(rows: impl IntoIterator<Item = R>, count: usize) -> String {
    let mut written = Vec::new();
    write_csv(&mut written, rows).unwrap();
    let text = String::from_utf8(written).unwrap();
    text.lines().take(count).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_wave_is_told_with_its_questionnaire_and_units() {
    insta::assert_json_snapshot!(WaveDocument::new(&released(), &all()));
}

#[test]
fn a_wave_tells_how_its_weights_are_calibrated() {
    let mut wave = released();
    let margin = |column: &str| PlannedMargin { columns: vec![column.to_owned()], file: None, levels: Vec::new() };
    let margins = vec![margin("unit"), margin("sex")];
    wave.plan.calibration = Some(CalibrationPlan::new(CalibrationMethod::Logit { lower: 0.5, upper: 2.0 }, margins));
    insta::assert_json_snapshot!(serde_json::to_value(WaveDocument::new(&wave, &all())).unwrap()["estimation"]);
}

#[test]
fn waves_and_their_units_have_these_columns() {
    let document = WaveDocument::new(&released(), &all());
    let tables = [csv([WaveRow::new(&released())], 3), csv(document.rows(), 3)];
    insta::assert_snapshot!(tables.join("\n\n"));
}

#[test]
fn estimates_have_these_columns_and_come_overall_first() {
    let document = ResultsDocument::new(&released(), &sample::results(), &all());
    // Ten units of three items with two statistics each, two factors and four indices.
    assert_eq!(document.rows.len(), 10 * (3 * 2 + 2 + 4));
    insta::assert_snapshot!(csv(document.rows.iter().map(UnitEstimate::columns), 15));
}

#[test]
fn a_ranking_has_these_fields_and_ends_with_the_withheld() {
    let document = RankingDocument::new(&released(), &sample::results(), &sample::shown(), &ranked());
    insta::assert_snapshot!(csv(document.rows(), 20));
    let mut json = serde_json::to_value(&document).unwrap();
    json["rows"].as_array_mut().unwrap().truncate(1);
    insta::assert_json_snapshot!(json);
}

#[test]
fn a_unit_is_told_with_its_rank_and_the_shares_of_each_rating() {
    let (wave, results) = (released(), sample::results());
    let document = UnitDocument::new(&wave, &results, &sample::shown(), &code("085"), &results.units[4]);
    insta::assert_snapshot!(csv(document.rows.iter().map(UnitEstimate::columns), 99));
    let mut json = serde_json::to_value(&document).unwrap();
    json["rows"].as_array_mut().unwrap().clear();
    insta::assert_json_snapshot!(json);
    let withheld = UnitDocument::new(&wave, &results, &sample::shown(), &code("089"), &results.units[8]);
    let withheld = serde_json::to_value(&withheld).unwrap();
    assert!(["ranking", "previous", "next"].iter().all(|place| withheld[place].is_null()), "{withheld}");
}
