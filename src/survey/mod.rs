//! What is asked, of whom and where: units, questionnaires, waves and responses, always valid once made.
//!
//! Everything here is plain data and pure functions. The room knows nothing of storage, HTTP or estimates.
//! Start reading at [`Wave`]; what a citizen answered is a [`RawAnswer`] to each item until it is checked, and an [`Answer`] in a
//! [`Response`] from then on; an official file becomes [`UnitRow`]s.

mod access;
mod draw;
#[cfg(test)]
mod draw_tests;
mod form_entry;
mod form_layout;
mod frame_file;
mod invitation;
mod lineage_file;
mod margin_file;
mod margin_words;
mod number_text;
mod packed;
mod placed_item;
mod plan_check;
mod plan_estimation;
mod plan_file;
mod plan_missing;
mod plan_open_link;
mod plan_ranking;
mod plan_renamed;
#[cfg(test)]
mod plan_tests;
mod questionnaire;
mod questionnaire_reader;
#[cfg(test)]
mod questionnaire_tests;
mod questionnaire_writer;
mod raw_answer;
mod recording;
mod register;
mod register_file;
mod relevance;
mod response;
#[cfg(test)]
pub(crate) mod sample;
mod sample_design;
mod scale;
mod scale_reader;
#[cfg(test)]
mod scale_tests;
mod unit;
mod unit_file;
mod unit_list;
mod wave;

pub use access::{Access, AccessKind};
pub use draw::{DrawnSample, INVITEES_MAX, Invitee, StageCount};
pub use form_entry::FormEntry;
pub use form_layout::FormLayout;
pub use frame_file::{FRAME_ROWS_MAX, Frame};
pub use invitation::{CodeRefusal, InvitationCount, InvitationState, MadeDraw, TypedCode};
pub use lineage_file::read_lineage;
pub use margin_file::{MarginLevel, read_margin};
pub use packed::{RatingReader, UnpackError, packed_text};
pub use placed_item::{Part, PlacedItem};
pub use plan_estimation::{CalibrationPlan, EstimationPlan, PlannedMargin, RankSetChoice};
pub use plan_open_link::{OpenAnswers, OpenLinkPlan};
pub use plan_ranking::RankingPlan;
pub use plan_renamed::RenamedKey;
pub use questionnaire::{Choice, Item, ItemKind, Questionnaire, Relevance, Section};
pub use raw_answer::{RawAnswer, RawAnswers};
pub use recording::{Recording, Recordings, SoundKind};
pub use register::{check_register, unit_on};
pub use register_file::REGISTER_ROWS_MAX;
pub use response::{Answer, AnswerSheet, Channel, Mode, Placement, Response, Source};
pub use sample_design::{DrawMethod, PeopleOfPlaces, SampleDesign, SampleStage};
pub use scale::{Rated, Scale, ScaleValues};
pub use unit::{LineageRow, Unit, UnitId, UnitRow};
pub use unit_file::read_units;
pub use unit_list::UnitList;
pub use wave::{Field, ImportColumns, MeasuredUnits, Period, Plan, TransitionError, UnitSelection, Wave, WaveState};
