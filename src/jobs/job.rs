//! A job: its kind, its object, how far it is, and who may write about it.

use std::fmt;

use chrono::NaiveDate;

/// How often a job is begun before it counts as one that cannot be done.
const TRIES_MAX: i32 = 5;

/// The number of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub i32);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// A closed wave is released.
    Release,
    /// What a wave published is corrected by a further release.
    Correct,
    /// A wave that was released before releases were kept is computed once more.
    KeepRelease,
    /// A wave is counted anew from its responses.
    Recount,
}

impl JobKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Release, Self::Correct, Self::KeepRelease, Self::Recount];

    /// Its name in storage, in the API and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Correct => "correct",
            Self::KeepRelease => "keep_release",
            Self::Recount => "recount",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Nobody has begun.
    Waiting,
    /// Somebody works on it, or did until they were cut off.
    Running,
    /// It is done.
    Done,
    /// It cannot be done; the message says why.
    Failed,
    /// Somebody did not want it any more.
    Cancelled,
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// Its name in storage, in the API and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// A piece of long work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What is done.
    pub kind: JobKind,
    /// To what: the code of a wave.
    pub object: String,
    /// What else must be known to do it: of a correction the reason, as JSON; else empty.
    pub argument: String,
    /// Where it stands.
    pub state: JobState,
    /// How many steps are done.
    pub done: u64,
    /// How many there are; 0 where that is not known.
    pub total: u64,
    /// How often it was begun.
    pub tries: i32,
    /// How often whoever works on it was heard of.
    pub beat: i32,
    /// Who wanted it: `operator`, `administrator`.
    pub wanted_by: String,
    /// The day on which it was wanted.
    pub wanted_on: NaiveDate,
    /// Why it failed; empty unless it did.
    pub message: String,
}

impl Job {
    /// Whether it was begun so often that to begin once more is no use.
    #[must_use]
    pub fn is_hopeless(&self) -> bool {
        self.tries >= TRIES_MAX
    }

    /// How much is done, 0 to 1; nothing where that is not known.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        if self.state == JobState::Done {
            return Some(1.0);
        }
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).min(1.0))
    }
}

/// The right to work on a job, and to write about it: whoever begins it later takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The job.
    pub id: JobId,
    /// Which try it is.
    pub attempt: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        assert_eq!(JobKind::ALL.map(|kind| JobKind::from_name(kind.as_str())), JobKind::ALL.map(Some));
        assert_eq!(JobState::ALL.map(|state| JobState::from_name(state.as_str())), JobState::ALL.map(Some));
        assert_eq!((JobKind::from_name(""), JobState::from_name("gone")), (None, None));
    }

    #[test]
    fn only_what_waits_or_runs_can_still_change() {
        let open: Vec<_> = JobState::ALL.into_iter().filter(|state| !state.is_final()).collect();
        assert_eq!(open, [JobState::Waiting, JobState::Running]);
    }
}
