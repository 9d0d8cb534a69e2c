//! Ranks in plain words: the sentences that people quote.

use crate::index::Unanswered;
use crate::ranking::{Ranked, Ranking};
use crate::survey::Wave;
use crate::web::Language;

/// With more names than this a sentence counts instead of listing.
const NAMES_MAX: usize = 6;

/// `1st`, `thứ nhất`, `1.`
pub(super) fn ordinal(language: Language, rank: usize) -> String {
    language.t_with("rank-ordinal", [("n", rank.into())])
}

/// `A, B and C`, with the given last conjunction.
pub(super) fn list(names: &[String], conjunction: &str) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {conjunction} {last}", first.join(", ")),
    }
}

/// How many answered, and the codes of the items that none of them did.
pub(super) fn unanswered(unanswered: &Unanswered<'_>, language: Language) -> (String, String) {
    let shown: Vec<&str> = unanswered.items.iter().take(NAMES_MAX).map(|item| item.as_str()).collect();
    let more = if unanswered.items.len() > NAMES_MAX { ", …" } else { "" };
    (language.format_count(unanswered.answered), shown.join(", ") + more)
}

/// The places that the answers allow: `1`, or `1–3`.
pub(super) fn possible_ranks(ranked: &Ranked) -> String {
    if ranked.rank_low == ranked.rank_high {
        ranked.rank_low.to_string()
    } else {
        format!("{}–{}", ranked.rank_low, ranked.rank_high)
    }
}

/// "Bắc Hà is among the first 3 (1st to 3rd); it cannot be told apart from Bát Xát and Sa Pa."
pub(super) fn rank_sentence<'a>(
    wave: &'a Wave,
    ranking: &'a Ranking,
    ranked: &'a Ranked,
    language: Language,
) -> String {
    let count = ranking.entries.len();
    let (low, high) = (ranked.rank_low, ranked.rank_high);
    let unit = unit_name(wave, ranked.unit.as_str(), language);
    let told = |key: &str, places: usize| {
        let arguments = [
            ("unit", unit.into()),
            ("unit-within", within(unit, language).into()),
            ("first", low.into()),
            ("last", high.into()),
            ("low", ordinal(language, low).into()),
            ("high", ordinal(language, high).into()),
            ("count", places.into()),
        ];
        language.t_with(key, arguments)
    };
    let ranks = if low == high {
        told("rank-alone", low)
    } else if low == 1 && high >= count {
        told("rank-anywhere", count)
    } else if low == 1 {
        told("rank-among-first", high)
    } else if high >= count {
        told("rank-among-last", count.saturating_sub(low) + 1)
    } else {
        told("rank-between", high - low + 1)
    };
    let indistinct = match ranked.indistinct() {
        0 => return end_of_sentence(ranks),
        1..=NAMES_MAX => {
            let name = |other: &'a Ranked| within(unit_name(wave, other.unit.as_str(), language), language);
            let others: Vec<String> = ranking.indistinct_from(ranked).map(name).collect();
            let others = list(&others, &language.t("list-and"));
            language.t_with("rank-indistinct", [("others", others.into())])
        }
        count => language.t_with("rank-indistinct-many", [("count", count.into())]),
    };
    end_of_sentence(format!("{ranks}; {indistinct}"))
}

/// A Czech ordinal may already have brought the full stop.
fn end_of_sentence(text: String) -> String {
    if text.ends_with('.') { text } else { format!("{text}.") }
}

/// Who is first, or who may be.
pub(super) fn lead_sentence(wave: &Wave, ranking: &Ranking, language: Language) -> String {
    let candidates: Vec<_> = ranking.entries.iter().filter(|ranked| ranked.rank_low == 1).collect();
    match candidates.as_slice() {
        [] => language.t("lead-no-ranking"),
        [only] => rank_sentence(wave, ranking, only, language),
        several if several.len() <= NAMES_MAX => {
            let name = |ranked: &&Ranked| within(unit_name(wave, ranked.unit.as_str(), language), language);
            let names: Vec<String> = several.iter().map(name).collect();
            let units = list(&names, &language.t("list-or"));
            language.t_with("lead-first-open", [("units", units.into())])
        }
        many => language.t_with("lead-first-open-many", [("count", many.len().into())]),
    }
}

/// The unit's name, or its code where the wave does not know it.
pub(super) fn unit_name<'a>(wave: &'a Wave, code: &'a str, language: Language) -> &'a str {
    wave.unit(code).map_or(code, |unit| unit.name(language.tag()))
}

/// The common nouns that Vietnamese names of territories begin with.
const TERRITORIES: [&str; 11] =
    ["Huyện", "Xã", "Phường", "Thị trấn", "Thị xã", "Thành phố", "Tỉnh", "Quận", "Đặc khu", "Thôn", "Bản"];
/// A name that is written with a capital wherever it stands.
const ALWAYS_CAPITAL: &str = "Thành phố Hồ Chí Minh";

/// A unit's name inside a sentence: "huyện Bát Xát". Official Vietnamese writes a common noun there in lower case (Decree
/// 30/2020/ND-CP, annex II).
pub(super) fn within(name: &str, language: Language) -> String {
    let is_territory = |noun: &&str| name.strip_prefix(*noun).is_some_and(|rest| rest.starts_with(' '));
    match name.chars().next().filter(|_| language.tag() == "vi" && name != ALWAYS_CAPITAL) {
        Some(first) if TERRITORIES.iter().any(is_territory) => {
            first.to_lowercase().chain(name.chars().skip(1)).collect()
        }
        _ => name.to_owned(),
    }
}

/// What the measured units are called in the singular: `District`.
pub(super) fn level_name(wave: &Wave, language: Language) -> String {
    let key = format!("level-{}", wave.plan.units.level);
    language.find(&key).unwrap_or_else(|| language.t("level-other"))
}

/// What several of the measured units are called after a count: `districts`.
pub(super) fn levels_name(wave: &Wave, language: Language) -> String {
    let key = format!("levels-{}", wave.plan.units.level);
    language.find(&key).unwrap_or_else(|| language.t("levels-other"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_a_vietnamese_sentence_the_noun_of_a_territory_is_in_lower_case() {
        for (name, vi) in [
            ("Huyện Bát Xát", "huyện Bát Xát"),
            ("Thị xã Sa Pa", "thị xã Sa Pa"),
            ("Thành phố Lào Cai", "thành phố Lào Cai"),
            ("Thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
            ("Sở Nội vụ", "Sở Nội vụ"),
            ("Bản Phố", "bản Phố"),
            ("Xãng", "Xãng"),
            ("", ""),
        ] {
            assert_eq!(within(name, Language::Vietnamese), vi);
            assert_eq!(within(name, Language::English), name);
        }
    }
    use crate::dissemination::sample;
    use crate::ranking::Ties;
    use crate::statistics::Estimate;
    use crate::survey::WaveState;
    use crate::survey::sample::{code, wave};

    const CODES: [&str; 8] = ["080", "082", "083", "084", "086", "087", "088", "089"];

    /// The unit 085 and eight others.
    fn nine() -> Ranking {
        let other = |unit: &&str| Ranked { unit: code(unit), ..ranked(2, 9, &[]) };
        let entries = std::iter::once(ranked(1, 1, &[])).chain(CODES.iter().map(other)).collect();
        Ranking { entries, ..sample::ranking() }
    }

    fn ranked(low: usize, high: usize, others: &[&str]) -> Ranked {
        Ranked {
            unit: code("085"),
            estimate: Estimate { value: 0.86, n: 500, precision: None },
            rank: low,
            rank_low: low,
            rank_high: high,
            tier: 1,
            ties: Ties::at(others.iter().map(|other| 1 + CODES.iter().position(|code| code == other).unwrap())),
            previous: None,
            next: None,
        }
    }

    #[test]
    fn rank_sets_are_told_in_plain_words_in_three_languages() {
        let wave = wave(WaveState::Released);
        let (nine, two) = (nine(), ["082", "088"]);
        let seven = ["080", "082", "083", "084", "086", "087", "088"];
        let cases = [
            ranked(1, 1, &[]),
            ranked(3, 3, &[]),
            ranked(1, 3, &two),
            ranked(1, 5, &["082"]),
            ranked(2, 4, &two),
            ranked(8, 9, &["080"]),
            ranked(3, 9, &two),
            ranked(1, 9, &seven),
            ranked(4, 5, &[]),
        ];
        let told: Vec<_> = cases
            .iter()
            .flat_map(|case| Language::BUILT_IN.map(|language| rank_sentence(&wave, &nine, case, language)))
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn english_ordinals_follow_the_plural_rules() {
        let cases =
            [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st"), (63, "63rd")];
        for (rank, written) in cases {
            assert_eq!(ordinal(Language::English, rank), written);
        }
        assert_eq!(ordinal(Language::Vietnamese, 4), "thứ tư");
        assert_eq!(ordinal(Language::Vietnamese, 11), "thứ 11");
        assert_eq!(ordinal(Language::Czech, 4), "4.");
    }

    #[test]
    fn the_first_sentence_says_who_is_first_or_that_nobody_knows() {
        let wave = wave(WaveState::Released);
        let ranking = |entries| Ranking { entries, withheld: Vec::new(), ..sample::ranking() };
        let mut other = ranked(1, 2, &[]);
        other.unit = code("082");
        let cases = [
            (ranking(vec![]), "No unit can be ranked yet."),
            (ranking(vec![ranked(1, 1, &[]), ranked(2, 2, &[])]), "Bắc Hà is 1st and clearly differs from all others."),
            (
                ranking(vec![ranked(1, 2, &["082"]), other]),
                "Which unit comes first cannot be said: it may be Bắc Hà or Bát Xát.",
            ),
            (ranking(vec![ranked(1, 7, &[]); 7]), "Which unit comes first cannot be said: 7 units may be first."),
        ];
        for (ranking, sentence) in cases {
            assert_eq!(lead_sentence(&wave, &ranking, Language::English), sentence);
        }
    }
}
