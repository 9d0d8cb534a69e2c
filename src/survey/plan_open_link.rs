//! The part of a plan that decides what the open link is worth: who comes by it chose themselves.

use toml::{Table, Value};

use super::plan_renamed::rename_proof_of_work;
use crate::foundation::Keys;
use crate::foundation::LimitedFindings;

/// What a wave makes of answers that anybody may give over the open link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenLinkPlan {
    /// What becomes of the answers.
    pub answers: OpenAnswers,
    /// How hard a puzzle a browser solves before it may send: about two to this power hashes; 0 for none.
    pub proof_of_work_bits: u8,
}

/// What becomes of answers over the open link. They are opt-in: no sample design stands behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenAnswers {
    /// They are kept and shown apart from the official index.
    #[default]
    Apart,
    /// They enter the official index, whose margin is then no margin of error.
    Counted,
    /// None are taken: whoever answers needs an invitation.
    Refused,
}

impl OpenAnswers {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::Apart, Self::Counted, Self::Refused];

    /// Its name in files and URLs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apart => "apart",
            Self::Counted => "counted",
            Self::Refused => "refused",
        }
    }
}

impl OpenLinkPlan {
    /// The hardest puzzle: half a minute or so on a cheap phone.
    pub const WORK_BITS_MAX: u8 = 24;

    /// The plan as [`read_open_link`] reads it.
    pub(super) fn to_table(self) -> Table {
        let answers = Value::String(self.answers.as_str().to_owned());
        Table::from_iter([
            ("answers".to_owned(), answers),
            ("proof_of_work_bits".to_owned(), i64::from(self.proof_of_work_bits).into()),
        ])
    }
}

/// Reads `[open_link]`.
pub(super) fn read_open_link(keys: &mut Keys, found: &mut LimitedFindings) -> OpenLinkPlan {
    let mut keys = keys.table("open_link", found);
    let answers = read_answers(&mut keys, found);
    rename_proof_of_work(&mut keys, found);
    let bits = keys.within("proof_of_work_bits", 0..=i64::from(OpenLinkPlan::WORK_BITS_MAX), found).unwrap_or(0);
    keys.finish(found);
    OpenLinkPlan { answers, proof_of_work_bits: u8::try_from(bits).unwrap_or(0) }
}

fn read_answers(keys: &mut Keys, found: &mut LimitedFindings) -> OpenAnswers {
    let Some(name) = keys.optional::<String>("answers", found) else { return OpenAnswers::default() };
    OpenAnswers::ALL.into_iter().find(|choice| choice.as_str() == name).unwrap_or_else(|| {
        let message = format!("open answers cannot be {name:?}; take apart, counted or refused");
        found.push(keys.path_of("answers"), "unknown_option", message);
        OpenAnswers::default()
    })
}
