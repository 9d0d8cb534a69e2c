//! A unit compared with the ones ranked next to it: a sentence that people quote, and the numbers behind it.

use super::numbers::{self, NOTHING};
use super::words;
use crate::index::Index;
use crate::ranking::{Neighbour, Ranked, Ranking, Verdict};
use crate::survey::Wave;
use crate::tables::Figure;
use crate::web::Language;

/// A standard error has so many, however few its index has.
const ERROR_DECIMALS: Option<u8> = Some(2);

/// What the unit's page says about its neighbours, in the reader's language.
pub(super) struct NeighboursView {
    pub(super) sentence: String,
    pub(super) caption: String,
    /// The unit before and the unit after, if there are such.
    pub(super) rows: Vec<NeighbourRow>,
}

/// One comparison in numbers.
pub(super) struct NeighbourRow {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) difference: String,
    pub(super) interval: String,
    pub(super) se: String,
    pub(super) p: String,
    pub(super) told_apart: String,
}

/// In which words and numbers comparisons are told.
#[derive(Clone, Copy)]
struct Telling<'a> {
    wave: &'a Wave,
    headline: &'a Index,
    /// The confidence level, written.
    level: &'a str,
    /// How many pairs are compared.
    pairs: usize,
    language: Language,
}

impl NeighboursView {
    /// The first unit is told with the one after it, every other with the one before.
    pub(super) fn new(wave: &Wave, headline: &Index, ranking: &Ranking, ranked: &Ranked, language: Language) -> Self {
        let level = numbers::level(language, ranking.level);
        let telling = Telling { wave, headline, level: &level, pairs: ranking.pairs, language };
        let unit = words::unit_name(wave, ranked.unit.as_str(), language);
        let sentence = match (&ranked.previous, &ranked.next) {
            (Some(previous), _) => telling.comparison(unit, previous, true),
            (None, next) => {
                let first = language.t_with("neighbour-first", [("unit", unit.into())]);
                let compared = next.as_ref().map(|next| telling.comparison(unit, next, false));
                [Some(first), compared].into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
        };
        let measure = if headline.is_share() { "share" } else { "points" };
        let neighbours = [&ranked.previous, &ranked.next].into_iter().flatten();
        Self {
            sentence,
            caption: language
                .t_with("neighbours-caption", [("measure", measure.into()), ("level", level.as_str().into())]),
            rows: neighbours.map(|neighbour| telling.row(neighbour)).collect(),
        }
    }
}

impl Telling<'_> {
    /// "Bát Xát is 0.82 percentage points behind Bắc Hà, which is ranked just before it. The difference may be chance: …"
    fn comparison(self, unit: &str, neighbour: &Neighbour, is_before: bool) -> String {
        let other = words::unit_name(self.wave, neighbour.unit.as_str(), self.language);
        let key = match (neighbour.value == 0.0, is_before) {
            (false, true) => "neighbour-behind",
            (false, false) => "neighbour-ahead",
            (true, true) => "neighbour-level-before",
            (true, false) => "neighbour-level-after",
        };
        let difference = self.size(neighbour.value);
        let other = words::within(other, self.language);
        let arguments = [("unit", unit.into()), ("other", other.into()), ("difference", difference.into())];
        format!("{} {}", self.language.t_with(key, arguments), self.verdict(unit, neighbour))
    }

    fn verdict(self, unit: &str, neighbour: &Neighbour) -> String {
        let key = match neighbour.verdict() {
            Verdict::Unknown => "verdict-unknown",
            _ if neighbour.value == 0.0 => "verdict-level",
            Verdict::Real => "verdict-real",
            Verdict::Exact => "verdict-exact",
            Verdict::Chance => "verdict-chance",
            Verdict::RealOnlyAlone => "verdict-alone",
        };
        let range = neighbour.test.map_or_else(String::new, |test| self.range(unit, test.low, test.high));
        let arguments = [
            ("unit", unit.into()),
            ("unit-within", words::within(unit, self.language).into()),
            ("level", self.level.into()),
            ("range", range.into()),
            ("pairs", self.language.format_count(self.pairs as u64).into()),
        ];
        self.language.t_with(key, arguments)
    }

    /// "anywhere from 2.70 percentage points behind to 1.10 ahead": where the unit is, by the ends of the interval.
    fn range(self, unit: &str, low: f64, high: f64) -> String {
        let size = |value: f64| self.language.format_figure(value.abs(), self.headline.figure()).into();
        let (measure, unit) = (("measure", self.measure().into()), ("unit", unit.into()));
        if low > 0.0 {
            self.language.t_with("range-ahead", [("low", size(low)), ("high", size(high)), measure, unit])
        } else if high < 0.0 {
            self.language.t_with("range-behind", [("low", size(high)), ("high", size(low)), measure, unit])
        } else {
            self.language.t_with("range-both", [("behind", size(low)), ("ahead", size(high)), measure])
        }
    }

    /// How large a difference is, whatever its sign. Where the index's decimals are not enough it is less than the smallest.
    fn size(self, value: f64) -> String {
        let (points, decimals) = self.headline.figure().read(value.abs());
        let with_measure = |value: f64| {
            let written = self.language.format_number(value, decimals);
            self.language.t_with("difference", [("value", written.into()), ("measure", self.measure().into())])
        };
        let smallest = 0.1_f64.powi(self.headline.decimals.into());
        if points >= smallest / 2.0 {
            return with_measure(points);
        }
        self.language.t_with("difference-tiny", [("value", with_measure(smallest).into())])
    }

    /// What differences of the index are counted in.
    fn measure(self) -> String {
        self.language.t(if self.headline.is_share() { "measure-share" } else { "measure-points" })
    }

    fn row(self, neighbour: &Neighbour) -> NeighbourRow {
        let Self { wave, language, .. } = self;
        let figure = self.headline.figure();
        let signed = |value: f64| numbers::signed(language, value, figure);
        let of_error = Figure { decimals: ERROR_DECIMALS, ..figure };
        let interval = neighbour.test.map(|test| {
            let ends = [("low", signed(test.low).into()), ("high", signed(test.high).into())];
            language.t_with("interval-signed", ends)
        });
        let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
        let told_apart = if neighbour.is_distinct { "told-apart-yes" } else { "told-apart-no" };
        NeighbourRow {
            code: neighbour.unit.to_string(),
            name: words::unit_name(wave, neighbour.unit.as_str(), language).to_owned(),
            difference: signed(neighbour.value),
            interval: or_nothing(interval),
            se: or_nothing(neighbour.test.map(|test| language.format_figure(test.se, of_error))),
            p: or_nothing(neighbour.test.map(|test| numbers::p_value(language, test.p_value))),
            told_apart: language.t(told_apart),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissemination::sample;
    use crate::index::Method;
    use crate::statistics::Difference;
    use crate::survey::WaveState;
    use crate::survey::sample::{code, wave};

    fn compared(unit: &str, value: f64, se: f64, df: f64, is_distinct: bool) -> Neighbour {
        let test = Difference::new(value, 0.0, [se * se, 0.0], 0.0, df, 0.95);
        Neighbour { unit: code(unit), value, test, is_distinct }
    }

    fn told(headline: &str, previous: Option<Neighbour>, next: Option<Neighbour>) -> String {
        let (wave, ranking) = (wave(WaveState::Released), sample::ranking());
        let ranked = Ranked { previous, next, ..ranking.entries[1].clone() };
        let headline = Method::all()[0].index(headline).unwrap();
        let view = |language| NeighboursView::new(&wave, headline, &ranking, &ranked, language).sentence;
        Language::BUILT_IN.map(view).join("\n")
    }

    #[test]
    fn the_difference_to_a_neighbour_is_told_in_plain_words_in_three_languages() {
        let before = |value, se, df, is_distinct| Some(compared("085", value, se, df, is_distinct));
        let cases = [
            told("index_items", before(-0.008, 0.0096, 60.0, false), None),
            told("index_items", before(-0.040, 0.0096, 60.0, true), None),
            told("index_items", before(-0.022, 0.0096, 60.0, false), None),
            told("index_items", before(-0.040, 0.0, 2.0, false), None),
            told("index_items", before(-0.040, 0.0, 2.0, true), None),
            told("index_items", before(-0.000_02, 0.0096, 60.0, false), None),
            told("index_items", before(0.0, 0.0096, 60.0, false), None),
            told("index_items", before(0.0, 0.0, 60.0, false), None),
            told("index_score", before(-0.8, 0.96, 60.0, false), None),
            told("index_items", None, Some(compared("084", 0.012, 0.0096, 60.0, false))),
            told("index_score", None, Some(compared("084", 5.0, 0.96, 60.0, true))),
            told("index_items", None, Some(compared("084", 0.0, 0.0096, 60.0, false))),
            told("index_items", None, None),
        ];
        insta::assert_snapshot!(cases.join("\n\n"));
    }

    #[test]
    fn the_numbers_behind_it_have_their_signs() {
        let (wave, ranking) = (wave(WaveState::Released), sample::ranking());
        let ranked = Ranked {
            previous: Some(compared("085", -0.008, 0.0096, 60.0, false)),
            next: Some(compared("084", 0.0423, 0.0, 60.0, true)),
            ..ranking.entries[1].clone()
        };
        let rows = NeighboursView::new(&wave, Method::all()[0].headline(), &ranking, &ranked, Language::English).rows;
        let written: Vec<_> = rows
            .iter()
            .map(|row| {
                [row.name.as_str(), &row.difference, &row.interval, &row.se, &row.p, &row.told_apart].join(" | ")
            })
            .collect();
        assert_eq!(
            written,
            ["Bắc Hà | −0.80 | −2.72 to +1.12 | 0.96 | 0.408 | no", "Si Ma Cai | +4.23 | – | – | – | yes"]
        );
    }
}
