//! How the numbers were made, in words, under every page of results.

use super::weights_note::weights;
use super::{numbers, words};
use crate::index::{Index, IndexMeasure, IndexUnit, Tree, WaveResults};
use crate::ranking::{RankMethod, Ranking};
use crate::statistics::{IntervalMethod, LonelyPsu};
use crate::survey::{CalibrationPlan, PlannedMargin, Wave};
use crate::web::Language;

/// The method, in the reader's language.
pub(super) struct MethodView {
    /// The name and version of the index.
    pub(super) name: String,
    pub(super) notes: Vec<Note>,
}

/// One point of the method.
pub(super) struct Note {
    pub(super) title: String,
    pub(super) text: String,
}

impl MethodView {
    pub(super) fn new(
        wave: &Wave,
        results: &WaveResults,
        ranking: &Ranking,
        shown: RankMethod,
        language: Language,
    ) -> Self {
        let level = |value: f64| [("level", numbers::level(language, value).into())];
        let note = |title: &str, text: String| Note { title: language.t(title), text };
        let mut notes = vec![note("method-formula", formula(wave, results, language))];
        let weights = weights(wave, &results.headline.tree, language);
        notes.extend(weights.map(|weights| note("method-weights-title", weights)));
        notes.push(note("method-interval-title", language.t_with("method-interval", level(results.level))));
        notes.extend(shares_note(wave.plan.estimation.interval, language));
        notes.extend(lonely_note(wave.plan.estimation.lonely_psu, language));
        notes.extend(wave.plan.calibration.as_ref().map(|plan| {
            let key = if results.uncalibrated.is_some() { "not" } else { plan.method_name() };
            calibration_note(wave, plan, key, language)
        }));
        notes.extend(negative_note(wave, results, language));
        notes.extend([
            note("method-places-title", rank_sets(ranking, shown, language)),
            note("method-tiers-title", language.t_with("method-tiers", level(ranking.level))),
            note("method-deff-title", design_effect(wave, language)),
        ]);
        Self { name: results.method.clone(), notes }
    }
}

/// What the design effect is, and which of its two definitions is printed.
fn design_effect(wave: &Wave, language: Language) -> String {
    let key = format!("method-deff-{}", wave.plan.estimation.design_effect.as_str());
    format!("{} {}", language.t("method-deff"), language.t(&key))
}

fn formula(wave: &Wave, results: &WaveResults, language: Language) -> String {
    let Index { measure, tree, unit, .. } = &results.headline;
    let is_of_100 = *unit == IndexUnit::Points([0.0, 100.0]);
    let key = match (measure, tree) {
        (IndexMeasure::Share, Tree::Items) if results.headline.is_share() => "formula-items",
        (IndexMeasure::Share, Tree::Factors) if results.headline.is_share() => "formula-factors",
        (IndexMeasure::Share, Tree::Answers) if results.headline.is_share() => "formula-pooled",
        (IndexMeasure::Share, _) => "formula-share-weighted",
        (IndexMeasure::Score, Tree::Items) if is_of_100 => "formula-score",
        (IndexMeasure::Score, _) => "formula-score-weighted",
        (IndexMeasure::Promotion, Tree::Items) if is_of_100 => "formula-nps",
        (IndexMeasure::Promotion, _) => "formula-promotion-weighted",
    };
    let items = wave.questionnaire.rated_items().count();
    let factors = wave.questionnaire.factors.len();
    language.t_with(key, [("items", items.into()), ("factors", factors.into())])
}

/// What the places mean; for simulated ones also what they were simulated with.
fn rank_sets(ranking: &Ranking, shown: RankMethod, language: Language) -> String {
    let key = format!("method-places-{}", shown.as_str());
    let mut sentences = vec![language.t_with(&key, [("level", numbers::level(language, ranking.level).into())])];
    if let Some(simulated) = ranking.simulated
        && let (Some(value), Some(error)) = (simulated.critical_value, simulated.monte_carlo_se)
    {
        let arguments = [
            ("value", language.format_number(value, 3).into()),
            ("draws", language.format_count(simulated.draws as u64).into()),
            ("seed", simulated.seed.to_string().into()),
            ("error", language.format_number(error, 4).into()),
        ];
        sentences.push(language.t_with("method-critical", arguments));
        sentences.push(language.t_with("method-close", [("count", simulated.close_calls.into())]));
    }
    sentences.push(language.t("method-assumption"));
    sentences.join(" ")
}

/// How intervals of shares are made, where it is not the usual way.
fn shares_note(interval: IntervalMethod, language: Language) -> Option<Note> {
    let key = format!("method-shares-{}", interval.as_str());
    (interval != IntervalMethod::default())
        .then(|| Note { title: language.t("method-shares-title"), text: language.t(&key) })
}

/// What a stratum of one sampling unit adds, where it does not forbid a precision.
fn lonely_note(rule: LonelyPsu, language: Language) -> Option<Note> {
    let key = match rule {
        LonelyPsu::Fail => return None,
        LonelyPsu::Remove => "method-lonely-remove",
        LonelyPsu::Certainty => "method-lonely-certainty",
        LonelyPsu::Adjust => "method-lonely-adjust",
        LonelyPsu::Average => "method-lonely-average",
    };
    Some(Note { title: language.t("method-lonely-title"), text: language.t(key) })
}

/// What weights were calibrated to by the method with this `name`; `not` where they could not be.
fn calibration_note(wave: &Wave, plan: &CalibrationPlan, name: &str, language: Language) -> Note {
    let column = |column: &String| {
        if column == PlannedMargin::UNIT {
            return words::levels_name(wave, language);
        }
        let question = wave.questionnaire.respondent.iter().find(|question| question.code.as_str() == column);
        question.map_or_else(|| column.clone(), |question| format!("“{}”", question.text.get(language.tag())))
    };
    let margin = |margin: &PlannedMargin| margin.columns.iter().map(column).collect::<Vec<_>>().join(" × ");
    let margins: Vec<String> = plan.margins.iter().map(margin).collect();
    let margins = words::list(&margins, &language.t("list-and"));
    let key = format!("method-calibration-{name}");
    Note { title: language.t("method-calibration-title"), text: language.t_with(&key, [("margins", margins.into())]) }
}

/// Which weights the calibration made negative, and what that does to shares.
fn negative_note(wave: &Wave, results: &WaveResults, language: Language) -> Option<Note> {
    /// Combinations that are named.
    const NAMED_MAX: usize = 20;
    let negative = results.negative_weights.as_ref()?;
    let named = negative.combinations.iter().take(NAMED_MAX).map(|combination| {
        let level = |(margin, level): (usize, &u32)| wave.level_words(margin, *level as usize, language.tag());
        let words: Vec<String> = combination.levels.iter().enumerate().filter_map(level).collect();
        format!("{} ({})", words.join(", "), language.format_count(combination.respondents))
    });
    let mut groups: Vec<String> = named.collect();
    if negative.combinations.len() > NAMED_MAX {
        groups.push("…".to_owned());
    }
    let arguments = [
        ("count", negative.respondents.into()),
        ("smallest", language.format_number(negative.smallest, 2).into()),
        ("groups", groups.join("; ").into()),
    ];
    Some(Note { title: language.t("method-negative-title"), text: language.t_with("method-negative", arguments) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissemination::sample;
    use crate::foundation::Text;
    use crate::ranking::Simulated;
    use crate::statistics::CalibrationMethod;
    use crate::survey::sample::{code, usual_scale, wave};
    use crate::survey::{Item, ItemKind, WaveState};

    #[test]
    fn what_the_plan_changes_is_told_and_what_is_usual_is_not() {
        let mut wave = wave(WaveState::Released);
        let titles = |wave: &Wave| {
            let method =
                MethodView::new(wave, &sample::results(), &sample::ranking(), RankMethod::Holm, Language::English);
            method.notes.iter().map(|note| note.title.clone()).collect::<Vec<_>>()
        };
        let usual = titles(&wave);
        wave.plan.estimation.interval = IntervalMethod::Wilson;
        wave.plan.estimation.lonely_psu = LonelyPsu::Adjust;
        let margins = vec![PlannedMargin { columns: vec!["unit".to_owned()], file: None, levels: Vec::new() }];
        wave.plan.calibration = Some(CalibrationPlan::new(CalibrationMethod::Raking, margins));
        let told: Vec<_> = titles(&wave).into_iter().filter(|title| !usual.contains(title)).collect();
        assert_eq!(told, ["Intervals of shares", "Strata with one sampling unit", "Weights"]);
    }

    #[test]
    fn every_setting_of_a_plan_has_its_words_in_three_languages() {
        let mut wave = wave(WaveState::Released);
        let text = Text::from([("vi", "Giới tính"), ("en", "Your sex"), ("cs", "Pohlaví")]);
        let kind = ItemKind::Likert(usual_scale().rated());
        wave.questionnaire.respondent = vec![Item { code: code("sex"), text, kind, required: false, shown_if: None }];
        let margin = |columns: &[&str]| PlannedMargin {
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            file: None,
            levels: Vec::new(),
        };
        let margins = vec![margin(&["unit"]), margin(&["unit", "sex"])];
        let methods =
            [CalibrationMethod::Raking, CalibrationMethod::Linear, CalibrationMethod::Logit { lower: 0.5, upper: 2.0 }];
        let rules = [LonelyPsu::Remove, LonelyPsu::Certainty, LonelyPsu::Adjust, LonelyPsu::Average];
        let mut told = Vec::new();
        for language in Language::BUILT_IN {
            told.extend(IntervalMethod::ALL.into_iter().filter_map(|interval| shares_note(interval, language)));
            told.extend(rules.into_iter().filter_map(|rule| lonely_note(rule, language)));
            for method in methods {
                let plan = CalibrationPlan::new(method, margins.clone());
                told.push(calibration_note(&wave, &plan, plan.method_name(), language));
            }
            let plan = CalibrationPlan::new(CalibrationMethod::Raking, margins.clone());
            told.push(calibration_note(&wave, &plan, "not", language));
        }
        assert_eq!(told.len(), 3 * (6 + 4 + 4));
        let lines: Vec<_> = told.iter().map(|note| format!("{}: {}", note.title, note.text)).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn simulated_places_tell_their_draws_their_seed_and_how_sure_they_are() {
        let simulated = |close_calls| Simulated {
            draws: 100_000,
            seed: 7,
            critical_value: Some(2.977_12),
            monte_carlo_se: Some(0.004_93),
            close_calls,
        };
        let told: Vec<_> = [0, 1, 2, 7]
            .into_iter()
            .flat_map(|close_calls| {
                let ranking = Ranking { simulated: Some(simulated(close_calls)), ..sample::ranking() };
                Language::BUILT_IN.map(|language| rank_sets(&ranking, RankMethod::Simultaneous, language))
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
        let holm = rank_sets(&sample::ranking(), RankMethod::Holm, Language::English);
        assert!(holm.contains("Holm’s method") && !holm.contains("seed"), "{holm}");
    }
}
