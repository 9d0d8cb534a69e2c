//! The fieldwork of a wave as a page: who has answered, against target and calendar, and what is still needed.

use askama::Template;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use super::fieldwork_document::{ANSWERED_SHARE, EXPECTED, MARGIN};
use super::weights_view::WeightsView;
use crate::chart::{BurnUp, BurnUpWords, Layout};
use crate::monitoring::{Fieldwork, UnitFieldwork};
use crate::survey::{Mode, Wave};
use crate::tables::concepts;
use crate::web::{AskedList, Language, ListView, Page, PageError};

const NOTHING: &str = "–";

#[derive(Template)]
#[template(path = "office/fieldwork.html")]
pub(super) struct FieldworkPage {
    pub(super) page: Page,
    pub(super) view: FieldworkView,
}

/// What the page says, in the reader's language.
pub(super) struct FieldworkView {
    wave_title: String,
    facts: String,
    lead: String,
    /// That the database cannot forget when answers came, if so.
    pub(super) held: Option<String>,
    /// What is wrong with the weights, if anything is.
    weights: Option<WeightsView>,
    wave_code: String,
    /// Whose days are shown.
    shown: String,
    shows_one_unit: bool,
    /// The burn-up chart in each layout.
    charts: [String; 2],
    modes: Vec<String>,
    /// Whether anything is kept apart.
    has_open_link: bool,
    list: ListView,
    /// Leads back to this part of the list.
    list_query: String,
    units: Vec<UnitRow>,
    overall: UnitRow,
    explanation: String,
    days: Vec<DayRow>,
}

struct UnitRow {
    /// Leads to its days; empty for all together.
    query: String,
    name: String,
    answered: String,
    target: String,
    share: String,
    expected: String,
    /// Fewer than an even pace would have brought.
    behind: bool,
    by_mode: Vec<String>,
    open_link: String,
    margin: String,
    design_effect: String,
    more_needed: String,
}

struct DayRow {
    date: String,
    count: String,
    total: String,
}

impl FieldworkView {
    /// The page of the units that are asked for, with the days of one unit, or of all together.
    pub(super) fn new(
        wave: &Wave,
        (fieldwork, as_of): (&Fieldwork, DateTime<FixedOffset>),
        (unit, asked): (Option<&UnitFieldwork>, &AskedList),
        language: Language,
    ) -> Result<Self, PageError> {
        let positions = match asked.sought()? {
            Some(text) => wave.units.like(text).collect(),
            None => (0..wave.units.len()).collect(),
        };
        let (positions, list) = asked.cut((wave.units.len(), positions), &[], language)?;
        let list_query = list.here();
        let shown = unit.unwrap_or(&fieldwork.overall);
        let modes = modes_shown(wave, fieldwork);
        let field = wave.plan.field;
        let date = |day: NaiveDate| language.format_date(day);
        let facts = [
            ("moment", language.format_moment(as_of).into()),
            ("opens", date(field.opens).into()),
            ("closes", date(field.closes).into()),
        ];
        let row = |unit: &UnitFieldwork| {
            let code = unit.unit.as_ref();
            let join = if list_query.is_empty() { '?' } else { '&' };
            let query = code.map(|code| format!("{list_query}{join}unit={code}")).unwrap_or_default();
            UnitRow { query, ..unit_row(wave, unit, &modes, language) }
        };
        let wished = language.format_figure(fieldwork.target_margin, MARGIN);
        Ok(Self {
            wave_title: wave.plan.title.get(language.tag()).to_owned(),
            facts: language.t_with("fieldwork-facts", facts),
            lead: lead(&fieldwork.overall, language),
            held: None,
            weights: WeightsView::new(wave, &fieldwork.weights, language),
            wave_code: wave.plan.code.to_string(),
            shown: unit_name(wave, shown, language),
            shows_one_unit: unit.is_some(),
            charts: charts(wave, fieldwork.today, shown, language),
            modes: modes.iter().map(|mode| language.t(&format!("mode-{}", mode.as_str()))).collect(),
            has_open_link: fieldwork.overall.open_link > 0,
            units: positions.iter().filter_map(|position| fieldwork.units.get(*position)).map(row).collect(),
            overall: row(&fieldwork.overall),
            explanation: language.t_with("fieldwork-explanation", [("margin", wished.into())]),
            days: days(shown, language),
            list,
            list_query,
        })
    }
}

/// The modes of the plan, and any other by which answers have come.
fn modes_shown(wave: &Wave, fieldwork: &Fieldwork) -> Vec<Mode> {
    let has_come = |mode: &Mode| fieldwork.overall.by_mode.contains_key(mode);
    Mode::ALL.into_iter().filter(|mode| wave.plan.modes.contains(mode) || has_come(mode)).collect()
}

fn lead(overall: &UnitFieldwork, language: Language) -> String {
    let answered = ("answered", language.format_count(overall.answered).into());
    match (overall.target, overall.share) {
        (Some(target), Some(share)) => {
            let target = ("target", language.format_count(target).into());
            language.t_with("fieldwork-lead", [answered, target, ("share", percent(share, language).into())])
        }
        _ => language.t_with("fieldwork-lead-bare", [answered]),
    }
}

/// How many of the wanted answers have come, with its sign.
fn percent(share: f64, language: Language) -> String {
    language.format_percent(share, ANSWERED_SHARE.decimals.unwrap_or_default().into())
}

fn unit_row(wave: &Wave, unit: &UnitFieldwork, modes: &[Mode], language: Language) -> UnitRow {
    let count = |count: Option<u64>| count.map_or_else(|| NOTHING.to_owned(), |count| language.format_count(count));
    let number = |value: Option<f64>, figure| {
        value.map_or_else(|| NOTHING.to_owned(), |value| language.format_figure(value, figure))
    };
    UnitRow {
        query: String::new(),
        name: unit_name(wave, unit, language),
        answered: language.format_count(unit.answered),
        target: count(unit.target),
        share: unit.share.map_or_else(|| NOTHING.to_owned(), |share| percent(share, language)),
        expected: number(unit.expected_by_today, EXPECTED),
        behind: unit.expected_by_today.is_some_and(|expected| (unit.answered as f64) < expected.floor()),
        by_mode: modes
            .iter()
            .map(|mode| language.format_count(unit.by_mode.get(mode).copied().unwrap_or_default()))
            .collect(),
        open_link: language.format_count(unit.open_link),
        margin: number(unit.margin, MARGIN),
        design_effect: number(unit.design_effect, concepts::DESIGN_EFFECT.figure),
        more_needed: count(unit.more_needed),
    }
}

fn unit_name(wave: &Wave, unit: &UnitFieldwork, language: Language) -> String {
    match &unit.unit {
        Some(code) => wave.unit(code.as_str()).map_or(code.as_str(), |unit| unit.name(language.tag())).to_owned(),
        None => language.t("fieldwork-overall"),
    }
}

fn days(unit: &UnitFieldwork, language: Language) -> Vec<DayRow> {
    let rows = unit.by_day.iter().scan(0_u64, |total, (day, count)| {
        *total += count;
        let (count, total) = (language.format_count(*count), language.format_count(*total));
        Some(DayRow { date: language.format_date(*day), count, total })
    });
    rows.collect()
}

fn charts(wave: &Wave, today: NaiveDate, unit: &UnitFieldwork, language: Language) -> [String; 2] {
    let short = |day: NaiveDate| match language {
        Language::English => format!("{} {}", day.day(), day.format("%b")),
        Language::Czech => format!("{}. {}.", day.day(), day.month()),
        Language::Vietnamese | Language::Added(_) => format!("{}/{}", day.day(), day.month()),
    };
    let chart = BurnUp {
        id: "fieldwork",
        title: &language.t("burnup-title"),
        description: &language.t("burnup-description"),
        words: BurnUpWords {
            answered: &language.t("burnup-answered"),
            pace: &language.t("burnup-pace"),
            target: &language.t("burnup-target"),
            axis_title: &language.t("burnup-axis"),
        },
        days: (wave.plan.field.opens, wave.plan.field.closes),
        today,
        by_day: &unit.by_day,
        target: unit.target,
        number: &|value, decimals| language.format_number(value, usize::from(decimals)),
        date: &short,
    };
    Layout::ALL.map(|layout| chart.svg(layout))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitoring::sample::fieldwork;
    use crate::survey::WaveState;
    use crate::survey::sample::wave;
    use crate::web::test_page;

    fn noon() -> DateTime<FixedOffset> {
        "2024-11-20T12:00:00+07:00".parse().unwrap()
    }

    fn view(language: Language) -> FieldworkView {
        FieldworkView::new(&wave(WaveState::Open), (&fieldwork(), noon()), (None, &AskedList::default()), language)
            .unwrap()
    }

    #[test]
    fn the_page_is_printed_in_every_language() {
        for (language, share) in
            [(Language::Vietnamese, "47%"), (Language::English, "47%"), (Language::Czech, "47\u{a0}%")]
        {
            let page = test_page(language, "/office/laocai-2024");
            let html = FieldworkPage { page, view: view(language) }.render().unwrap();
            for text in ["Bắc Hà", share, &language.t("mode-interviewer"), &language.t("burnup-title")] {
                assert!(html.contains(text), "{text} in {}", language.tag());
            }
            assert_eq!(html.matches("<svg xmlns").count(), 2);
            assert!(!html.contains("style=\""), "the policy forbids inline styles");
        }
    }

    #[test]
    fn a_unit_behind_an_even_pace_is_marked_and_one_without_answers_has_no_margin() {
        let view = view(Language::English);
        let marked: Vec<_> = view.units.iter().filter(|unit| unit.behind).map(|unit| unit.name.as_str()).collect();
        assert!(marked.contains(&"Mường Khương") && !marked.contains(&"Bắc Hà"), "{marked:?}");
        let last = view.units.last().unwrap();
        assert_eq!([last.answered.as_str(), &last.margin, &last.more_needed], ["0", "–", "–"]);
    }

    #[test]
    fn the_days_of_one_unit_are_shown_when_it_is_chosen() {
        let fieldwork = fieldwork();
        let asked = (fieldwork.units.get(4), &AskedList::default());
        let view = FieldworkView::new(&wave(WaveState::Open), (&fieldwork, noon()), asked, Language::English).unwrap();
        assert_eq!((view.shown.as_str(), view.shows_one_unit), ("Bắc Hà", true));
        assert_eq!(view.days.last().map(|day| day.total.as_str()), Some("497"));
    }

    #[test]
    fn days_add_up_to_all_answers() {
        let view = view(Language::English);
        assert_eq!(view.days.last().map(|day| day.total.as_str()), Some(view.overall.answered.as_str()));
    }

    #[test]
    fn a_mode_outside_the_plan_is_shown_once_an_answer_came_by_it() {
        let mut fieldwork = fieldwork();
        assert_eq!(modes_shown(&wave(WaveState::Open), &fieldwork), [Mode::Web, Mode::Interviewer]);
        fieldwork.overall.by_mode.insert(Mode::Paper, 3);
        assert_eq!(modes_shown(&wave(WaveState::Open), &fieldwork), [Mode::Web, Mode::Interviewer, Mode::Paper]);
    }
}
