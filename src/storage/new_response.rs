//! A response that is to be stored.

use chrono::NaiveDate;
use uuid::Uuid;

use super::WaveId;
use crate::foundation::Code;
use crate::survey::{Mode, Placement, Source, UnitId};

/// A response ready to be stored: packed, and under keys that do not reveal the id it was sent with.
#[derive(Debug, Clone, PartialEq)]
pub struct NewResponse {
    /// The wave.
    pub wave: WaveId,
    /// The unit that is rated.
    pub unit: UnitId,
    /// A one-way derivation of the submission's id, by which it is known when it comes again.
    pub received_key: Uuid,
    /// Equal exactly when the content of submissions with this id is the same.
    pub content_hash: Uuid,
    /// Another derivation of the id, under which the response is kept.
    pub key: Uuid,
    /// Its place in the sample; if it came with an invitation, that of the invitation is used instead.
    pub placement: Placement,
    /// The hash of the invitation's code, which is spent with this response.
    pub invitation: Option<Uuid>,
    /// How it was given.
    pub mode: Mode,
    /// Who sent it.
    pub source: Source,
    /// The device or the person that sent it for the respondent.
    pub collector: Option<Code>,
    /// The language in which it was given.
    pub language: String,
    /// The day on which it was given.
    pub answered_on: NaiveDate,
    /// How long it took, in minutes.
    pub duration_minutes: Option<u16>,
    /// The packed answers.
    pub answers: String,
    /// The packed answers about the respondent.
    pub respondent: String,
    /// What was written in text items, each under a key of its own.
    pub words: Vec<(Uuid, Code, String)>,
}
