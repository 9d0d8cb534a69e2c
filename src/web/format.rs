//! Numbers, percentages, dates and order, as each language writes them.

use std::cmp::Ordering;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale::{Locale, locale};

use super::Language;
use crate::tables::Figure;

/// One value for each of [`Language::BUILT_IN`], in its order.
type PerLanguage<T> = [T; 3];

fn locales() -> PerLanguage<Locale> {
    [locale!("vi"), locale!("en"), locale!("cs")]
}

thread_local! {
    // ICU's number formatter is not shared between threads; making one costs microseconds.
    static NUMBERS: PerLanguage<DecimalFormatter> = locales().map(|locale| {
        DecimalFormatter::try_new((&locale).into(), DecimalFormatterOptions::default())
            .expect("the number rules of the three languages are compiled in")
    });
}

static ORDERS: LazyLock<PerLanguage<CollatorBorrowed<'static>>> = LazyLock::new(|| {
    locales().map(|locale| {
        Collator::try_new((&locale).into(), CollatorOptions::default())
            .expect("the sorting rules of the three languages are compiled in")
    })
});

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Language {
    /// Where its rules stand in a [`PerLanguage`].
    fn rules_at(self) -> usize {
        match self.rules() {
            Self::English => 1,
            Self::Czech => 2,
            Self::Vietnamese | Self::Added(_) => 0,
        }
    }

    fn format_decimal(self, decimal: &Decimal) -> String {
        NUMBERS.with(|numbers| numbers[self.rules_at()].format(decimal).to_string())
    }

    /// A number with its thousands grouped and exactly `decimals` decimals; `–` when it is not finite.
    #[must_use]
    pub fn format_number(self, value: f64, decimals: usize) -> String {
        match format!("{value:.decimals$}").parse::<Decimal>() {
            Ok(decimal) => self.format_decimal(&decimal),
            Err(_) => "–".to_owned(),
        }
    }

    /// A number as people read it: a share in points of 100, without a sign.
    #[must_use]
    pub fn format_figure(self, value: f64, figure: Figure) -> String {
        let (value, decimals) = figure.read(value);
        self.format_number(value, decimals)
    }

    /// A count with its thousands grouped.
    #[must_use]
    pub fn format_count(self, count: u64) -> String {
        self.format_decimal(&Decimal::from(count))
    }

    /// A share of 0–1 as a percentage with exactly `decimals` decimals.
    #[must_use]
    pub fn format_percent(self, share: f64, decimals: usize) -> String {
        let number = self.format_number(share * 100.0, decimals);
        if self == Self::Czech { format!("{number}\u{a0}%") } else { format!("{number}%") }
    }

    /// A date as people write it: `20/11/2024`, `20 November 2024`, `20. 11. 2024`.
    #[must_use]
    pub fn format_date(self, date: NaiveDate) -> String {
        let (day, month, year) = (date.day(), date.month(), date.year());
        match self.rules() {
            Self::Vietnamese | Self::Added(_) => format!("{day:02}/{month:02}/{year}"),
            Self::English => format!("{day} {} {year}", MONTHS[date.month0() as usize]),
            Self::Czech => format!("{day}.\u{a0}{month}.\u{a0}{year}"),
        }
    }

    /// A moment where the survey is held, to the second.
    #[must_use]
    pub fn format_moment(self, moment: DateTime<FixedOffset>) -> String {
        let time = moment.format("%H:%M:%S");
        match self.rules() {
            Self::Vietnamese | Self::Added(_) => format!("{time} {}", self.format_date(moment.date_naive())),
            Self::English | Self::Czech => format!("{} {time}", self.format_date(moment.date_naive())),
        }
    }

    /// The order of two names in a list.
    #[must_use]
    pub fn compare(self, left: &str, right: &str) -> Ordering {
        ORDERS[self.rules_at()].compare(left, right)
    }
}

#[cfg(test)]
mod tests {
    use super::super::added_language::AddedLanguage;
    use super::*;
    use crate::foundation::LanguageTag;
    use crate::tables::Unit;

    #[test]
    fn numbers_are_written_by_the_rules_of_the_language() {
        let cases = [
            (Language::Vietnamese, "12.345,60", "85,6%"),
            (Language::English, "12,345.60", "85.6%"),
            (Language::Czech, "12\u{a0}345,60", "85,6\u{a0}%"),
        ];
        for (language, number, percent) in cases {
            assert_eq!(language.format_number(12_345.6, 2), number);
            assert_eq!(language.format_percent(0.8559, 1), percent);
        }
        assert_eq!(Language::Vietnamese.format_count(12_345), "12.345");
        assert_eq!(Language::English.format_number(f64::NAN, 1), "–");
    }

    #[test]
    fn a_share_is_read_in_points_of_100_and_other_units_as_they_are() {
        let figures = [Figure::share(1), Figure::new(Unit::Points, 2), Figure::plain(0)];
        assert_eq!(figures.map(|figure| Language::English.format_figure(0.8559, figure)), ["85.6", "0.86", "1"]);
    }

    #[test]
    fn a_language_of_a_file_goes_by_vietnamese_rules() {
        let text = "language-name = Hmoob";
        let added = AddedLanguage::read(&LanguageTag::new("hmn").unwrap(), text).unwrap();
        let hmong = Language::Added(Box::leak(Box::new(added)));
        assert_eq!(hmong.format_number(12_345.6, 2), "12.345,60");
        assert_eq!(hmong.format_percent(0.8559, 1), "85,6%");
        assert_eq!(hmong.format_date(NaiveDate::from_ymd_opt(2024, 11, 3).unwrap()), "03/11/2024");
        assert_eq!(hmong.compare("Đình Lập", "Dương Quỳ"), Ordering::Greater);
        assert_eq!((hmong.tag(), hmong.native_name(), hmong.t("form-next")), ("hmn", "Hmoob", "Tiếp tục".to_owned()));
        assert_eq!(hmong.t_with("form-progress", [("number", 2.into()), ("count", 6.into())]), "Phần 2/6");
        assert_eq!(hmong.path("/r/w"), "/hmn/r/w");
    }

    #[test]
    fn dates_are_written_by_the_rules_of_the_language() {
        let date = NaiveDate::from_ymd_opt(2024, 11, 3).unwrap();
        let written: Vec<_> = Language::BUILT_IN.iter().map(|language| language.format_date(date)).collect();
        assert_eq!(written, ["03/11/2024", "3 November 2024", "3.\u{a0}11.\u{a0}2024"]);
    }

    #[test]
    fn moments_are_written_to_the_second() {
        let moment: DateTime<FixedOffset> = "2024-11-03T14:05:09+07:00".parse().unwrap();
        let written: Vec<_> = Language::BUILT_IN.iter().map(|language| language.format_moment(moment)).collect();
        let expected = ["14:05:09 03/11/2024", "3 November 2024 14:05:09", "3.\u{a0}11.\u{a0}2024 14:05:09"];
        assert_eq!(written, expected);
    }

    #[test]
    fn names_are_sorted_by_the_rules_of_the_language() {
        let sorted = |language: Language, mut names: Vec<&'static str>| {
            names.sort_by(|a, b| language.compare(a, b));
            names
        };
        assert_eq!(
            sorted(Language::Vietnamese, vec!["Đình Lập", "Văn Bàn", "Dương Quỳ", "Ea"]),
            ["Dương Quỳ", "Đình Lập", "Ea", "Văn Bàn"]
        );
        assert_eq!(
            sorted(Language::Czech, vec!["Chrudim", "Cheb", "Brno", "Ivančice"]),
            ["Brno", "Cheb", "Chrudim", "Ivančice"]
        );
        assert_eq!(sorted(Language::Czech, vec!["Chrudim", "Hodonín"]), ["Hodonín", "Chrudim"]);
    }
}
