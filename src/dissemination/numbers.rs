//! How the numbers of results are written; in which unit, and with how many decimals, each says itself.

use crate::index::Index;
use crate::statistics::{Estimate, Precision};
use crate::tables::{Figure, concepts};
use crate::web::Language;

/// Stands where there is no number.
pub(super) const NOTHING: &str = "–";

/// An index or its interval, already written in points, with the sign or word of its unit: `79.36%`, `71.20 points`.
pub(super) fn with_unit(index: &Index, written: String, language: Language) -> String {
    let key = if index.is_share() { "index-share" } else { "index-points" };
    language.t_with(key, [("value", written.into())])
}

/// Half the interval's width, in the estimate's unit; nothing without an interval.
pub(super) fn margin(precision: &Precision) -> Option<f64> {
    precision.interval().map(|(low, high)| (high - low) / 2.0)
}

/// An estimate in words, in points.
pub(super) struct Written {
    pub(super) value: String,
    /// `81.47–87.83`
    pub(super) interval: String,
    pub(super) margin: String,
    pub(super) n: String,
    pub(super) design_effect: String,
}

impl Written {
    /// Writes an estimate as people read it.
    pub(super) fn of(estimate: &Estimate, figure: Figure, language: Language) -> Self {
        let number = |value: f64| language.format_figure(value, figure);
        let precision = estimate.precision.as_ref();
        let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
        Self {
            value: number(estimate.value),
            interval: or_nothing(
                precision.and_then(Precision::interval).map(|(low, high)| format!("{}–{}", number(low), number(high))),
            ),
            margin: or_nothing(precision.and_then(margin).map(number)),
            n: language.format_count(estimate.n),
            design_effect: or_nothing(
                precision
                    .and_then(|p| p.design_effect)
                    .map(|effect| language.format_figure(effect, concepts::DESIGN_EFFECT.figure)),
            ),
        }
    }

    /// What is written where there is no estimate.
    pub(super) fn nothing() -> Self {
        let nothing = || NOTHING.to_owned();
        Self { value: nothing(), interval: nothing(), margin: nothing(), n: "0".to_owned(), design_effect: nothing() }
    }
}

/// A confidence level as people write it: `95%`, `99.5%`.
pub(super) fn level(language: Language, level: f64) -> String {
    let percent = level * 100.0;
    let decimals = (0..3).find(|decimals| (percent * 10_f64.powi(*decimals)).fract().abs() < 1e-6).unwrap_or(3);
    language.format_percent(level, usize::try_from(decimals).unwrap_or_default())
}

/// A number with its sign, plus or a real minus; what is written as 0 has none.
pub(super) fn signed(language: Language, value: f64, figure: Figure) -> String {
    let size = language.format_figure(value.abs(), figure);
    if size == language.format_figure(0.0, figure) {
        size
    } else if value < 0.0 {
        format!("−{size}")
    } else {
        format!("+{size}")
    }
}

/// A p value with three decimals, or that it is below the smallest of them.
pub(super) fn p_value(language: Language, p: f64) -> String {
    const SMALLEST: f64 = 0.001;
    let written = language.format_figure(p.max(SMALLEST), concepts::P_VALUE.figure);
    if p < SMALLEST { format!("<\u{a0}{written}") } else { written }
}

/// A level as so many times of so many, both whole: 95 of 100, 995 of 1,000. Rounded down to the last of 10,000.
pub(super) fn natural_frequency(level: f64) -> [f64; 2] {
    let is_whole = |of: &f64| (level * of - (level * of).round()).abs() < 1e-6;
    let of = [100.0, 1_000.0].into_iter().find(is_whole).unwrap_or(10_000.0);
    [(level * of + 1e-6).floor(), of]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Method;
    use crate::tables::Unit;

    #[test]
    fn an_index_is_written_in_points_with_two_decimals_by_language() {
        let precision = Precision {
            se: 0.016,
            df: 400,
            sampling_units: 401,
            is_census: false,
            low: 0.8147,
            high: 0.8783,
            design_effect: Some(1.25),
            n_effective: None,
        };
        let estimate = Estimate { value: 0.8492, n: 1486, precision: Some(precision) };
        let written = |language| {
            let w = Written::of(&estimate, Method::all()[0].headline().figure(), language);
            [w.value, w.interval, w.margin, w.n, w.design_effect].join(" ")
        };
        assert_eq!(written(Language::Vietnamese), "84,92 81,47–87,83 3,18 1.486 1,25");
        assert_eq!(written(Language::English), "84.92 81.47–87.83 3.18 1,486 1.25");
        assert_eq!(written(Language::Czech), "84,92 81,47–87,83 3,18 1\u{a0}486 1,25");
    }

    #[test]
    fn an_index_says_its_unit() {
        let index = |id| Method::all()[0].index(id).unwrap();
        let written = |id| Language::BUILT_IN.map(|language| with_unit(index(id), "1–2".to_owned(), language));
        assert_eq!(written("index_items"), ["1–2%", "1–2%", "1–2\u{a0}%"]);
        assert_eq!(written("index_score"), ["1–2 điểm", "1–2 points", "1–2\u{a0}bodu"]);
    }

    #[test]
    fn what_is_not_known_is_a_dash() {
        let estimate = Estimate { value: 71.5, n: 1, precision: None };
        let written = Written::of(&estimate, Figure::new(Unit::Points, 2), Language::English);
        assert_eq!([written.value.as_str(), &written.interval, &written.margin], ["71.50", "–", "–"]);
    }

    #[test]
    fn a_level_has_only_the_decimals_that_it_needs() {
        for (value, text) in [(0.95, "95%"), (0.995, "99.5%"), (0.9, "90%")] {
            assert_eq!(level(Language::English, value), text);
        }
    }

    #[test]
    fn a_sign_is_a_plus_or_a_real_minus_and_0_has_none() {
        let written = [-0.8, 1.104, 0.0, -0.004].map(|value| signed(Language::Czech, value, Figure::plain(2)));
        assert_eq!(written, ["−0,80", "+1,10", "0,00", "0,00"]);
    }

    #[test]
    fn a_small_p_value_is_not_written_as_0() {
        let written = [0.4, 0.001, 0.000_99, 0.0].map(|p| p_value(Language::English, p));
        assert_eq!(written, ["0.400", "0.001", "<\u{a0}0.001", "<\u{a0}0.001"]);
    }

    #[test]
    fn a_level_is_so_many_times_of_so_many() {
        let cases = [
            (0.95, "95 of 100"),
            (0.9, "90 of 100"),
            (0.58, "58 of 100"),
            (0.995, "995 of 1000"),
            (0.999_9, "9999 of 10000"),
            (0.999_999, "9999 of 10000"),
        ];
        for (value, expected) in cases {
            let [times, of] = natural_frequency(value);
            assert_eq!(format!("{times} of {of}"), expected);
        }
    }
}
