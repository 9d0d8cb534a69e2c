//! What a column of a table that goes out is: its name, what it says, and how people read it.

use std::borrow::Cow;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words, for people.
    Text,
    /// A code: text that is compared, never counted with, so `080` is not 80.
    Code,
    /// A whole number, 0 or more.
    Count,
    /// A number at full precision.
    Number,
    /// True or false.
    YesNo,
    /// A day.
    Date,
}

/// What the numbers of a column are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nothing: texts, codes, ranks, ratios.
    None,
    /// A share, 0–1. People read it in points of 100.
    Share,
    /// Points, as they are.
    Points,
    /// A rating on the scale of its item.
    Rating,
    /// Answers.
    Answers,
    /// Units that are ranked.
    Units,
    /// Primary sampling units.
    SamplingUnits,
    /// That of the statistic, which may differ from row to row: a column `statistic` names it.
    OfStatistic,
    /// The square of that.
    SquareOfStatistic,
}

impl Unit {
    /// What one of it is for people: a share of 1 is 100 points of 100.
    #[must_use]
    pub fn for_people(self) -> f64 {
        if self == Self::Share { 100.0 } else { 1.0 }
    }

    /// In a word or some, for programs and their users; nothing where there is no unit.
    #[must_use]
    pub fn words(self) -> Option<&'static str> {
        Some(match self {
            Self::None => return None,
            Self::Share => "share, 0 to 1",
            Self::Points => "points",
            Self::Rating => "rating",
            Self::Answers => "answers",
            Self::Units => "units",
            Self::SamplingUnits => "sampling units",
            Self::OfStatistic => "that of the statistic",
            Self::SquareOfStatistic => "the square of that of the statistic",
        })
    }
}

/// How people read a number: pages write it so, documents at full precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// What it is counted in.
    pub unit: Unit,
    /// With how many decimals, of points where it is a share; `None` where its statistic says it.
    pub decimals: Option<u8>,
}

impl Figure {
    /// Where there is no number.
    pub const NONE: Self = Self { unit: Unit::None, decimals: None };
    /// A number in the unit of its statistic, and with that one's decimals.
    pub const OF_STATISTIC: Self = Self { unit: Unit::OfStatistic, decimals: None };
    /// A number in the square of that unit, which nobody reads rounded.
    pub const SQUARE_OF_STATISTIC: Self = Self { unit: Unit::SquareOfStatistic, decimals: None };

    /// A number in this unit, with so many decimals.
    #[must_use]
    pub const fn new(unit: Unit, decimals: u8) -> Self {
        Self { unit, decimals: Some(decimals) }
    }

    /// A share, which people read in points with so many decimals.
    #[must_use]
    pub const fn share(decimals: u8) -> Self {
        Self::new(Unit::Share, decimals)
    }

    /// A number without a unit.
    #[must_use]
    pub const fn plain(decimals: u8) -> Self {
        Self::new(Unit::None, decimals)
    }

    /// A whole number of these.
    #[must_use]
    pub const fn whole(unit: Unit) -> Self {
        Self::new(unit, 0)
    }

    /// With how many decimals the value, as it stands in the table, says what people read: a share has two more than its points.
    #[must_use]
    pub fn decimals_in_table(self) -> Option<u8> {
        self.decimals.map(|decimals| if self.unit == Unit::Share { decimals.saturating_add(2) } else { decimals })
    }

    /// The value as people count it, and with how many decimals it is written.
    #[must_use]
    pub fn read(self, value: f64) -> (f64, usize) {
        (value * self.unit.for_people(), self.decimals.unwrap_or_default().into())
    }
}

/// What a column says, by the field's name for it, which is the same in every table: SDMX's where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concept {
    /// Its name, such as `REF_AREA`.
    pub id: &'static str,
    /// How people read its numbers.
    pub figure: Figure,
    /// Whether its texts are codes.
    pub is_code: bool,
}

impl Concept {
    /// What is no number.
    #[must_use]
    pub const fn text(id: &'static str) -> Self {
        Self { id, figure: Figure::NONE, is_code: false }
    }

    /// What codes name.
    #[must_use]
    pub const fn code(id: &'static str) -> Self {
        Self { id, figure: Figure::NONE, is_code: true }
    }

    /// What is counted or measured.
    #[must_use]
    pub const fn number(id: &'static str, figure: Figure) -> Self {
        Self { id, figure, is_code: false }
    }
}

/// A column, declared once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in CSV, JSON and Parquet.
    pub id: Cow<'static, str>,
    /// What it says.
    pub concept: Concept,
    /// What its values are.
    pub kind: Kind,
    /// What it says, in a sentence or some.
    pub description: Cow<'static, str>,
}

impl Column {
    /// A column with the lines of its description.
    #[must_use]
    pub fn new(id: &'static str, kind: Kind, lines: &[&str], concept: Concept) -> Self {
        let kind = if kind == Kind::Text && concept.is_code { Kind::Code } else { kind };
        let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
        Self { id: Cow::Borrowed(id), concept, kind, description: Cow::Owned(lines.join(" ")) }
    }
}
