//! Paper forms typed in, once or twice: what was typed twice alike becomes a response, what differs is listed.

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::context::Context;
use super::intake::Intake;
use super::known_waves::LoadedWave;
use super::{PipelineError, SubmitError};
use crate::accounts::{Permission, Scope};
use crate::foundation::{Code, Finding, LanguageTag};
use crate::storage::StorageError;
use crate::survey::{FormEntry, Mode, Questionnaire, RawAnswers, Response, Unit, Wave};
use crate::validation::Submission;

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
    pub language: LanguageTag,
    /// The day of the answer.
    pub answered_on: NaiveDate,
    /// What was typed, as a submission has it.
    pub answers: RawAnswers,
}

/// A form that waits, and who typed it in.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingForm {
    /// The collector.
    pub collector: String,
    /// What was typed.
    pub typed: TypedForm,
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
    pub first: WaitingForm,
    /// The second one.
    pub second: WaitingForm,
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
        let response = self.intake().check(wave, submission(id, unit, &typed))?;
        let key = self.context.secret.received_key(wave.plan.code.as_str(), id);
        if self.context.store.is_received(loaded.id, key).await? {
            // After a crash its entries may still be there, and would be listed for good.
            self.context.store.remove_entries(loaded.id, unit.id, typed.batch.as_str(), typed.form).await?;
            return Ok(Entered::KeptBefore);
        }
        if turn == Turn::Only {
            return self.keep_form(&loaded, unit, &typed, response).await;
        }
        let questionnaire = &wave.questionnaire;
        let collector = self.context.actor().access().map_or("", |access| access.name.as_str());
        let entry = to_entry(&typed, turn == Turn::Second, collector, questionnaire);
        if turn == Turn::First {
            self.context.store.keep_entry(loaded.id, unit.id, &entry).await?;
            return Ok(Entered::Noted);
        }
        let entries = self.context.store.entries(loaded.id, unit.id).await?;
        let is_first = |other: &&FormEntry| !other.is_second && other.batch == entry.batch && other.form == entry.form;
        let Some(first) = entries.iter().find(is_first) else { return Ok(Entered::NoFirst) };
        if read_entry(first, questionnaire)?.typed == typed {
            return self.keep_form(&loaded, unit, &typed, response).await;
        }
        self.context.store.keep_entry(loaded.id, unit.id, &entry).await?;
        Ok(Entered::Differs)
    }

    /// Keeps a form whose entries differed, as somebody settled it who looked at the paper.
    pub async fn settle(&self, wave: &Wave, unit: &Unit, settled: &TypedForm) -> Result<Entered, SubmitError> {
        self.context.demand(Permission::KeyForms, &Scope::unit(wave, unit.code()))?;
        let loaded = self.context.load(wave).await?;
        let id = self.form_id(wave, unit, &settled.batch, settled.form);
        let response = self.intake().check(wave, submission(id, unit, settled))?;
        self.keep_form(&loaded, unit, settled, response).await
    }

    /// The forms of a unit whose two entries differ.
    pub async fn differences(&self, wave: &Wave, unit: &Unit) -> Result<Vec<Difference>, PipelineError> {
        self.context.demand(Permission::KeyForms, &Scope::unit(wave, unit.code()))?;
        let loaded = self.context.load(wave).await?;
        let entries = self.context.store.entries(loaded.id, unit.id).await?;
        let pairs = entries.chunk_by(|a, b| a.batch == b.batch && a.form == b.form);
        let differing = pairs.filter_map(|entries| match entries {
            [first, second] => Some([first, second].map(|entry| read_entry(entry, &wave.questionnaire))),
            _ => None,
        });
        differing.map(|[first, second]| Ok(Difference { first: first?, second: second? })).collect()
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
        response: Response,
    ) -> Result<Entered, SubmitError> {
        let accepted = match self.intake().accept(&loaded.wave, response).await {
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

fn submission(id: Uuid, unit: &Unit, typed: &TypedForm) -> Submission {
    let TypedForm { mode, language, answered_on, answers, .. } = typed;
    Submission::new(id, unit, *mode, language.clone(), *answered_on, answers.clone())
}

/// A form as it waits in storage: with `answers` and `respondent` as the document of a submission has them, and the language.
fn to_entry(typed: &TypedForm, is_second: bool, collector: &str, questionnaire: &Questionnaire) -> FormEntry {
    let mut answers = typed.answers.to_json(questionnaire);
    answers.insert("language".to_owned(), Value::from(typed.language.as_str()));
    FormEntry {
        batch: typed.batch.to_string(),
        form: typed.form,
        is_second,
        collector: collector.to_owned(),
        mode: typed.mode,
        answered_on: typed.answered_on,
        answers: Value::Object(answers),
    }
}

/// What [`to_entry`] wrote.
fn read_entry(entry: &FormEntry, questionnaire: &Questionnaire) -> Result<WaitingForm, StorageError> {
    let damaged = |reason: String| StorageError::Damaged { table: "form_entry", reason };
    let language = entry.answers["language"].as_str().unwrap_or_default();
    let typed = TypedForm {
        batch: Code::new(&entry.batch).map_err(|error| damaged(error.to_string()))?,
        form: entry.form,
        mode: entry.mode,
        language: LanguageTag::new(language).map_err(|error| damaged(error.to_string()))?,
        answered_on: entry.answered_on,
        answers: RawAnswers::from_json(questionnaire, |part| entry.answers[part.as_str()].as_object()),
    };
    Ok(WaitingForm { collector: entry.collector.clone(), typed })
}

/// A finding about the number of a form.
#[must_use]
pub fn check_form_number(number: u32) -> Option<Finding> {
    let message = format!("the number of a form is between 1 and {FORM_NUMBER_MAX}");
    (!(1..=FORM_NUMBER_MAX).contains(&number)).then(|| Finding::new("form", "out_of_range", message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::survey::sample::{code, day, questionnaire};

    fn typed(questionnaire: &Questionnaire) -> TypedForm {
        let fields = [("answers.q01", "5"), ("answers.q02", "none"), ("respondent.sex", "F")]
            .map(|(path, value)| (path, [value.to_owned()]));
        let typed_at = |path: &str| fields.iter().find(|(known, _)| *known == path).map_or(&[][..], |(_, value)| value);
        TypedForm {
            batch: code("B-1"),
            form: 7,
            mode: Mode::Paper,
            language: LanguageTag::vietnamese(),
            answered_on: day(2024, 11, 18),
            answers: RawAnswers::from_fields(questionnaire, typed_at),
        }
    }

    #[test]
    fn a_form_that_waits_is_read_back_as_it_was_typed() {
        let questionnaire = questionnaire();
        let typed = typed(&questionnaire);
        let entry = to_entry(&typed, true, "lan", &questionnaire);
        assert!(entry.is_second && entry.answers["language"] == "vi", "{entry:?}");
        assert_eq!(read_entry(&entry, &questionnaire).unwrap(), WaitingForm { collector: "lan".to_owned(), typed });
    }

    #[test]
    fn a_form_that_an_earlier_version_kept_with_whole_numbers_is_alike() {
        let questionnaire = questionnaire();
        let typed = typed(&questionnaire);
        let kept = json!({"answers": {"q01": 5, "q02": null}, "respondent": {"sex": "F"}, "language": "vi"});
        let entry = FormEntry { answers: kept, ..to_entry(&typed, false, "lan", &questionnaire) };
        assert_eq!(read_entry(&entry, &questionnaire).unwrap().typed, typed);
    }

    #[test]
    fn an_entry_without_a_language_or_with_a_batch_that_is_no_code_is_damaged() {
        let questionnaire = questionnaire();
        let entry = to_entry(&typed(&questionnaire), false, "lan", &questionnaire);
        for damaged in [
            FormEntry { answers: json!({"answers": {}}), ..entry.clone() },
            FormEntry { batch: "a b".to_owned(), ..entry.clone() },
        ] {
            let read = read_entry(&damaged, &questionnaire);
            assert!(matches!(read, Err(StorageError::Damaged { table: "form_entry", .. })), "{read:?}");
        }
    }
}
