//! Long work as a page: what is done, how far it is, and a button that cancels it.

use askama::Template;

use crate::jobs::Job;
use crate::web::{Language, Page};

const NOTHING: &str = "–";

#[derive(Template)]
#[template(path = "office/jobs.html")]
pub(super) struct JobsPage {
    pub(super) page: Page,
    pub(super) jobs: Vec<JobRow>,
}

/// A job, in the reader's language.
pub(super) struct JobRow {
    number: i32,
    what: String,
    state: String,
    message: String,
    progress: String,
    tries: String,
    wanted: String,
    can_be_cancelled: bool,
}

impl JobRow {
    pub(super) fn new(job: &Job, language: Language) -> Self {
        let what = format!("jobs-kind-{}", job.kind.as_str());
        let day = language.format_date(job.wanted_on);
        let who = language.t(&format!("jobs-by-{}", job.wanted_by));
        Self {
            number: job.id.0,
            what: language.t_with(&what, [("wave", job.object.as_str().into())]),
            state: language.t(&format!("jobs-state-{}", job.state.as_str())),
            message: job.message.clone(),
            progress: job.share().map_or_else(|| NOTHING.to_owned(), |share| language.format_percent(share, 0)),
            tries: language.format_count(u64::from(job.tries.unsigned_abs())),
            wanted: language.t_with("jobs-wanted-by", [("day", day.into()), ("who", who.into())]),
            can_be_cancelled: !job.state.is_final(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::jobs::{JobId, JobKind, JobState};
    use crate::web::test_page;

    #[test]
    fn each_kind_and_state_has_words_in_each_language_and_only_what_goes_on_can_be_cancelled() {
        for language in Language::all() {
            for (kind, state) in JobKind::ALL.into_iter().flat_map(|kind| JobState::ALL.map(|state| (kind, state))) {
                let job = Job {
                    id: JobId(7),
                    kind,
                    object: "w<1>".to_owned(),
                    argument: String::new(),
                    state,
                    done: 1,
                    total: 3,
                    tries: 2,
                    beat: 0,
                    wanted_by: ["operator", "administrator"][usize::from(state.is_final())].to_owned(),
                    wanted_on: NaiveDate::from_ymd_opt(2024, 11, 20).unwrap(),
                    message: String::new(),
                };
                let jobs = vec![JobRow::new(&job, language)];
                let html = JobsPage { page: test_page(language, "/jobs"), jobs }.render().unwrap();
                assert!(!html.contains("jobs-"), "{kind:?} {state:?}: {html}");
                let tag = format!("<html lang=\"{}\">", language.tag());
                assert!(html.contains(&tag) && html.matches("<h1>").count() == 1, "{html}");
                let share = if state == JobState::Done { "100" } else { "33" };
                assert!(html.contains("w&#60;1&#62;") && html.contains(share), "{html}");
                assert_eq!(html.contains("/jobs/7/cancel"), !state.is_final(), "{state:?}");
            }
        }
    }
}
