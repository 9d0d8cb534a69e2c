//! The rules of one answer, whatever door it came through.

use super::Fault;
use crate::foundation::{Code, RatingScale};
use crate::survey::{Answer, Choice, Item, ItemKind, RawAnswer};

/// The answer to an item that is shown; nothing where nothing was said.
pub(super) fn check_answer(item: &Item, said: &RawAnswer) -> Result<Option<Answer>, Fault> {
    match (&item.kind, said) {
        (ItemKind::ShortText { .. } | ItemKind::Note, RawAnswer::Null) => Ok(None),
        (_, RawAnswer::Null) => Ok(Some(Answer::NoOpinion)),
        (ItemKind::MultipleChoice { .. } | ItemKind::ShortText { .. }, said) if said.is_blank() => Ok(None),
        (ItemKind::Likert(rated), RawAnswer::Number(number)) => check_rating(*number, rated.values).map(Some),
        (ItemKind::SingleChoice { options }, RawAnswer::Text(text)) => match find_option(options, text) {
            Some(code) => Ok(Some(Answer::Choice(code.clone()))),
            None => Err(unknown_option(options, text)),
        },
        (ItemKind::MultipleChoice { options }, RawAnswer::List(list)) => check_choices(options, list).map(Some),
        (ItemKind::Number { min, max, decimals }, RawAnswer::Number(number)) => {
            check_number(*number, *min, *max, *decimals).map(Some)
        }
        (ItemKind::ShortText { length_max }, RawAnswer::Text(text)) => {
            check_text(text, usize::from(*length_max)).map(Some)
        }
        (ItemKind::Note, _) => Err(Fault::new("not_allowed", "this is a text to read; it takes no answer")),
        (kind, _) => Err(wrong_type(kind)),
    }
}

fn wrong_type(kind: &ItemKind) -> Fault {
    let expected = match kind {
        ItemKind::Likert(rated) => return no_rating(rated.values),
        ItemKind::SingleChoice { .. } => "the code of one option, as a text, or null",
        ItemKind::MultipleChoice { .. } => "a list of the codes of options, or null",
        ItemKind::Number { .. } => "a number, or null",
        ItemKind::ShortText { .. } => "a text, or null",
        ItemKind::Note => "null",
    };
    Fault::new("wrong_type", format!("this must be {expected}"))
}

fn no_rating(scale: RatingScale) -> Fault {
    let message =
        format!("this must be a whole number from {} to {}, or null for no opinion", scale.start(), scale.end());
    Fault::new("wrong_type", message)
}

fn check_rating(number: f64, scale: RatingScale) -> Result<Answer, Fault> {
    if number.fract() != 0.0 || !number.is_finite() {
        return Err(no_rating(scale));
    }
    let (min, max) = (scale.start(), scale.end());
    #[expect(clippy::cast_possible_truncation, reason = "a whole number between two small ones")]
    if (f64::from(min)..=f64::from(max)).contains(&number) {
        Ok(Answer::Rating(number as i8))
    } else {
        Err(Fault::new("out_of_range", format!("{number} is not between {min} and {max}")))
    }
}

fn check_number(number: f64, min: f64, max: f64, decimals: u8) -> Result<Answer, Fault> {
    if !number.is_finite() {
        return Err(Fault::new("wrong_type", "this must be a number, or null"));
    }
    if !(min..=max).contains(&number) {
        return Err(Fault::new("out_of_range", format!("{number} is not between {min} and {max}")));
    }
    // The shortest form that reads back to the same number is what the person wrote.
    let written = number.to_string();
    let found = written.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if found > usize::from(decimals) {
        return Err(Fault::new("too_precise", format!("{written} has {found} decimals; at most {decimals} are taken")));
    }
    // Adding zero turns a negative zero into a plain one.
    Ok(Answer::Number(number + 0.0))
}

fn check_text(text: &str, length_max: usize) -> Result<Answer, Fault> {
    let text = text.trim();
    let length = text.chars().count();
    if length > length_max {
        return Err(Fault::new("too_long", format!("{length} characters; at most {length_max} are taken")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Fault::new("invalid", "control characters are not taken"));
    }
    Ok(Answer::Text(text.to_owned()))
}

fn check_choices(options: &[Choice], list: &[String]) -> Result<Answer, Fault> {
    if list.len() > options.len() {
        let message = format!("{} options are too many; there are only {}", list.len(), options.len());
        return Err(Fault::new("too_many", message));
    }
    for (position, text) in list.iter().enumerate() {
        if find_option(options, text).is_none() {
            return Err(unknown_option(options, text));
        }
        if list[..position].contains(text) {
            return Err(Fault::new("invalid", format!("{text} is named twice")));
        }
    }
    let chosen = options.iter().map(|option| &option.code).filter(|code| list.iter().any(|text| text == code.as_str()));
    Ok(Answer::Choices(chosen.cloned().collect()))
}

fn find_option<'a>(options: &'a [Choice], text: &str) -> Option<&'a Code> {
    options.iter().map(|option| &option.code).find(|code| code.as_str() == text)
}

fn unknown_option(options: &[Choice], text: &str) -> Fault {
    let known: Vec<_> = options.iter().map(|option| option.code.as_str()).collect();
    let text: String = text.chars().take(Code::LENGTH_MAX).collect();
    Fault::new("unknown_option", format!("there is no option {text:?}; take one of {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::foundation::Text;
    use crate::survey::sample::usual_scale;

    fn item(kind: ItemKind) -> Item {
        Item { code: Code::new("q").unwrap(), text: Text::default(), kind, required: false, shown_if: None }
    }

    fn options() -> Vec<Choice> {
        ["a", "b"].map(|text| Choice { code: Code::new(text).unwrap(), text: Text::default() }).to_vec()
    }

    #[test]
    fn each_kind_takes_its_own_answers_and_says_what_is_wrong_with_others() {
        let code = |text: &str| Code::new(text).unwrap();
        let likert = || ItemKind::Likert(usual_scale().rated());
        let single = || ItemKind::SingleChoice { options: options() };
        let multiple = || ItemKind::MultipleChoice { options: options() };
        let number = || ItemKind::Number { min: -1.0, max: 48.0, decimals: 1 };
        let text = || ItemKind::ShortText { length_max: 3 };
        let table = [
            (likert(), json!(1), Ok(Some(Answer::Rating(1)))),
            (likert(), json!(5.0), Ok(Some(Answer::Rating(5)))),
            (likert(), json!(null), Ok(Some(Answer::NoOpinion))),
            (likert(), json!(0), Err("out_of_range")),
            (likert(), json!(6), Err("out_of_range")),
            (likert(), json!(1e300), Err("out_of_range")),
            (likert(), json!(4.5), Err("wrong_type")),
            (likert(), json!("5"), Err("wrong_type")),
            (likert(), json!(true), Err("wrong_type")),
            (likert(), json!({}), Err("wrong_type")),
            (single(), json!("a"), Ok(Some(Answer::Choice(code("a"))))),
            (single(), json!(null), Ok(Some(Answer::NoOpinion))),
            (single(), json!("c"), Err("unknown_option")),
            (single(), json!(""), Err("unknown_option")),
            (single(), json!(["a"]), Err("wrong_type")),
            (multiple(), json!(["b", "a"]), Ok(Some(Answer::Choices(vec![code("a"), code("b")])))),
            (multiple(), json!([]), Ok(None)),
            (multiple(), json!(["c"]), Err("unknown_option")),
            (multiple(), json!(["a", "a"]), Err("invalid")),
            (multiple(), json!(["a", "b", "a"]), Err("too_many")),
            (multiple(), json!(["a", 1]), Err("wrong_type")),
            (multiple(), json!("a"), Err("wrong_type")),
            (number(), json!(48), Ok(Some(Answer::Number(48.0)))),
            (number(), json!(-0.0), Ok(Some(Answer::Number(0.0)))),
            (number(), json!(2.1), Ok(Some(Answer::Number(2.1)))),
            (number(), json!(48.1), Err("out_of_range")),
            (number(), json!(2.15), Err("too_precise")),
            (number(), json!("2"), Err("wrong_type")),
            (text(), json!(" ăn\n"), Ok(Some(Answer::Text("ăn".to_owned())))),
            (text(), json!("  "), Ok(None)),
            (text(), json!(null), Ok(None)),
            (text(), json!("ăăă"), Ok(Some(Answer::Text("ăăă".to_owned())))),
            (text(), json!("ăăăă"), Err("too_long")),
            (text(), json!("a\u{0}b"), Err("invalid")),
            (text(), json!(5), Err("wrong_type")),
            (ItemKind::Note, json!(null), Ok(None)),
            (ItemKind::Note, json!("x"), Err("not_allowed")),
        ];
        for (kind, value, expected) in table {
            let checked = check_answer(&item(kind.clone()), &RawAnswer::from_json(&value));
            assert_eq!(checked.map_err(|fault| fault.code), expected, "{kind:?} {value}");
        }
    }
}
