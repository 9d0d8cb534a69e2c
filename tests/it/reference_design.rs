//! Lonely sampling units, several stages and domains across sampling units agree with R's `survey` package.
//!
//! `cargo test --test it reference_design -- --nocapture` prints the largest difference of each case (see `docs/METHOD.md`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use plumbline::estimation::{
    BetweenLevels, Calibration, Domain, Margin, Measure, Membership, Place, Respondent, Sample, SampleBuilder,
    Statistic,
};
use plumbline::foundation::RatingScale;
use plumbline::index::{UnitResults, compute_domain};
use plumbline::statistics::{CalibrationMethod, Confidence, LonelyPsu};
use serde_json::Value;

use crate::reference::{DISTRICTS, Largest, OF_METHOD, criteria, json, method, named, path};

pub(crate) type Row = BTreeMap<String, String>;

pub(crate) static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    csv::Reader::from_path(path("responses.csv")).unwrap().deserialize().map(Result::unwrap).collect()
});

/// How a reference design samples.
pub(crate) struct Design<'a> {
    /// The column of the strata; none where nothing is stratified.
    pub(crate) stratum: Option<&'a str>,
    pub(crate) stages: &'a [&'a str],
    pub(crate) populations: &'a [&'a str],
    pub(crate) lonely: LonelyPsu,
    /// Columns of the domains beside the districts.
    pub(crate) domains: &'a [&'a str],
    pub(crate) calibration: Option<(CalibrationMethod, &'a [&'a [&'a str]])>,
}

pub(crate) const A: Design<'static> = Design {
    stratum: Some("district"),
    stages: &["village"],
    populations: &[],
    lonely: LonelyPsu::Fail,
    domains: &[],
    calibration: None,
};

/// The margin of these columns, and the number of each level.
pub(crate) fn margin(columns: &[&str]) -> (Margin, BTreeMap<Vec<String>, u32>) {
    let file =
        if columns.len() == 1 { format!("margin_{}.csv", columns[0]) } else { "poststrata_sex_age.csv".to_owned() };
    let rows: Vec<Row> = csv::Reader::from_path(path(&file)).unwrap().deserialize().map(Result::unwrap).collect();
    let values = |row: &Row| columns.iter().map(|column| row[*column].clone()).collect::<Vec<_>>();
    let levels = rows.iter().map(|row| (values(row).join(" "), row["Freq"].parse().unwrap())).collect();
    let numbers = (0..).zip(&rows).map(|(number, row)| (values(row), number)).collect();
    (Margin { name: columns.join(" × "), levels }, numbers)
}

/// The sample, with the districts as levels 0 to 8 and the number of each level of the other domains.
pub(crate) fn sample(design: &Design<'_>) -> (Sample, BTreeMap<(String, String), usize>) {
    let mut builder =
        SampleBuilder::new(&[RatingScale::FIVE; 22], DISTRICTS.len()).unwrap().with_lonely_psu(design.lonely);
    builder = builder.counting(&criteria().groups());
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
        let values = |columns: &[&str]| columns.iter().map(|column| row[*column].clone()).collect::<Vec<_>>();
        let of_margins: Vec<u32> = margins.iter().map(|(columns, (_, numbers))| numbers[&values(columns)]).collect();
        let units: Vec<&str> = design.stages.iter().map(|stage| row[*stage].as_str()).collect();
        let populations: Vec<f64> = design.populations.iter().map(|column| row[*column].parse().unwrap()).collect();
        let ratings: Vec<u8> = (1..=22).map(|item| row[&format!("q{item:02}")].parse().unwrap_or(0)).collect();
        let respondent = Respondent {
            member: Membership { levels: &member, margins: &of_margins },
            place: Place {
                stratum: design.stratum.map_or("", |column| &row[column]),
                units: &units,
                populations: &populations,
            },
            weight: row["weight"].parse().unwrap(),
            ratings: &ratings,
        };
        builder.add_response(&respondent).unwrap();
    }
    let statistic = |id| method().index(id).unwrap().statistic(&criteria()).unwrap();
    let statistics = ["index_items", "index_factors", "index_pooled"].map(statistic).to_vec();
    (builder.finish(&BetweenLevels { levels: (0..DISTRICTS.len()).collect(), statistics }).unwrap(), levels)
}

pub(crate) fn results(domain: &Domain) -> UnitResults {
    compute_domain(&criteria(), method(), domain, Confidence::at(0.95), None)
}

fn item(item: usize) -> Statistic {
    Statistic::item(&[RatingScale::FIVE; 22], Measure::Share, item)
}

/// How many people are satisfied with item 1, and for how many it was answered: value and standard error of each.
pub(crate) fn totals_of_item_1(domain: &Domain) -> [(f64, f64); 2] {
    let covariance = domain.covariance_of_totals().unwrap();
    [0, 22].map(|total| (domain.totals()[total], covariance.get(total, total).sqrt()))
}

/// Compares a domain block of the reference (`n`, `df`, the four indices with their errors).
pub(crate) fn compare_domains(
    found: (&Sample, &BTreeMap<(String, String), usize>),
    column: &str,
    expected: &Value,
    case: &str,
) {
    let mut largest = Largest::new(case);
    let expected = expected.as_object().unwrap();
    for (level, expected) in expected {
        let domain = &found.0.levels()[found.1[&(column.to_owned(), level.clone())]];
        let estimates = named(&results(domain));
        // After calibration R keeps everybody in a subset, with the weight 0, and counts them.
        let counted = if case.starts_with("calibration") { ROWS.len() as u64 } else { domain.responses() };
        assert_eq!(Some(counted), expected["n"].as_u64(), "{column} {level}");
        for kind in OF_METHOD {
            let name = if kind == "index_score" { "index_score100" } else { kind };
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
    let of_rule = |lonely| sample(&Design { stratum: Some("commune"), lonely, ..A }).0;
    let mut largest = Largest::new("B: remove, certainty, adjust, average");
    let mut totals = Largest::new("B: totals and their standard errors, relative");
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
        let [(total, se), _] = totals_of_item_1(sample.overall());
        totals.compare_relative(total, &expected[name]["total_t"], name);
        totals.compare_relative(se, &expected[name]["se_total"], name);
        let index = results(sample.overall()).indices[0].estimate.unwrap();
        assert_eq!(index.precision.map(|precision| precision.df), expected["degf"].as_u64());
    }
    largest.report(8);
    totals.report(8);
    assert_eq!(results(of_rule(LonelyPsu::Fail).overall()).indices[0].estimate.unwrap().precision, None);
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
        let index = results(sample.overall()).indices[0].estimate.unwrap();
        assert_eq!(index.precision.map(|precision| precision.df), expected["degf"].as_u64());
        largest.report(20);
        let mut totals = Largest::new(format!("C: {count} stage(s): totals and their standard errors, relative"));
        for (i, (total, se)) in totals_of_item_1(sample.overall()).into_iter().enumerate() {
            totals.compare_relative(total, &expected["total"][i], "total");
            totals.compare_relative(se, &expected["se_total"][i], "its standard error");
        }
        totals.report(4);
    }
}

/// The linearised errors beside the replicate ones, and the degrees of freedom that both have.
#[test]
fn an_unstratified_sample_and_the_estimates_of_replicate_weights_are_those_of_r() {
    let expected = &json("expected.json")["rep"];
    let mut estimates = Largest::new("A: estimates under JKn, JK1 and subbootstrap");
    let samples = [(A.stratum, ["JKn", "subbootstrap400_seed1"].as_slice()), (None, &["JK1_unstratified"])];
    for (stratum, names) in samples {
        let found = named(&results(sample(&Design { stratum, ..A }).0.overall()));
        for name in names {
            for (statistic, expected) in expected[name]["estimates"].as_object().unwrap() {
                estimates.compare(found[statistic].value, expected, statistic);
            }
        }
        // The bootstrap's are those of R's 400 replicates.
        let df = found["index_items"].precision.map(|precision| precision.df);
        assert_eq!(df, expected[names[0]]["degf"].as_u64(), "{}", names[0]);
        if stratum.is_none() {
            let mut largest = Largest::new("A, unstratified: standard error of q01");
            largest.compare(found["top2_q01"].precision.unwrap().se, &expected["taylor_unstratified_q01"], "q01");
            largest.report(1);
        }
    }
    estimates.report(3 * 25);
}

/// What the small area models of `reference_small_areas.rs` start from.
#[test]
fn pooled_indices_of_communes_and_their_variances_are_those_of_r() {
    let expected = json("expected_fay_herriot.json");
    let lonely = LonelyPsu::Remove;
    let (sample, levels) = sample(&Design { stratum: Some("commune"), lonely, domains: &["commune"], ..A });
    let mut largest = Largest::new("B: pooled indices of 171 communes and their variances, relative");
    for (position, commune) in expected["areas"].as_array().unwrap().iter().enumerate() {
        let name = commune.as_str().unwrap();
        let domain = &sample.levels()[levels[&("commune".to_owned(), name.to_owned())]];
        let index = results(domain).indices[2].estimate.unwrap();
        largest.compare_relative(index.value, &expected["y"][position], name);
        largest.compare_relative(index.precision.unwrap().se.powi(2), &expected["v"][position], name);
    }
    largest.report(2 * 171);
}
