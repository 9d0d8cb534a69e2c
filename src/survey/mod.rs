//! What is asked, of whom and where: units, questionnaires, waves and responses, always valid once made.
//!
//! Everything here is plain data and pure functions. The room knows nothing of storage, HTTP or estimates.
//! Start reading at [`Wave`]; a citizen's answer becomes a [`Response`], an official file becomes [`UnitRow`]s.

mod questionnaire;
mod response;
#[cfg(test)]
pub(crate) mod sample;
mod unit;
mod wave;

pub use questionnaire::{Choice, Item, ItemKind, Questionnaire, Relevance, Scale, Section};
pub use response::{Answer, AnswerSheet, Mode, Placement, Response, Source};
pub use unit::{LineageRow, Unit, UnitId, UnitRow};
pub use wave::{Field, FormLayout, ImportColumns, MeasuredUnits, Period, Plan, Wave, WaveState};
