//! Answer sheets as short texts, which storage keeps and SQL can read.
//!
//! `4;5;-;;F;slow|rude;2.5` is one text per item in the questionnaire's order: a rating as its value, `-` for no opinion,
//! nothing where nothing was answered, options by code (several joined by `|`), numbers in their shortest form. Words of
//! respondents are kept apart, so a text item is always empty here. Codes contain neither `;` nor `|`, and no option is
//! called `-`, so nothing needs escaping.

use super::{Answer, AnswerSheet, Choice, Item, ItemKind, Questionnaire};
use crate::foundation::{Code, RatingScale};

/// Why a text is not a packed answer sheet of the questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// There are more or fewer texts than items.
    #[error("the packed sheet has {found} answers, the questionnaire {wanted} items")]
    Count {
        /// How many texts there are.
        found: usize,
        /// How many items there are.
        wanted: usize,
    },
    /// A text is no answer to its item.
    #[error("{text:?} is no packed answer to item number {position}")]
    Answer {
        /// Which item, from 1.
        position: usize,
        /// What was found.
        text: String,
    },
}

impl AnswerSheet {
    /// Packs the sheet; the answers to text items are left out.
    #[must_use]
    pub fn pack(&self) -> String {
        let mut packed = String::with_capacity(2 * self.0.len());
        for (position, answer) in self.0.iter().enumerate() {
            if position > 0 {
                packed.push(';');
            }
            match answer {
                None | Some(Answer::Text(_)) => {}
                Some(Answer::NoOpinion) => packed.push('-'),
                Some(Answer::Rating(rating)) => packed.push_str(&rating.to_string()),
                Some(Answer::Choice(code)) => packed.push_str(code.as_str()),
                Some(Answer::Choices(codes)) => {
                    packed.push_str(&codes.iter().map(Code::as_str).collect::<Vec<_>>().join("|"));
                }
                Some(Answer::Number(number)) => packed.push_str(&number.to_string()),
            }
        }
        packed
    }

    /// The sheet that was packed, for these items.
    pub fn unpack<'a>(packed: &str, items: impl IntoIterator<Item = &'a Item>) -> Result<Self, UnpackError> {
        let items: Vec<&Item> = items.into_iter().collect();
        let found = if items.is_empty() && packed.is_empty() { 0 } else { packed.split(';').count() };
        if found != items.len() {
            return Err(UnpackError::Count { found, wanted: items.len() });
        }
        let unpack = |(position, (item, text)): (usize, (&&Item, &str))| {
            if text.is_empty() {
                return Ok(None);
            }
            let error = || UnpackError::Answer { position: position + 1, text: text.chars().take(64).collect() };
            unpack_answer(&item.kind, text).map(Some).ok_or_else(error)
        };
        items.iter().zip(packed.split(';')).enumerate().map(unpack).collect::<Result<_, _>>().map(Self)
    }
}

/// The text of the answer at `position` in a packed sheet, empty where nothing was answered: a code for a single choice.
#[must_use]
pub fn packed_text(packed: &str, position: usize) -> &str {
    packed.split(';').nth(position).unwrap_or("")
}

fn unpack_answer(kind: &ItemKind, text: &str) -> Option<Answer> {
    let option = |options: &[Choice], text: &str| {
        options.iter().find(|option| option.code.as_str() == text).map(|option| option.code.clone())
    };
    match kind {
        ItemKind::ShortText { .. } | ItemKind::Note => None,
        _ if text == "-" => Some(Answer::NoOpinion),
        ItemKind::Likert(rated) => {
            text.parse().ok().filter(|value| rated.values.rank(*value).is_some()).map(Answer::Rating)
        }
        ItemKind::SingleChoice { options } => option(options, text).map(Answer::Choice),
        ItemKind::MultipleChoice { options } => {
            text.split('|').map(|text| option(options, text)).collect::<Option<_>>().map(Answer::Choices)
        }
        ItemKind::Number { .. } => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Answer::Number),
    }
}

fn rank(scale: RatingScale, text: &str) -> Option<u8> {
    let value = match text.as_bytes() {
        // Nearly all of them, and quickly.
        [digit @ b'0'..=b'9'] => (digit - b'0').cast_signed(),
        _ => text.parse().ok()?,
    };
    scale.rank(value)
}

/// Reads the ratings out of packed sheets, without unpacking them: what tallies need, at their speed.
#[derive(Debug, Clone)]
pub struct RatingReader {
    /// The scale of each item that is rated.
    scales: Vec<Option<RatingScale>>,
    /// The positions among the rated items of those that make a net promoter score.
    nps_items: Vec<usize>,
}

impl RatingReader {
    /// A reader of sheets of this questionnaire.
    #[must_use]
    pub fn new(questionnaire: &Questionnaire) -> Self {
        let scale = |item: &Item| item.rated().map(|rated| rated.values);
        Self { scales: questionnaire.items().map(scale).collect(), nps_items: questionnaire.nps_items() }
    }

    /// Appends the rating of each rated item to `ratings`, in the questionnaire's order, as its rank on the scale; 0 where there
    /// is none. Then how each item recommends that makes a net promoter score: the order of [`Questionnaire::kept_scales`].
    pub fn read(&self, packed: &str, ratings: &mut Vec<u8>) -> Result<(), UnpackError> {
        let (mut found, begin) = (0, ratings.len());
        for text in packed.split(';') {
            found += 1;
            match self.scales.get(found - 1) {
                Some(Some(_)) if matches!(text, "" | "-") => ratings.push(0),
                Some(Some(scale)) => {
                    let error = || UnpackError::Answer { position: found, text: text.chars().take(64).collect() };
                    ratings.push(rank(*scale, text).ok_or_else(error)?);
                }
                Some(None) | None => {}
            }
        }
        for position in &self.nps_items {
            if let Some(rank) = ratings.get(begin + position) {
                ratings.push(RatingScale::promotion(*rank));
            }
        }
        let wanted = self.scales.len();
        if found == wanted { Ok(()) } else { Err(UnpackError::Count { found, wanted }) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn questionnaire() -> Questionnaire {
        Questionnaire::from_toml(include_str!("../../docs/examples/questionnaire.toml")).unwrap()
    }

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    #[test]
    fn a_packed_sheet_can_be_read_by_eye() {
        let sheet = AnswerSheet(vec![
            None,
            Some(Answer::Rating(4)),
            Some(Answer::NoOpinion),
            Some(Answer::Choices(vec![code("slow"), code("rude")])),
            Some(Answer::Number(2.5)),
            Some(Answer::Text("kept apart; not here".to_owned())),
        ]);
        assert_eq!(sheet.pack(), ";4;-;slow|rude;2.5;");
        assert_eq!(AnswerSheet(vec![Some(Answer::Choice(code("F")))]).pack(), "F");
        assert_eq!(AnswerSheet::default().pack(), "");
        assert_eq!(AnswerSheet::unpack("", []), Ok(AnswerSheet::default()));
    }

    #[test]
    fn what_was_not_packed_for_these_items_is_refused() {
        let questionnaire = questionnaire();
        let count = |found| UnpackError::Count { found, wanted: 6 };
        let answer = |position, text: &str| UnpackError::Answer { position, text: text.to_owned() };
        for (packed, error) in [
            ("", count(1)),
            (";;;;", count(5)),
            (";;;;;;", count(7)),
            ("-;;;;;", answer(1, "-")),
            (";6;;;;", answer(2, "6")),
            (";0;;;;", answer(2, "0")),
            (";45;;;;", answer(2, "45")),
            (";;;late;;", answer(4, "late")),
            (";;;slow|;;", answer(4, "slow|")),
            (";;;;inf;", answer(5, "inf")),
            (";;;;;words", answer(6, "words")),
        ] {
            assert_eq!(AnswerSheet::unpack(packed, questionnaire.items()), Err(error), "{packed}");
        }
        assert_eq!(RatingReader::new(&questionnaire).read(";6;;;;", &mut Vec::new()), Err(answer(2, "6")));
        assert_eq!(RatingReader::new(&questionnaire).read(";;;;", &mut Vec::new()), Err(count(5)));
    }

    fn answer(kind: &ItemKind) -> BoxedStrategy<Option<Answer>> {
        let codes = |options: &[Choice]| options.iter().map(|option| option.code.clone()).collect::<Vec<_>>();
        let some = match kind {
            ItemKind::Likert(rated) => {
                prop::sample::select(rated.values.values().collect::<Vec<_>>()).prop_map(Answer::Rating).boxed()
            }
            ItemKind::SingleChoice { options } => prop::sample::select(codes(options)).prop_map(Answer::Choice).boxed(),
            ItemKind::MultipleChoice { options } => {
                let codes = codes(options);
                let count = 1..=codes.len();
                prop::sample::subsequence(codes, count).prop_map(Answer::Choices).boxed()
            }
            ItemKind::Number { min, max, .. } => (*min..=*max).prop_map(Answer::Number).boxed(),
            ItemKind::ShortText { .. } | ItemKind::Note => return Just(None).boxed(),
        };
        prop_oneof![some.prop_map(Some), Just(Some(Answer::NoOpinion)), Just(None)].boxed()
    }

    proptest! {
        #[test]
        fn a_sheet_is_read_back_from_its_packed_form(
            answers in questionnaire().items().map(|item| answer(&item.kind)).collect::<Vec<_>>(),
        ) {
            let (questionnaire, sheet) = (questionnaire(), AnswerSheet(answers));
            prop_assert_eq!(AnswerSheet::unpack(&sheet.pack(), questionnaire.items()), Ok(sheet.clone()));
            let mut ratings = Vec::new();
            RatingReader::new(&questionnaire).read(&sheet.pack(), &mut ratings).unwrap();
            let rated = [1, 2].map(|position| match sheet.0[position] {
                Some(Answer::Rating(rating)) => rating.cast_unsigned(),
                _ => 0,
            });
            prop_assert_eq!(ratings, rated);
        }

        #[test]
        fn no_text_makes_unpacking_panic(packed in "[-;|a-z0-9.]{0,30}") {
            let _ = AnswerSheet::unpack(&packed, questionnaire().items());
            let _ = RatingReader::new(&questionnaire()).read(&packed, &mut Vec::new());
        }
    }
}
