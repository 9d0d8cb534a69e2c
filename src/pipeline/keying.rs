//! Paper forms typed in, once or twice: what was typed twice alike becomes a response, what differs is listed.

use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::context::Context;
use super::intake::Intake;
use super::known_waves::LoadedWave;
use super::{PipelineError, SubmitError};
use crate::accounts::{Permission, Scope};
use crate::foundation::{Code, Finding};
use crate::survey::{FormEntry, Mode, Unit, Wave};

/// The highest number of a form in a batch.
pub const FORM_NUMBER_MAX: u32 = 99_999;

/// A paper form as it was typed in.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedForm {
    /// The batch, as its bundle is labelled.
    pub batch: Code,
    /// The form's number in the batch.
    pub form: u32,
    /// How the answer was given.
    pub mode: Mode,
    /// The language of the form.
    pub language: String,
    /// The day of the answer.
    pub answered_on: NaiveDate,
    /// `answers` and `respondent` as a submission has them.
    pub answers: Value,
}

/// Which entry of a form it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The only one.
    Only,
    /// The first of two.
    First,
    /// The second of two.
    Second,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// It waits for the second entry.
    Noted,
    /// It became a response.
    Kept,
    /// A response of this form is kept already; what was typed now is not.
    KeptBefore,
    /// It differs from the first entry, and waits to be settled.
    Differs,
    /// There is no first entry to compare with.
    NoFirst,
}

/// A form whose two entries differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The first entry.
    pub first: FormEntry,
    /// The second one.
    pub second: FormEntry,
}

/// How far a batch is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchState {
    /// The batch.
    pub batch: String,
    /// Forms that wait for a second entry.
    pub waiting: Vec<u32>,
    /// Forms whose entries differ.
    pub differing: Vec<u32>,
}

/// Forms on paper, typed in.
#[derive(Clone)]
pub struct Keying {
    context: Context,
}

impl Keying {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    fn intake(&self) -> Intake {
        Intake::of(&self.context)
    }

    /// Takes an entry of a form. What is wrong with it is found at once, as in any other submission.
    pub async fn enter(&self, wave: &Wave, unit: &Unit, typed: TypedForm, turn: Turn) -> Result<Entered, SubmitError> {
        self.context.demand(Permission::KeyForms, &Scope::unit(wave, unit.code()))?;
        let loaded = self.context.load(wave).await?;
        let id = self.form_id(wave, unit, &typed.batch, typed.form);
        let submission = submission(id, unit, &typed);
        self.intake().check(wave, &submission)?;
        let key = self.context.secret.response_key(wave.plan.code.as_str(), id);
        if self.context.store.has_response(loaded.id, key).await? {
            // After a crash its entries may still be there, and would be listed for good.
            self.context.store.remove_entries(loaded.id, unit.id, typed.batch.as_str(), typed.form).await?;
            return Ok(Entered::KeptBefore);
        }
        if turn == Turn::Only {
            return self.keep_form(&loaded, unit, &typed, &submission).await;
        }
        let entry = FormEntry {
            batch: typed.batch.to_string(),
            form: typed.form,
            is_second: turn == Turn::Second,
            collector: self.context.actor().access().map_or("", |access| access.name.as_str()).to_owned(),
            mode: typed.mode,
            answered_on: typed.answered_on,
            answers: with_language(&typed),
        };
        if turn == Turn::First {
            self.context.store.keep_entry(loaded.id, unit.id, &entry).await?;
            return Ok(Entered::Noted);
        }
        let entries = self.context.store.entries(loaded.id, unit.id).await?;
        let is_first = |other: &&FormEntry| !other.is_second && other.batch == entry.batch && other.form == entry.form;
        let Some(first) = entries.iter().find(is_first) else { return Ok(Entered::NoFirst) };
        if are_alike(first, &entry) {
            return self.keep_form(&loaded, unit, &typed, &submission).await;
        }
        self.context.store.keep_entry(loaded.id, unit.id, &entry).await?;
        Ok(Entered::Differs)
    }

    /// Keeps a form whose entries differed, as somebody settled it who looked at the paper.
    pub async fn settle(&self, wave: &Wave, unit: &Unit, settled: &TypedForm) -> Result<Entered, SubmitError> {
        self.context.demand(Permission::KeyForms, &Scope::unit(wave, unit.code()))?;
        let loaded = self.context.load(wave).await?;
        let submission = submission(self.form_id(wave, unit, &settled.batch, settled.form), unit, settled);
        self.keep_form(&loaded, unit, settled, &submission).await
    }

    /// The forms of a unit whose two entries differ.
    pub async fn differences(&self, wave: &Wave, unit: &Unit) -> Result<Vec<Difference>, PipelineError> {
        self.context.demand(Permission::KeyForms, &Scope::unit(wave, unit.code()))?;
        let loaded = self.context.load(wave).await?;
        let entries = self.context.store.entries(loaded.id, unit.id).await?;
        let pairs = entries.chunk_by(|a, b| a.batch == b.batch && a.form == b.form);
        let differing = pairs.filter_map(|entries| match entries {
            [first, second] => Some(Difference { first: first.clone(), second: second.clone() }),
            _ => None,
        });
        Ok(differing.collect())
    }

    /// The batches of a unit that are not done.
    pub async fn batches(&self, wave: &Wave, unit: &Unit) -> Result<Vec<BatchState>, PipelineError> {
        self.context.demand(Permission::KeyForms, &Scope::unit(wave, unit.code()))?;
        let loaded = self.context.load(wave).await?;
        let entries = self.context.store.entries(loaded.id, unit.id).await?;
        let state = |entries: &[FormEntry]| {
            let mut state = BatchState { batch: entries[0].batch.clone(), waiting: Vec::new(), differing: Vec::new() };
            for form in entries.chunk_by(|a, b| a.form == b.form) {
                let forms = if form.len() == 1 { &mut state.waiting } else { &mut state.differing };
                forms.push(form[0].form);
            }
            state
        };
        Ok(entries.chunk_by(|a, b| a.batch == b.batch).map(state).collect())
    }

    /// A response first, then nothing more to settle: a crash in between leaves entries of a form that is kept, and the next
    /// try finds it so.
    async fn keep_form(
        &self,
        loaded: &LoadedWave,
        unit: &Unit,
        typed: &TypedForm,
        submission: &Value,
    ) -> Result<Entered, SubmitError> {
        let accepted = match self.intake().submit(&loaded.wave, submission).await {
            Ok(_) => Entered::Kept,
            Err(SubmitError::Conflict) => Entered::KeptBefore,
            Err(error) => return Err(error),
        };
        self.context.store.remove_entries(loaded.id, unit.id, typed.batch.as_str(), typed.form).await?;
        Ok(accepted)
    }

    /// A form has one id however often it is typed in, so it is kept once.
    fn form_id(&self, wave: &Wave, unit: &Unit, batch: &Code, form: u32) -> Uuid {
        self.context.secret.form_id(wave.plan.code.as_str(), unit.code().as_str(), batch.as_str(), form)
    }
}

fn submission(id: Uuid, unit: &Unit, typed: &TypedForm) -> Value {
    json!({
        "id": id, "unit": unit.code().as_str(), "mode": typed.mode.as_str(), "language": typed.language,
        "answered_on": typed.answered_on.to_string(),
        "answers": typed.answers["answers"], "respondent": typed.answers["respondent"],
    })
}

fn with_language(typed: &TypedForm) -> Value {
    let mut answers = typed.answers.clone();
    answers["language"] = Value::from(typed.language.clone());
    answers
}

fn are_alike(first: &FormEntry, second: &FormEntry) -> bool {
    first.answers == second.answers && first.mode == second.mode && first.answered_on == second.answered_on
}

/// A finding about the number of a form.
#[must_use]
pub fn check_form_number(number: u32) -> Option<Finding> {
    let message = format!("the number of a form is between 1 and {FORM_NUMBER_MAX}");
    (!(1..=FORM_NUMBER_MAX).contains(&number)).then(|| Finding::new("form", "out_of_range", message))
}
