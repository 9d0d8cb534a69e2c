//! What all documents for programs share: the format that was asked for, entity tags, lists in pages, problems.
//!
//! Rooms that show something to people give programs the same beside it, and answer here. The room knows no document: whose numbers
//! they are, and who may see them, is the business of the rooms above. Start reading at [`answer()`].

mod answer;
mod described;
mod paging;

pub use answer::{Caching, ForProgram, Problem, Wanted, answer, no_such_address, no_such_method};
pub use described::{InFormat, NoList, NoResults, NoWave, OfWave};
pub use paging::{Paging, UNITS_PER_FILE, UnitPage, UnitPageDocument, UnitPaging, links, with_links};
