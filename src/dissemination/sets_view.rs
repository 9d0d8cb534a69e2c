//! Which rank sets a page shows, and what they promise, in plain words.

use super::{numbers, words};
use crate::pipeline::{LeftOut, ShownRanking};
use crate::ranking::Ranking;
use crate::survey::{RankSetChoice, Wave};
use crate::web::Language;

/// What a page says about its rank sets, in the reader's language.
pub(super) struct SetsView {
    pub(super) choices: Vec<Choice>,
    /// That the places are neither the official ones nor stand in for them.
    pub(super) warning: Option<String>,
    /// That simultaneous sets were left out, and why.
    pub(super) left_out: Option<String>,
    /// How often all places hold.
    pub(super) chance: String,
    /// On how many sampling units they rest; nothing where nobody is ranked.
    pub(super) rests_on: Option<String>,
    /// How many pairs the data tell apart; nothing where there is no pair.
    pub(super) told_apart: Option<String>,
    /// The name of the sets, where they are not those that come unasked.
    pub(super) asked: Option<&'static str>,
}

/// One entry of the switch.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) code: &'static str,
    pub(super) is_shown: bool,
    pub(super) is_official: bool,
    /// Whether it leads nowhere, because these sets were left out.
    pub(super) is_missing: bool,
}

impl SetsView {
    pub(super) fn new(wave: &Wave, chosen: &ShownRanking, language: Language) -> Self {
        let ShownRanking { ranking, shown, official, left_out } = chosen;
        let is_official = shown.as_str() == official.as_str() || left_out.is_some();
        let of_many = matches!(left_out, Some(LeftOut::ManyUnits { .. }));
        let choice = |choice: RankSetChoice| Choice {
            name: language.t(&format!("sets-{}", choice.as_str())),
            code: choice.as_str(),
            is_shown: choice.as_str() == shown.as_str(),
            is_official: choice == *official,
            is_missing: of_many || choice == RankSetChoice::Simultaneous && left_out.is_some(),
        };
        let asked = (!is_official).then(|| shown.as_str());
        let mut choices: Vec<Choice> = RankSetChoice::ALL.map(choice).into();
        if of_many {
            let name = language.t(&format!("sets-{}", shown.as_str()));
            let shown = Choice { name, code: "", is_shown: true, is_official: false, is_missing: false };
            choices.insert(0, shown);
        }
        Self {
            choices,
            warning: (!is_official).then(|| language.t(&format!("sets-not-official-{}", shown.as_str()))),
            left_out: left_out.map(|reason| left_out_sentence(reason, language)),
            chance: chance_sentence(ranking.level, language),
            rests_on: rests_on_sentence(wave, ranking, language),
            told_apart: told_apart_sentence(wave, ranking, language),
            asked,
        }
    }
}

fn left_out_sentence(reason: LeftOut, language: Language) -> String {
    let count = |count: usize| language.format_count(count as u64).into();
    let why = match reason {
        LeftOut::TooManyUnits { units, max } => {
            language.t_with("sets-left-out-too_many_units", [("units", count(units)), ("max", count(max))])
        }
        LeftOut::ManyUnits { units, max } => {
            let why = language.t_with("sets-left-out-many_units", [("units", count(units)), ("max", count(max))]);
            return format!("{why} {}", language.t("sets-stand-in-kww"));
        }
        LeftOut::LevelTooHigh => language.t("sets-left-out-level_too_high"),
        LeftOut::NoCovariance => language.t("sets-left-out-no_covariance"),
    };
    format!("{why} {}", language.t("sets-stand-in"))
}

/// "If the survey were repeated many times in the same way, in at least 95 of 100 repetitions …"
fn chance_sentence(level: f64, language: Language) -> String {
    let [times, of] = numbers::natural_frequency(level);
    let count = |count: f64| language.format_number(count, 0).into();
    language.t_with("chance-statement", [("times", count(times)), ("of", count(of))])
}

/// "These possible ranks rest on 3 to 30 sampling units (villages, for example) in each of the districts."
fn rests_on_sentence(wave: &Wave, ranking: &Ranking, language: Language) -> Option<String> {
    let [fewest, most] = ranking.sampling_units?;
    let key = if fewest == most { "sets-rest-on-equal" } else { "sets-rest-on" };
    let arguments = [
        ("fewest", language.format_count(fewest).into()),
        ("most", language.format_count(most).into()),
        ("units", words::levels_name(wave, language).into()),
    ];
    Some(language.t_with(key, arguments))
}

/// "The data tell 21 of 36 pairs of districts apart; for the other 15 the order may be chance."
fn told_apart_sentence(wave: &Wave, ranking: &Ranking, language: Language) -> Option<String> {
    let (pairs, apart) = (ranking.pairs, ranking.pairs_told_apart);
    let left = pairs.saturating_sub(apart);
    let key = match (pairs, apart) {
        (0, _) => return None,
        (1, 0) => "told-apart-two-not",
        (1, _) => "told-apart-two",
        (_, 0) => "told-apart-none",
        (pairs, apart) if pairs == apart => "told-apart-all",
        _ => "told-apart",
    };
    let count = |count: usize| language.format_count(count as u64).into();
    let arguments = [
        ("apart", count(apart)),
        ("pairs", count(pairs)),
        ("left", left.into()),
        ("rest", count(left)),
        ("units", words::levels_name(wave, language).into()),
    ];
    Some(language.t_with(key, arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissemination::sample;
    use crate::ranking::RankMethod;
    use crate::survey::WaveState;
    use crate::survey::sample::wave;

    fn in_all_languages(told: impl Fn(Language) -> String) -> String {
        Language::BUILT_IN.map(told).join("\n")
    }

    #[test]
    fn what_the_level_promises_is_told_as_so_many_of_so_many_repetitions() {
        let told = [0.95, 0.9, 0.995].map(|level| in_all_languages(|language| chance_sentence(level, language)));
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn how_many_pairs_are_told_apart_is_told_in_three_languages() {
        let wave = wave(WaveState::Released);
        let told =
            [(36, 21), (36, 35), (36, 36), (36, 0), (1, 0), (1, 1), (49_995_000, 47_000_000)].map(|(pairs, apart)| {
                let ranking = Ranking { pairs, pairs_told_apart: apart, ..sample::ranking() };
                in_all_languages(|language| told_apart_sentence(&wave, &ranking, language).unwrap())
            });
        insta::assert_snapshot!(told.join("\n"));
        let alone = Ranking { pairs: 0, pairs_told_apart: 0, ..sample::ranking() };
        assert_eq!(told_apart_sentence(&wave, &alone, Language::English), None);
    }

    #[test]
    fn on_how_many_sampling_units_places_rest_is_told_in_three_languages() {
        let wave = wave(WaveState::Released);
        let told = [[3, 30], [19, 19], [1_000, 12_000]].map(|sampling_units| {
            let ranking = Ranking { sampling_units: Some(sampling_units), ..sample::ranking() };
            in_all_languages(|language| rests_on_sentence(&wave, &ranking, language).unwrap())
        });
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn why_simultaneous_sets_are_left_out_is_told_in_three_languages() {
        let many = LeftOut::ManyUnits { units: 10_598, max: 1_000 };
        let reasons =
            [LeftOut::TooManyUnits { units: 721, max: 500 }, many, LeftOut::LevelTooHigh, LeftOut::NoCovariance];
        let told = reasons.map(|reason| in_all_languages(|language| left_out_sentence(reason, language)));
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn sets_that_are_not_official_say_so_and_are_kept_on_the_way_to_other_pages() {
        let wave = wave(WaveState::Released);
        let view = |shown: RankSetChoice, official, left_out| {
            let shown = shown.as_str().parse().unwrap();
            let chosen = ShownRanking { shown, official, left_out, ..sample::shown() };
            SetsView::new(&wave, &chosen, Language::English)
        };
        let [holm, simultaneous] = RankSetChoice::ALL;
        let other = view(simultaneous, holm, None);
        assert!(other.warning.unwrap().starts_with("These are not the official ranks."));
        assert_eq!(other.asked, Some("simultaneous"));
        assert_eq!(view(holm, simultaneous, None).asked, Some("holm"));
        for standing_in in [
            view(holm, holm, None),
            view(simultaneous, simultaneous, None),
            view(holm, simultaneous, Some(LeftOut::LevelTooHigh)),
        ] {
            assert!(standing_in.warning.is_none() && standing_in.asked.is_none());
        }
    }

    #[test]
    fn of_many_units_neither_kind_can_be_chosen_and_the_places_are_told_by_their_name() {
        let left_out = Some(LeftOut::ManyUnits { units: 10_598, max: 1_000 });
        let chosen = ShownRanking { shown: RankMethod::Kww, left_out, ..sample::shown() };
        let view = SetsView::new(&wave(WaveState::Released), &chosen, Language::English);
        let told: Vec<_> = view.choices.iter().map(|c| (c.name.as_str(), c.is_shown, c.is_missing)).collect();
        let expected =
            [("Joint intervals", true, false), ("Holm’s method", false, true), ("Simultaneous sets", false, true)];
        assert_eq!((told.as_slice(), view.asked), (&expected[..], None));
    }
}
