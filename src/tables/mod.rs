//! Tables that come in and tables that go out: one reader and one set of rules for every file of rows, and one declaration of
//! columns for every format that rows are written in.
//!
//! Responses, estimates, margins, frames and registers are all read here, so that a file means the same whichever command takes
//! it; `docs/TABLES.md` states the rules for people. What is written for programs is a [`Dataset`]: its [`Column`]s have a name, a
//! concept, a kind of values, a unit and decimals, and CSV, JSON, Parquet and their description are functions of it. The room
//! knows how tables are written (separators, encodings, line ends, missing values) and nothing of what stands in them: no survey,
//! no storage. Start reading at [`Table`] for what comes in ([`CsvRows`] are its rows without a header, for readers that must be
//! fast) and at [`Row`] for what goes out.

mod clean;
mod dataset;
mod further_headers;
mod layout;
mod lines;
mod missing;
mod names;
mod number;
mod table;

pub use clean::clean;
pub(crate) use dataset::rows;
pub use dataset::{
    Cell, Column, Concept, Dataset, Figure, Kind, OutputFormat, Row, RowWriter, Unit, Value, concepts, unguarded,
};
pub use lines::{CsvRowError, CsvRows};
pub use missing::MissingCodes;
pub use names::{ColumnMatch, FIELD_SIGNS, GROUP_SIGNS, did_you_mean, find_column};
pub use number::with_decimal_point;
pub use table::{Table, cell_path, uneven_row};
