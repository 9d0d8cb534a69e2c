//! The shapes that programs rely on: a change here is a change of the API.

use serde_json::{Value, json};

use super::open_link_document::OpenLinkEstimate;
use super::ranking_documents::{RankingColumns, RankingDocument, ranked_positions};
use super::result_documents::{ResultsDocument, UnitDocument};
use super::rows::EstimateColumns;
use super::wave_documents::{MeasuredUnitRow, WaveDocument, WaveRow};
use crate::dissemination::sample;
use crate::documents::{UnitPage, UnitPaging};
use crate::statistics::CalibrationMethod;
use crate::survey::sample::{code, wave};
use crate::survey::{CalibrationPlan, PlannedMargin, Wave, WaveState};
use crate::tables::{Dataset, OutputFormat, Row};

fn released() -> Wave {
    wave(WaveState::Released)
}

/// Its units, on one page.
fn all() -> UnitPage {
    UnitPaging::default().cut(&released(), 0..9).unwrap()
}

/// The same in the order of the ranking.
fn ranked() -> UnitPage {
    UnitPaging::default().cut(&released(), ranked_positions(&released(), &sample::ranking())).unwrap()
}

/// The first `count` lines of a table as CSV.
fn csv<R: Row>(dataset: Dataset<impl IntoIterator<Item = R>>, count: usize) -> String {
    let written = dataset.write(Vec::new(), OutputFormat::Csv).unwrap();
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
    let tables = [csv(WaveRow::dataset([&released()].into_iter()), 3), csv(document.dataset(), 3)];
    insta::assert_snapshot!(tables.join("\n\n"));
}

#[test]
fn estimates_have_these_columns_and_come_overall_first() {
    let document = ResultsDocument::new(&released(), &sample::results(), &all());
    // Ten units of three items with two statistics each, two factors and four indices.
    assert_eq!(document.rows.len(), 10 * (3 * 2 + 2 + 4));
    insta::assert_snapshot!(csv(document.dataset(), 15));
}

#[test]
fn a_ranking_has_these_fields_and_ends_with_the_withheld() {
    let document = RankingDocument::new(&released(), &sample::results(), &sample::shown(), &ranked());
    insta::assert_snapshot!(csv(document.dataset(&sample::results().headline), 20));
    let mut json = serde_json::to_value(&document).unwrap();
    json["rows"].as_array_mut().unwrap().truncate(1);
    insta::assert_json_snapshot!(json);
}

#[test]
fn a_unit_is_told_with_its_rank_and_the_shares_of_each_rating() {
    let (wave, results) = (released(), sample::results());
    let document = UnitDocument::new(&wave, &results, &sample::shown(), &code("085"), &results.units[4]);
    insta::assert_snapshot!(csv(document.dataset(), 99));
    let mut json = serde_json::to_value(&document).unwrap();
    json["rows"].as_array_mut().unwrap().clear();
    insta::assert_json_snapshot!(json);
    let withheld = UnitDocument::new(&wave, &results, &sample::shown(), &code("089"), &results.units[8]);
    let withheld = serde_json::to_value(&withheld).unwrap();
    assert!(["ranking", "previous", "next"].iter().all(|place| withheld[place].is_null()), "{withheld}");
}

/// The rows of a table as JSON.
fn objects<R: Row>(dataset: Dataset<impl IntoIterator<Item = R>>) -> Vec<Value> {
    serde_json::from_slice(&dataset.write(Vec::new(), OutputFormat::Json).unwrap()).unwrap()
}

#[test]
fn the_rows_of_a_document_are_those_of_its_table() {
    let (wave, results) = (released(), sample::results());
    let rows = |document: Value| document["rows"].as_array().unwrap().clone();
    let document = ResultsDocument::new(&wave, &results, &all());
    assert_eq!(rows(json!(document)), objects(document.dataset()));
    let document = UnitDocument::new(&wave, &results, &sample::shown(), &code("085"), &results.units[4]);
    assert_eq!(rows(json!(document)), objects(document.dataset()));
    let document = RankingDocument::new(&wave, &results, &sample::shown(), &ranked());
    let mut listed = rows(json!(document));
    for unit in &mut listed {
        let codes: Vec<_> =
            unit["unanswered_items"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
        unit["unanswered_items"] = codes.join(" ").into();
    }
    assert_eq!(listed, objects(document.dataset(&results.headline)));
}

#[test]
fn each_column_of_a_ranking_is_described_with_its_unit() {
    let document = RankingDocument::new(&released(), &sample::results(), &sample::shown(), &ranked());
    insta::assert_json_snapshot!(document.dataset(&sample::results().headline).csvw("?format=csv"));
}

#[test]
fn the_page_of_the_api_names_every_column_and_says_what_it_is() {
    let page = include_str!("../../../docs/API.md");
    let tables = [
        WaveRow::columns(),
        MeasuredUnitRow::columns(),
        EstimateColumns::columns(),
        RankingColumns::columns(),
        OpenLinkEstimate::columns(),
    ];
    for column in tables.concat() {
        assert!(page.contains(&format!("`{}`", column.id)), "docs/API.md does not name {}", column.id);
        assert!(!column.description.is_empty(), "{} is not described", column.id);
    }
}
