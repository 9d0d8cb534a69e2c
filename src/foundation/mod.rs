//! The ground floor: the few things that every room may use.
//!
//! Holds codes, language tags and texts in several languages, the clock, fixed-point weights, rating scales, rows written as CSV,
//! documents read key by key, JSON whose objects name each key once, and the one shape of a finding ("what is wrong, where, how
//! to mend it"). It knows nothing of surveys, storage or HTTP.
//! Start reading at [`Finding`] and [`Code`].

mod clock;
mod code;
mod date;
mod document;
mod finding;
mod folding;
mod json;
mod language;
mod missing;
mod rating_scale;
mod short_key;
mod weight;

pub use clock::{Clock, FixedClock, SystemClock};
pub use code::{Code, CodeError};
pub use date::parse_date;
pub use document::{FromValue, Keys, check_words};
pub use finding::{Finding, Findings, LimitedFindings, one_line};
pub use folding::folded;
pub use json::UniqueJson;
pub use language::{LanguageTag, LanguageTagError, Text};
pub use missing::MaybeMissing;
pub use rating_scale::{RatingScale, RatingScaleError};
pub use short_key::{ShortKey, ShortKeyMap};
pub use weight::{Weight, WeightError};
