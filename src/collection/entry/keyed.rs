//! Answers as keys: what a hand on the number pad types becomes what the questionnaire means.
//!
//! A rating is its value, 0 says "no opinion", or a minus sign where 0 is a rating; an option is its number on the paper, several are typed one after another;
//! nothing typed is nothing answered.

use crate::collection::answers::{NO_OPINION, no_opinion_key};
use crate::survey::{Choice, Item, ItemKind, PlacedItem, Questionnaire};

/// The fields of the form, with keys in the place of values. What is no key stays, and validation says what is wrong with it.
pub(super) fn from_keys(fields: &[(String, String)], questionnaire: &Questionnaire) -> Vec<(String, String)> {
    let mut meant = Vec::with_capacity(fields.len());
    for placed in questionnaire.placed_items() {
        let path = placed.path();
        for (_, typed) in fields.iter().filter(|(name, _)| *name == path) {
            meant.extend(values(placed.item, typed.trim()).into_iter().map(|value| (path.clone(), value)));
        }
    }
    meant
}

fn values(item: &Item, typed: &str) -> Vec<String> {
    match &item.kind {
        _ if typed.is_empty() => Vec::new(),
        ItemKind::Likert(rated) if typed == no_opinion_key(rated.values) => vec![NO_OPINION.to_owned()],
        ItemKind::SingleChoice { options } => vec![option(options, typed)],
        ItemKind::MultipleChoice { options } if options.len() < 10 => {
            let keys = typed.chars().filter(|key| !key.is_whitespace() && *key != ',');
            keys.map(|key| option(options, &key.to_string())).collect()
        }
        ItemKind::MultipleChoice { options } => {
            let keys = typed.split([',', ' ']).filter(|key| !key.is_empty());
            keys.map(|key| option(options, key)).collect()
        }
        ItemKind::Likert(_) | ItemKind::Number { .. } | ItemKind::ShortText { .. } | ItemKind::Note => {
            vec![typed.to_owned()]
        }
    }
}

fn option(options: &[Choice], key: &str) -> String {
    let number = key.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    number.and_then(|at| options.get(at)).map_or_else(|| key.to_owned(), |option| option.code.to_string())
}

/// Which keys an item takes, for the paper and the screen.
pub(super) fn keys_of(placed: &PlacedItem<'_>, tag: &str) -> Vec<(String, String)> {
    match &placed.item.kind {
        ItemKind::SingleChoice { options } | ItemKind::MultipleChoice { options } => {
            let numbered = (1..).zip(options);
            numbered.map(|(number, option)| (number.to_string(), option.text.get(tag).to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::samples::{fields, questionnaire};
    use super::*;

    fn meant(typed: &str) -> Vec<(String, String)> {
        from_keys(&fields(typed), &questionnaire())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn where_0_is_a_rating_a_minus_sign_says_no_opinion() {
        let questionnaire = Questionnaire::from_toml(include_str!("../../../docs/examples/scales.toml")).unwrap();
        let meant = |typed| from_keys(&fields(typed), &questionnaire);
        let keys = "answers.mood=0&answers.extra-fee=0&answers.clear=0&answers.recommend=-";
        let expected = [
            ("answers.mood", "none"),
            ("answers.extra-fee", "0"),
            ("answers.clear", "none"),
            ("answers.recommend", "none"),
        ];
        assert_eq!(meant(keys), pairs(&expected));
        assert_eq!(meant("answers.recommend=0"), pairs(&[("answers.recommend", "0")]));
    }

    #[test]
    fn keys_become_what_the_questionnaire_means() {
        let meant =
            meant("answers.q1=4&answers.q2=0&answers.how=12&respondent.sex=1&answers.words=ok&answers.visits=3");
        let expected = [
            ("answers.q1", "4"),
            ("answers.visits", "3"),
            ("answers.how", "phone"),
            ("answers.how", "desk"),
            ("answers.words", "ok"),
            ("answers.q2", "none"),
            ("respondent.sex", "F"),
        ];
        let mut meant = meant;
        let mut expected = pairs(&expected);
        meant.sort();
        expected.sort();
        assert_eq!(meant, expected);
    }

    #[test]
    fn what_is_no_key_is_passed_on_and_blanks_are_not() {
        assert_eq!(meant("respondent.sex=9&answers.q1="), pairs(&[("respondent.sex", "9")]));
    }
}
