//! Estimating and ranking from files, without a database: the second way to the numbers that the platform publishes.
//!
//! Each command is one folder: `estimate/` reads responses and writes estimates, `rank/` ranks what it wrote, and `small_areas/`
//! models areas with few answers. Knows neither the store nor the use cases of the platform, so a published number can be
//! checked with nothing but files. Start reading at [`estimate_files`].

mod estimate;
mod named_twice;
mod rank;
mod small_areas;
mod table_error;
mod write_table;

pub use estimate::{EstimateError, EstimateOptions, estimate_files};
pub use rank::{RankFileOptions, rank_files};
pub use small_areas::{SmallAreaOptions, small_area_files};
pub use table_error::TableFileError;

pub use crate::tables::OutputFormat;
