//! Invitations: codes that let one answer in each, and why a code is not taken.

use std::fmt;

use chrono::NaiveDate;

/// A code as somebody typed it. It is shown nowhere, so that it reaches no log.
#[derive(Clone, PartialEq, Eq)]
pub struct TypedCode(pub String);

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedCode(…)")
    }
}

/// Whether a code that nobody has answered with is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    /// It is.
    Open,
    /// Not yet: it stands by.
    Reserve,
    /// Not any more.
    Revoked,
}

impl InvitationState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Open, Self::Reserve, Self::Revoked];

    /// The state's name in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Reserve => "reserve",
            Self::Revoked => "revoked",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// Why a code is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    /// This installation made no such code: it is mistyped, or guessed.
    #[error("this is no code of an invitation; compare each character with the sheet")]
    Unknown,
    /// It was made for another wave.
    #[error("this code belongs to another survey")]
    Foreign,
    /// Somebody answered with it.
    #[error("an answer was given with this code before; each code takes one answer")]
    Spent,
    /// It stands by and was not released.
    #[error("this code is a reserve that is not in use; whoever handed it out can have it released")]
    Reserved,
    /// It was taken back.
    #[error("this code was taken back; ask whoever handed it out for another one")]
    Revoked,
    /// It was made for another unit.
    #[error("this code is for another unit than the one that is rated")]
    OtherUnit,
}

impl CodeRefusal {
    /// All reasons.
    pub const ALL: [Self; 6] =
        [Self::Unknown, Self::Foreign, Self::Spent, Self::Reserved, Self::Revoked, Self::OtherUnit];

    /// The reason's name in the API and in texts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "code_unknown",
            Self::Foreign => "code_foreign",
            Self::Spent => "code_spent",
            Self::Reserved => "code_reserved",
            Self::Revoked => "code_revoked",
            Self::OtherUnit => "code_other_unit",
        }
    }
}

/// A draw that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeDraw {
    /// 1 for the wave's first.
    pub number: i32,
    /// The day.
    pub drawn_on: NaiveDate,
    /// The seed.
    pub seed: i64,
    /// The hash of the frame's content.
    pub frame_hash: String,
}

/// How many codes of a unit are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InvitationCount {
    /// Given out, without reserves.
    pub invited: u64,
    /// Given out as reserves.
    pub reserves: u64,
    /// Not spent, and taken.
    pub open: u64,
    /// Not spent, and standing by.
    pub standing_by: u64,
    /// Taken back.
    pub revoked: u64,
}

impl InvitationCount {
    /// How many codes were spent.
    #[must_use]
    pub fn spent(&self) -> u64 {
        (self.invited + self.reserves).saturating_sub(self.open + self.standing_by + self.revoked)
    }
}

impl std::ops::AddAssign for InvitationCount {
    fn add_assign(&mut self, other: Self) {
        self.invited += other.invited;
        self.reserves += other.reserves;
        self.open += other.open;
        self.standing_by += other.standing_by;
        self.revoked += other.revoked;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_code_is_not_shown() {
        assert_eq!(format!("{:?}", TypedCode("ABCD".to_owned())), "TypedCode(…)");
    }

    #[test]
    fn a_state_is_found_by_its_name() {
        for state in InvitationState::ALL {
            assert_eq!(InvitationState::from_name(state.as_str()), Some(state));
        }
        assert_eq!(InvitationState::from_name("spent"), None);
    }
}
