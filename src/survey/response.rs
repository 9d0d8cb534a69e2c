//! Responses: what one person answered, valid and without anything that tells who it was.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::TypedCode;
use crate::foundation::{Code, LanguageTag, Weight};

/// How an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// On the respondent's own device.
    Web,
    /// On a device at the office.
    Kiosk,
    /// Face to face, entered by an interviewer.
    Interviewer,
    /// By telephone.
    Telephone,
    /// On paper, entered later.
    Paper,
}

impl Mode {
    /// All modes, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Web, Self::Kiosk, Self::Interviewer, Self::Telephone, Self::Paper];

    /// The mode's name in files and URLs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Kiosk => "kiosk",
            Self::Interviewer => "interviewer",
            Self::Telephone => "telephone",
            Self::Paper => "paper",
        }
    }

    /// The mode with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
}

/// Who sent a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Anybody, over the open link: opt-in.
    Open,
    /// A collector with the administrator's token, or an imported file.
    Collector,
    /// Somebody who was drawn, with the code of an invitation.
    Invited,
    /// Nobody: an imported file says that somebody was drawn, and no answer came.
    Drawn,
}

impl Source {
    /// All sources.
    pub const ALL: [Self; 4] = [Self::Open, Self::Invited, Self::Collector, Self::Drawn];

    /// The source's name in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Collector => "collector",
            Self::Invited => "invited",
            Self::Drawn => "drawn",
        }
    }

    /// The source with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

/// By which way a response came, as the fieldwork counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// It counts, and was given in this mode.
    Mode(Mode),
    /// It came over the open link and is kept apart.
    OpenLink,
    /// None came: somebody was drawn and gave no answer. It keeps a sampling unit in the design and is counted nowhere else.
    Drawn,
}

impl Channel {
    /// The channel's name in storage: that of the mode, `open_link`, or `drawn`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mode(mode) => mode.as_str(),
            Self::OpenLink => "open_link",
            Self::Drawn => "drawn",
        }
    }

    /// The channel with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let others = [Self::OpenLink, Self::Drawn].into_iter().find(|channel| channel.as_str() == name);
        others.or_else(|| Mode::from_name(name).map(Self::Mode))
    }
}

/// Where a response stands in the sample design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The stratum.
    pub stratum: Code,
    /// The primary sampling unit; none when the respondent is one.
    pub psu: Option<Code>,
    /// The design weight.
    pub weight: Weight,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// "No opinion / did not use", chosen as such.
    NoOpinion,
    /// A value of the scale, as it was given.
    Rating(i8),
    /// The code of the chosen option.
    Choice(Code),
    /// The codes of the chosen options, in the questionnaire's order.
    Choices(Vec<Code>),
    /// A number.
    Number(f64),
    /// A few words.
    Text(String),
}

/// The answers to a list of items, in the list's order; `None` where nothing was answered or asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AnswerSheet(pub Vec<Option<Answer>>);

/// A valid response.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The identifier that the client made. It is never kept: storage keeps one-way derivations of it.
    pub id: Uuid,
    /// The code of the unit that is rated.
    pub unit: Code,
    /// Its place in the sample; storage replaces it by that of the invitation, where there is one.
    pub placement: Placement,
    /// The code of the invitation. It is never kept.
    pub code: Option<TypedCode>,
    /// How it was given.
    pub mode: Mode,
    /// The language in which it was given.
    pub language: LanguageTag,
    /// The day on which it was given; never the hour.
    pub answered_on: NaiveDate,
    /// How long it took, in whole minutes.
    pub duration_minutes: Option<u16>,
    /// Who sent it.
    pub source: Source,
    /// The device or the person that sent it for the respondent.
    pub collector: Option<Code>,
    /// The answers to [`crate::survey::Questionnaire::items`].
    pub answers: AnswerSheet,
    /// The answers to the respondent questions.
    pub respondent: AnswerSheet,
}
