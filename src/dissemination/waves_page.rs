//! The first page: all waves, where each stands, and what can be done with it today.

use askama::Template;
use chrono::NaiveDate;

use crate::survey::{Wave, WaveState};
use crate::web::{Language, Page};

#[derive(Template)]
#[template(path = "results/waves.html")]
pub(super) struct WavesPage {
    pub(super) page: Page,
    pub(super) waves: Vec<WaveCard>,
}

/// One wave on the first page.
pub(super) struct WaveCard {
    code: String,
    title: String,
    state: String,
    /// `draft`, `open`, …: for the mark's class.
    state_code: &'static str,
    period: String,
    field: String,
    units: String,
    takes_answers: bool,
    results_link: Option<String>,
    shows_fieldwork: bool,
}

/// What a reader may do with a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CardRights {
    pub(super) sees_results: bool,
    pub(super) uses_office: bool,
}

impl WaveCard {
    /// The wave as this reader sees it today.
    pub(super) fn new(wave: &Wave, today: NaiveDate, rights: CardRights, language: Language) -> Self {
        let date = |day: NaiveDate| language.format_date(day);
        let (period, field) = (wave.plan.period, wave.plan.field);
        let results_link = match wave.state {
            WaveState::Released => Some("waves-results"),
            WaveState::Open | WaveState::Closed => Some("waves-results-preview"),
            WaveState::Draft => None,
        };
        Self {
            code: wave.plan.code.to_string(),
            title: wave.plan.title.get(language.tag()).to_owned(),
            state: state_in_words(wave, today, language),
            state_code: wave.state.as_str(),
            period: language
                .t_with("waves-period", [("from", date(period.from).into()), ("to", date(period.to).into())]),
            field: language
                .t_with("waves-field", [("opens", date(field.opens).into()), ("closes", date(field.closes).into())]),
            units: language.t_with("waves-units", [("count", wave.units.len().into())]),
            takes_answers: wave.accepts_on(today),
            results_link: results_link.filter(|_| rights.sees_results).map(|key| language.t(key)),
            shows_fieldwork: rights.uses_office,
        }
    }
}

fn state_in_words(wave: &Wave, today: NaiveDate, language: Language) -> String {
    let field = &wave.plan.field;
    let with_date = |key: &str, day: NaiveDate| language.t_with(key, [("date", language.format_date(day).into())]);
    match wave.state {
        WaveState::Draft => language.t("state-draft"),
        WaveState::Open if today < field.opens => with_date("state-upcoming", field.opens),
        WaveState::Open if today <= field.closes => with_date("state-taking", field.closes),
        WaveState::Open if wave.accepts_on(today) => with_date("state-late", field.accepts_until()),
        WaveState::Open => language.t("state-ended"),
        WaveState::Closed => language.t("state-closed"),
        WaveState::Released => language.t("state-released"),
    }
}

/// What others see in place of results that are not released.
#[derive(Template)]
#[template(path = "results/not_released.html")]
pub(super) struct NotReleasedPage {
    pub(super) page: Page,
    pub(super) wave_title: String,
    pub(super) wave_code: String,
    pub(super) field: String,
    pub(super) takes_answers: bool,
}

impl NotReleasedPage {
    pub(super) fn new(wave: &Wave, today: NaiveDate, page: Page) -> Self {
        let language = page.language;
        let date = |day: NaiveDate| language.format_date(day);
        let field = wave.plan.field;
        let arguments = [("opens", date(field.opens).into()), ("closes", date(field.closes).into())];
        Self {
            wave_title: wave.plan.title.get(language.tag()).to_owned(),
            wave_code: wave.plan.code.to_string(),
            field: language.t_with("not-released-field", arguments),
            takes_answers: wave.accepts_on(today),
            page,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::sample::{day, wave};
    use crate::web::test_page;

    #[test]
    fn the_state_is_told_in_words_that_fit_the_day() {
        let cases = [
            (WaveState::Draft, day(2024, 11, 5), "in preparation"),
            (WaveState::Open, day(2024, 10, 31), "opens on 1 November 2024"),
            (WaveState::Open, day(2024, 11, 1), "taking answers until 30 November 2024"),
            (WaveState::Open, day(2024, 11, 30), "taking answers until 30 November 2024"),
            (WaveState::Open, day(2024, 12, 1), "taking late responses until 7 December 2024"),
            (WaveState::Open, day(2024, 12, 7), "taking late responses until 7 December 2024"),
            (WaveState::Open, day(2024, 12, 8), "fieldwork over"),
            (WaveState::Closed, day(2024, 12, 9), "closed, results under review"),
            (WaveState::Released, day(2025, 1, 9), "results released"),
        ];
        for (state, today, words) in cases {
            assert_eq!(state_in_words(&wave(state), today, Language::English), words);
        }
    }

    #[test]
    fn links_appear_only_for_those_who_may_follow_them() {
        let card = |state, (sees_results, uses_office)| {
            let rights = CardRights { sees_results, uses_office };
            let card = WaveCard::new(&wave(state), day(2024, 11, 5), rights, Language::English);
            (card.takes_answers, card.results_link.is_some(), card.shows_fieldwork)
        };
        let (nothing, results, all) = ((false, false), (true, false), (true, true));
        let cases = [
            (WaveState::Draft, all, (false, false, true)),
            (WaveState::Open, nothing, (true, false, false)),
            (WaveState::Open, results, (true, true, false)),
            (WaveState::Open, all, (true, true, true)),
            (WaveState::Closed, nothing, (false, false, false)),
            (WaveState::Released, results, (false, true, false)),
        ];
        for (state, rights, expected) in cases {
            assert_eq!(card(state, rights), expected, "{state:?} {rights:?}");
        }
    }

    #[test]
    fn both_pages_are_printed_in_every_language() {
        for language in Language::BUILT_IN {
            let waves = WaveState::ALL.map(wave);
            let rights = CardRights { sees_results: true, uses_office: true };
            let cards = waves.iter().map(|wave| WaveCard::new(wave, day(2024, 11, 5), rights, language)).collect();
            let html = WavesPage { page: test_page(language, "/"), waves: cards }.render().unwrap();
            assert_eq!(html.matches("/r/laocai-2024").count(), 3);
            let refused = NotReleasedPage::new(&waves[1], day(2024, 11, 5), test_page(language, "/r/x"));
            assert!(refused.render().unwrap().contains(&language.t("not-released-text")));
        }
    }
}
