//! Releases for tests.

use std::sync::Arc;

use super::{CorrectionReason, ReleaseFacts};

/// So many releases of a wave, one a day from 1 December 2026 on; all but the first say why in Vietnamese and English.
pub(crate) fn releases(count: i32) -> Arc<[ReleaseFacts]> {
    let reason = || CorrectionReason::from_pairs([("vi", "Một tệp"), ("en", "A file")]).unwrap();
    let facts = |number: i32| ReleaseFacts {
        number,
        released_on: format!("2026-12-{number:02}").parse().unwrap(),
        reason: (number > 1).then(reason),
        program: "0.1.0".to_owned(),
        method: "sipas-top2@2017".to_owned(),
        plan_hash: String::new(),
        questionnaire_hash: String::new(),
        register_hash: String::new(),
        content_hash: format!("hash-{number}"),
    };
    (1..=count).map(facts).collect()
}
