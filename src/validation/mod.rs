//! From what was sent to a valid [`Response`](crate::survey::Response), or to every finding at once.
//!
//! Three doors make a [`Submission`]: [`Submission::new`] for forms on a screen and paper forms that were typed in,
//! [`Submission::from_json`] for the document of the API, which the script of the form sends, too, and [`read_responses`] for the rows
//! of a file. [`Submission::check`] then judges it, once. The room knows nothing of storage or HTTP; whether the wave takes answers
//! today is its caller's question.
//!
//! | code | means |
//! |---|---|
//! | `missing` | a part of the submission, a cell or a column (`missing_column`) that must be there is not |
//! | `wrong_type` | a text where a number is wanted, a rating that is no whole number, … |
//! | `out_of_range` | a number outside its bounds, a day outside the fieldwork or in the future |
//! | `too_precise` | more decimals than the item takes |
//! | `too_long`, `too_many` | longer, or more, than is taken |
//! | `unknown_field`, `unknown_item`, `unknown_option`, `unknown_unit` | there is no such thing in the plan or questionnaire |
//! | `not_allowed` | known, but not here: a mode outside the plan, a design from the open link, an answer to a note |
//! | `not_relevant` | an answer to an item that the answers before it do not show |
//! | `required` | the item must be answered; `null` ("no opinion") is an answer |
//! | `wrong` | a puzzle that is not solved by what was sent |
//! | `empty` | not a single item is answered |
//! | `invalid` | not in the form that is wanted: an id that is no UUID, an option named twice, control characters |
//! | `not_utf8`, `unreadable`, `duplicate` | of files: bytes that are no text, a file that breaks off, a column that is there twice |
//! | `more` | so many findings that the rest is only counted |
//!
//! Start reading at [`Submission::check`]; the rules of each kind of item are in `answer`, which items are asked at all is decided by
//! [`Questionnaire::relevance`](crate::survey::Questionnaire::relevance).

mod answer;
#[cfg(test)]
mod cases_tests;
mod document;
mod location;
mod response_columns;
mod response_file;
#[cfg(test)]
mod response_file_tests;
mod sheets;
mod submission;
#[cfg(test)]
mod tests;
mod work;

pub use response_file::{Rejected, ResponseFile, read_responses};
pub use submission::{Design, Sent, Submission};

/// What is wrong with a value, before it is known where the value stands.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    code: &'static str,
    message: String,
}

impl Fault {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
