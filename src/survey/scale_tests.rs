//! What the rating scales of a questionnaire are read to, and refused for.

use super::{Questionnaire, Rated, Scale};
use crate::foundation::Code;

fn found(text: &str) -> Vec<(String, &'static str)> {
    let findings = Questionnaire::from_toml(text).unwrap_err();
    findings.0.into_iter().map(|finding| (finding.path, finding.code)).collect()
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

const SCALES: &str = r#"
code = "many"
title = { vi = "Nhiều thang" }
not_applicable = { vi = "Không có ý kiến" }

[[scale]]
code = "faces"
max = 3
satisfied_from = 3
labels.vi = ["Buồn", "Bình thường", "Vui"]

[[scale]]
code = "yes"
min = 0
max = 1
satisfied_from = 1
labels.vi = ["Không", "Có"]

[[scale]]
code = "recommend"
min = 0
max = 10
satisfied_from = 9
nps = true
labels.vi = ["Không bao giờ", "Chắc chắn"]

[[factor]]
code = "f"
vi = "Nội dung"

  [[factor.item]]
  code = "mood"
  vi = "Bạn thấy thế nào?"

  [[factor.item]]
  code = "fee"
  vi = "Có ai đòi thêm tiền không?"
  scale = "yes"
  reversed = true

  [[factor.item]]
  code = "nps"
  vi = "Bạn có giới thiệu không?"
  scale = "recommend"
  satisfied_from = 7
"#;

#[test]
fn the_example_of_scales_is_read() {
    let read = Questionnaire::from_toml(include_str!("../../docs/examples/scales.toml")).unwrap();
    let points: Vec<u8> = read.scales.iter().map(|scale| scale.values.points()).collect();
    assert_eq!((points, read.nps_items()), (vec![3, 2, 11, 7], vec![3]));
}

#[test]
fn items_of_one_questionnaire_have_scales_of_their_own() {
    let read = Questionnaire::from_toml(SCALES).unwrap();
    let rated: Vec<_> = read.rated_items().map(|item| item.rated().unwrap()).collect();
    let shown = |rated: &&Rated| (rated.values.start(), rated.values.end(), rated.values.satisfying_value());
    assert_eq!(rated.iter().map(shown).collect::<Vec<_>>(), [(1, 3, 3), (0, 1, 1), (0, 10, 7)]);
    assert_eq!(rated.iter().map(|rated| rated.values.is_reversed()).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!((read.nps_items(), read.kept_scales().len()), (vec![2], 4));
    let recommend = read.scale(&code("recommend")).unwrap();
    let label = |value| recommend.label(value).map(|label| label.get("vi").to_owned());
    assert_eq!([0, 5, 10].map(label), [Some("Không bao giờ".to_owned()), None, Some("Chắc chắn".to_owned())]);
    assert_eq!([1, 2, 3].map(|value| Scale::face(rated[0].values, value)), [Some(1), Some(3), Some(5)]);
    assert_eq!([0, 1].map(|value| Scale::face(rated[1].values, value)), [Some(5), Some(1)]);
    assert_eq!(Scale::face(rated[2].values, 10), None);
    assert_eq!(Questionnaire::from_toml(&read.to_toml()), Ok(read));
}

#[test]
fn each_mistake_of_a_scale_is_found_where_it_is() {
    for (from, to, path, code) in [
        ("max = 3", "max = 12", "scale.faces.max", "out_of_range"),
        ("max = 3", "max = 1", "scale.faces.max", "out_of_range"),
        ("max = 3\n", "", "scale.faces.max", "missing"),
        ("satisfied_from = 3\n", "", "scale.faces.satisfied_from", "missing"),
        ("satisfied_from = 3", "satisfied_from = 4", "scale.faces.satisfied_from", "out_of_range"),
        ("satisfied_from = 3", "satisfied_from = 3\nnps = true", "scale.faces.nps", "not_allowed"),
        ("satisfied_from = 3", "satisfied_from = 3\npoints = 3", "scale.faces.points", "unknown_key"),
        ("\"Buồn\", ", "", "scale.faces.labels.vi", "invalid"),
        ("[\"Không bao giờ\", ", "[", "scale.recommend.labels.vi", "invalid"),
        ("code = \"yes\"", "code = \"faces\"", "scale.faces.code", "duplicate"),
        ("scale = \"yes\"", "scale = \"no\"", "factor.f.item.fee.scale", "unknown_option"),
        ("satisfied_from = 7", "satisfied_from = 11", "factor.f.item.nps.satisfied_from", "out_of_range"),
        ("satisfied_from = 7", "reversed = true", "factor.f.item.nps.reversed", "not_allowed"),
    ] {
        assert!(SCALES.contains(from), "{from}");
        let found = found(&SCALES.replacen(from, to, 1));
        assert!(found.contains(&(path.to_owned(), code)), "{from:?} -> {to:?}: {found:?}");
    }
}

#[test]
fn the_limits_on_scales_and_net_promoter_scores_are_held() {
    let scales = |count: usize| {
        let more = (4..=count)
            .map(|n| format!("[[scale]]\ncode = \"s{n}\"\nmax = 2\nsatisfied_from = 2\nlabels.vi = [\"a\", \"b\"]\n"));
        SCALES.replacen("[[factor]]", &(more.collect::<String>() + "[[factor]]"), 1)
    };
    assert!(Questionnaire::from_toml(&scales(20)).is_ok());
    assert_eq!(found(&scales(21)), [("scale".to_owned(), "too_many")]);
    let scored = |count: usize| {
        let item = |n| format!("  [[factor.item]]\n  code = \"n{n}\"\n  vi = \"x\"\n  scale = \"recommend\"\n");
        SCALES.to_owned() + &(0..count).map(item).collect::<String>()
    };
    // Two items that are rated only, and twice those that make a score.
    assert!(Questionnaire::from_toml(&scored(98)).is_ok());
    assert_eq!(found(&scored(99)), [("factor".to_owned(), "too_many")]);
}
