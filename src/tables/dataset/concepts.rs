//! What columns of several tables say: SDMX's names where it has them.

use super::column::{Concept, Figure, Unit};

/// The unit or level that a row is of.
pub const REF_AREA: Concept = Concept::code("REF_AREA");
/// Its name.
pub const AREA_NAME: Concept = Concept::text("REF_AREA_NAME");
/// Which statistic a row is of.
pub const STATISTIC: Concept = Concept::code("STATISTIC");
/// Which item or factor a row is of.
pub const ITEM: Concept = Concept::code("ITEM");
/// How many answers a number rests on.
pub const SAMPLE_SIZE: Concept = Concept::number("SAMPLE_SIZE", Figure::whole(Unit::Answers));
/// An estimate.
pub const OBS_VALUE: Concept = Concept::number("OBS_VALUE", Figure::OF_STATISTIC);
/// Its standard error.
pub const STD_ERR: Concept = Concept::number("STD_ERR", Figure::OF_STATISTIC);
/// The covariance of two estimates.
pub const COVARIANCE: Concept = Concept::number("COVARIANCE", Figure::SQUARE_OF_STATISTIC);
/// Degrees of freedom.
pub const DEGREES_OF_FREEDOM: Concept = Concept::number("DF", Figure::plain(0));
/// The lower end of an interval.
pub const CONF_LOW: Concept = Concept::number("CONF_LOW", Figure::OF_STATISTIC);
/// The upper end of an interval.
pub const CONF_HIGH: Concept = Concept::number("CONF_HIGH", Figure::OF_STATISTIC);
/// The design effect.
pub const DESIGN_EFFECT: Concept = Concept::number("DESIGN_EFFECT", Figure::plain(2));
/// The effective sample size.
pub const EFFECTIVE_SIZE: Concept = Concept::number("EFFECTIVE_SAMPLE_SIZE", Figure::whole(Unit::Answers));
/// How many sampling units a number comes from.
pub const SAMPLING_UNITS: Concept = Concept::number("SAMPLING_UNITS", Figure::whole(Unit::SamplingUnits));
/// Whether everybody was asked.
pub const CENSUS: Concept = Concept::text("CENSUS");
/// The probability of a difference as large or larger where there is none.
pub const P_VALUE: Concept = Concept::number("P_VALUE", Figure::plain(3));
/// A place among the units.
pub const RANK: Concept = Concept::number("RANK", Figure::plain(0));
/// The best place that the data allow.
pub const RANK_LOW: Concept = Concept::number("RANK_LOW", Figure::plain(0));
/// The worst place that the data allow.
pub const RANK_HIGH: Concept = Concept::number("RANK_HIGH", Figure::plain(0));
/// The tier of units that cannot be told apart from a neighbour.
pub const TIER: Concept = Concept::number("TIER", Figure::plain(0));
/// Why there is no number, by its name.
pub const OBS_STATUS: Concept = Concept::code("OBS_STATUS");
/// The same in words.
pub const COMMENT: Concept = Concept::text("COMMENT_OBS");
/// How something is made.
pub const METHOD: Concept = Concept::code("METHOD");
/// How many answers are wanted.
pub const TARGET: Concept = Concept::number("TARGET_SAMPLE_SIZE", Figure::whole(Unit::Answers));
