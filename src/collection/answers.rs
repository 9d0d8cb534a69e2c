//! What was typed, field by field, as the pages show it again.

use std::collections::BTreeMap;

use crate::foundation::RatingScale;
use crate::survey::{Questionnaire, RawAnswers, Relevance};

/// The value of a tile that says "no opinion", as relevance rules name it.
pub(super) const NO_OPINION: &str = Relevance::NO_OPINION;

/// The key that says "no opinion" where answers are typed from paper: 0, unless that is a rating.
pub(super) fn no_opinion_key(scale: RatingScale) -> &'static str {
    if scale.rank(0).is_some() { "-" } else { "0" }
}

/// The fields that were filled in: by the path of the item (`answers.q01`, `respondent.sex`), as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// Takes the fields of the questionnaire's items out of a form; others are left out, and so are blanks.
    pub(super) fn from_fields(fields: &[(String, String)], questionnaire: &Questionnaire) -> Self {
        let mut typed = Self::default();
        let known: Vec<String> = questionnaire.placed_items().map(|item| item.path()).collect();
        for (name, value) in fields {
            let value = value.replace("\r\n", "\n").trim().to_owned();
            if !value.is_empty() && known.contains(name) {
                typed.0.entry(name.clone()).or_default().push(value);
            }
        }
        typed
    }

    /// What was said by it, for a submission.
    pub(super) fn read(&self, questionnaire: &Questionnaire) -> RawAnswers {
        RawAnswers::from_fields(questionnaire, |path| self.get(path))
    }

    /// What was typed at a path.
    pub(super) fn get(&self, path: &str) -> &[String] {
        self.0.get(path).map_or(&[], Vec::as_slice)
    }

    /// All paths with what was typed there.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(path, values)| (path.as_str(), values.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples::{fields, questionnaire};
    use super::*;

    /// What the fields say, as the document of the API would.
    fn said(body: &str) -> Value {
        let questionnaire = questionnaire();
        let read = Typed::from_fields(&fields(body), &questionnaire).read(&questionnaire);
        Value::Object(read.to_json(&questionnaire))
    }

    #[test]
    fn each_kind_of_answer_is_read_as_the_interface_documents_it() {
        let read = said(
            "answers.q1=5&answers.q2=none&answers.visits=1,5&answers.how=phone&answers.how=desk&answers.words=a%0D%0Ab&respondent.sex=F",
        );
        let answers = json!({"q1": 5.0, "q2": null, "visits": 1.5, "how": ["phone", "desk"], "words": "a\nb"});
        assert_eq!(read, json!({"answers": answers, "respondent": {"sex": "F"}}));
    }

    #[test]
    fn blanks_and_unknown_fields_are_left_out() {
        let questionnaire = questionnaire();
        let typed = Typed::from_fields(&fields("answers.q1=&answers.words=++&answers.nope=1&weight=9"), &questionnaire);
        assert_eq!(typed, Typed::default());
    }

    #[test]
    fn what_cannot_be_read_is_passed_on_for_validation_to_name() {
        assert_eq!(said("answers.q1=x&answers.visits=many")["answers"], json!({"q1": "x", "visits": "many"}));
    }

    #[test]
    fn an_answer_to_an_item_that_is_no_longer_relevant_is_not_sent() {
        for (q1, why) in [("2", Some(json!("slow"))), ("4", None)] {
            let read = said(&format!("answers.q1={q1}&answers.why=slow"));
            assert_eq!(read["answers"].get("why"), why.as_ref(), "{q1}");
        }
    }
}
