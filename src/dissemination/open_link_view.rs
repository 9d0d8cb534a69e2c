//! What came over the open link, in words and as a table without intervals.

use super::numbers::Written;
use super::words;
use crate::index::{OpenLinkResults, UnitResults, WaveResults};
use crate::survey::Wave;
use crate::web::Language;

/// What a page says of the open link.
#[derive(Debug, Default)]
pub(super) struct OpenLinkView {
    /// What the margins of the page are worth, where such answers are counted.
    pub(super) warning: Option<String>,
    /// How many there are and why they stand apart; nothing where there are none.
    pub(super) lead: Option<String>,
    /// Each unit that has some.
    pub(super) rows: Vec<OpenLinkRow>,
}

/// A unit's answers over the open link.
#[derive(Debug)]
pub(super) struct OpenLinkRow {
    /// The unit.
    pub(super) name: String,
    /// How many.
    pub(super) n: String,
    /// Its index from these alone.
    pub(super) index: String,
}

impl OpenLinkView {
    /// What the page of a wave says of the open link, with a row for each unit that is shown.
    pub(super) fn new(wave: &Wave, results: &WaveResults, is_shown: impl Fn(&str) -> bool, language: Language) -> Self {
        let told =
            |key: &str, answers: u64| Some(language.t_with(key, [("answers", language.format_count(answers).into())]));
        match &results.open_link {
            OpenLinkResults::None => Self::default(),
            OpenLinkResults::Counted(answers) => {
                Self { warning: told("open-link-counted", *answers), ..Self::default() }
            }
            OpenLinkResults::Apart { units, overall } => {
                let is_shown = |unit: &UnitResults| unit.unit.as_ref().is_some_and(|code| is_shown(code.as_str()));
                let answered = units.iter().filter(|unit| unit.responses > 0 && is_shown(unit));
                Self {
                    warning: None,
                    lead: told("open-link-apart", overall.responses),
                    rows: answered.map(|unit| row(wave, results, unit, language)).collect(),
                }
            }
        }
    }
}

fn row(wave: &Wave, results: &WaveResults, unit: &UnitResults, language: Language) -> OpenLinkRow {
    let code = unit.unit.as_ref().map_or("", |code| code.as_str());
    let index = unit.index(&results.headline.id);
    OpenLinkRow {
        name: words::unit_name(wave, code, language).to_owned(),
        n: language.format_count(unit.responses),
        index: index
            .map_or_else(|| "–".to_owned(), |index| Written::of(index, results.headline.figure(), language).value),
    }
}
