//! How much of a form stands on one page.

use serde::{Deserialize, Serialize};

/// How the form is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormLayout {
    /// One factor a page.
    FactorPages,
    /// All items on one page.
    SinglePage,
    /// One item a screen, where script runs; one factor a page without.
    OneQuestion,
}

impl FormLayout {
    /// All layouts.
    pub const ALL: [Self; 3] = [Self::FactorPages, Self::SinglePage, Self::OneQuestion];

    /// The layout's name in plans and pages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FactorPages => "factor_pages",
            Self::SinglePage => "single_page",
            Self::OneQuestion => "one_question",
        }
    }
}
