//! Every number of the reference survey agrees with R's `survey` package to 1e-9.
//! `cargo test --test it reference -- --nocapture` prints the largest difference of each case (see `docs/METHOD.md`).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use plumbline::estimation::{
    BetweenLevels, Domain, Measure, Membership, Place, Respondent, Sample, SampleBuilder, Statistic,
};
use plumbline::foundation::{Code, RatingScale, Weight};
use plumbline::index::{Criteria, Method, UnitResults, WaveResults, compute_domain};
use plumbline::ranking::{RankMethod, RankOptions, rank};
use plumbline::statistics::{Confidence, DesignEffect, Estimate, Functional, MeanTree, Ratio};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;
pub(crate) const DISTRICTS: [&str; 9] = ["D01", "D02", "D03", "D04", "D05", "D06", "D07", "D08", "D09"];

pub(crate) fn path(file: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(file)
}

pub(crate) fn json(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path(file)).unwrap()).unwrap()
}

/// One row of the reference survey.
pub(crate) struct Answers {
    pub(crate) district: usize,
    pub(crate) village: String,
    pub(crate) weight: Weight,
    pub(crate) ratings: Vec<u8>,
}

pub(crate) static ANSWERS: LazyLock<Vec<Answers>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_path(path("responses.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|found| found == name).unwrap();
    let (district, village, weight, q01) = (column("district"), column("village"), column("weight"), column("q01"));
    let answers = |row: csv::StringRecord| Answers {
        district: DISTRICTS.iter().position(|code| *code == &row[district]).unwrap(),
        village: row[village].to_owned(),
        weight: row[weight].parse().unwrap(),
        ratings: (q01..q01 + 22).map(|item| row[item].parse().unwrap_or(0)).collect(),
    };
    reader.records().map(|row| answers(row.unwrap())).collect()
});

/// The three designs of the reference values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Design {
    Clustered,
    Elements,
    Simple,
}

pub(crate) const SECTIONS: [(&str, Design); 3] =
    [("A", Design::Clustered), ("D", Design::Elements), ("D0", Design::Simple)];

/// The three indices that are ranked by, between all districts.
pub(crate) fn between() -> BetweenLevels {
    let statistic = |id| method().index(id).unwrap().statistic(&criteria()).unwrap();
    BetweenLevels { levels: (0..DISTRICTS.len()).collect(), statistics: RANKED_BY.map(statistic).to_vec() }
}

const RANKED_BY: [&str; 3] = ["index_items", "index_factors", "index_pooled"];

pub(crate) fn builder() -> SampleBuilder {
    SampleBuilder::new(&[RatingScale::FIVE; 22], DISTRICTS.len()).unwrap().counting(&criteria().groups())
}

/// Calls `with` with a row as the design sees it.
pub(crate) fn as_respondent<T>(answers: &Answers, design: Design, with: impl FnOnce(&Respondent<'_>) -> T) -> T {
    let (levels, units) = ([answers.district], [answers.village.as_str()]);
    let place = Place {
        stratum: if design == Design::Simple { "" } else { DISTRICTS[answers.district] },
        units: if design == Design::Clustered { &units } else { &[] },
        populations: &[],
    };
    with(&Respondent {
        member: Membership { levels: &levels, margins: &[] },
        place,
        weight: if design == Design::Simple { Weight::ONE } else { answers.weight },
        ratings: &answers.ratings,
    })
}

/// The sample of each of [`SECTIONS`], made once for all tests.
pub(crate) fn whole(design: Design) -> &'static Sample {
    static SAMPLES: LazyLock<[Sample; 3]> = LazyLock::new(|| SECTIONS.map(|(_, design)| sample(&*ANSWERS, design)));
    &SAMPLES[design as usize]
}

pub(crate) fn sample<'a>(answers: impl IntoIterator<Item = &'a Answers>, design: Design) -> Sample {
    let mut builder = builder();
    for answers in answers {
        as_respondent(answers, design, |respondent| builder.add_response(respondent)).unwrap();
    }
    builder.finish(&between()).unwrap()
}

pub(crate) fn criteria() -> Criteria {
    let code = |text: &str| Code::new(text).unwrap();
    let number = |item: &Value| item.as_str().unwrap()[1..].parse::<usize>().unwrap() - 1;
    let factor = |factor: &Value| {
        let items = factor["items"].as_array().unwrap().iter().map(number).collect();
        (code(factor["factor"].as_str().unwrap()), items)
    };
    let on_five_points = Criteria::on_five_points((1..=22).map(|item| code(&format!("q{item:02}"))).collect());
    Criteria {
        factors: json("meta.json")["factors"].as_array().unwrap().iter().map(factor).collect(),
        ..on_five_points
    }
}

pub(crate) fn method() -> &'static Method {
    Method::named("sipas-top2@2017").unwrap()
}

fn results(domain: &Domain) -> UnitResults {
    results_by(domain, DesignEffect::WithReplacement)
}

fn results_by(domain: &Domain, design_effect: DesignEffect) -> UnitResults {
    let confidence = Confidence { design_effect, ..Confidence::at(0.95) };
    compute_domain(&criteria(), method(), domain, confidence, None)
}

/// The indices that a method forms.
pub(crate) const OF_METHOD: [&str; 4] = ["index_items", "index_factors", "index_pooled", "index_score"];

/// The estimates under the names of the reference values.
pub(crate) fn named(results: &UnitResults) -> BTreeMap<String, Estimate> {
    let mut named = BTreeMap::new();
    for item in &results.items {
        named.insert(format!("top2_{}", item.item), item.top2.unwrap());
        named.insert(format!("mean_{}", item.item), item.mean.unwrap());
    }
    for factor in &results.factors {
        named.insert(format!("factor_{}", factor.factor), factor.top2.unwrap());
    }
    for kind in OF_METHOD {
        let name = if kind == "index_score" { "index_score100" } else { kind };
        named.insert(name.to_owned(), *results.index(&Code::new(kind).unwrap()).unwrap());
    }
    named
}

/// The largest difference seen in one case.
pub(crate) struct Largest {
    case: String,
    tolerance: f64,
    difference: f64,
    compared: usize,
}

impl Largest {
    pub(crate) fn new(case: impl Into<String>) -> Self {
        Self::within(TOLERANCE, case)
    }

    pub(crate) fn within(tolerance: f64, case: impl Into<String>) -> Self {
        Self { case: case.into(), tolerance, difference: 0.0, compared: 0 }
    }

    pub(crate) fn compare(&mut self, found: f64, expected: &Value, what: &str) {
        let expected = expected.as_f64().unwrap_or_else(|| panic!("{what} has no reference value"));
        let difference = (found - expected).abs();
        assert!(difference <= self.tolerance, "{}, {what}: {found} instead of {expected}", self.case);
        self.difference = self.difference.max(difference);
        self.compared += 1;
    }

    /// The same where differences count in parts of `size`.
    pub(crate) fn compare_sized(&mut self, found: f64, expected: &Value, size: f64, what: &str) {
        let expected = expected.as_f64().unwrap_or_else(|| panic!("{what} has no reference value"));
        self.compare(found / size, &Value::from(expected / size), what);
    }

    /// The same where relative differences count, unless 0 is expected.
    pub(crate) fn compare_relative(&mut self, found: f64, expected: &Value, what: &str) {
        let size = expected.as_f64().map(f64::abs).filter(|size| *size > 0.0).unwrap_or(1.0);
        self.compare_sized(found, expected, size, what);
    }

    pub(crate) fn report(&self, compared: usize) {
        println!("| {} | {} | {:.1e} |", self.case, self.compared, self.difference);
        assert_eq!(self.compared, compared);
    }
}

#[test]
fn estimates_and_standard_errors_of_all_designs_are_those_of_r() {
    let expected = json("expected.json");
    for (section, design) in SECTIONS {
        let sample = whole(design);
        let mut values = Largest::new(format!("{section}: estimates, overall and 9 districts"));
        let mut errors = Largest::new(format!("{section}: standard errors, overall and 9 districts"));
        let domains = DISTRICTS.iter().map(|code| &expected[section]["by_district"][code]).zip(sample.levels());
        for (expected, domain) in domains.chain([(&expected[section]["overall"], sample.overall())]) {
            for (name, estimate) in named(&results(domain)) {
                values.compare(estimate.value, &expected["estimates"][&name], &name);
                errors.compare(estimate.precision.unwrap().se, &expected["se"][&name], &name);
            }
        }
        values.report(10 * 53);
        errors.report(10 * 53);
    }
}

#[test]
fn covariances_between_districts_and_between_factors_are_those_of_r() {
    let (expected, criteria) = (json("expected.json"), criteria());
    let levels: Vec<usize> = (0..DISTRICTS.len()).collect();
    for (section, design) in SECTIONS {
        let sample = whole(design);
        let mut between = Largest::new(format!("{section}: covariances between districts"));
        for (position, kind) in RANKED_BY.into_iter().enumerate() {
            let covariance = sample.covariance_between(position).unwrap().to_rows();
            for (i, j) in levels.iter().flat_map(|i| levels.iter().map(move |j| (*i, *j))) {
                let expected = &expected[section]["cov_between_districts"][kind][i][j];
                between.compare(covariance[i][j], expected, kind);
                let shares_no_stratum = i != j && design != Design::Simple;
                assert!(!shares_no_stratum || covariance[i][j] == 0.0, "{section} {i} {j}");
            }
        }
        between.report(3 * 81);
        if design == Design::Elements {
            continue;
        }
        let mut factors = Largest::new(format!("{section}: covariances between factors"));
        let statistic =
            |(_, items): &(Code, Vec<usize>)| Statistic::average(&[RatingScale::FIVE; 22], Measure::Share, &[items]);
        let statistics: Vec<Statistic> = criteria.factors.iter().map(statistic).collect();
        for (i, j) in (0..5).flat_map(|i| (0..5).map(move |j| (i, j))) {
            let found = sample.overall().covariance(&statistics[i], &statistics[j]).unwrap();
            factors.compare(found, &expected[section]["overall"]["cov_factors"][i][j], "factors");
        }
        factors.report(25);
    }
}

#[test]
fn intervals_degrees_of_freedom_and_design_effects_are_those_of_r() {
    let expected = json("expected.json");
    let sample = whole(Design::Clustered);
    let mut shares = Largest::new("A: shares and standard errors beside the intervals");
    let mut intervals = Largest::new("A: xlogit intervals");
    let mut effects = Largest::new("A: design effects, both definitions");
    let blocks = DISTRICTS.iter().map(|code| &expected["A"]["ci_by_district"][code]).zip(sample.levels());
    for (expected, domain) in blocks.chain([(&expected["A"]["ci_overall"], sample.overall())]) {
        let estimates = named(&results(domain));
        let without_replacement = named(&results_by(domain, DesignEffect::WithoutReplacement));
        for (item, expected) in expected.as_object().unwrap() {
            let estimate = estimates[&format!("top2_{item}")];
            let precision = estimate.precision.unwrap();
            assert_eq!((Some(precision.df), Some(estimate.n)), (expected["df"].as_u64(), expected["n"].as_u64()));
            shares.compare(estimate.value, &expected["p"], item);
            shares.compare(precision.se, &expected["se"], item);
            intervals.compare(precision.low, &expected["xlogit"][0], item);
            intervals.compare(precision.high, &expected["xlogit"][1], item);
            effects.compare(precision.design_effect.unwrap(), &expected["deff_replace"], item);
            let of_population = without_replacement[&format!("top2_{item}")].precision.unwrap();
            effects.compare(of_population.design_effect.unwrap(), &expected["deff"], item);
            let n_effective = estimate.n as f64 / expected["deff_replace"].as_f64().unwrap();
            assert!((precision.n_effective.unwrap() / n_effective - 1.0).abs() < 1e-12);
        }
    }
    shares.report(2 * (22 + 9 * 5));
    intervals.report(2 * (22 + 9 * 5));
    effects.report(2 * (22 + 9 * 5));
}

#[test]
fn the_size_of_the_survey_and_two_checks_on_another_way_are_those_of_r() {
    let (expected, overall) = (json("expected.json"), whole(Design::Clustered).overall());
    let info = &expected["info"];
    assert_eq!(info["districts"], serde_json::json!(DISTRICTS));
    assert_eq!(Some(overall.responses()), info["n"].as_u64());
    for (design, df) in [(Design::Clustered, &info["degf_A"]), (Design::Elements, &expected["D"]["degf"])] {
        let index = results(whole(design).overall()).indices[0].estimate.unwrap();
        assert_eq!(index.precision.map(|precision| precision.df), df.as_u64());
    }
    let mut checks = Largest::new("A: the index by `svycontrast`, ratios by `svyratio` and their covariances");
    checks.compare_relative(overall.people(), &info["sum_weights"], "people");
    let index = results(overall).indices[0].estimate.unwrap();
    checks.compare(index.value, &expected["A"]["check_svycontrast"]["est"], "index");
    checks.compare(index.precision.unwrap().se, &expected["A"]["check_svycontrast"]["se"], "its standard error");
    let expected = &expected["A"]["check_svyratio"];
    let ratio = |name: &Value| {
        let (numerator, denominator) = name.as_str().unwrap().split_once('/').unwrap();
        let item = |total: &str| total[3..].parse::<usize>().unwrap() - 1;
        assert!(numerator.starts_with("t_q") && denominator.starts_with("a_q"));
        let ratio = Ratio::of(vec![item(numerator)], vec![22 + item(denominator)]);
        Statistic { functional: Functional::of(MeanTree::Ratio(ratio)), items: (0..22).collect(), is_share: true }
    };
    let ratios: Vec<Statistic> = expected["names"].as_array().unwrap().iter().map(ratio).collect();
    for (i, a) in ratios.iter().enumerate() {
        checks.compare(overall.estimate(a, Confidence::at(0.95)).unwrap().value, &expected["ratio"][i], "ratio");
        for (j, b) in ratios.iter().enumerate() {
            checks.compare(overall.covariance(a, b).unwrap(), &expected["vcov"][i][j], "covariance");
        }
    }
    checks.report(3 + 4 + 16);
}

#[test]
fn holm_rank_sets_are_those_of_r() {
    let expected = json("expected_ranks.json");
    let sample = whole(Design::Clustered);
    let unit = |(code, domain): (&&str, &Domain)| UnitResults { unit: Code::new(*code).ok(), ..results(domain) };
    for (position, headline) in RANKED_BY.into_iter().enumerate() {
        let results = WaveResults {
            method: method().full_name(),
            headline: method().index(headline).unwrap().clone(),
            level: 0.95,
            uncalibrated: None,
            negative_weights: None,
            open_link: plumbline::index::OpenLinkResults::None,
            units: DISTRICTS.iter().zip(sample.levels()).map(unit).map(std::sync::Arc::new).collect(),
            overall: results(sample.overall()),
            covariance: sample.covariance_between(position).unwrap().clone(),
        };
        let options = RankOptions::new(RankMethod::Holm, results.level);
        let ranking = rank(&results.headline_estimates(), &results.covariance, &options).unwrap();
        let expected = &expected[format!("A_{headline}")];
        assert_eq!(ranking.entries.len(), DISTRICTS.len());
        for entry in &ranking.entries {
            let i = DISTRICTS.iter().position(|code| *code == entry.unit.as_str()).unwrap();
            let holm = &expected["holm_pairwise"];
            let found = [entry.rank, entry.rank_low, entry.rank_high].map(|rank| Some(rank as u64));
            assert_eq!(
                found,
                [&expected["rank"][i], &holm["L"][i], &holm["U"][i]].map(Value::as_u64),
                "{}",
                entry.unit
            );
        }
    }
}
