//! What questionnaires are read to, and refused for.

use proptest::prelude::*;

use super::{Choice, Item, ItemKind, Questionnaire, Relevance, Scale, Section};
use crate::foundation::{Code, LanguageTag, RatingScale, Text};

const EXAMPLE: &str = include_str!("../../docs/examples/questionnaire.toml");

fn found(text: &str) -> Vec<(String, &'static str)> {
    let findings = Questionnaire::from_toml(text).unwrap_err();
    findings.0.into_iter().map(|finding| (finding.path, finding.code)).collect()
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

#[test]
fn the_example_shows_every_kind_of_item() {
    let questionnaire = Questionnaire::from_toml(EXAMPLE).unwrap();
    let kinds: Vec<_> =
        questionnaire.items().map(|item| (item.code.as_str(), item.kind.clone(), item.required)).collect();
    let choice = |code_: &str, vi, en| Choice { code: code(code_), text: Text::from([("vi", vi), ("en", en)]) };
    let why = vec![choice("slow", "Chậm", "Slow"), choice("rude", "Thái độ không tốt", "Rude")];
    let expected = [
        ("intro", ItemKind::Note, false),
        ("q01", rated(0, false), false),
        ("q02", rated(0, false), true),
        ("why", ItemKind::MultipleChoice { options: why }, false),
        ("wait", ItemKind::Number { min: 0.0, max: 48.0, decimals: 1 }, false),
        ("wish", ItemKind::ShortText { length_max: 300 }, false),
    ];
    assert_eq!(kinds, expected);
    let relevance = Relevance { item: code("q02"), is: vec!["1".to_owned(), "2".to_owned()] };
    assert_eq!(questionnaire.items().nth(3).unwrap().shown_if, Some(relevance));
    assert_eq!(questionnaire.respondent[0].code, code("sex"));
    assert_eq!(questionnaire.languages, ["vi", "en"].map(|tag| LanguageTag::new(tag).unwrap()));
}

#[test]
fn every_built_in_questionnaire_is_read_and_holds_what_was_published() {
    let sipas = Questionnaire::built_in("sipas-2017").unwrap();
    let sizes: Vec<_> = sipas.factors.iter().map(|factor| factor.items.len()).collect();
    assert_eq!(sizes, [4, 5, 6, 3, 4]);
    assert_eq!(sipas.rated_items().count(), 22);
    let respondent: Vec<_> = sipas.respondent.iter().map(|item| item.code.as_str()).collect();
    assert_eq!(respondent, ["sex", "age_band", "ethnicity", "service"]);
    assert_eq!(sipas.languages.iter().map(LanguageTag::as_str).collect::<Vec<_>>(), ["vi", "cs", "en"]);
    assert!(Questionnaire::built_in("sipas-2099").is_none());
}

#[test]
fn each_mistake_is_found_where_it_is() {
    let table = [
        ("code = \"district-office-2025\"", "", "code", "missing"),
        ("code = \"district-office-2025\"", "code = \"a b\"", "code", "wrong_type"),
        ("satisfied_from = 4", "satisfied_from = 6", "scale.satisfied_from", "out_of_range"),
        ("\"likert5\"", "\"likert7\"", "scale.kind", "unknown_option"),
        ("default_language = \"vi\"", "default_language = \"cs\"", "default_language", "missing_language"),
        ("en = \"The official was polite\"", "", "factor.visit.item.q02.en", "missing_language"),
        ("en = \"The official was polite\"", "en = \" \"", "factor.visit.item.q02.en", "missing"),
        ("en = \"The official was polite\"", "en = \"a\\u0000b\"", "factor.visit.item.q02.en", "invalid"),
        ("en = \"No opinion / did not use\"", "", "not_applicable.en", "missing_language"),
        ("en = \"Your last visit\"", "", "factor.visit.en", "missing_language"),
        ("en = \"Rude\"", "", "factor.visit.item.why.option.rude.en", "missing_language"),
        ("en = \"Female\"", "", "respondent.sex.option.F.en", "missing_language"),
        ("\"Neutral\", ", "", "scale_labels.en", "invalid"),
        ("\"Neutral\"", "\"\"", "scale_labels.en[2]", "missing"),
        ("\n  required = true", "\n  requird = true", "factor.visit.item.q02.requird", "unknown_key"),
        ("\n  required = true", "\n  min = 1", "factor.visit.item.q02.min", "unknown_key"),
        ("\n  required = true", "\n  required = \"yes\"", "factor.visit.item.q02.required", "wrong_type"),
        ("kind = \"note\"", "kind = \"note\"\nrequired = true", "factor.visit.item.intro.required", "not_allowed"),
        ("kind = \"number\"", "kind = \"numbr\"", "factor.visit.item.wait.kind", "unknown_option"),
        ("code = \"q02\"", "code = \"q01\"", "factor.visit.item.q01.code", "duplicate"),
        ("code = \"sex\"", "code = \"q01\"", "respondent.q01.code", "duplicate"),
        ("code = \"rude\"", "code = \"slow\"", "factor.visit.item.why.option.slow.code", "duplicate"),
        ("code = \"rude\"", "code = \"-\"", "factor.visit.item.why.option.-.code", "not_allowed"),
        ("code = \"rude\"", "code = \"none\"", "factor.visit.item.why.option.none.code", "not_allowed"),
        ("{ item = \"q02\"", "{ item = \"wait\"", "factor.visit.item.why.shown_if.item", "unknown_item"),
        ("{ item = \"q02\"", "{ item = \"intro\"", "factor.visit.item.why.shown_if.item", "not_allowed"),
        ("[\"1\", \"2\"]", "[\"1\", \"6\"]", "factor.visit.item.why.shown_if.is", "unknown_option"),
        ("[\"1\", \"2\"]", "[]", "factor.visit.item.why.shown_if.is", "empty"),
        ("[\"1\", \"2\"]", "[\"1\", \"1\"]", "factor.visit.item.why.shown_if.is", "duplicate"),
        ("[\"1\", \"2\"]", "[1]", "factor.visit.item.why.shown_if.is", "wrong_type"),
        ("max = 48", "", "factor.visit.item.wait.max", "missing"),
        ("max = 48", "max = -1", "factor.visit.item.wait.max", "order"),
        ("max = 48", "max = inf", "factor.visit.item.wait.max", "wrong_type"),
        ("decimals = 1", "decimals = 7", "factor.visit.item.wait.decimals", "out_of_range"),
        ("length_max = 300", "length_max = 2001", "factor.visit.item.wish.length_max", "out_of_range"),
        ("kind = \"single\"", "", "respondent.sex.kind", "not_allowed"),
        ("[not_applicable]", "[not_aplicable]", "not_aplicable", "unknown_key"),
        ("= \"vi\"", "=", "line 12", "syntax"),
    ];
    for (from, to, path, code) in table {
        assert!(EXAMPLE.contains(from), "{from}");
        let found = found(&EXAMPLE.replacen(from, to, 1));
        assert!(found.contains(&(path.to_owned(), code)), "{from:?} -> {to:?}: {found:?}");
    }
}

#[test]
fn a_partial_language_may_miss_texts_and_is_asked_in_with_what_it_has() {
    let partial = EXAMPLE.replacen("default_language", "partial_languages = [\"hmn\"]\ndefault_language", 1);
    let partial = partial.replacen("en = \"Sex\"", "en = \"Sex\"\nhmn = \"Txiv neej los poj niam\"", 1);
    let read = Questionnaire::from_toml(&partial).unwrap();
    assert_eq!(read.languages.iter().map(LanguageTag::as_str).collect::<Vec<_>>(), ["vi", "en", "hmn"]);
    assert_eq!(read.respondent[0].text.get("hmn"), "Txiv neej los poj niam");
    assert!(!read.title.has("hmn") && !read.scales[0].labels[0].has("hmn"));
    assert_eq!(Questionnaire::from_toml(&read.to_toml()), Ok(read));
    for (tags, code) in [("\"vi\"", "not_allowed"), ("\"hmn\", \"hmn\"", "duplicate"), ("\"h_n\"", "invalid")] {
        let text = partial.replacen("\"hmn\"", tags, 1);
        assert!(found(&text).contains(&("partial_languages".to_owned(), code)), "{tags}: {:?}", found(&text));
    }
}

#[test]
fn all_mistakes_are_found_at_once() {
    let broken =
        EXAMPLE.replacen("max = 48", "max = -1", 1).replacen("\"Neutral\", ", "", 1).replacen("en = \"Sex\"", "", 1);
    let expected = [
        ("scale_labels.en", "invalid"),
        ("factor.visit.item.wait.max", "order"),
        ("respondent.sex.en", "missing_language"),
    ];
    assert_eq!(found(&broken), expected.map(|(path, code)| (path.to_owned(), code)));
}

#[test]
fn an_empty_document_lacks_everything() {
    let codes: Vec<_> = found("").into_iter().map(|(path, code)| format!("{path} {code}")).collect();
    assert_eq!(codes, ["code missing", "title missing", "scale.kind missing", "factor empty"]);
}

/// A questionnaire of one factor with these items, one a line of code and further keys.
fn with_items(items: impl Iterator<Item = (String, String)>) -> String {
    let head = "code = \"x\"\nscale = { kind = \"likert5\" }\ntitle.vi = \"T\"\nnot_applicable.vi = \"K\"\n\
                scale_labels.vi = [\"1\", \"2\", \"3\", \"4\", \"5\"]\n[[factor]]\ncode = \"f\"\nvi = \"F\"\n";
    let item = |(code, keys): (String, String)| format!("[[factor.item]]\ncode = \"{code}\"\nvi = \"V\"\n{keys}\n");
    format!("{head}{}", items.map(item).collect::<Vec<_>>().concat())
}

#[test]
fn the_limits_on_items_options_and_texts_are_held() {
    let items = |count: usize| with_items((0..count).map(|n| (format!("q{n}"), String::new())));
    let options = |count: usize| {
        let options: Vec<_> = (0..count).map(|n| format!("{{ code = \"o{n}\", vi = \"O\" }}")).collect();
        let choice = format!("kind = \"single\"\noption = [{}]", options.join(","));
        with_items([("q".to_owned(), String::new()), ("c".to_owned(), choice)].into_iter())
    };
    let text = |length: usize| items(1).replace("vi = \"V\"", &format!("vi = \"{}\"", "ă".repeat(length)));
    for (good, bad, expected) in [
        (items(200), items(201), "too_many"),
        (options(60), options(61), "too_many"),
        (options(2), options(1), "too_few"),
        (text(500), text(501), "too_long"),
        (items(1), items(0), "empty"),
    ] {
        assert!(Questionnaire::from_toml(&good).is_ok(), "{expected}: {good}");
        assert_eq!(found(&bad)[0].1, expected);
    }
}

#[test]
fn the_version_follows_the_content_and_not_its_writing() {
    let version = |text: &str| Questionnaire::from_toml(text).unwrap().version;
    let original = version(EXAMPLE);
    assert_eq!(original.len(), 16);
    let rewritten =
        EXAMPLE.replace("  vi = ", "vi   =   ").replacen("min = 0\n  max = 48", "max = 48.0 # hours\nmin = 0.0", 1);
    assert_ne!(rewritten, EXAMPLE);
    assert_eq!(version(&rewritten), original);
    for (from, to) in [("max = 48", "max = 49"), ("Slow", "slow"), ("\n  required = true", "")] {
        assert_ne!(version(&EXAMPLE.replacen(from, to, 1)), original, "{from}");
    }
    // Waves that are kept name this version: it must never move.
    assert_eq!(Questionnaire::built_in("sipas-2017").unwrap().version, "f7a02210d3153ff8");
}

fn words() -> impl Strategy<Value = Text> {
    let word = "[a-zăếơ\"'\\\\=\\[\\]{}#%.,;:?!0-9]{1,12}";
    (word, word).prop_map(|(vi, en)| Text::from([("vi", vi.as_str()), ("en", en.as_str())]))
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    prop::collection::vec(words(), 2..5).prop_map(|texts| {
        texts.into_iter().enumerate().map(|(n, text)| Choice { code: code(&format!("o+.{n}@")), text }).collect()
    })
}

/// One from 1 to 5 with a word for each point, and one from 0 to 10 with words for its ends.
fn scales(labels: &[Text]) -> Vec<Scale> {
    let mut ends = vec![Text::default(); 11];
    (ends[0], ends[10]) = (labels[0].clone(), labels[4].clone());
    let from_0_to_10 = RatingScale::new(0, 10, 9).unwrap();
    vec![
        Scale { code: code(Scale::USUAL), values: RatingScale::FIVE, labels: labels.to_vec(), nps: false },
        Scale { code: code("recommend"), values: from_0_to_10, labels: ends, nps: true },
    ]
}

/// An item on one of these scales; on its own terms, reversed and harder to satisfy.
fn rated(scale: usize, is_own: bool) -> ItemKind {
    let mut rated = scales(&vec![Text::default(); 5])[scale].rated();
    if is_own && !rated.nps {
        rated.values = rated.values.satisfied_from(5).unwrap().reversed();
    } else if is_own {
        rated.values = rated.values.satisfied_from(7).unwrap();
    }
    ItemKind::Likert(rated)
}

/// The same with the first scale only.
fn with_usual_scale(mut questionnaire: Questionnaire) -> Questionnaire {
    questionnaire.scales.truncate(1);
    let of_other = |item: &Item| item.rated().is_some_and(|rated| rated.nps);
    for item in questionnaire.factors.iter_mut().flat_map(|factor| &mut factor.items).filter(|item| of_other(item)) {
        item.kind = rated(0, true);
    }
    questionnaire
}

fn kind() -> impl Strategy<Value = ItemKind> {
    prop_oneof![
        (0_usize..2, any::<bool>()).prop_map(|(scale, is_own)| rated(scale, is_own)),
        choices().prop_map(|options| ItemKind::SingleChoice { options }),
        choices().prop_map(|options| ItemKind::MultipleChoice { options }),
        (-1e12..0.0, 0.0..1e12, 0_u8..=6).prop_map(|(min, max, decimals)| ItemKind::Number { min, max, decimals }),
        (1_u16..=2_000).prop_map(|length_max| ItemKind::ShortText { length_max }),
        Just(ItemKind::Note),
    ]
}

prop_compose! {
    fn questionnaire()(
        title in words(), not_applicable in words(), labels in prop::collection::vec(words(), 5), is_usual in any::<bool>(),
        items in prop::collection::vec((words(), kind(), any::<bool>(), any::<bool>()), 1..8),
        respondent in prop::collection::vec((words(), choices()), 0..3),
    ) -> Questionnaire {
        let rated = Item { code: code("q"), text: title.clone(), kind: rated(0, false), required: false, shown_if: None };
        let others = items.into_iter().enumerate().map(|(n, (text, kind, required, shown))| {
            let shown_if = shown.then(|| Relevance { item: code("q"), is: vec!["1".to_owned(), "none".to_owned()] });
            Item { code: code(&format!("i.{n}")), text, required: required && kind != ItemKind::Note, kind, shown_if }
        });
        let respondent = respondent.into_iter().enumerate().map(|(n, (text, options))| {
            let kind = ItemKind::SingleChoice { options };
            Item { code: code(&format!("r{n}")), text, kind, required: false, shown_if: None }
        });
        let questionnaire = Questionnaire {
            code: code("q-1"), version: String::new(), title: title.clone(),
            languages: ["vi", "en"].map(|tag| LanguageTag::new(tag).unwrap()).to_vec(),
            partial_languages: vec![],
            scales: scales(&labels), not_applicable,
            respondent: respondent.collect(),
            factors: vec![Section { code: code("f"), title, items: std::iter::once(rated).chain(others).collect() }],
        };
        let questionnaire = if is_usual { with_usual_scale(questionnaire) } else { questionnaire };
        Questionnaire { version: questionnaire.content_version(), ..questionnaire }
    }
}

proptest! {
    #[test]
    fn a_questionnaire_is_read_back_from_its_own_toml(questionnaire in questionnaire()) {
        prop_assert_eq!(Questionnaire::from_toml(&questionnaire.to_toml()), Ok(questionnaire));
    }

    #[test]
    fn no_text_makes_the_reader_panic(
        text in "\\PC{0,60}", start in 0..EXAMPLE.len(), length in 0_usize..40, put in "[\\[\\]{}=\"\n#a-z0-9.]{0,8}",
    ) {
        let _ = Questionnaire::from_toml(&text);
        let bytes = EXAMPLE.as_bytes();
        let end = (start + length).min(bytes.len());
        let mangled = [&bytes[..start], put.as_bytes(), &bytes[end..]].concat();
        let _ = Questionnaire::from_toml(&String::from_utf8_lossy(&mangled));
    }
}
