//! The shapes of waves. Texts come in all their languages; days are ISO dates.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::documents::{UnitPage, UnitPageDocument};
use crate::foundation::{Code, LanguageTag, Text};
use crate::statistics::{IntervalMethod, LonelyPsu, UnaskedItems};
use crate::survey::{CalibrationPlan, Field, Mode, Period, Plan, Questionnaire, Wave, WaveState};
use crate::tables::{Concept, Dataset, concepts, rows};

/// One page of the list of waves.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaveList {
    /// The waves of this page, the latest field first.
    pub(super) items: Vec<WaveSummary>,
    /// The number of this page, from 1.
    pub(super) page: usize,
    /// How many waves a page holds at most.
    pub(super) per_page: usize,
    /// How many waves there are.
    pub(super) total: usize,
}

/// A wave in the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaveSummary {
    /// The wave's code.
    code: Code,
    /// Where it stands.
    state: WaveState,
    /// Its title by language.
    title: Text,
    /// When answers are taken.
    field: FieldDates,
    /// How its index is made, such as `sipas-top2@2017`.
    method: String,
    /// Whether its answers are invented.
    synthetic: bool,
}

/// When answers are taken, all days included.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FieldDates {
    /// First day on which an answer may be given.
    opens: NaiveDate,
    /// Last day on which an answer may be given.
    closes: NaiveDate,
    /// For how many days after `closes` late arrivals are still taken.
    grace_days: u16,
    /// Last day on which an answer may arrive.
    accepts_until: NaiveDate,
}

impl From<Field> for FieldDates {
    fn from(field: Field) -> Self {
        let Field { opens, closes, grace_days } = field;
        Self { opens, closes, grace_days, accepts_until: field.accepts_until() }
    }
}

impl WaveSummary {
    pub(super) fn new(wave: &Wave) -> Self {
        Self {
            code: wave.plan.code.clone(),
            state: wave.state,
            title: wave.plan.title.clone(),
            field: wave.plan.field.into(),
            method: wave.plan.method.clone(),
            synthetic: wave.plan.synthetic,
        }
    }
}

rows! {
    /// A wave in the list as a row.
    pub(super) struct WaveRow {
        /// The wave's code.
        code: String => Concept::code("WAVE"),
        /// Where it stands: `draft`, `open`, `closed` or `released`.
        state: &'static str => Concept::code("WAVE_STATE"),
        /// Its title in Vietnamese; the JSON has it in every language.
        title: String => Concept::text("TITLE"),
        /// First day on which an answer may be given.
        opens: NaiveDate => Concept::text("COLL_PERIOD_START"),
        /// Last day on which an answer may be given.
        closes: NaiveDate => Concept::text("COLL_PERIOD_END"),
        /// Last day on which an answer may arrive.
        accepts_until: NaiveDate => Concept::text("ACCEPTED_UNTIL"),
        /// How its index is made, such as `sipas-top2@2017`.
        method: String => concepts::METHOD,
        /// Whether its answers are invented.
        synthetic: bool => Concept::text("SYNTHETIC"),
    }
}

impl WaveRow {
    fn new(wave: WaveSummary) -> Self {
        let WaveSummary { code, state, title, field, method, synthetic } = wave;
        let FieldDates { opens, closes, accepts_until, .. } = field;
        let (code, state, title) = (code.to_string(), state.as_str(), title.get("vi").to_owned());
        Self { code, state, title, opens, closes, accepts_until, method, synthetic }
    }

    /// Waves as a table.
    pub(super) fn dataset<'a>(waves: impl Iterator<Item = &'a Wave>) -> Dataset<impl Iterator<Item = Self>> {
        Dataset::new(waves.map(|wave| Self::new(WaveSummary::new(wave))))
    }
}

/// A wave with what is asked and who is measured.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaveDocument {
    /// The wave's code.
    code: Code,
    /// Where it stands.
    state: WaveState,
    /// Its title by language.
    title: Text,
    /// When answers are taken.
    field: FieldDates,
    /// The period that the answers speak of.
    period: Period,
    /// What becomes of answers over the open link: `apart`, `counted` or `refused`.
    open_link: &'static str,
    /// How hard the puzzle is that such an answer comes with: so many zero bits; 0 for none.
    proof_of_work_bits: u8,
    /// How answers may be given.
    modes: Vec<Mode>,
    /// How its index is made, such as `sipas-top2@2017`.
    method: String,
    /// The confidence level of intervals and rank sets.
    level: f64,
    /// How estimates are made, fixed before the first answer.
    estimation: EstimationSettings,
    /// The languages in which it is asked, the default one first.
    languages: Vec<LanguageTag>,
    /// Those of them in which some texts are missing; the form shows these in another language and says so.
    partial_languages: Vec<LanguageTag>,
    /// What is asked.
    questionnaire: Questionnaire,
    #[serde(flatten)]
    page: UnitPageDocument,
    /// The measured units of the page, in the plan's order.
    units: Vec<MeasuredUnit>,
    /// Whether its answers are invented.
    synthetic: bool,
}

/// How the estimates of a wave are made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EstimationSettings {
    /// What a stratum with a single sampling unit adds to the variance: `fail`, `remove`, `certainty`, `adjust`, `average`.
    #[schema(value_type = String, example = "fail")]
    lonely_psu: LonelyPsu,
    /// How intervals of shares are made: `xlogit`, `logit`, `likelihood`, `asin`, `beta`, `mean`, `wilson`.
    #[schema(value_type = String, example = "xlogit")]
    interval: IntervalMethod,
    /// What design effects compare with: a simple random sample `with_replacement` (R: `deff = "replace"`) or
    /// `without_replacement` (R: `deff = TRUE`).
    design_effect: &'static str,
    /// Where nobody of a unit answered an item of a factor or index: `withhold` it, or `leave_out` the item.
    #[schema(value_type = String, example = "withhold")]
    unasked_items: UnaskedItems,
    /// Which rank sets are the official ones: `holm` or `simultaneous`.
    rank_sets: &'static str,
    /// The seed of the draws behind simultaneous rank sets.
    seed: u64,
    /// The fewest answers of a unit that is ranked.
    answers_min: u64,
    /// The fewest sampling units of a unit that is ranked.
    psus_min: u64,
    /// How weights are calibrated; null where they are not.
    calibration: Option<CalibrationSettings>,
}

/// How weights are calibrated to known numbers of people.
#[derive(Debug, Serialize, ToSchema)]
struct CalibrationSettings {
    /// `raking`, `linear` (with one margin it is post-stratification) or `logit`.
    method: &'static str,
    /// For `logit`, the least and the largest factor of a weight.
    bounds: Option<[f64; 2]>,
    /// The columns of each margin: `unit`, or codes of questions about the respondent.
    margins: Vec<Vec<String>>,
}

impl EstimationSettings {
    fn new(plan: &Plan) -> Self {
        let calibration = |calibration: &CalibrationPlan| CalibrationSettings {
            method: calibration.method_name(),
            bounds: calibration.bounds(),
            margins: calibration.margins.iter().map(|margin| margin.columns.clone()).collect(),
        };
        Self {
            lonely_psu: plan.estimation.lonely_psu,
            interval: plan.estimation.interval,
            design_effect: plan.estimation.design_effect.as_str(),
            unasked_items: plan.estimation.unasked_items,
            rank_sets: plan.estimation.rank_sets.as_str(),
            seed: plan.estimation.seed,
            answers_min: plan.ranking.answers_min,
            psus_min: plan.ranking.psus_min,
            calibration: plan.calibration.as_ref().map(calibration),
        }
    }
}

/// A unit that the wave measures.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct MeasuredUnit {
    /// The unit's code, as of the wave.
    code: Code,
    /// Its name by language.
    name: Text,
    /// How many answers it should reach.
    target: Option<u32>,
}

rows! {
    /// A unit that the wave measures as a row.
    pub(super) struct MeasuredUnitRow {
        /// The unit's code, as of the wave.
        unit: String => concepts::REF_AREA,
        /// Its name in Vietnamese; the JSON has it in every language.
        name: String => concepts::AREA_NAME,
        /// How many answers it should reach.
        target: Option<u32> => concepts::TARGET,
    }
}

impl WaveDocument {
    pub(super) fn new(wave: &Wave, page: &UnitPage) -> Self {
        let plan = &wave.plan;
        Self {
            code: plan.code.clone(),
            state: wave.state,
            title: plan.title.clone(),
            field: plan.field.into(),
            period: plan.period,
            modes: plan.modes.clone(),
            open_link: plan.open_link.answers.as_str(),
            proof_of_work_bits: plan.open_link.proof_of_work_bits,
            method: plan.method.clone(),
            level: plan.level,
            estimation: EstimationSettings::new(plan),
            languages: wave.questionnaire.languages.clone(),
            partial_languages: wave.questionnaire.partial_languages.clone(),
            questionnaire: wave.questionnaire.clone(),
            page: page.shown,
            units: page
                .positions
                .iter()
                .map(|position| MeasuredUnit::new(wave, wave.units[*position].code()))
                .collect(),
            synthetic: plan.synthetic,
        }
    }

    /// The units as a table.
    pub(super) fn dataset(&self) -> Dataset<impl Iterator<Item = MeasuredUnitRow>> {
        Dataset::new(self.units.iter().map(|unit| MeasuredUnitRow {
            unit: unit.code.to_string(),
            name: unit.name.get("vi").to_owned(),
            target: unit.target,
        }))
    }
}

impl MeasuredUnit {
    pub(super) fn new(wave: &Wave, code: &Code) -> Self {
        let name = wave.unit(code.as_str()).map(|unit| unit.row.names.clone()).unwrap_or_default();
        Self { code: code.clone(), name, target: wave.plan.units.target_of(code.as_str()) }
    }
}
