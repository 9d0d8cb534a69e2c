//! Tables that go out: columns that are declared once, and every format as a function of them.

mod cell;
mod column;
pub mod concepts;
mod csvw;
mod formula;
mod row;
#[cfg(test)]
mod tests;
mod whole;
mod write;
mod write_parquet;

pub use cell::{Cell, Value};
pub use column::{Column, Concept, Figure, Kind, Unit};
pub use formula::unguarded;
pub use row::Row;
pub(crate) use row::rows;
pub use whole::Dataset;
pub use write::{OutputFormat, RowWriter};
