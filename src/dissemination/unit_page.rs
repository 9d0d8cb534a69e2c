//! One unit as a page: its index and places, its factors, its items.

use askama::Template;

use super::asked::Kept;
use super::method_note::MethodView;
use super::neighbours::NeighboursView;
use super::numbers::{self, NOTHING, Written, margin, with_unit};
use super::open_link_view::OpenLinkView;
use super::ranking_page::dot_row;
use super::release_view::{ReleaseView, ShownRelease};
use super::sets_view::SetsView;
use super::words;
use crate::chart::{BarRow, DotPlot, Layout, StackedBars, Tier};
use crate::index::{FACTOR_SHARE, ITEM_SCORE, ITEM_SHARE, ItemResult, UnitResults, WaveResults};
use crate::pipeline::ShownRanking;
use crate::survey::{Item, Questionnaire, Rated, Scale, Section, Wave, WaveState};
use crate::web::{Language, Page};

#[derive(Template)]
#[template(path = "results/unit.html")]
pub(super) struct UnitPage {
    pub(super) page: Page,
    pub(super) view: UnitView,
}

/// What the page says, in the reader's language.
pub(super) struct UnitView {
    wave_code: String,
    wave_title: String,
    released: bool,
    code: String,
    name: String,
    answers: String,
    /// Why there is no index, where there is none.
    no_index: String,
    index: Option<Headline>,
    rank: Option<String>,
    /// What the margins of the page are worth, where answers over the open link are counted.
    open_link_warning: Option<String>,
    release: ReleaseView,
    sets: SetsView,
    /// Leads to other pages of the same release, by the same rank sets.
    query: String,
    neighbours: Option<NeighboursView>,
    factor_charts: Option<[String; 2]>,
    factors: Vec<FactorRow>,
    sections: Vec<SectionView>,
    interval_head: String,
    reading: String,
    method: MethodView,
}

struct Headline {
    value: String,
    interval: String,
}

struct FactorRow {
    title: String,
    share: Written,
}

struct SectionView {
    title: String,
    /// Its items, in order, those together that share a scale.
    parts: Vec<SectionPart>,
}

struct SectionPart {
    charts: [String; 2],
    /// What each point of the scale means, worst first.
    labels: Vec<String>,
    rows: Vec<ItemRow>,
    /// Net promoter scores, in sentences.
    nps: Vec<String>,
}

struct ItemRow {
    text: String,
    shares: Vec<String>,
    satisfied: Written,
}

impl UnitView {
    pub(super) fn new(
        wave: &Wave,
        results: &WaveResults,
        (chosen, shown): (&ShownRanking, ShownRelease<'_>),
        unit: &UnitResults,
        language: Language,
    ) -> Self {
        let code = unit.unit.as_ref().map_or("", |code| code.as_str());
        let ranking = chosen.ranking.as_ref();
        let level = numbers::level(language, results.level);
        let index = unit.index(&results.headline.id).map(|estimate| {
            let written = Written::of(estimate, results.headline.figure(), language);
            let told = |text: String| with_unit(&results.headline, text, language);
            let arguments = [("level", level.clone().into()), ("interval", told(written.interval).into())];
            Headline { value: told(written.value), interval: language.t_with("unit-interval", arguments) }
        });
        let ranked = ranking.entries.iter().find(|ranked| ranked.unit.as_str() == code);
        let sets = SetsView::new(wave, chosen, language);
        let kept = Kept { sets: sets.asked, release: shown.asked };
        let answers = [("count", unit.responses.into()), ("number", language.format_count(unit.responses).into())];
        Self {
            wave_code: wave.plan.code.to_string(),
            wave_title: wave.plan.title.get(language.tag()).to_owned(),
            released: wave.state == WaveState::Released,
            code: code.to_owned(),
            name: words::unit_name(wave, code, language).to_owned(),
            answers: language.t_with("unit-answers", answers),
            no_index: no_index(unit, language),
            index,
            rank: ranked.map(|ranked| words::rank_sentence(wave, ranking, ranked, language)),
            open_link_warning: OpenLinkView::new(wave, results, |_| false, language).warning,
            release: ReleaseView::new(shown, kept, &format!("{}/{code}", wave.plan.code), language),
            query: kept.query(),
            sets,
            neighbours: ranked.map(|ranked| NeighboursView::new(wave, &results.headline, ranking, ranked, language)),
            factor_charts: factor_charts(wave, unit, language),
            factors: factor_rows(&wave.questionnaire, unit, language),
            sections: wave
                .questionnaire
                .factors
                .iter()
                .filter_map(|f| section(f, &wave.questionnaire, unit, language))
                .collect(),
            interval_head: language.t_with("column-interval", [("level", level.clone().into())]),
            reading: language.t_with("items-reading", [("level", level.into())]),
            method: MethodView::new(wave, results, ranking, chosen.shown, language),
        }
    }
}

/// Why a unit has no index: nobody answered, or nobody answered some of the items.
fn no_index(unit: &UnitResults, language: Language) -> String {
    let Some(unanswered) = unit.unanswered() else { return language.t("unit-no-answers") };
    let (answered, items) = words::unanswered(&unanswered, language);
    language.t_with("unit-no-index", [("answered", answered.into()), ("items", items.into())])
}

fn factor_title<'a>(questionnaire: &'a Questionnaire, code: &'a str, language: Language) -> &'a str {
    let factor = questionnaire.factors.iter().find(|factor| factor.code.as_str() == code);
    factor.map_or(code, |factor| factor.title.get(language.tag()))
}

fn factor_rows(questionnaire: &Questionnaire, unit: &UnitResults, language: Language) -> Vec<FactorRow> {
    let row = |factor: &crate::index::FactorResult| FactorRow {
        title: factor_title(questionnaire, factor.factor.as_str(), language).to_owned(),
        share: factor.top2.as_ref().map_or_else(Written::nothing, |e| Written::of(e, FACTOR_SHARE, language)),
    };
    unit.factors.iter().map(row).collect()
}

/// The chart of the factors; nothing when none has an estimate.
fn factor_charts(wave: &Wave, unit: &UnitResults, language: Language) -> Option<[String; 2]> {
    let rows: Vec<_> = unit
        .factors
        .iter()
        .filter_map(|factor| {
            let estimate = factor.top2.as_ref()?;
            let title = factor_title(&wave.questionnaire, factor.factor.as_str(), language);
            let half = estimate.precision.as_ref().and_then(margin);
            let half = half.map(|half| language.format_figure(half, FACTOR_SHARE));
            Some(dot_row(title, estimate, FACTOR_SHARE, half.map_or_else(String::new, |half| format!("± {half}"))))
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let plot = DotPlot {
        id: "factors",
        title: &language.t("unit-factors-title"),
        description: &language.t("unit-factors-description"),
        axis_title: &language.t("column-satisfied"),
        heads: [&language.t("column-factor"), "%", &language.t("column-margin")],
        tiers: vec![Tier { label: String::new(), rows }],
        reference: None,
        limits: [0.0, 100.0],
        number: &|value, decimals| language.format_number(value, usize::from(decimals)),
    };
    Some(Layout::ALL.map(|layout| plot.svg(layout)))
}

/// A factor's rated items; nothing for a factor that has none.
fn section(
    factor: &Section,
    questionnaire: &Questionnaire,
    unit: &UnitResults,
    language: Language,
) -> Option<SectionView> {
    let found = |item: &Item| unit.items.iter().find(|result| result.item == item.code);
    let rated: Vec<(&Item, &Rated, &ItemResult)> =
        factor.items.iter().filter_map(|item| Some((item, item.rated()?, found(item)?))).collect();
    let is_alike = |(_, a, _): &(&Item, &Rated, &ItemResult), (_, b, _): &(&Item, &Rated, &ItemResult)| {
        (&a.scale, a.values.is_reversed()) == (&b.scale, b.values.is_reversed())
    };
    let parts: Vec<SectionPart> = rated
        .chunk_by(is_alike)
        .enumerate()
        .map(|(number, items)| section_part((factor, number), items, questionnaire, language))
        .collect();
    let title = factor.title.get(language.tag()).to_owned();
    (!parts.is_empty()).then_some(SectionView { title, parts })
}

fn section_part(
    (factor, number): (&Section, usize),
    items: &[(&Item, &Rated, &ItemResult)],
    questionnaire: &Questionnaire,
    language: Language,
) -> SectionPart {
    let labels = items.first().map(|(_, rated, _)| labels(rated, questionnaire, language)).unwrap_or_default();
    let told = |(number, words): &(String, String)| match (number.is_empty(), words.is_empty()) {
        (false, false) => format!("{number} {words}"),
        _ => words.clone(),
    };
    let legend: Vec<String> = labels.iter().map(told).collect();
    let id = if number == 0 { format!("items-{}", factor.code) } else { format!("items-{}-{number}", factor.code) };
    let bars = StackedBars {
        id: &id,
        title: factor.title.get(language.tag()),
        description: &language.t("unit-items-description"),
        legend: legend.iter().map(String::as_str).collect(),
        rows: items
            .iter()
            .map(|(item, _, result)| BarRow {
                label: item.text.get(language.tag()).to_owned(),
                shares: result.distribution.clone(),
                note: item_note(result, language),
            })
            .collect(),
        number: &|value, decimals| language.format_number(value, usize::from(decimals)),
    };
    let row = |(item, _, result): &(&Item, &Rated, &ItemResult)| ItemRow {
        text: item.text.get(language.tag()).to_owned(),
        shares: result.distribution.as_ref().map_or_else(
            || vec![NOTHING.to_owned(); labels.len()],
            |shares| shares.iter().map(|share| language.format_figure(*share, ITEM_SHARE)).collect(),
        ),
        satisfied: result.top2.as_ref().map_or_else(Written::nothing, |e| Written::of(e, ITEM_SHARE, language)),
    };
    let head = |(number, words): &(String, String)| if number.is_empty() { words.clone() } else { number.clone() };
    SectionPart {
        charts: Layout::ALL.map(|layout| bars.svg(layout)),
        rows: items.iter().map(row).collect(),
        labels: labels.iter().map(head).collect(),
        nps: items.iter().filter_map(|(item, _, result)| nps_note(item, result, language)).collect(),
    }
}

/// What each point of a scale is called, worst first: of a long scale its number, and its words where it has any.
fn labels(rated: &Rated, questionnaire: &Questionnaire, language: Language) -> Vec<(String, String)> {
    let scale = questionnaire.scale(&rated.scale);
    let are_numbers = rated.values.points() > Scale::FACES_MAX;
    let label = |rank: u8| {
        let value = rated.values.value(rank);
        let words = scale.and_then(|scale| scale.label(value)).map_or("", |label| label.get(language.tag()));
        (if are_numbers { value.to_string() } else { String::new() }, words.to_owned())
    };
    (1..=rated.values.points()).map(label).collect()
}

fn item_note(result: &ItemResult, language: Language) -> String {
    let Some(estimate) = &result.top2 else { return language.t("item-no-answers") };
    let written = Written::of(estimate, ITEM_SHARE, language);
    let value = ("value", written.value.into());
    let note = match estimate.precision.as_ref().and_then(margin) {
        Some(_) => language.t_with("item-note", [value, ("margin", written.margin.into())]),
        None => language.t_with("item-note-bare", [value]),
    };
    format!("{note} · n {}", written.n)
}

/// The net promoter score of an item that makes one.
fn nps_note(item: &Item, result: &ItemResult, language: Language) -> Option<String> {
    let nps = result.nps.as_ref()?;
    let written = Written::of(nps, ITEM_SCORE, language);
    let margin = nps.precision.as_ref().and_then(margin).map(|_| format!(" ± {}", written.margin)).unwrap_or_default();
    let (item, value) = (item.text.get(language.tag()), format!("{}{margin}", written.value));
    Some(language.t_with("item-nps", [("item", item.into()), ("value", value.into())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissemination::sample;
    use crate::survey::sample::wave;
    use crate::web::test_page;

    fn html(unit: &str, language: Language) -> String {
        let (wave, results) = (wave(WaveState::Released), sample::results());
        let unit = results.units.iter().find(|r| r.unit.as_ref().is_some_and(|code| code.as_str() == unit)).unwrap();
        let view = UnitView::new(&wave, &results, (&sample::shown(), ShownRelease::default()), unit, language);
        UnitPage { page: test_page(language, "/r/laocai-2024/085").with_synthetic(true), view }.render().unwrap()
    }

    #[test]
    fn the_page_is_printed_in_every_language_with_its_numbers() {
        let expected = [
            (Language::Vietnamese, ["Bắc Hà nằm trong 3 đơn vị dẫn đầu", "84,1% ± 1,6 · n 599", "Rất hài lòng"]),
            (Language::English, ["Bắc Hà is among the first 3", "84.1% ± 1.6 · n 599", "Very satisfied"]),
            (Language::Czech, ["Bắc Hà patří mezi první 3", "84,1\u{a0}% ± 1,6 · n 599", "Velmi spokojen/a"]),
        ];
        for (language, texts) in expected {
            let html = html("085", language);
            for text in texts {
                assert!(html.contains(text), "{text} in {}", language.tag());
            }
            // The factors' chart and one for each factor's items, each in two layouts.
            assert_eq!(html.matches("<svg xmlns").count(), 6);
            assert!(!html.contains("style=\""), "the policy forbids inline styles");
        }
    }

    #[test]
    fn a_unit_without_answers_says_so_and_draws_no_factors() {
        let html = html("089", Language::English);
        assert!(html.contains("Nobody has answered for this unit yet."));
        assert!(!html.contains("<svg xmlns"));
    }
}
