//! What plans are read to, and refused for.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::{
    CalibrationPlan, EstimationPlan, Field, FormLayout, ImportColumns, MarginLevel, MeasuredUnits, Mode, OpenAnswers,
    OpenLinkPlan, Period, Plan, PlannedMargin, Questionnaire, RankSetChoice, RankingPlan, Unit, UnitId, UnitSelection,
    read_units,
};
use crate::foundation::{Code, Findings, Text, Weight};
use crate::statistics::{CalibrationMethod, DesignEffect, IntervalMethod, LonelyPsu, NegativeWeightRule, UnaskedItems};
use crate::tables::MissingCodes;

const EXAMPLE: &str = include_str!("../../docs/examples/plan.toml");
const UNITS_2024: &str = include_str!("../app/demo/units-laocai-2024.csv");

/// The example without its calibration, which counts the units that it measures.
fn uncalibrated() -> &'static str {
    EXAMPLE.split("[calibration]").next().unwrap()
}

fn listed<T>(result: Result<T, Findings>) -> Vec<(String, &'static str)> {
    let findings = result.err().map(|findings| findings.0).unwrap_or_default();
    findings.into_iter().map(|finding| (finding.path, finding.code)).collect()
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The shortest plan, and what `more` adds to it.
fn minimal(more: &str) -> String {
    format!(
        "code = \"w\"\nquestionnaire = \"q\"\nmethod = \"m@1\"\nmodes = [\"web\"]\n{more}\n\
         title.vi = \"T\"\nunits.level = \"district\"\nunits.codes = [\"1\"]\n\
         period.from = \"2024-01-01\"\nperiod.to = \"2024-12-31\"\nfield.opens = 2024-11-01\nfield.closes = 2024-11-30\n"
    )
}

#[test]
fn the_example_shows_every_key() {
    let plan = Plan::from_toml(EXAMPLE).unwrap();
    assert_eq!(plan.units.on, day("2024-11-01"));
    assert_eq!((plan.units.target_of("080"), plan.units.target_of("085")), (Some(1_600), Some(1_300)));
    assert_eq!(plan.modes, [Mode::Web, Mode::Kiosk, Mode::Paper]);
    assert!(plan.columns.named().iter().all(|(_, column)| column.is_some()));
}

#[test]
fn what_a_plan_leaves_out_is_as_the_example_says() {
    let plan = Plan::from_toml(&minimal("")).unwrap();
    assert_eq!((plan.units.on, plan.units.target), (day("2024-12-31"), None));
    assert_eq!((plan.layout, plan.default_weight), (FormLayout::FactorPages, Weight::ONE));
    assert_eq!((plan.level, plan.target_margin, plan.synthetic, plan.field.grace_days), (0.95, 0.05, false, 0));
    assert_eq!(plan.columns.named().map(|(_, column)| column), [None, Some("unit"), None, None, None, None, None]);
}

#[test]
fn each_mistake_is_found_where_it_is() {
    let table = [
        ("code = \"laocai-2024\"", "code = \"lào cai\"", "code", "wrong_type"),
        ("questionnaire = \"sipas-2017\"", "", "questionnaire", "missing"),
        ("questionnaire = \"sipas-2017\"", "questionnaire = \" \"", "questionnaire", "invalid"),
        ("method = \"sipas-top2@2017\"", "method = 5", "method", "wrong_type"),
        ("modes = [\"web\", ", "modes = [\"fax\", ", "modes", "unknown_option"),
        ("modes = [\"web\", ", "modes = [\"kiosk\", ", "modes", "duplicate"),
        ("modes = [\"web\", \"kiosk\", \"paper\"]", "modes = []", "modes", "empty"),
        ("layout = \"factor_pages\"", "layout = \"grid\"", "layout", "unknown_option"),
        ("default_weight = 1", "default_weight = 0", "default_weight", "out_of_range"),
        ("level = 0.95", "level = 0.5", "level", "out_of_range"),
        ("level = 0.95", "level = 1", "level", "out_of_range"),
        ("level = 0.95", "level = nan", "level", "wrong_type"),
        ("target_margin = 0.05", "target_margin = 0.51", "target_margin", "out_of_range"),
        ("synthetic = false", "synthetic = \"no\"", "synthetic", "wrong_type"),
        ("synthetic = false", "sintetic = false", "sintetic", "unknown_key"),
        ("vi = \"Khảo sát", "de = \"Khảo sát", "title.vi", "missing_language"),
        ("[\"080\", ", "[\"082\", ", "units.codes[1]", "duplicate"),
        ("[\"080\", ", "[80, ", "units.codes[0]", "wrong_type"),
        ("[\"080\", ", "[\"0 80\", ", "units.codes[0]", "invalid"),
        ("codes = [\"080\", ", "codes = \"some\" # ", "units.codes", "wrong_type"),
        ("codes = [\"080\", ", "codes = [] # ", "units.codes", "empty"),
        ("target = 1300", "target = 0", "units.target", "out_of_range"),
        ("084 = 900", "0840 = 900", "units.targets.0840", "unknown_unit"),
        ("084 = 900", "084 = -1", "units.targets.084", "out_of_range"),
        ("084 = 900", "\"0 84\" = 900", "units.targets.0 84", "invalid"),
        ("to = 2024-12-31", "to = 2023-12-31", "period.to", "order"),
        ("to = 2024-12-31", "to = 2024-12-31T00:00:00", "period.to", "wrong_type"),
        ("closes = 2024-11-30", "closes = 2024-10-31", "field.closes", "order"),
        ("grace_days = 7", "grace_days = 367", "field.grace_days", "out_of_range"),
        ("answers = \"apart\"", "answers = \"official\"", "open_link.answers", "unknown_option"),
        ("proof_of_work_bits = 0", "proof_of_work_bits = 25", "open_link.proof_of_work_bits", "out_of_range"),
        ("proof_of_work_bits = 0", "bits = 0", "open_link.bits", "unknown_key"),
        ("unit = \"district\"", "units = \"district\"", "columns.units", "unknown_key"),
        ("unit = \"district\"", "unit = \"\"", "columns.unit", "invalid"),
    ];
    for (from, to, path, code) in table {
        assert!(EXAMPLE.contains(from), "{from}");
        // The first match may be in a comment; a key begins its line, a value does not.
        let found = match EXAMPLE.split_once(&format!("\n{from}")) {
            Some((before, after)) => listed(Plan::from_toml(&format!("{before}\n{to}{after}"))),
            None => listed(Plan::from_toml(&EXAMPLE.replacen(from, to, 1))),
        };
        assert!(found.contains(&(path.to_owned(), code)), "{from:?} -> {to:?}: {found:?}");
    }
}

#[test]
fn an_empty_plan_lacks_everything_at_once() {
    let expected = [
        ("code", "missing"),
        ("title.vi", "missing_language"),
        ("questionnaire", "missing"),
        ("method", "missing"),
        ("modes", "missing"),
        ("period.from", "missing"),
        ("period.to", "missing"),
        ("units.level", "missing"),
        ("units.codes", "missing"),
        ("field.opens", "missing"),
        ("field.closes", "missing"),
    ];
    assert_eq!(listed(Plan::from_toml("")), expected.map(|(path, code)| (path.to_owned(), code)));
}

#[test]
fn the_limits_on_units_fieldwork_and_names_are_held() {
    let units = |count: usize| {
        let codes: Vec<_> = (0..count).map(|n| format!("\"u{n}\"")).collect();
        minimal("").replace("[\"1\"]", &format!("[{}]", codes.join(",")))
    };
    let field = |days: u64| {
        let closes = day("2024-11-01") + Days::new(days - 1);
        minimal("").replace("closes = 2024-11-30", &format!("closes = {closes}"))
    };
    let name = |length: usize| minimal("").replace("\"q\"", &format!("\"{}\"", "ă".repeat(length)));
    for (good, bad, path, code) in [
        (units(20_000), units(20_001), "units.codes", "too_many"),
        (field(1_100), field(1_101), "field.closes", "out_of_range"),
        (field(1), field(1).replace("opens = 2024-11-01", "opens = 2024-11-02"), "field.closes", "order"),
        (name(200), name(201), "questionnaire", "too_long"),
        (minimal("units.target = 10000000"), minimal("units.target = 10000001"), "units.target", "out_of_range"),
        (minimal("field.grace_days = 366"), minimal("field.grace_days = 367"), "field.grace_days", "out_of_range"),
    ] {
        assert_eq!(listed(Plan::from_toml(&good)), []);
        assert_eq!(listed(Plan::from_toml(&bad)), [(path.to_owned(), code)]);
    }
}

fn register() -> Vec<Unit> {
    let rows = read_units(UNITS_2024.as_bytes()).unwrap();
    (1..).zip(rows).map(|(id, row)| Unit { id: UnitId(id), row }).collect()
}

#[test]
fn a_plan_measures_the_units_that_exist_on_its_day() {
    let questionnaire = Questionnaire::built_in("sipas-2017").unwrap();
    let codes = |text: &str| {
        let units = Plan::from_toml(text).unwrap().check_against(&questionnaire, &register(), true);
        units.map(|units| units.iter().map(|unit| unit.code().to_string()).collect::<Vec<_>>())
    };
    let all = ["080", "082", "083", "084", "085", "086", "087", "088", "089"];
    assert_eq!(codes(uncalibrated()).unwrap(), all);
    let whole_level = uncalibrated().replace("codes = [\"080\"", "codes = \"all\" # [\"080\"");
    assert_eq!(codes(&whole_level).unwrap(), all);
    assert_eq!(codes(&uncalibrated().replace("[\"080\", \"082\"", "[\"082\", \"080\"")).unwrap()[..2], ["082", "080"]);
    let abolished = whole_level.replace("on = 2024-11-01", "on = 2025-07-01");
    let expected =
        [("units.targets.080", "unknown_unit"), ("units.targets.084", "unknown_unit"), ("units.codes", "empty")];
    assert_eq!(listed(codes(&abolished)), expected.map(|(path, code)| (path.to_owned(), code)));
}

#[test]
fn a_plan_is_refused_when_what_it_names_does_not_exist() {
    let questionnaire = Questionnaire::built_in("sipas-2017").unwrap();
    let text =
        uncalibrated().replace("\"080\", \"082\"", "\"080\", \"999\"").replace("psu = \"village\"", "psu = \"q07\"");
    let plan = Plan::from_toml(&text).unwrap();
    let found = listed(plan.check_against(&questionnaire, &register(), false));
    let expected = [("method", "unknown_method"), ("columns.psu", "duplicate"), ("units.codes[1]", "unknown_unit")];
    assert_eq!(found, expected.map(|(path, code)| (path.to_owned(), code)));
}

#[test]
fn each_mistake_in_how_numbers_are_made_is_found_where_it_is() {
    for (more, path, code) in [
        ("estimation.lonely_psu = \"adapt\"", "estimation.lonely_psu", "unknown_option"),
        ("estimation.interval = \"wide\"", "estimation.interval", "unknown_option"),
        ("estimation.rank_sets = \"all\"", "estimation.rank_sets", "unknown_option"),
        ("estimation.seed = -1", "estimation.seed", "out_of_range"),
        ("estimation.sead = 1", "estimation.sead", "unknown_key"),
        ("calibration.method = \"raking\"", "calibration.margin", "missing"),
        ("calibration = { method = \"rake\", margin = [M] }", "calibration.method", "unknown_option"),
        ("calibration = { method = \"logit\", margin = [M] }", "calibration.bounds", "missing"),
        ("calibration = { method = \"logit\", bounds = [2, 3], margin = [M] }", "calibration.bounds", "invalid"),
        ("calibration = { method = \"raking\", bounds = [0.5, 2.0], margin = [M] }", "calibration.bounds", "invalid"),
        ("calibration = { method = \"poststratification\", margin = [M, M] }", "calibration.margin", "too_many"),
        (
            "calibration = { method = \"raking\", margin = [{ columns = [] , file = \"f\" }] }",
            "calibration.margin[0].columns",
            "empty",
        ),
        (
            "calibration = { method = \"raking\", margin = [{ columns = [\"unit\"] }] }",
            "calibration.margin[0].file",
            "missing",
        ),
        (
            "calibration = { method = \"raking\", margin = [{ columns = [\"unit\"], levels = [{ values = [], people = 1 }] }] }",
            "calibration.margin[0].levels",
            "invalid",
        ),
    ] {
        let text = minimal(&more.replace('M', "{ columns = [\"unit\"], file = \"f\" }"));
        assert_eq!(listed(Plan::from_toml(&text)), [(path.to_owned(), code)], "{more}");
    }
}

#[test]
fn margins_must_count_everybody_who_can_answer() {
    let questionnaire = Questionnaire::built_in("sipas-2017").unwrap();
    let people = |from: &str, to: &str| {
        let plan = Plan::from_toml(&EXAMPLE.replace(from, to)).unwrap();
        listed(plan.check_against(&questionnaire, &register(), true))
    };
    let level = "{ values = [\"089\"], people = 52000 },";
    assert!(EXAMPLE.contains(level));
    let at = |path: &str, code| [(format!("calibration.margin[0].{path}"), code)];
    assert_eq!(people(level, ""), at("levels", "missing"));
    assert_eq!(
        people(level, "{ values = [\"999\"], people = 1 },"),
        [at("levels", "unknown_option"), at("levels", "missing")].concat()
    );
    assert_eq!(people("columns = [\"unit\"]", "columns = [\"q01\"]"), at("columns", "unknown_question"));
    assert_eq!(people("columns = [\"unit\"]", "columns = [\"sex\"]"), at("columns", "optional"));
}

fn date() -> impl Strategy<Value = NaiveDate> {
    (0_u64..40_000).prop_map(|days| day("1950-01-01") + Days::new(days))
}

fn column() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-zăđ\"'#=_.\\\\]{1,10}")
}

fn estimation() -> impl Strategy<Value = EstimationPlan> {
    let rules =
        [LonelyPsu::Fail, LonelyPsu::Remove, LonelyPsu::Certainty, LonelyPsu::Adjust, LonelyPsu::Average].to_vec();
    let rank_sets = proptest::sample::select(RankSetChoice::ALL.to_vec());
    let intervals = proptest::sample::select(IntervalMethod::ALL.to_vec());
    let effects = proptest::sample::select(vec![DesignEffect::WithReplacement, DesignEffect::WithoutReplacement]);
    let unasked = proptest::sample::select(vec![UnaskedItems::Withhold, UnaskedItems::LeaveOut]);
    let seeds = 0..=i64::MAX.unsigned_abs();
    (proptest::sample::select(rules), intervals, effects, unasked, rank_sets, seeds).prop_map(
        |(lonely_psu, interval, design_effect, unasked_items, rank_sets, seed)| EstimationPlan {
            lonely_psu,
            interval,
            design_effect,
            unasked_items,
            rank_sets,
            seed,
        },
    )
}

fn margin() -> impl Strategy<Value = PlannedMargin> {
    let level = (prop::collection::vec("[a-z0-9+-]{1,6}", 2), 0.5_f64..1e7);
    let level = level.prop_map(|(values, people)| MarginLevel { values, people });
    (prop::option::of("[a-z.]{1,9}"), prop::collection::vec(level, 1..4)).prop_map(|(file, levels)| PlannedMargin {
        columns: vec!["unit".to_owned(), "sex".to_owned()],
        levels: if file.is_some() { Vec::new() } else { levels },
        file,
    })
}

fn calibration() -> impl Strategy<Value = Option<CalibrationPlan>> {
    let method = prop_oneof![
        Just(CalibrationMethod::Raking),
        Just(CalibrationMethod::Linear),
        (0.1..0.9, 1.1..9.0).prop_map(|(lower, upper)| CalibrationMethod::Logit { lower, upper }),
    ];
    let rule = proptest::sample::select(vec![NegativeWeightRule::Refused, NegativeWeightRule::Allowed]);
    let plan = (method, prop::collection::vec(margin(), 1..3), prop::option::of(1.0..1e10), rule);
    prop::option::of(plan.prop_map(|(method, margins, total, negative_weights)| CalibrationPlan {
        total,
        negative_weights,
        ..CalibrationPlan::new(method, margins)
    }))
}

fn open_link() -> impl Strategy<Value = OpenLinkPlan> {
    let plan = (proptest::sample::select(OpenAnswers::ALL.to_vec()), 0..=OpenLinkPlan::WORK_BITS_MAX);
    plan.prop_map(|(answers, proof_of_work_bits)| OpenLinkPlan { answers, proof_of_work_bits })
}

prop_compose! {
    fn plan()(
        estimation in estimation(), calibration in calibration(), open_link in open_link(),
        codes in prop::option::of(prop::collection::btree_set("[0-9]{1,3}", 1..5)), on in date(),
        (opens, days, grace_days) in (date(), 0_u64..1_100, 0_u16..=366), (from, length) in (date(), 0_u64..1_000),
        target in prop::option::of(1_u32..=10_000_000), own in 1_u32..=10_000_000,
        modes in proptest::sample::subsequence(Mode::ALL.to_vec(), 1..=5), layout in proptest::sample::select(FormLayout::ALL.to_vec()),
        weight in 1..=Weight::MAX.billionths(), level in 0.51..0.999, target_margin in 0.001..0.5, synthetic in any::<bool>(),
        (id, unit, stratum, psu) in (column(), column(), column(), column()),
        (weight_column, mode, answered_on) in (column(), column(), column()), title in "[a-zăđ\"'#= ]{0,10}x",
    ) -> Plan {
        let codes: Option<Vec<_>> = codes.map(|codes| codes.iter().map(|text| code(text)).collect());
        let targets = codes.iter().flatten().take(1).map(|code| (code.clone(), own)).collect::<BTreeMap<_, _>>();
        let codes = codes.map_or(UnitSelection::All, UnitSelection::Listed);
        Plan {
            code: code("w-1"), title: Text::from([("vi", title.trim()), ("cs", "č")]),
            questionnaire: "sub dir/q.toml".to_owned(), method: "sipas-top2@2017".to_owned(),
            units: MeasuredUnits { level: code("district"), codes, on, target, targets },
            period: Period { from, to: from + Days::new(length) },
            field: Field { opens, closes: opens + Days::new(days), grace_days },
            method_text: synthetic.then(|| "name = \"m\"\n# '''\n".to_owned()), modes, layout,
            default_weight: Weight::from_billionths(weight).unwrap(), level, target_margin, synthetic,
            estimation, calibration, open_link,
            ranking: RankingPlan { answers_min: 30, psus_min: 4 },
            missing: MissingCodes::new(vec!["-99".to_owned(), "k. A.".to_owned()], synthetic).unwrap(),
            columns: ImportColumns {
                id, unit: unit.unwrap_or_else(|| "unit".to_owned()), stratum, psu, weight: weight_column, mode, answered_on,
            },
        }
    }
}

proptest! {
    #[test]
    fn a_plan_is_read_back_from_its_own_toml(plan in plan()) {
        prop_assert_eq!(Plan::from_toml(&plan.to_toml()), Ok(plan));
    }

    #[test]
    fn no_text_makes_the_reader_panic(
        text in "\\PC{0,60}", start in 0..EXAMPLE.len(), length in 0_usize..40, put in "[\\[\\]{}=\"\n#a-z0-9.]{0,8}",
    ) {
        let _ = Plan::from_toml(&text);
        let bytes = EXAMPLE.as_bytes();
        let end = (start + length).min(bytes.len());
        let mangled = [&bytes[..start], put.as_bytes(), &bytes[end..]].concat();
        let _ = Plan::from_toml(&String::from_utf8_lossy(&mangled));
    }
}
