//! The HTTP kit: languages and numbers, the page layout, security headers, errors as pages, limits, randomness for forms.
//!
//! It must not know any other room's questions: no survey, no storage, no use cases. The rooms with pages build on it.
//! Start reading at [`Page`], which every template takes, and [`wrap`], the outermost layer around all routes.

mod added_language;
#[cfg(test)]
mod added_language_tests;
mod address;
mod assets;
mod credential;
mod edge;
mod error;
mod error_page;
mod format;
mod headers;
mod language;
mod limits;
mod list;
mod page;
mod random;
mod style;

pub use added_language::AddedLanguage;
pub use address::Address;
pub use assets::assets;
pub use credential::{Credential, cookie, session_cookie};
pub use edge::wrap;
pub use error::{PageError, RETRY_AFTER_SECONDS, method_not_allowed, not_found};
pub use language::Language;
pub use limits::{Allowance, Limits, Sender, Wait, recognise};
pub use list::{AskedList, ListView};
#[cfg(test)]
pub(crate) use page::test_page;
pub use page::{ForPage, Page, render};
pub use random::draw_id;
pub use style::Style;
