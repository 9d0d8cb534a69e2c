//! The ranking of a wave as a page: what a reader is told first, the chart, the table, the method in words.

use std::collections::HashSet;

use askama::Template;

use super::asked::Kept;
use super::method_note::MethodView;
use super::numbers::{self, Written, with_unit};
use super::open_link_view::OpenLinkView;
use super::release_view::{ReleaseView, ShownRelease};
use super::sets_view::SetsView;
use super::words;
use crate::chart::{DotPlot, DotRow, Interval, Layout, Reference, Tier};
use crate::documents::UNITS_PER_FILE;
use crate::foundation::Code;
use crate::index::{Index, WaveResults};
use crate::pipeline::ShownRanking;
use crate::ranking::{Ranked, Ranking, Withheld, WithheldReason};
use crate::statistics::Estimate;
use crate::survey::{Wave, WaveState};
use crate::tables::Figure;
use crate::web::{AskedList, Language, ListView, Page, PageError};

#[derive(Template)]
#[template(path = "results/ranking.html")]
pub(super) struct RankingPage {
    pub(super) page: Page,
    pub(super) view: RankingView,
}

/// What the page says, in the reader's language.
pub(super) struct RankingView {
    wave_code: String,
    wave_title: String,
    released: bool,
    facts: String,
    lead: String,
    overall: Option<String>,
    has_ranking: bool,
    release: ReleaseView,
    sets: SetsView,
    /// Leads to other pages of the same release, by the same rank sets.
    query: String,
    /// The same for the API's ranking, after another parameter.
    api_query: String,
    list: ListView,
    open_link: OpenLinkView,
    /// The chart in each layout.
    charts: [String; 2],
    /// Which units it shows, where that are not all.
    chart_part: Option<String>,
    reading: String,
    heads: Heads,
    rows: Vec<Row>,
    sentences: Vec<String>,
    words_level: String,
    withheld: Vec<String>,
    method: MethodView,
    downloads: Vec<Download>,
}

struct Heads {
    unit: String,
    index: String,
    interval: String,
}

struct Row {
    rank: usize,
    code: String,
    name: String,
    index: Written,
    possible_ranks: String,
    tier: usize,
}

/// A part of the ranking as a file.
struct Download {
    name: String,
    query: String,
}

impl RankingView {
    /// The page of a ranking that is asked for: ranked units first, then those that are withheld.
    pub(super) fn new(
        wave: &Wave,
        results: &WaveResults,
        (chosen, shown): (&ShownRanking, ShownRelease<'_>),
        asked: &AskedList,
        language: Language,
    ) -> Result<Self, PageError> {
        let ranking = chosen.ranking.as_ref();
        let sets = SetsView::new(wave, chosen, language);
        let kept = Kept { sets: sets.asked, release: shown.asked };
        let (ranked, withheld_units, list) = shown_part(wave, ranking, (asked, kept), language)?;
        let figure = results.headline.figure();
        let level = numbers::level(language, results.level);
        let joint = numbers::level(language, ranking.level);
        let overall = results.overall.index(&results.headline.id).map(|estimate| {
            let written = Written::of(estimate, figure, language);
            let told = |text: String| with_unit(&results.headline, text, language).into();
            let arguments =
                [("value", told(written.value)), ("level", level.clone().into()), ("interval", told(written.interval))];
            language.t_with("ranking-overall", arguments)
        });
        let row = |ranked: &&Ranked| Row {
            rank: ranked.rank,
            code: ranked.unit.to_string(),
            name: words::unit_name(wave, ranked.unit.as_str(), language).to_owned(),
            index: Written::of(&ranked.estimate, figure, language),
            possible_ranks: words::possible_ranks(ranked),
            tier: ranked.tier,
        };
        let is_shown = |unit: &str| {
            let is_ranked = ranked.iter().any(|ranked| ranked.unit.as_str() == unit);
            !list.is_long || is_ranked || withheld_units.iter().any(|withheld| withheld.unit.as_str() == unit)
        };
        let units = language.format_count(ranking.entries.len() as u64);
        let is_part = ranked.len() < ranking.entries.len();
        Ok(Self {
            wave_code: wave.plan.code.to_string(),
            wave_title: wave.plan.title.get(language.tag()).to_owned(),
            released: wave.state == WaveState::Released,
            facts: facts(wave, results, language),
            lead: words::lead_sentence(wave, ranking, language),
            overall,
            has_ranking: !ranking.entries.is_empty(),
            open_link: OpenLinkView::new(wave, results, is_shown, language),
            charts: charts(wave, results, &ranked, language),
            chart_part: is_part.then(|| language.t_with("chart-part", [("units", units.into())])),
            reading: language
                .t_with("chart-reading", [("level", level.clone().into()), ("joint", joint.clone().into())]),
            heads: Heads {
                unit: words::level_name(wave, language),
                index: index_head(&results.headline, language),
                interval: language.t_with("column-interval", [("level", level.into())]),
            },
            rows: ranked.iter().map(row).collect(),
            sentences: ranked.iter().map(|ranked| words::rank_sentence(wave, ranking, ranked, language)).collect(),
            words_level: language.t_with("words-level", [("level", joint.into())]),
            withheld: withheld_units.iter().map(|unit| withheld(wave, results, unit, language)).collect(),
            method: MethodView::new(wave, results, ranking, chosen.shown, language),
            downloads: downloads(wave.units.len(), language),
            release: ReleaseView::new(shown, kept, wave.plan.code.as_str(), language),
            query: kept.query(),
            api_query: kept.api_query(true),
            sets,
            list,
        })
    }
}

/// The ranked and the withheld units on the page that is asked for, of those that are looked for.
fn shown_part<'a>(
    wave: &Wave,
    ranking: &'a Ranking,
    (asked, kept): (&AskedList, Kept),
    language: Language,
) -> Result<(Vec<&'a Ranked>, Vec<&'a Withheld>, ListView), PageError> {
    let found: Option<HashSet<&str>> =
        asked.sought()?.map(|text| wave.units.like(text).map(|place| wave.units[place].code().as_str()).collect());
    let is_found = |unit: &Code| found.as_ref().is_none_or(|found| found.contains(unit.as_str()));
    let ranked = ranking.entries.iter().filter(|ranked| is_found(&ranked.unit)).map(Ok);
    let withheld = ranking.withheld.iter().filter(|withheld| is_found(&withheld.unit)).map(Err);
    let kept = kept.pairs();
    let (shown, list) = asked.cut((wave.units.len(), ranked.chain(withheld).collect()), &kept, language)?;
    let ranked = shown.iter().filter_map(|unit: &Result<&Ranked, &Withheld>| unit.ok()).collect();
    Ok((ranked, shown.into_iter().filter_map(Result::err).collect(), list))
}

/// The files that the ranking of so many units comes in.
fn downloads(units: usize, language: Language) -> Vec<Download> {
    if units <= AskedList::WHOLE_MAX {
        return vec![Download { name: language.t("download-csv"), query: String::new() }];
    }
    let count = |count: usize| language.format_count(count as u64).into();
    let part = |first: usize| {
        let last = units.min(first + UNITS_PER_FILE);
        let name = language.t_with("download-csv-part", [("first", count(first + 1)), ("last", count(last))]);
        Download { name, query: format!("&per_page={UNITS_PER_FILE}&page={}", first / UNITS_PER_FILE + 1) }
    };
    (0..units).step_by(UNITS_PER_FILE).map(part).collect()
}

fn facts(wave: &Wave, results: &WaveResults, language: Language) -> String {
    let period = &wave.plan.period;
    let arguments = [
        ("answers", language.format_count(results.overall.responses).into()),
        ("units", wave.units.len().into()),
        ("from", language.format_date(period.from).into()),
        ("to", language.format_date(period.to).into()),
    ];
    language.t_with("ranking-facts", arguments)
}

/// The head of a column of indices, with their unit.
fn index_head(headline: &Index, language: Language) -> String {
    language.t(if headline.is_share() { "column-index-share" } else { "column-index-points" })
}

fn withheld(wave: &Wave, results: &WaveResults, unit: &Withheld, language: Language) -> String {
    let name = words::unit_name(wave, unit.unit.as_str(), language);
    let position = wave.units.position(unit.unit.as_str());
    if let Some(unanswered) = position.and_then(|position| results.unanswered(position)) {
        let (answered, items) = words::unanswered(&unanswered, language);
        let arguments = [("unit", name.into()), ("answered", answered.into()), ("items", items.into())];
        return language.t_with("withheld-items_unanswered", arguments);
    }
    let least = match unit.reason {
        WithheldReason::TooFewAnswers => wave.plan.ranking.answers_min,
        _ => wave.plan.ranking.psus_min,
    };
    language.t_with(
        &format!("withheld-{}", unit.reason.as_str()),
        [("unit", name.into()), ("least", language.format_count(least).into())],
    )
}

/// A row of a dot plot for an estimate that people read so.
pub(super) fn dot_row(name: &str, estimate: &Estimate, figure: Figure, note: String) -> DotRow {
    let read = |value: f64| figure.read(value).0;
    let interval = estimate.precision.and_then(|precision| precision.interval());
    let interval = interval.map(|(low, high)| Interval { low: read(low), high: read(high) });
    DotRow { name: name.to_owned(), value: read(estimate.value), interval, note }
}

fn charts(wave: &Wave, results: &WaveResults, shown: &[&Ranked], language: Language) -> [String; 2] {
    let figure = results.headline.figure();
    let mut tiers: Vec<Tier> = Vec::new();
    for same in shown.chunk_by(|a, b| a.tier == b.tier) {
        let row = |ranked: &&Ranked| {
            let name = words::unit_name(wave, ranked.unit.as_str(), language);
            dot_row(name, &ranked.estimate, figure, words::possible_ranks(ranked))
        };
        let label = same.first().map(|first| language.t_with("tier", [("n", first.tier.into())]));
        tiers.push(Tier { label: label.unwrap_or_default(), rows: same.iter().map(row).collect() });
    }
    let reference = results.overall.index(&results.headline.id).map(|estimate| {
        let written = Written::of(estimate, figure, language);
        let value = with_unit(&results.headline, written.value, language);
        let label = language.t_with("chart-reference", [("value", value.into())]);
        Reference { value: figure.read(estimate.value).0, label }
    });
    let axis = if results.headline.is_share() { "chart-axis-share" } else { "chart-axis-points" };
    let plot = DotPlot {
        id: "ranking",
        title: &language.t("chart-title"),
        description: &language.t("chart-description"),
        axis_title: &language.t(axis),
        heads: [
            &words::level_name(wave, language),
            &index_head(&results.headline, language),
            &language.t("chart-ranks"),
        ],
        tiers,
        reference,
        limits: results.headline.limits().map(|limit| figure.read(limit).0),
        number: &|value, decimals| language.format_number(value, usize::from(decimals)),
    };
    Layout::ALL.map(|layout| plot.svg(layout))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissemination::sample;
    use crate::survey::sample::wave;
    use crate::web::test_page;

    fn html(state: WaveState, language: Language) -> String {
        let asked = AskedList::default();
        let view = RankingView::new(
            &wave(state),
            &sample::results(),
            (&sample::shown(), ShownRelease::default()),
            &asked,
            language,
        )
        .unwrap();
        RankingPage { page: test_page(language, "/r/laocai-2024").with_synthetic(true), view }.render().unwrap()
    }

    #[test]
    fn the_page_is_printed_in_every_language_with_its_numbers() {
        let expected = [
            (Language::Vietnamese, ["87,14", "Chưa thể nói đơn vị nào đứng đầu", "Văn Bàn: chưa có ai trả lời."]),
            (Language::English, ["87.14", "Which unit comes first cannot be said", "Văn Bàn: nobody has answered."]),
            (Language::Czech, ["87,14", "Která jednotka je první, nelze říci", "Văn Bàn: nikdo neodpověděl."]),
        ];
        for (language, texts) in expected {
            let html = html(WaveState::Released, language);
            for text in texts {
                assert!(html.contains(text), "{text} in {}", language.tag());
            }
            assert_eq!(html.matches("<svg xmlns").count(), 2);
            assert!(!html.contains("style=\""), "the policy forbids inline styles");
        }
    }

    #[test]
    fn what_holds_at_a_level_is_not_called_sure_and_a_design_effect_below_1_is_explained() {
        let expected = [
            (Language::Vietnamese, ["độ tin cậy đồng thời 95%", "nhỏ hơn 1"], "chắc chắn khác"),
            (Language::English, ["hold together at 95% confidence", "Below 1"], "surely"),
            (Language::Czech, ["společné spolehlivosti 95\u{a0}%", "pod 1"], "jistě"),
        ];
        for (language, told, not_told) in expected {
            let html = html(WaveState::Released, language);
            for text in told {
                assert!(html.contains(text), "{text} in {}", language.tag());
            }
            assert!(!html.contains(not_told), "{not_told} in {}", language.tag());
        }
    }

    #[test]
    fn a_preview_says_that_it_is_not_public() {
        assert!(html(WaveState::Closed, Language::English).contains("not released yet"));
        assert!(!html(WaveState::Released, Language::English).contains("not released yet"));
    }

    #[test]
    fn units_of_one_tier_stand_together_in_the_chart() {
        let ranking = sample::ranking();
        let shown: Vec<_> = ranking.entries.iter().collect();
        let [wide, _] = charts(&wave(WaveState::Released), &sample::results(), &shown, Language::English);
        assert_eq!(wide.matches("chart-band").count(), 2);
        assert_eq!(wide.matches("chart-dot\"").count(), 8);
    }
}
