//! How people read the numbers of results: in which unit, and with how many decimals. Documents have full precision.

use super::definition::{Index, IndexUnit};
use crate::tables::{Figure, Unit};

/// The share of satisfied answers to an item, and the share of each rating.
pub const ITEM_SHARE: Figure = Figure::share(1);
/// The share of satisfied answers to the items of a factor.
pub const FACTOR_SHARE: Figure = Figure::share(2);
/// The net promoter score of an item.
pub const ITEM_SCORE: Figure = Figure::new(Unit::Points, 1);

impl Index {
    /// How people read it.
    #[must_use]
    pub fn figure(&self) -> Figure {
        match self.unit {
            IndexUnit::Percent => Figure::share(self.decimals),
            IndexUnit::Points(_) => Figure::new(Unit::Points, self.decimals),
        }
    }
}
