//! What all documents for programs share: the format that was asked for, entity tags, lists in pages, problems.
//!
//! Rooms that show something to people give programs the same beside it, and answer here. The room knows no document: whose numbers
//! they are, and who may see them, is the business of the rooms above. Start reading at [`answer()`].

mod answer;
mod described;
mod paging;
mod problem;
mod tags;
mod wanted;

pub use answer::{Caching, answer};
pub use described::{InFormat, NoList, NoResults, NoWave, OfWave, describe_table};
pub use paging::{Paging, UNITS_PER_FILE, UnitPage, UnitPageDocument, UnitPaging, links, with_links};
pub use problem::{ForProgram, Problem, no_such_address, no_such_method};
pub use tags::is_known;
pub use wanted::{Format, Wanted};
