//! The shape of the fieldwork.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::documents::{UnitPage, UnitPageDocument};
use crate::foundation::Code;
use crate::monitoring::{Fieldwork, UnansweredLevel, UnitFieldwork};
use crate::survey::{Mode, Wave};
use crate::tables::{Concept, Dataset, Figure, Unit, concepts, rows};

/// How the fieldwork goes: counts and precision, never a score.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FieldworkDocument {
    /// The wave's code.
    wave: Code,
    /// The day it was counted.
    today: NaiveDate,
    /// The target margin, as a share (0.05 = five points).
    target_margin: f64,
    /// Groups that the weights are to be calibrated to and in which nobody has answered: while there are any, weights stay as
    /// they are and nothing is released.
    unanswered: Vec<UnansweredDocument>,
    /// All units together.
    overall: UnitFieldworkDocument,
    #[serde(flatten)]
    page: UnitPageDocument,
    /// Each unit of the page, in the plan's order.
    units: Vec<UnitFieldworkDocument>,
    #[serde(skip)]
    has_overall: bool,
}

/// A level of a margin in which nobody has answered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnansweredDocument {
    /// The margin's columns: `unit`, or codes of questions about the respondent.
    columns: Vec<String>,
    /// Their values.
    values: Vec<String>,
    /// How many people there are.
    people: f64,
}

impl UnansweredDocument {
    fn new(wave: &Wave, unanswered: &UnansweredLevel) -> Option<Self> {
        let margin = wave.plan.calibration.as_ref()?.margins.get(unanswered.margin)?;
        let values = margin.levels.get(unanswered.level)?.values.clone();
        Some(Self { columns: margin.columns.clone(), values, people: unanswered.people })
    }
}

/// The fieldwork of one unit, with its modes and days.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitFieldworkDocument {
    #[serde(flatten)]
    row: FieldworkRow,
    /// Responses over the open link that are kept apart, and in no other count here.
    open_link: u64,
    /// Responses by mode. In CSV each mode has a column.
    by_mode: BTreeMap<Mode, u64>,
    /// Responses by the day on which they were given. They are left out of the CSV.
    by_day: BTreeMap<NaiveDate, u64>,
}

/// How many of the wanted answers have come.
pub(super) const ANSWERED_SHARE: Figure = Figure::share(0);
/// How many answers an even pace would have brought.
pub(super) const EXPECTED: Figure = Figure::whole(Unit::Answers);
/// Half the width of an interval.
pub(super) const MARGIN: Figure = Figure::share(1);

rows! {
    /// The fieldwork of one unit.
    #[derive(Debug, Clone, Serialize, ToSchema)]
    pub(super) struct FieldworkRow {
        /// The unit's code; null for all together.
        unit: Option<Code> => concepts::REF_AREA,
        /// Responses so far.
        answered: u64 => concepts::SAMPLE_SIZE,
        /// Responses that the plan wants.
        target: Option<u64> => concepts::TARGET,
        /// Responses that an even pace would have brought by today.
        expected_by_today: Option<f64> => Concept::number("EXPECTED_SAMPLE_SIZE", EXPECTED),
        /// `answered / target`.
        share: Option<f64> => Concept::number("ANSWERED_SHARE", ANSWERED_SHARE),
        /// Half the width of the headline index's interval so far, as a share.
        margin: Option<f64> => Concept::number("MARGIN", MARGIN),
        /// The design effect seen so far.
        deff: Option<f64> => concepts::DESIGN_EFFECT,
        /// How many more answers the target margin needs at that design effect.
        more_needed: Option<u64> => Concept::number("ANSWERS_NEEDED", Figure::whole(Unit::Answers)),
    }
}

rows! {
    /// The columns of the table that [`FieldworkRow`] does not have.
    pub(super) struct ModeColumns {
        /// Answers in the browser of the respondent.
        web: u64 => answers("ANSWERS_WEB"),
        /// Answers on a device at an office.
        kiosk: u64 => answers("ANSWERS_KIOSK"),
        /// Answers to an interviewer, face to face.
        interviewer: u64 => answers("ANSWERS_INTERVIEWER"),
        /// Answers by telephone.
        telephone: u64 => answers("ANSWERS_TELEPHONE"),
        /// Answers on paper.
        paper: u64 => answers("ANSWERS_PAPER"),
        /// Answers over the open link that are kept apart, and in no other count here.
        open_link: u64 => answers("ANSWERS_OPEN_LINK"),
    }
}

/// How many answers came in one way.
const fn answers(way: &'static str) -> Concept {
    Concept::number(way, Figure::whole(Unit::Answers))
}

/// The columns of the fieldwork's table.
pub(super) type FieldworkColumns<'a> = (&'a FieldworkRow, ModeColumns);

impl From<&UnitFieldwork> for UnitFieldworkDocument {
    fn from(unit: &UnitFieldwork) -> Self {
        let row = FieldworkRow {
            unit: unit.unit.clone(),
            answered: unit.answered,
            target: unit.target,
            expected_by_today: unit.expected_by_today,
            share: unit.share,
            margin: unit.margin,
            deff: unit.design_effect,
            more_needed: unit.more_needed,
        };
        Self { row, open_link: unit.open_link, by_mode: unit.by_mode.clone(), by_day: unit.by_day.clone() }
    }
}

impl UnitFieldworkDocument {
    fn row(&self) -> FieldworkColumns<'_> {
        let by = |mode: Mode| self.by_mode.get(&mode).copied().unwrap_or_default();
        let modes = ModeColumns {
            web: by(Mode::Web),
            kiosk: by(Mode::Kiosk),
            interviewer: by(Mode::Interviewer),
            telephone: by(Mode::Telephone),
            paper: by(Mode::Paper),
            open_link: self.open_link,
        };
        (&self.row, modes)
    }
}

impl FieldworkDocument {
    pub(super) fn new(wave: &Wave, fieldwork: &Fieldwork, page: &UnitPage) -> Self {
        let unanswered = fieldwork.weights.unanswered.iter();
        let unanswered = unanswered.filter_map(|level| UnansweredDocument::new(wave, level));
        Self {
            wave: wave.plan.code.clone(),
            today: fieldwork.today,
            target_margin: fieldwork.target_margin,
            unanswered: unanswered.collect(),
            overall: (&fieldwork.overall).into(),
            page: page.shown,
            units: page
                .positions
                .iter()
                .filter_map(|position| fieldwork.units.get(*position))
                .map(Into::into)
                .collect(),
            has_overall: page.has_overall,
        }
    }

    /// As a table: on the first page all units together first, then each.
    pub(super) fn dataset(&self) -> Dataset<impl Iterator<Item = FieldworkColumns<'_>>> {
        let rows = self.has_overall.then_some(&self.overall).into_iter().chain(&self.units);
        Dataset::new(rows.map(UnitFieldworkDocument::row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::UnitPaging;
    use crate::monitoring::sample::fieldwork;
    use crate::survey::WaveState;
    use crate::survey::sample::wave;
    use crate::tables::{OutputFormat, Row};

    #[test]
    fn the_fieldwork_has_these_fields_and_no_score() {
        let wave = wave(WaveState::Released);
        let all = UnitPaging::default().cut(&wave, 0..9).unwrap();
        let document = FieldworkDocument::new(&wave, &fieldwork(), &all);
        let written = document.dataset().write(Vec::new(), OutputFormat::Csv).unwrap();
        let rows = String::from_utf8(written).unwrap();
        insta::assert_snapshot!(rows.lines().take(4).collect::<Vec<_>>().join("\n"));
        let mut json = serde_json::to_value(&document).unwrap();
        json["units"].as_array_mut().unwrap().drain(1..);
        insta::assert_json_snapshot!(json);
    }

    #[test]
    fn the_page_of_the_api_names_every_column_and_says_what_it_is() {
        let page = include_str!("../../docs/API.md");
        for column in FieldworkColumns::columns() {
            assert!(page.contains(&format!("`{}`", column.id)), "docs/API.md does not name {}", column.id);
            assert!(!column.description.is_empty(), "{} is not described", column.id);
        }
    }
}
