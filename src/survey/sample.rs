//! A small wave for the tests of the rooms above: nine districts, two factors, three items.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    EstimationPlan, Field, FormLayout, ImportColumns, Item, ItemKind, MeasuredUnits, Mode, OpenLinkPlan, Period, Plan,
    Questionnaire, RankingPlan, Recordings, Scale, Section, Unit, UnitId, UnitRow, UnitSelection, Wave, WaveState,
};
use crate::foundation::{Code, LanguageTag, RatingScale, Text, Weight};

/// The districts' codes and names, in the plan's order.
pub(crate) const DISTRICTS: [(&str, &str); 9] = [
    ("080", "Lào Cai"),
    ("082", "Bát Xát"),
    ("083", "Mường Khương"),
    ("084", "Si Ma Cai"),
    ("085", "Bắc Hà"),
    ("086", "Bảo Thắng"),
    ("087", "Bảo Yên"),
    ("088", "Sa Pa"),
    ("089", "Văn Bàn"),
];

pub(crate) fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn item(name: &str, vi: &str, en: &str, cs: &str) -> Item {
    let text = Text::from([("vi", vi), ("en", en), ("cs", cs)]);
    Item { code: code(name), text, kind: ItemKind::Likert(usual_scale().rated()), required: false, shown_if: None }
}

/// The scale from 1 to 5.
pub(crate) fn usual_scale() -> Scale {
    let label = |vi: &str, en: &str, cs: &str| Text::from([("vi", vi), ("en", en), ("cs", cs)]);
    Scale {
        code: code(Scale::USUAL),
        values: RatingScale::FIVE,
        labels: vec![
            label("Rất không hài lòng", "Very dissatisfied", "Velmi nespokojen/a"),
            label("Không hài lòng", "Dissatisfied", "Nespokojen/a"),
            label("Bình thường", "Neutral", "Neutrální"),
            label("Hài lòng", "Satisfied", "Spokojen/a"),
            label("Rất hài lòng", "Very satisfied", "Velmi spokojen/a"),
        ],
        nps: false,
    }
}

pub(crate) fn questionnaire() -> Questionnaire {
    let access = vec![
        item(
            "q01",
            "Nơi chờ giải quyết công việc có đủ chỗ ngồi",
            "The waiting area has enough seats",
            "V čekárně je dost míst k sezení",
        ),
        item(
            "q02",
            "Trang thiết bị phục vụ người dân đầy đủ",
            "There is all the equipment that visitors need",
            "Je k dispozici veškeré vybavení, které návštěvníci potřebují",
        ),
    ];
    let officials = vec![item(
        "q03",
        "Công chức có thái độ giao tiếp lịch sự",
        "The official was polite",
        "Úředník se choval zdvořile",
    )];
    let titles = [
        Text::from([("vi", "Tiếp cận dịch vụ"), ("en", "Access to the service"), ("cs", "Přístup ke službě")]),
        Text::from([("vi", "Công chức"), ("en", "The officials"), ("cs", "Úředníci")]),
    ];
    let [access_title, officials_title] = titles;
    let label = |vi: &str, en: &str, cs: &str| Text::from([("vi", vi), ("en", en), ("cs", cs)]);
    Questionnaire {
        code: code("sample-1"),
        version: "0123456789abcdef".to_owned(),
        title: label("Khảo sát sự hài lòng", "Satisfaction survey", "Průzkum spokojenosti"),
        languages: ["vi", "en", "cs"].map(|tag| LanguageTag::new(tag).unwrap()).to_vec(),
        partial_languages: vec![],
        scales: vec![usual_scale()],
        not_applicable: label("Không có ý kiến", "No opinion", "Bez názoru"),
        factors: vec![
            Section { code: code("access"), title: access_title, items: access },
            Section { code: code("officials"), title: officials_title, items: officials },
        ],
        respondent: Vec::new(),
    }
}

fn unit(position: i64, unit_code: &str, name: &str) -> Unit {
    let row = UnitRow {
        code: code(unit_code),
        level: code("district"),
        kind: code("district"),
        parent_code: Some(code("10")),
        names: Text::from([("vi", name), ("en", name)]),
        valid_from: None,
        valid_to: Some(day(2025, 6, 30)),
    };
    Unit { id: UnitId(position), row }
}

/// The wave `laocai-2024` in this state.
pub(crate) fn wave(state: WaveState) -> Wave {
    let codes: Vec<_> = DISTRICTS.iter().map(|(unit_code, _)| code(unit_code)).collect();
    let plan = Plan {
        code: code("laocai-2024"),
        title: Text::from([
            ("vi", "Hài lòng về dịch vụ hành chính, Lào Cai 2024"),
            ("en", "Satisfaction with public services, Lào Cai 2024"),
            ("cs", "Spokojenost s veřejnými službami, Lào Cai 2024"),
        ]),
        questionnaire: "sample-1".to_owned(),
        method: "sipas-top2@2017".to_owned(),
        method_text: None,
        units: MeasuredUnits {
            level: code("district"),
            codes: UnitSelection::Listed(codes),
            on: day(2024, 11, 1),
            target: Some(600),
            targets: BTreeMap::new(),
        },
        period: Period { from: day(2024, 1, 1), to: day(2024, 10, 31) },
        field: Field { opens: day(2024, 11, 1), closes: day(2024, 11, 30), grace_days: 7 },
        modes: vec![Mode::Web, Mode::Interviewer],
        layout: FormLayout::FactorPages,
        open_link: OpenLinkPlan::default(),
        default_weight: Weight::ONE,
        missing: crate::tables::MissingCodes::default(),
        columns: ImportColumns {
            id: None,
            unit: "unit".to_owned(),
            stratum: None,
            psu: None,
            weight: None,
            mode: None,
            answered_on: None,
        },
        level: 0.95,
        target_margin: 0.03,
        estimation: EstimationPlan::default(),
        ranking: RankingPlan::default(),
        calibration: None,
        synthetic: true,
    };
    let units =
        DISTRICTS.iter().zip(1..).map(|((unit_code, name), position)| unit(position, unit_code, name)).collect();
    Wave { plan, state, questionnaire: questionnaire(), units, recordings: Recordings::default() }
}
