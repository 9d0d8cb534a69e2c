//! Lonely sampling units, several stages, calibration and domains across sampling units agree with R's `survey` package.
//!
//! `cargo test --test it reference_design -- --nocapture` prints the largest difference of each case (see `docs/METHOD.md`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use plumbline::estimation::{
    BetweenLevels, Calibration, Domain, Margin, Measure, Membership, Place, Respondent, Sample, SampleBuilder,
    Statistic,
};
use plumbline::foundation::Weight;
use plumbline::index::{IndexKind, UnitResults, compute_domain};
use plumbline::statistics::{
    CalibrationCell, CalibrationMethod, Confidence, LonelyPsu, StageCovariance, StratumMoments, StratumSize, calibrate,
};
use serde_json::Value;

use crate::reference::{DISTRICTS, Largest, criteria, json, method, named, path};

type Row = BTreeMap<String, String>;

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    csv::Reader::from_path(path("responses.csv")).unwrap().deserialize().map(Result::unwrap).collect()
});

/// How a reference design samples.
struct Design<'a> {
    stratum: &'a str,
    stages: &'a [&'a str],
    populations: &'a [&'a str],
    lonely: LonelyPsu,
    /// Columns of the domains beside the districts.
    domains: &'a [&'a str],
    calibration: Option<(CalibrationMethod, &'a [&'a [&'a str]])>,
}

const A: Design<'static> = Design {
    stratum: "district",
    stages: &["village"],
    populations: &[],
    lonely: LonelyPsu::Fail,
    domains: &[],
    calibration: None,
};

/// The margin of these columns, and the number of each level.
fn margin(columns: &[&str]) -> (Margin, BTreeMap<Vec<String>, u32>) {
    let file =
        if columns.len() == 1 { format!("margin_{}.csv", columns[0]) } else { "poststrata_sex_age.csv".to_owned() };
    let rows: Vec<Row> = csv::Reader::from_path(path(&file)).unwrap().deserialize().map(Result::unwrap).collect();
    let values = |row: &Row| columns.iter().map(|column| row[*column].clone()).collect::<Vec<_>>();
    let levels = rows.iter().map(|row| (values(row).join(" "), row["Freq"].parse().unwrap())).collect();
    let numbers = (0..).zip(&rows).map(|(number, row)| (values(row), number)).collect();
    (Margin { name: columns.join(" × "), levels }, numbers)
}

/// The sample, with the districts as levels 0 to 8 and the number of each level of the other domains.
fn sample(design: &Design<'_>) -> (Sample, BTreeMap<(String, String), usize>) {
    let mut builder = SampleBuilder::new(22, 4, DISTRICTS.len()).unwrap().with_lonely_psu(design.lonely);
    let margins: Vec<_> = design
        .calibration
        .iter()
        .flat_map(|(_, margins)| margins.iter())
        .map(|columns| (columns, margin(columns)))
        .collect();
    if let Some((how, _)) = design.calibration {
        let margins = margins.iter().map(|(_, (margin, _))| margin.clone()).collect();
        builder = builder.calibrated(Calibration::new(how, margins).unwrap());
    }
    let mut levels: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in &*ROWS {
        let mut member = vec![DISTRICTS.iter().position(|district| *district == row["district"]).unwrap()];
        for domain in design.domains {
            let name = ((*domain).to_owned(), row[*domain].clone());
            member.push(*levels.entry(name).or_insert_with(|| builder.add_level()));
        }
        let of_margin = |(columns, (_, numbers)): &(&&[&str], (Margin, BTreeMap<Vec<String>, u32>))| {
            numbers[&columns.iter().map(|column| row[*column].clone()).collect::<Vec<_>>()]
        };
        let of_margins: Vec<u32> = margins.iter().map(of_margin).collect();
        let units: Vec<&str> = design.stages.iter().map(|stage| row[*stage].as_str()).collect();
        let populations: Vec<f64> = design.populations.iter().map(|column| row[*column].parse().unwrap()).collect();
        let ratings: Vec<u8> = (1..=22).map(|item| row[&format!("q{item:02}")].parse().unwrap_or(0)).collect();
        let respondent = Respondent {
            member: Membership { levels: &member, margins: &of_margins },
            place: Place { stratum: &row[design.stratum], units: &units, populations: &populations },
            weight: row["weight"].parse().unwrap(),
            ratings: &ratings,
        };
        builder.add_response(&respondent).unwrap();
    }
    let statistic = |kind| method().statistic(kind, &criteria()).unwrap();
    let statistics = [IndexKind::Items, IndexKind::Factors, IndexKind::Pooled].map(statistic).to_vec();
    (builder.finish(&BetweenLevels { levels: (0..DISTRICTS.len()).collect(), statistics }).unwrap(), levels)
}

fn results(domain: &Domain) -> UnitResults {
    compute_domain(&criteria(), method(), domain, Confidence::at(0.95), None)
}

fn item(item: usize) -> Statistic {
    Statistic::item(22, Measure::Share, item)
}

/// Compares a domain block of the reference (`n`, `df`, the four indices with their errors).
fn compare_domains(found: (&Sample, &BTreeMap<(String, String), usize>), column: &str, expected: &Value, case: &str) {
    let mut largest = Largest::new(case);
    let expected = expected.as_object().unwrap();
    for (level, expected) in expected {
        let domain = &found.0.levels()[found.1[&(column.to_owned(), level.clone())]];
        let estimates = named(&results(domain));
        // After calibration R keeps everybody in a subset, with the weight 0, and counts them.
        let counted = if case.starts_with("calibration") { ROWS.len() as u64 } else { domain.responses() };
        assert_eq!(Some(counted), expected["n"].as_u64(), "{column} {level}");
        for kind in IndexKind::ALL {
            let name = if kind == IndexKind::Score { "index_score100" } else { kind.as_str() };
            let estimate = estimates[name];
            assert_eq!(estimate.precision.map(|precision| precision.df), expected["df"].as_u64(), "{column} {level}");
            largest.compare(estimate.value, &expected[name], level);
            largest.compare(estimate.precision.unwrap().se, &expected[&format!("se_{name}")], level);
        }
    }
    largest.report(8 * expected.len());
}

#[test]
fn domains_across_sampling_units_are_those_of_r() {
    let columns = ["sex", "age_band", "ethnicity", "service"];
    let (sample, levels) = sample(&Design { domains: &columns, ..A });
    let expected = &json("expected.json")["A"]["domains"];
    for column in columns {
        compare_domains((&sample, &levels), column, &expected[column], &format!("A: domains of {column}"));
    }
}

#[test]
fn strata_of_a_single_unit_are_treated_by_each_of_the_rules_of_r() {
    let expected = &json("expected.json")["B"];
    let of_rule = |lonely| sample(&Design { stratum: "commune", lonely, ..A }).0;
    let mut largest = Largest::new("B: remove, certainty, adjust, average");
    let rules = [
        ("remove", LonelyPsu::Remove),
        ("certainty", LonelyPsu::Certainty),
        ("adjust", LonelyPsu::Adjust),
        ("average", LonelyPsu::Average),
    ];
    for (name, lonely) in rules {
        let sample = of_rule(lonely);
        assert_eq!(sample.lonely_strata().len() as u64, expected["n_lonely"].as_u64().unwrap());
        let estimate = sample.overall().estimate(&item(0), Confidence::at(0.95)).unwrap();
        largest.compare(estimate.value, &expected[name]["ratio"], name);
        largest.compare(estimate.precision.unwrap().se, &expected[name]["se"], name);
        let index = results(sample.overall()).indices.items.unwrap();
        assert_eq!(index.precision.map(|precision| precision.df), expected["degf"].as_u64());
    }
    largest.report(8);
    assert_eq!(results(of_rule(LonelyPsu::Fail).overall()).indices.items.unwrap().precision, None);
}

#[test]
fn several_stages_with_finite_population_corrections_are_those_of_r() {
    let expected = &json("expected.json")["C"];
    let stages = ["commune", "village", "resp_id"];
    let populations = ["communes_pop", "villages_pop", "adults_pop"];
    for count in 1..=3 {
        let design =
            Design { stages: &stages[..count], populations: &populations[..count], lonely: LonelyPsu::Remove, ..A };
        let (sample, _) = sample(&design);
        let expected = &expected[format!("stage{count}_fpc")];
        let mut largest = Largest::new(format!("C: {count} stage(s) with corrections"));
        let compare = |largest: &mut Largest, domain: &Domain, (value, se): (&Value, &Value)| {
            let estimate = domain.estimate(&item(0), Confidence::at(0.95)).unwrap();
            largest.compare(estimate.value, value, "ratio");
            largest.compare(estimate.precision.unwrap().se, se, "se");
        };
        compare(&mut largest, sample.overall(), (&expected["ratio"], &expected["se"]));
        for (district, domain) in sample.levels().iter().enumerate() {
            let expected = &expected["by_district"];
            compare(&mut largest, domain, (&expected["est"][district], &expected["se"][district]));
        }
        let index = results(sample.overall()).indices.items.unwrap();
        assert_eq!(index.precision.map(|precision| precision.df), expected["degf"].as_u64());
        largest.report(20);
    }
}

const MARGINS: &[&[&str]] = &[&["district"], &["sex"], &["age_band"]];
const CALIBRATIONS: [(&str, &str, CalibrationMethod, &[&[&str]]); 4] = [
    ("rake_exact", "w_rake", CalibrationMethod::Raking, MARGINS),
    ("greg", "w_greg", CalibrationMethod::Linear, MARGINS),
    ("logit", "w_logit", CalibrationMethod::Logit { lower: 0.5, upper: 2.0 }, MARGINS),
    ("post", "w_post", CalibrationMethod::Linear, &[&["sex", "age_band"]]),
];

#[test]
fn calibrated_estimates_errors_and_covariances_are_those_of_r() {
    let expected = &json("expected.json")["calib"];
    for (name, _, how, margins) in CALIBRATIONS {
        let design = Design { domains: &["sex", "service"], calibration: Some((how, margins)), ..A };
        let (sample, levels) = sample(&design);
        let expected = &expected[name];
        let mut largest = Largest::new(format!("calibration {name}: estimates and standard errors"));
        let domains = DISTRICTS.iter().map(|code| &expected["by_district"][code]).zip(sample.levels());
        for (expected, domain) in domains.chain([(&expected["overall"], sample.overall())]) {
            for (name, estimate) in named(&results(domain)) {
                largest.compare(estimate.value, &expected["estimates"][&name], &name);
                largest.compare(estimate.precision.unwrap().se, &expected["se"][&name], &name);
            }
        }
        largest.report(2 * 10 * 53);
        let mut between = Largest::new(format!("calibration {name}: covariances between districts"));
        for (position, kind) in [IndexKind::Items, IndexKind::Factors, IndexKind::Pooled].into_iter().enumerate() {
            let found = sample.covariance_between(position);
            for (i, j) in (0..9).flat_map(|i| (0..9).map(move |j| (i, j))) {
                between.compare(found[i][j], &expected["cov_between_districts"][kind.as_str()][i][j], kind.as_str());
            }
        }
        between.report(3 * 81);
        for column in ["sex", "service"] {
            let case = format!("calibration {name}: domains of {column}");
            compare_domains((&sample, &levels), column, &expected[format!("domains_{column}")], &case);
        }
    }
}

#[test]
fn calibrated_weights_are_those_of_r() {
    let expected: Vec<Row> =
        csv::Reader::from_path(path("expected_weights.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    for (name, column, how, margins) in CALIBRATIONS {
        let margins: Vec<_> = margins.iter().map(|columns| (columns, margin(columns))).collect();
        let levels: usize = margins.iter().map(|(_, (margin, _))| margin.levels.len()).sum();
        // Every level of the first margin, all but the first of the others.
        let dropped: Vec<usize> = margins
            .iter()
            .scan(0, |at, (_, (margin, _))| {
                *at += margin.levels.len();
                Some(*at)
            })
            .take(margins.len() - 1)
            .collect();
        let keep = |values: Vec<f64>| -> Vec<f64> {
            values.into_iter().enumerate().filter(|(at, _)| !dropped.contains(at)).map(|(_, value)| value).collect()
        };
        let cell = |row: &Row| {
            let mut x = vec![0.0; levels];
            let mut begin = 0;
            for (columns, (margin, numbers)) in &margins {
                let values: Vec<String> = columns.iter().map(|column| row[*column].clone()).collect();
                x[begin + numbers[&values] as usize] = 1.0;
                begin += margin.levels.len();
            }
            CalibrationCell { x: keep(x), weight: row["weight"].parse().unwrap() }
        };
        let cells: Vec<CalibrationCell> = ROWS.iter().map(cell).collect();
        let totals = keep(margins.iter().flat_map(|(_, (margin, _))| margin.levels.iter().map(|(_, n)| *n)).collect());
        let found = calibrate(&cells, &totals, how).unwrap();
        let mut largest = 0.0_f64;
        for ((cell, factor), (row, expected)) in cells.iter().zip(&found.factors).zip(ROWS.iter().zip(&expected)) {
            assert_eq!(row["resp_id"], expected["resp_id"]);
            let weight: f64 = expected[column].parse().unwrap();
            largest = largest.max((cell.weight * factor / weight - 1.0).abs());
        }
        println!("| calibration {name}: weights of 12 digits, relative | {} | {largest:.1e} |", cells.len());
        // R prints twelve digits.
        assert!(largest < 1e-11, "{name}: {largest}");
    }
}

/// The totals of item 1 and their covariance, from the design alone.
#[test]
fn totals_and_their_errors_are_those_of_r() {
    let expected = json("expected.json");
    let mut largest = Largest::new("B, C: totals and their standard errors, relative");
    let mut compare = |design: &Design<'_>, expected: (&Value, &Value), what: &str| {
        let (total, se) = total_of_item_1(design);
        for (found, expected) in [(total, expected.0), (se, expected.1)] {
            let expected = expected.as_f64().unwrap();
            largest.compare(found / expected, &Value::from(1.0), what);
        }
    };
    for (name, lonely) in
        [("remove", LonelyPsu::Remove), ("adjust", LonelyPsu::Adjust), ("average", LonelyPsu::Average)]
    {
        let block = &expected["B"][name];
        compare(&Design { stratum: "commune", lonely, ..A }, (&block["total_t"], &block["se_total"]), name);
    }
    let block = &expected["C"]["stage1_fpc"];
    let design = Design { stages: &["commune"], populations: &["communes_pop"], lonely: LonelyPsu::Remove, ..A };
    compare(&design, (&block["total"][0], &block["se_total"][0]), "stage 1");
    largest.report(8);
}

/// The weighted number of people satisfied with item 1, and its standard error, for designs of one stage.
fn total_of_item_1(design: &Design<'_>) -> (f64, f64) {
    let mut strata: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
    let mut populations: BTreeMap<&str, f64> = BTreeMap::new();
    for row in &*ROWS {
        let weight: Weight = row["weight"].parse().unwrap();
        let is_satisfied = row["q01"].parse().is_ok_and(|rating: u8| rating >= 4);
        let unit = strata.entry(&row[design.stratum]).or_default().entry(&row[design.stages[0]]).or_default();
        *unit += if is_satisfied { weight.billionths() } else { 0 };
        if let Some(column) = design.populations.first() {
            populations.insert(&row[design.stratum], row[*column].parse().unwrap());
        }
    }
    let mut stage = StageCovariance::new(1, design.lonely, 1e-9);
    let mut total = 0.0;
    for (stratum, units) in &strata {
        let mut moments = StratumMoments::new(1);
        units.values().for_each(|unit| moments.add_psu(&[*unit]).unwrap());
        total += moments.sums()[0] as f64 * 1e-9;
        let population = populations.get(stratum).copied();
        stage.add_stratum(&moments, StratumSize { drawn: units.len() as u64, population });
    }
    (total, stage.finish().unwrap().get(0, 0).sqrt())
}
