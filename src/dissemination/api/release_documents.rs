//! The shapes of releases: what is known of each, and which one a document is of.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::foundation::{Code, Text};
use crate::pipeline::Standings;
use crate::release::ReleaseFacts;
use crate::survey::Wave;
use crate::tables::{Concept, Dataset, Figure, concepts, rows};

/// Which release.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedRelease {
    /// The number of a release; without it the latest one
    #[param(example = 1)]
    pub(super) release: Option<i32>,
}

/// Which release a document is of.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct ReleaseNumbers {
    /// The number of the release that this is; null before the wave is released.
    release: Option<i32>,
    /// The number of the latest release, where this one was corrected since; null where it was not.
    corrected_by: Option<i32>,
}

impl ReleaseNumbers {
    pub(super) fn of(standings: &Standings) -> Self {
        let published = standings.release.as_ref();
        Self {
            release: published.map(|published| published.facts().number),
            corrected_by: published.and_then(|published| Some(published.corrected_by()?.number)),
        }
    }
}

/// The releases of a wave.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReleasesDocument {
    /// The wave's code.
    wave: Code,
    /// The releases, the first one first; none before the wave is released.
    pub(super) releases: Vec<ReleaseDocument>,
}

/// What is known of a release. Hashes are BLAKE3, in hexadecimal digits.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReleaseDocument {
    #[serde(flatten)]
    row: ReleaseRow,
    /// Why the release before was corrected, by language; null for the first.
    reason: Option<Text>,
}

/// The columns of releases.
pub(super) type ReleaseColumns<'a> = (&'a ReleaseRow, ReasonColumn);

rows! {
    /// What a release is by itself.
    #[derive(Debug, Serialize, ToSchema)]
    pub(super) struct ReleaseRow {
        /// 1 for the first one; each correction counts one more.
        number: u32 => Concept::number("RELEASE", Figure::plain(0)),
        /// The day.
        released_on: NaiveDate => Concept::text("RELEASE_DATE"),
        /// The version of the program that computed it.
        program: String => Concept::text("PROGRAM"),
        /// How the index is made.
        method: String => concepts::METHOD,
        /// The hash of the plan.
        plan_hash: String => Concept::text("PLAN_HASH"),
        /// The hash of the questionnaire.
        questionnaire_hash: String => Concept::text("QUESTIONNAIRE_HASH"),
        /// The hash of the units that were measured, as the register had them.
        register_hash: String => Concept::text("REGISTER_HASH"),
        /// The hash of what was published.
        content_hash: String => Concept::text("CONTENT_HASH"),
    }
}

rows! {
    /// What stands beside it in a table.
    pub(super) struct ReasonColumn {
        /// Why the release before was corrected, in Vietnamese; empty for the first.
        reason: Option<String> => Concept::text("REASON"),
    }
}

impl ReleasesDocument {
    pub(super) fn new(wave: &Wave, releases: &[ReleaseFacts]) -> Self {
        let release = |facts: &ReleaseFacts| ReleaseDocument {
            row: ReleaseRow {
                number: facts.number.unsigned_abs(),
                released_on: facts.released_on,
                program: facts.program.clone(),
                method: facts.method.clone(),
                plan_hash: facts.plan_hash.clone(),
                questionnaire_hash: facts.questionnaire_hash.clone(),
                register_hash: facts.register_hash.clone(),
                content_hash: facts.content_hash.clone(),
            },
            reason: facts.reason.as_ref().map(|reason| reason.text().clone()),
        };
        Self { wave: wave.plan.code.clone(), releases: releases.iter().map(release).collect() }
    }

    /// The releases as a table.
    pub(super) fn dataset(&self) -> Dataset<impl Iterator<Item = ReleaseColumns<'_>>> {
        Dataset::new(self.releases.iter().map(|release| {
            let reason = release.reason.as_ref().map(|reason| reason.get("vi").to_owned());
            (&release.row, ReasonColumn { reason })
        }))
    }
}
