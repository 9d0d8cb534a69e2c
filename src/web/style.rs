//! The style sheets of the pages.

/// The style sheet that a page inlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For citizens: small.
    Form,
    /// For results and office pages.
    Site,
}

impl Style {
    /// The style sheet itself.
    #[must_use]
    pub fn css(self) -> &'static str {
        match self {
            Self::Form => include_str!("../../frontend/dist/form.css"),
            Self::Site => include_str!("../../frontend/dist/site.css"),
        }
    }
}
