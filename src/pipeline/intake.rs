//! A submission becomes a kept response.

use std::sync::Arc;

use chrono::NaiveDate;

use super::context::Context;
use super::known_waves::LoadedWave;
use super::{PipelineError, SubmitError};
use crate::accounts::{Actor, Permission, Scope};
use crate::foundation::{Code, Finding};
use crate::storage::{NewResponse, Outcome, StorageError};
use crate::survey::{Access, AccessKind, Answer, OpenAnswers, Response, Source, Wave};
use crate::validation::{Sent, Submission};

/// A submission that is durably kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The id that the client made.
    pub id: uuid::Uuid,
    /// The receipt code, for the respondent.
    pub receipt: String,
    /// Whether the same submission had been accepted before.
    pub repeated: bool,
}

/// The one way in for answers, whoever sends them.
#[derive(Clone)]
pub struct Intake {
    context: Context,
}

impl Intake {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Takes a submission, through whatever door of `validation` it came, and returns after it is durable.
    pub async fn submit(&self, wave: &Wave, submission: Submission) -> Result<Accepted, SubmitError> {
        let response = self.check(wave, submission)?;
        if response.source == Source::Open && wave.plan.open_link.answers == OpenAnswers::Refused {
            return Err(SubmitError::InvitationNeeded);
        }
        self.accept(wave, response).await
    }

    /// The wave in which an answer with this receipt was accepted, if there is one.
    pub async fn find_receipt(&self, receipt: &str) -> Result<Option<Arc<Wave>>, PipelineError> {
        for (code, _) in self.context.store.wave_states().await? {
            if self.context.secret.is_receipt(&code, receipt) {
                return Ok(Some(self.context.load_wave(&code).await?.wave));
            }
        }
        Ok(None)
    }

    /// What a submission makes that is sent now by whoever the platform acts for, or everything that is wrong with it.
    pub(super) fn check(&self, wave: &Wave, submission: Submission) -> Result<Response, SubmitError> {
        let today = self.context.clock.today();
        if !wave.accepts_on(today) {
            return Err(SubmitError::NotOpen);
        }
        let sent = Sent {
            source: match self.context.actor() {
                Actor::Anonymous | Actor::Invited { .. } => Source::Open,
                Actor::Device(_) | Actor::Collector(_) | Actor::Administrator | Actor::Operator => Source::Collector,
            },
            may_choose_design: self.context.may(Permission::ChooseDesign, &Scope::of(wave)),
        };
        let response = submission.check(wave, sent, today).map_err(SubmitError::Invalid)?;
        self.check_allowed(wave, &response).map_err(|finding| SubmitError::Invalid(finding.into()))?;
        match self.context.actor().access() {
            Some(access) => placed(access, response).map_err(|finding| SubmitError::Invalid(finding.into())),
            None => Ok(response),
        }
    }

    /// Whether whoever the platform acts for may answer the wave, and for this unit.
    fn check_allowed(&self, wave: &Wave, response: &Response) -> Result<(), Finding> {
        let refused = |path: &str, what: String| {
            let message = format!("{} cannot answer for {what}", self.context.actor());
            Err(Finding::new(path, "not_allowed", message))
        };
        if !self.context.may(Permission::Answer, &Scope::of(wave)) {
            return refused("", format!("the wave {}", wave.plan.code));
        }
        if !self.context.may(Permission::Answer, &Scope::unit(wave, &response.unit)) {
            return refused("unit", format!("the unit {}", response.unit));
        }
        Ok(())
    }

    /// Keeps a valid response, and returns after it is durable.
    pub(super) async fn accept(&self, wave: &Wave, response: Response) -> Result<Accepted, SubmitError> {
        let code = wave.plan.code.as_str();
        let invitation =
            response.code.as_ref().map(|typed| self.context.secret.invitation_hash(code, &typed.0)).transpose()?;
        let loaded = self.context.load_wave(code).await?;
        let id = response.id;
        let key = self.context.passing.answers_key(code, id);
        let prepared = NewResponse { key, invitation, ..self.prepare(&loaded, response)? };
        let outcome = self.context.queue.keep(prepared).await?;
        match outcome {
            Outcome::Stored | Outcome::Repeated => Ok(Accepted {
                id,
                receipt: self.context.secret.receipt(code, id),
                repeated: outcome == Outcome::Repeated,
            }),
            Outcome::Conflict => Err(SubmitError::Conflict),
            Outcome::NotOpen => Err(SubmitError::NotOpen),
            Outcome::Refused(refusal) => Err(SubmitError::Code(refusal)),
        }
    }

    /// Packs a response for storage, under keys that do not tell its id; its answers lie where those of a row of a file do.
    pub(super) fn prepare(&self, loaded: &LoadedWave, response: Response) -> Result<NewResponse, StorageError> {
        let wave = &loaded.wave;
        let code = wave.plan.code.as_str();
        let secret = &self.context.secret;
        let unit = wave.unit(response.unit.as_str()).ok_or_else(|| StorageError::Damaged {
            table: "wave_unit",
            reason: format!("unit {} is validated but not measured", response.unit),
        })?;
        let answers = response.answers.pack();
        let respondent = response.respondent.pack();
        let items = wave.questionnaire.items().chain(&wave.questionnaire.respondent);
        let sheets = response.answers.0.iter().chain(&response.respondent.0);
        let words: Vec<_> = items
            .zip(sheets)
            .filter_map(|(item, answer)| match answer {
                Some(Answer::Text(words)) => {
                    let key = self.context.passing.words_key(code, response.id, item.code.as_str());
                    Some((key, item.code.clone(), words.clone()))
                }
                _ => None,
            })
            .collect();
        let content = content_of(&response, &answers, &respondent, &words);
        let id = response.id;
        Ok(NewResponse {
            wave: loaded.id,
            unit: unit.id,
            received_key: secret.received_key(code, id),
            content_hash: secret.content_hash(code, id, &content),
            key: secret.row_key(code, id),
            placement: response.placement,
            invitation: None,
            mode: response.mode,
            source: response.source,
            collector: response.collector,
            language: response.language.to_string(),
            answered_on: response.answered_on,
            duration_minutes: response.duration_minutes,
            answers,
            respondent,
            words,
        })
    }
}

/// A response as it came over this access. An answer at a counter is given its place: whoever comes to an office on one day is one
/// cluster.
fn placed(access: &Access, mut response: Response) -> Result<Response, Finding> {
    if !access.kind.takes(response.mode) {
        let message = format!("a {} sends no {} answers", access.kind.as_str(), response.mode.as_str());
        return Err(Finding::new("mode", "not_allowed", message));
    }
    if access.kind == AccessKind::Kiosk {
        let cluster = Code::new(format!("{}.{}", response.unit, response.answered_on));
        let cluster = cluster.map_err(|error| Finding::new("unit", "too_long", error.to_string()))?;
        response.placement.psu = Some(cluster);
    }
    response.collector = Some(access.name.clone());
    Ok(response)
}

/// Everything that makes two submissions the same, as one text. The code of an invitation is no part of it, nor the place
/// that it gives: neither may be told from what is kept, and a repeat comes when the code is spent.
fn content_of(response: &Response, answers: &str, respondent: &str, words: &[(uuid::Uuid, Code, String)]) -> String {
    let placement = &response.placement;
    let answered_on: NaiveDate = response.answered_on;
    let psu = placement.psu.as_ref().map_or("", |psu| psu.as_str());
    let mut content = format!(
        "{}\n{}\n{psu}\n{}\n{}\n{}\n{answered_on}\n{:?}\n{answers}\n{respondent}",
        response.unit,
        placement.stratum,
        placement.weight,
        response.mode.as_str(),
        response.language,
        response.duration_minutes,
    );
    for (_, item, words) in words {
        content.push('\n');
        content.push_str(item.as_str());
        content.push(' ');
        content.push_str(words);
    }
    content
}
