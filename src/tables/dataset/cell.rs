//! The values of a row, as every format takes them.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Serialize;

use super::column::Kind;
use crate::foundation::Code;

/// A value of a row; each may be missing. A number that is not finite is a missing one in every format.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell<'a> {
    /// Text or a code.
    Text(Option<&'a str>),
    /// A whole number.
    Count(Option<u64>),
    /// A number.
    Number(Option<f64>),
    /// True or false.
    YesNo(Option<bool>),
    /// A day.
    Date(Option<NaiveDate>),
}

impl<'a> Cell<'a> {
    /// The text of one that is a text.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        match self {
            Self::Text(text) => *text,
            _ => None,
        }
    }

    /// Whether it may stand in a column of this kind.
    #[must_use]
    pub fn is(&self, kind: Kind) -> bool {
        match self {
            Self::Text(_) => matches!(kind, Kind::Text | Kind::Code),
            Self::Count(_) => kind == Kind::Count,
            Self::Number(_) => kind == Kind::Number,
            Self::YesNo(_) => kind == Kind::YesNo,
            Self::Date(_) => kind == Kind::Date,
        }
    }

    /// The same; a number that is not finite is missing.
    #[must_use]
    pub fn finite(self) -> Self {
        match self {
            Self::Number(number) => Self::Number(number.filter(|number| number.is_finite())),
            cell => cell,
        }
    }

    /// The same without its value.
    fn missing(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Code => Self::Text(None),
            Kind::Count => Self::Count(None),
            Kind::Number => Self::Number(None),
            Kind::YesNo => Self::YesNo(None),
            Kind::Date => Self::Date(None),
        }
    }
}

/// A type whose values can stand in a row.
pub trait Value {
    /// What they are.
    const KIND: Kind;
    /// The value as a cell of that kind.
    fn cell(&self) -> Cell<'_>;
}

impl<V: Value> Value for Option<V> {
    const KIND: Kind = V::KIND;
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::missing(V::KIND), V::cell)
    }
}

/// Types that are cells of one kind.
macro_rules! values {
    ($($type:ty: $kind:ident, $cell:ident, |$value:ident| $inside:expr;)+) => {
        $(impl Value for $type {
            const KIND: Kind = Kind::$kind;
            fn cell(&self) -> Cell<'_> {
                let $value = self;
                Cell::$cell(Some($inside))
            }
        })+
    };
}

values! {
    &str: Text, Text, |text| text;
    String: Text, Text, |text| text.as_str();
    Cow<'_, str>: Text, Text, |text| text.as_ref();
    Code: Code, Text, |code| code.as_str();
    u64: Count, Count, |count| *count;
    u32: Count, Count, |count| u64::from(*count);
    usize: Count, Count, |count| *count as u64;
    f64: Number, Number, |number| *number;
    bool: YesNo, YesNo, |is_so| *is_so;
    NaiveDate: Date, Date, |day| *day;
}
