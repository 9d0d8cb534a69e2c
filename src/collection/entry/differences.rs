//! Forms that two people read differently, and what somebody decides who looks at the paper again.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum_extra::extract::WithRejection;
use serde::Deserialize;

use super::collector::{Answered, Collector, Fields, field};
use super::findings::apart;
use super::screen::{mode_name, told_as_finding};
use crate::collection::tongues::language_name;
use crate::collection::view::value_in_words;
use crate::foundation::Finding;
use crate::pipeline::{Difference, SubmitError, TypedForm};
use crate::survey::{RawAnswer, RawAnswers, Wave};
use crate::web::{Address, ForPage, Language, Page, Style, render};

/// What the second entry is called among the fields; anything else is the first.
const SECOND: &str = "second";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    unit: String,
}

/// One thing that two people read differently.
struct Reading {
    /// The name of the field that decides it.
    name: String,
    question: String,
    first: String,
    second: String,
}

struct DifferingForm<'d> {
    batch: &'d str,
    form: u32,
    by: [&'d str; 2],
    readings: Vec<Reading>,
}

#[derive(Template)]
#[template(path = "entry/differences.html")]
struct DifferencesPage<'d> {
    page: Page,
    unit: &'d str,
    unit_code: String,
    forms: Vec<DifferingForm<'d>>,
    finding: Option<String>,
}

/// Lists the forms of a unit whose entries differ.
pub(super) async fn show(
    address: Address,
    collector: Collector,
    WithRejection(Query(shown), _): ForPage<Query<Shown>>,
) -> Answered {
    list(&address, &collector, &shown.unit, None, StatusCode::OK).await
}

async fn list(
    address: &Address,
    collector: &Collector,
    unit: &str,
    finding: Option<Finding>,
    status: StatusCode,
) -> Answered {
    let language = address.language;
    let unit = collector.unit(unit)?;
    let differences = collector.platform.keying().differences(&collector.wave, unit).await?;
    let path = format!("/entry/differences?unit={}", unit.code());
    let address = Address { path, ..address.clone() };
    let page = Page::new(&address, language.t("entry-differences"), Style::Site);
    let template = DifferencesPage {
        page: page.with_synthetic(collector.wave.plan.synthetic),
        unit: unit.name(language.tag()),
        unit_code: unit.code().to_string(),
        forms: differences.iter().map(|difference| differing(difference, &collector.wave, language)).collect(),
        finding: finding.map(|finding| apart(&finding, &collector.wave, language)),
    };
    render(status, &template)
}

fn differing<'d>(difference: &'d Difference, wave: &Wave, language: Language) -> DifferingForm<'d> {
    let [first, second] = [&difference.first.typed, &difference.second.typed];
    let mut readings = Vec::new();
    let mut compare = |name: &str, question: String, first: String, second: String| {
        if first != second {
            readings.push(Reading { name: name.to_owned(), question, first, second });
        }
    };
    let day = |form: &TypedForm| language.format_date(form.answered_on);
    compare("day", language.t("entry-day"), day(first), day(second));
    compare("mode", language.t("entry-mode"), mode_name(first.mode, language), mode_name(second.mode, language));
    let tongue = |form: &TypedForm| language_name(form.language.as_str());
    compare("language", language.t("entry-language"), tongue(first), tongue(second));
    for (position, placed) in wave.questionnaire.placed_items().enumerate() {
        let words = |form: &TypedForm| {
            let word = |value: &String| value_in_words(value, placed.item, &wave.questionnaire, language);
            let said = form.answers.get(position).map(RawAnswer::values);
            said.map_or_else(|| "–".to_owned(), |values| values.iter().map(word).collect::<Vec<_>>().join(", "))
        };
        compare(&placed.path(), placed.item.text.get(language.tag()).to_owned(), words(first), words(second));
    }
    let by = [difference.first.collector.as_str(), difference.second.collector.as_str()];
    DifferingForm { batch: first.batch.as_str(), form: first.form, by, readings }
}

/// Keeps a form as it was decided, and shows what is left.
pub(super) async fn settle(
    address: Address,
    collector: Collector,
    form: Result<Form<Fields>, FormRejection>,
) -> Answered {
    let Form(fields) = form?;
    let unit = collector.unit(field(&fields, "unit"))?;
    let (batch, form) = (field(&fields, "batch"), field(&fields, "form"));
    let differences = collector.platform.keying().differences(&collector.wave, unit).await?;
    let is_meant = |Difference { first, .. }: &&Difference| {
        first.typed.batch.as_str() == batch && first.typed.form.to_string() == form
    };
    // Somebody else may have settled it a moment ago: then the list says what is left.
    if let Some(difference) = differences.iter().find(is_meant) {
        let settled = settled(difference, &fields, &collector.wave);
        if let Err(error) = collector.platform.keying().settle(&collector.wave, unit, &settled).await {
            let (finding, status) = match error {
                SubmitError::Invalid(findings) => (findings.0.into_iter().next(), StatusCode::UNPROCESSABLE_ENTITY),
                error => told_as_finding(error).map(|(finding, status)| (Some(finding), status))?,
            };
            return list(&address, &collector, unit.code().as_str(), finding, status).await;
        }
    }
    let path = format!("/entry/differences?unit={}", unit.code());
    Ok(Redirect::to(&address.language.path(&path)).into_response())
}

/// The form with each reading that was decided for.
fn settled(difference: &Difference, fields: &[(String, String)], wave: &Wave) -> TypedForm {
    let [first, second] = [&difference.first.typed, &difference.second.typed];
    let decided = |name: &str| if field(fields, &format!("pick.{name}")) == SECOND { second } else { first };
    let mut position = 0..;
    let answers = RawAnswers::new(&wave.questionnaire, |placed| {
        position.next().and_then(|position| decided(&placed.path()).answers.get(position)).cloned()
    });
    TypedForm {
        mode: decided("mode").mode,
        language: decided("language").language.clone(),
        answered_on: decided("day").answered_on,
        answers,
        ..first.clone()
    }
}
