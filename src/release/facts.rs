//! What is known of a release without what was published.

use chrono::NaiveDate;

use super::CorrectionReason;

/// When a wave was released, and of what that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFacts {
    /// 1 for the first release of the wave; each correction counts one more.
    pub number: i32,
    /// The day.
    pub released_on: NaiveDate,
    /// Why the release before was corrected; nothing for the first.
    pub reason: Option<CorrectionReason>,
    /// The version of the program that computed it.
    pub program: String,
    /// The method, such as `sipas-top2@2017`.
    pub method: String,
    /// The hash of the plan.
    pub plan_hash: String,
    /// The hash of the questionnaire.
    pub questionnaire_hash: String,
    /// The hash of the units that were measured, as the register had them.
    pub register_hash: String,
    /// The hash of what was published.
    pub content_hash: String,
}

/// The hash that is kept beside what was released: BLAKE3, in hexadecimal digits.
#[must_use]
pub fn content_hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
