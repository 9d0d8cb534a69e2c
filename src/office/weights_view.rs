//! What is wrong with calibrated weights so far, in words: which levels nobody has answered in, and what to do.

use crate::monitoring::{UnmetMargins, WeightsState};
use crate::survey::{Wave, WaveState};
use crate::web::Language;

/// Levels or combinations that are named; the others are counted.
const NAMED_MAX: usize = 30;

/// The part of the page on weights; absent where nothing is wrong with them.
pub(super) struct WeightsView {
    pub(super) sentences: Vec<String>,
    /// The levels without answers, each with its people.
    pub(super) unanswered: Vec<String>,
    /// What can be done.
    pub(super) advice: Option<String>,
}

impl WeightsView {
    pub(super) fn new(wave: &Wave, state: &WeightsState, language: Language) -> Option<Self> {
        let name = |margin: usize, level: usize| {
            let words = wave.level_words(margin, level, language.tag()).unwrap_or_default();
            ("level", words.into())
        };
        let mut sentences = Vec::new();
        if !state.unanswered.is_empty() {
            sentences.push(language.t_with("weights-unanswered", [("count", state.unanswered.len().into())]));
        }
        match &state.unmet {
            None => {}
            Some(UnmetMargins::Follows(margin, level)) => {
                sentences.push(language.t_with("weights-follows", [name(*margin, *level)]));
            }
            Some(UnmetMargins::TooFar(margin, level)) => {
                sentences.push(language.t_with("weights-too-far", [name(*margin, *level)]));
            }
            Some(UnmetMargins::Contradiction(reason)) => {
                sentences.push(language.t_with("weights-contradiction", [("reason", reason.as_str().into())]));
            }
        }
        sentences.extend(negative(wave, state, language));
        if sentences.is_empty() {
            return None;
        }
        let told = |level: &crate::monitoring::UnansweredLevel| {
            let people = ("people", language.format_number(level.people, 0).into());
            language.t_with("weights-level", [name(level.margin, level.level), people])
        };
        let mut unanswered: Vec<String> = state.unanswered.iter().take(NAMED_MAX).map(told).collect();
        unanswered.extend(more(state.unanswered.len(), language));
        let is_uncalibrated = !state.unanswered.is_empty() || state.unmet.is_some();
        let advice = match wave.state {
            _ if !is_uncalibrated => None,
            WaveState::Draft | WaveState::Open => Some(language.t("weights-advice-open")),
            WaveState::Closed => Some(language.t("weights-advice-closed")),
            WaveState::Released => None,
        };
        Some(Self { sentences, unanswered, advice })
    }
}

/// Who has a weight below 0, and whether that may be released.
fn negative(wave: &Wave, state: &WeightsState, language: Language) -> Option<String> {
    let negative = state.negative.as_ref()?;
    let combination = |(levels, count): &(Vec<u32>, u64)| {
        let level = |(margin, level): (usize, &u32)| wave.level_words(margin, *level as usize, language.tag());
        let words: Vec<String> = levels.iter().enumerate().filter_map(level).collect();
        format!("{} ({})", words.join(", "), language.format_count(*count))
    };
    let mut groups: Vec<String> = negative.combinations.iter().take(NAMED_MAX).map(combination).collect();
    groups.extend(more(negative.combinations.len(), language));
    let arguments = [
        ("count", negative.responses.into()),
        ("smallest", language.format_number(negative.smallest, 2).into()),
        ("groups", groups.join("; ").into()),
    ];
    let rule = if negative.allowed { "weights-negative-allowed" } else { "weights-negative-refused" };
    Some(format!("{} {}", language.t_with("weights-negative", arguments), language.t(rule)))
}

fn more(count: usize, language: Language) -> Option<String> {
    (count > NAMED_MAX).then(|| language.t_with("weights-more", [("count", (count - NAMED_MAX).into())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitoring::{NegativeResponses, UnansweredLevel};
    use crate::statistics::CalibrationMethod;
    use crate::survey::sample::wave;
    use crate::survey::{CalibrationPlan, MarginLevel, PlannedMargin};

    fn calibrated(state: WaveState) -> Wave {
        let mut wave = wave(state);
        let level = |code: &str, people| MarginLevel { values: vec![code.to_owned()], people };
        let levels = vec![level("080", 86_000.0), level("085", 44_000.0)];
        let margins = vec![PlannedMargin { columns: vec!["unit".to_owned()], file: None, levels }];
        wave.plan.calibration = Some(CalibrationPlan::new(CalibrationMethod::Linear, margins));
        wave
    }

    #[test]
    fn where_nothing_is_wrong_nothing_is_said() {
        assert!(WeightsView::new(&calibrated(WaveState::Open), &WeightsState::default(), Language::English).is_none());
    }

    #[test]
    fn levels_without_answers_are_named_with_their_people_and_what_to_do_in_every_language() {
        let unanswered = vec![UnansweredLevel { margin: 0, level: 1, people: 44_000.0 }];
        let state = WeightsState { unanswered, ..WeightsState::default() };
        for (language, people) in
            [(Language::Vietnamese, "44.000"), (Language::English, "44,000"), (Language::Czech, "44\u{a0}000")]
        {
            let open = WeightsView::new(&calibrated(WaveState::Open), &state, language).unwrap();
            assert_eq!(open.sentences.len(), 1);
            assert!(
                open.unanswered[0].contains("Bắc Hà") && open.unanswered[0].contains(people),
                "{:?}",
                open.unanswered
            );
            let closed = WeightsView::new(&calibrated(WaveState::Closed), &state, language).unwrap();
            assert!(open.advice.is_some() && closed.advice.is_some() && open.advice != closed.advice);
        }
    }

    #[test]
    fn negative_weights_are_counted_and_named_and_the_plan_decides_what_they_stop() {
        let negative = |allowed| {
            let combinations = vec![(vec![1], 3)];
            let negative = Some(NegativeResponses { responses: 3, smallest: -20.5, combinations, allowed });
            let state = WeightsState { negative, ..WeightsState::default() };
            WeightsView::new(&calibrated(WaveState::Open), &state, Language::English).unwrap()
        };
        let (refused, allowed) = (negative(false), negative(true));
        assert!(
            refused.sentences[0].contains("-20.50") && refused.sentences[0].contains("Bắc Hà (3)"),
            "{:?}",
            refused.sentences
        );
        assert_ne!(refused.sentences, allowed.sentences);
        assert_eq!((refused.advice, refused.unanswered.len()), (None, 0));
    }
}
