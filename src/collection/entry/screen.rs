//! The page that forms are typed on, and the page that a batch begins at.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum_extra::extract::WithRejection;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::collector::{Answered, Collector, Fields, field, refused};
use super::findings::{apart, beside_field};
use super::keyed::{from_keys, keys_of};
use crate::collection::answers::Typed;
use crate::collection::journey::concerns;
use crate::collection::tongues::language_name;
use crate::foundation::{Code, Finding, LanguageTag, parse_date};
use crate::pipeline::{BatchState, Entered, FORM_NUMBER_MAX, SubmitError, Turn, TypedForm, check_form_number};
use crate::survey::{ItemKind, Mode, PlacedItem, Unit, Wave};
use crate::web::{Address, ForPage, Language, Page, PageError, Style, render};

/// What stays the same from form to form.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Setting {
    unit: String,
    batch: String,
    mode: String,
    language: String,
    day: String,
    turn: String,
    /// The number of the form.
    form: String,
    /// What became of the form before this one, and its number.
    said: String,
    of: String,
}

impl Setting {
    fn turn(&self) -> Turn {
        match self.turn.as_str() {
            "first" => Turn::First,
            "second" => Turn::Second,
            _ => Turn::Only,
        }
    }

    /// The setting as the query of an address.
    fn query(&self) -> String {
        serde_urlencoded::to_string(self).expect("texts can be written in an address")
    }
}

#[derive(Template)]
#[template(path = "entry/batches.html")]
struct BatchesPage<'w> {
    page: Page,
    wave: &'w str,
    collector: String,
    units: Vec<(String, &'w str)>,
    modes: Vec<(&'static str, String)>,
    languages: Vec<(&'w str, String)>,
    today: NaiveDate,
    begun: Vec<(&'w Unit, &'w str, Vec<BatchState>)>,
    form_max: u32,
}

/// Where a batch begins, and those that are not done.
pub(super) async fn show_batches(address: Address, collector: Collector) -> Answered {
    let platform = &collector.platform;
    let language = address.language;
    let wave = &collector.wave;
    let mut begun = Vec::new();
    for unit in collector.units() {
        let batches = platform.keying().batches(wave, unit).await?;
        if !batches.is_empty() {
            begun.push((unit, unit.name(language.tag()), batches));
        }
    }
    let page = Page::new(&address, language.t("entry-title"), Style::Site).with_synthetic(wave.plan.synthetic);
    let template = BatchesPage {
        page,
        wave: wave.plan.title.get(language.tag()),
        collector: collector.access.name.to_string(),
        units: collector.units().map(|unit| (unit.code().to_string(), unit.name(language.tag()))).collect(),
        modes: collector.modes().map(|mode| (mode.as_str(), mode_name(mode, language))).collect(),
        languages: wave.questionnaire.languages.iter().map(|tag| (tag.as_str(), language_name(tag.as_str()))).collect(),
        today: platform.clock().today().min(wave.plan.field.closes),
        begun,
        form_max: FORM_NUMBER_MAX,
    };
    render(StatusCode::OK, &template)
}

pub(super) fn mode_name(mode: Mode, language: Language) -> String {
    language.t(match mode {
        Mode::Web => "mode-web",
        Mode::Kiosk => "mode-kiosk",
        Mode::Interviewer => "mode-interviewer",
        Mode::Telephone => "mode-telephone",
        Mode::Paper => "mode-paper",
    })
}

/// A field of the page.
struct KeyField {
    path: String,
    number: usize,
    text: String,
    /// What the keys mean, where the paper numbers options.
    keys: Vec<(String, String)>,
    typed: String,
    /// One key and no more.
    is_one_key: bool,
    is_words: bool,
    message: Option<String>,
}

#[derive(Template)]
#[template(path = "entry/form.html")]
struct FormPage<'w> {
    page: Page,
    setting: Setting,
    unit: &'w str,
    turn: String,
    said: Option<String>,
    findings: Vec<String>,
    /// The fields above the questions that are wrong.
    wrong: Vec<&'static str>,
    fields: Vec<KeyField>,
    form_max: u32,
}

impl FormPage<'_> {
    fn is_wrong(&self, field: &str) -> bool {
        self.wrong.contains(&field)
    }
}

/// The page for the next form.
pub(super) async fn show_form(
    address: Address,
    collector: Collector,
    WithRejection(Query(setting), _): ForPage<Query<Setting>>,
) -> Answered {
    show(&address, &collector, setting, &[], &[], StatusCode::OK)
}

fn show(
    address: &Address,
    collector: &Collector,
    setting: Setting,
    typed: &[(String, String)],
    findings: &[Finding],
    status: StatusCode,
) -> Answered {
    let language = address.language;
    let wave = &collector.wave;
    let unit = collector.unit(&setting.unit)?.name(language.tag());
    let said = (!setting.said.is_empty()).then(|| said(&setting, language));
    let stands_apart = |finding: &&Finding| wave.questionnaire.placed_items().all(|placed| !concerns(finding, &placed));
    let address = Address { path: format!("/entry/form?{}", setting.query()), ..address.clone() };
    let template = FormPage {
        page: Page::new(&address, language.t("entry-title"), Style::Site).with_synthetic(wave.plan.synthetic),
        unit,
        turn: language.t(match setting.turn() {
            Turn::Only => "entry-only",
            Turn::First => "entry-first",
            Turn::Second => "entry-second",
        }),
        said,
        findings: findings.iter().filter(stands_apart).map(|finding| apart(finding, wave, language)).collect(),
        wrong: wrong_fields(findings),
        fields: key_fields(wave, &setting.language, typed, findings, language),
        setting,
        form_max: FORM_NUMBER_MAX,
    };
    render(status, &template)
}

/// The fields above the questions that findings speak of. What is busy is not wrong.
fn wrong_fields(findings: &[Finding]) -> Vec<&'static str> {
    let field = |finding: &Finding| match (finding.path.as_str(), finding.code) {
        ("form", "out_of_range") => Some("form"),
        ("day" | "answered_on", _) => Some("day"),
        _ => None,
    };
    findings.iter().filter_map(field).collect()
}

fn said(setting: &Setting, language: Language) -> String {
    let key = match setting.said.as_str() {
        "kept" => "entry-said-kept",
        "kept_before" => "entry-said-kept-before",
        "differs" => "entry-said-differs",
        "no_first" => "entry-said-no-first",
        _ => "entry-said-noted",
    };
    language.t_with(key, [("form", setting.of.chars().take(9).collect::<String>().into())])
}

/// The fields with the words of the paper, whose language is `tag`, and messages in that of the page.
fn key_fields(
    wave: &Wave,
    tag: &str,
    typed: &[(String, String)],
    findings: &[Finding],
    language: Language,
) -> Vec<KeyField> {
    let asked = wave.questionnaire.placed_items().filter(PlacedItem::takes_answer);
    let key_field = |(number, placed): (usize, PlacedItem<'_>)| {
        let path = placed.path();
        let finding = findings.iter().find(|finding| concerns(finding, &placed));
        KeyField {
            number,
            text: placed.item.text.get(tag).to_owned(),
            keys: keys_of(&placed, tag),
            typed: field(typed, &path).to_owned(),
            is_one_key: match &placed.item.kind {
                ItemKind::Likert(rated) => rated.values.values().all(|value| (0..10).contains(&value)),
                ItemKind::SingleChoice { options } => options.len() < 10,
                _ => false,
            },
            is_words: matches!(placed.item.kind, ItemKind::ShortText { .. }),
            message: finding.map(|finding| beside_field(finding, placed.item, language)),
            path,
        }
    };
    (1..).zip(asked).map(key_field).collect()
}

/// Takes a form, and shows the page for the next one.
pub(super) async fn take_form(
    address: Address,
    collector: Collector,
    form: Result<Form<Fields>, FormRejection>,
) -> Answered {
    let Form(fields) = form?;
    let setting = setting_of(&fields);
    let unit = collector.unit(&setting.unit)?;
    let typed = match typed_form(&setting, &fields, &collector.wave) {
        Ok(typed) => typed,
        Err(finding) => {
            return show(&address, &collector, setting, &fields, &[finding], StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let number = typed.form;
    let entered = collector.platform.keying().enter(&collector.wave, unit, typed, setting.turn()).await;
    match entered {
        Ok(entered) => {
            let next = Setting {
                form: if entered == Entered::NoFirst { number } else { number + 1 }.min(FORM_NUMBER_MAX).to_string(),
                said: name_of(entered).to_owned(),
                of: number.to_string(),
                ..setting
            };
            Ok(Redirect::to(&address.language.path(&format!("/entry/form?{}", next.query()))).into_response())
        }
        Err(SubmitError::Invalid(findings)) => {
            show(&address, &collector, setting, &fields, &findings.0, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => {
            let (finding, status) = told_as_finding(error)?;
            show(&address, &collector, setting, &fields, &[finding], status)
        }
    }
}

/// Why a form was not taken, to be shown with everything that was typed still there.
pub(super) fn told_as_finding(error: SubmitError) -> Result<(Finding, StatusCode), PageError> {
    match error {
        SubmitError::NotOpen => {
            Ok((Finding::new("wave", "not_open", "the wave takes no answers now"), StatusCode::CONFLICT))
        }
        SubmitError::Overloaded | SubmitError::Storage(_) => {
            let message = "storage does not answer; nothing is lost, send the form again in a moment";
            Ok((Finding::new("form", "busy", message), StatusCode::SERVICE_UNAVAILABLE))
        }
        SubmitError::Pipeline(error) => Err(error.into()),
        SubmitError::Invalid(_) | SubmitError::Conflict | SubmitError::InvitationNeeded | SubmitError::Code(_) => {
            Err(refused(StatusCode::CONFLICT))
        }
    }
}

fn name_of(entered: Entered) -> &'static str {
    match entered {
        Entered::Noted => "noted",
        Entered::Kept => "kept",
        Entered::KeptBefore => "kept_before",
        Entered::Differs => "differs",
        Entered::NoFirst => "no_first",
    }
}

fn setting_of(fields: &[(String, String)]) -> Setting {
    let text = |name: &str| field(fields, name).to_owned();
    Setting {
        unit: text("unit"),
        batch: text("batch"),
        mode: text("mode"),
        language: text("language"),
        day: text("day"),
        turn: text("turn"),
        form: text("form"),
        ..Setting::default()
    }
}

/// What was typed, as a submission has it; what is wrong with the batch or the number is found here.
fn typed_form(setting: &Setting, fields: &[(String, String)], wave: &Wave) -> Result<TypedForm, Finding> {
    let form = setting.form.parse().unwrap_or(0);
    if let Some(finding) = check_form_number(form) {
        return Err(finding);
    }
    let batch = Code::new(&setting.batch).map_err(|error| Finding::new("batch", "invalid", error.to_string()))?;
    let mode = Mode::from_name(&setting.mode)
        .ok_or_else(|| Finding::new("mode", "unknown_option", "choose how the answer was given"))?;
    let language =
        LanguageTag::new(&setting.language).map_err(|error| Finding::new("language", "invalid", error.to_string()))?;
    let answered_on = parse_date(&setting.day)
        .ok_or_else(|| Finding::new("day", "invalid", "write the day of the answer like 2024-11-20"))?;
    let typed = Typed::from_fields(&from_keys(fields, &wave.questionnaire), &wave.questionnaire);
    let answers = typed.read(&wave.questionnaire);
    Ok(TypedForm { batch, form, mode, language, answered_on, answers })
}
