//! Tables that come in: one reader and one set of rules for every file of rows.
//!
//! Responses, estimates, margins, frames and registers are all read here, so that a file means the same whichever command takes
//! it; `docs/TABLES.md` states the rules for people. The room knows how tables are written (separators, encodings, line ends,
//! missing values) and nothing of what stands in them: no survey, no storage. Start reading at [`Table`]; [`CsvRows`] are its
//! rows without a header, for readers that must be fast.

mod clean;
mod further_headers;
mod layout;
mod lines;
mod missing;
mod names;
mod number;
mod table;

pub use clean::clean;
pub use lines::{CsvRowError, CsvRows};
pub use missing::MissingCodes;
pub use names::{ColumnMatch, FIELD_SIGNS, GROUP_SIGNS, did_you_mean, find_column};
pub use number::with_decimal_point;
pub use table::{Table, cell_path, uneven_row};
