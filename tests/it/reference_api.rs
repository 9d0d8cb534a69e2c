//! Means, totals, ratios, domains, variances, calibration and a regression of numeric variables agree with R's `survey`
//! package in the designs of its example, by the pure functions of `plumbline::statistics`.
//!
//! `cargo test --test it reference_api -- --nocapture` prints the largest difference of each case (see `docs/METHOD.md`).

mod survey;

use plumbline::statistics::{CalibrationMethod, Linearised};
use serde_json::Value;
use survey::{Survey, Totals, Variable, regression};

use crate::reference::{Largest, json};

/// A simple random sample, a stratified one, clusters in one and two stages, and the latter with replacement.
const DESIGNS: [&str; 5] = ["dsrs", "dstrat", "dclus1", "dclus2", "dclus2wr"];
const TYPES: [&str; 3] = ["E", "H", "M"];

/// The largest differences of all designs.
struct Seen {
    estimates: Largest,
    /// Shares that R takes from a regression, which stops where the deviance changes by less than 1e-8.
    regressed: Largest,
    errors: Largest,
    effects: Largest,
    intervals: Largest,
}

impl Seen {
    /// An estimate and its standard error.
    fn compare(&mut self, totals: &Totals, found: &Linearised, expected: (&Value, &Value), what: &str) {
        self.estimates.compare_relative(found.value, expected.0, what);
        self.errors.compare_relative(totals.precision(found).se, expected.1, what);
    }

    /// All covariances of some estimates, in parts of the product of their standard errors.
    fn compare_covariances(&mut self, totals: &Totals, found: &[Linearised], expected: &Value, what: &str) {
        for (i, a) in found.iter().enumerate() {
            for (j, b) in found.iter().enumerate() {
                let size = totals.precision(a).se * totals.precision(b).se;
                self.errors.compare_sized(totals.covariance(a, b), &expected[i][j], size, what);
            }
        }
    }
}

fn means(survey: &Survey, expected: &Value, seen: &mut Seen) {
    let names = ["api00", "api99", "enroll"];
    let totals = survey.totals(&names.map(|name| survey.column(name)));
    let means = [1, 2, 3].map(|variable| totals.ratio(variable, 0));
    for (position, (name, mean)) in names.iter().zip(&means).enumerate() {
        seen.compare(&totals, mean, (&expected["mean"]["est"][name], &expected["mean"]["se"][name]), name);
        let precision = totals.precision(mean);
        seen.effects.compare_relative(precision.design_effect.unwrap(), &expected["deff"][name], name);
        seen.intervals.compare_relative(precision.low, &expected["ci_t"][position][0], name);
        seen.intervals.compare_relative(precision.high, &expected["ci_t"][position][1], name);
    }
    seen.compare_covariances(&totals, &means, &expected["mean_vcov"], "means");
}

fn totals_and_ratio(survey: &Survey, expected: &Value, seen: &mut Seen) {
    let types = TYPES.map(|stype| survey.indicator("stype", stype));
    let totals = survey.totals(&[vec![survey.column("enroll")], types.to_vec()].concat());
    for (variable, name) in (1..).zip(["enroll", "stypeE", "stypeH", "stypeM"]) {
        let total = totals.total(variable);
        seen.compare(&totals, &total, (&expected["total"]["est"][name], &expected["total"]["se"][name]), name);
        let effect = totals.precision(&total).design_effect.unwrap();
        seen.effects.compare_relative(effect, &expected["total_deff"][name], name);
    }
    let totals = survey.totals(&["api.stu", "enroll"].map(|name| survey.column(name)));
    seen.compare(&totals, &totals.ratio(1, 2), (&expected["ratio"]["est"], &expected["ratio"]["se"]), "ratio");
}

fn domains(survey: &Survey, expected: &Value, seen: &mut Seen) {
    // Of each type of school: a variable that is 1 within, then each of the variables within.
    let within = |name: Option<&str>, stype: &str| -> Variable {
        let values = name.map_or_else(|| vec![Some(1.0); survey.len()], |name| survey.column(name));
        let product = |(member, value): (Option<f64>, Option<f64>)| Some(member? * value?);
        survey.indicator("stype", stype).into_iter().zip(values).map(product).collect()
    };
    let variables = [None, Some("api99"), Some("api00")];
    let totals =
        survey.totals(&variables.iter().flat_map(|name| TYPES.map(|stype| within(*name, stype))).collect::<Vec<_>>());
    let means: Vec<Linearised> = (4..10).map(|variable| totals.ratio(variable, 1 + (variable - 1) % 3)).collect();
    let block = &expected["by_stype"];
    assert_eq!(block["names"], serde_json::json!(["E:api99", "H:api99", "M:api99", "E:api00", "H:api00", "M:api00"]));
    for (position, mean) in means.iter().enumerate() {
        seen.estimates.compare_relative(mean.value, &block["est"][position], "mean of a type");
    }
    seen.compare_covariances(&totals, &means, &block["vcov"], "means of types");
    for (position, stype) in TYPES.into_iter().enumerate() {
        let totals = survey.totals(&["api.stu", "enroll"].map(|name| within(Some(name), stype)));
        let block = &expected["by_ratio"];
        seen.compare(&totals, &totals.ratio(1, 2), (&block["est"][position], &block["se"][position]), stype);
    }
}

fn variance_and_shares(survey: &Survey, expected: &Value, seen: &mut Seen) {
    let scores = survey.column("api00");
    let totals = survey.totals(std::slice::from_ref(&scores));
    let (mean, n) = (totals.ratio(1, 0).value, totals.n as f64);
    let square = |score: &Option<f64>| score.map(|score| (score - mean).powi(2) * n / (n - 1.0));
    let totals = survey.totals(&[scores.iter().map(square).collect()]);
    seen.compare(&totals, &totals.ratio(1, 0), (&expected["var"]["est"], &expected["var"]["se"]), "variance");
    let totals = survey.totals(&[survey.indicator("ell", "0")]);
    let share = totals.ratio(1, 0);
    for (method, block) in expected["ciprop"].as_object().unwrap() {
        let is_regressed = ["logit", "likelihood"].contains(&method.as_str());
        let estimates = if is_regressed { &mut seen.regressed } else { &mut seen.estimates };
        estimates.compare_relative(share.value, &block["p"], method);
        seen.errors.compare_relative(totals.precision(&share).se.powi(2), &block["var"], method);
    }
}

#[test]
fn numeric_variables_of_the_example_of_r_have_its_estimates_errors_and_design_effects() {
    let api = json("api_expected.json");
    let mut seen = Seen {
        estimates: Largest::new("api: estimates in five designs, relative"),
        regressed: Largest::within(1e-8, "api: shares by logit and likelihood in five designs, relative"),
        errors: Largest::new("api: standard errors and covariances in five designs, relative"),
        effects: Largest::new("api: design effects of means and totals in five designs, relative"),
        intervals: Largest::new("api: intervals of means in five designs, relative"),
    };
    for name in DESIGNS {
        let (survey, expected) = (Survey::api(name), &api[name]);
        assert_eq!(Some(survey.df()), expected["degf"].as_u64());
        means(&survey, expected, &mut seen);
        totals_and_ratio(&survey, expected, &mut seen);
        domains(&survey, expected, &mut seen);
        variance_and_shares(&survey, expected, &mut seen);
    }
    seen.estimates.report(5 * (3 + 4 + 1 + 6 + 3 + 1 + 5));
    seen.regressed.report(5 * 2);
    seen.errors.report(5 * (3 + 9 + 4 + 1 + 36 + 3 + 1 + 7));
    seen.effects.report(5 * (3 + 4));
    seen.intervals.report(5 * 6);
}

#[test]
fn calibration_of_the_example_of_r_is_that_of_r() {
    let api = json("api_expected.json");
    let plain = Survey::api("dclus1");
    let one = vec![Some(1.0); plain.len()];
    let [elementary, high, middle] = TYPES.map(|stype| plain.indicator("stype", stype));
    let school_wide = [one.clone(), high.clone(), middle.clone(), plain.indicator("sch.wide", "Yes")];
    let numeric = [one, high.clone(), middle.clone(), plain.column("api99")];
    let totals = [6194.0, 755.0, 1018.0, 5122.0];
    let numeric_totals = [6194.0, 755.0, 1018.0, 3_914_069.0];
    let calibrated = |x: &[Variable], totals: &[f64], method| Survey::api("dclus1").calibrated(x, totals, method);
    let logit = CalibrationMethod::Logit { lower: 0.3, upper: 3.0 };
    let types = [elementary, high, middle];
    let post = calibrated(&types, &[4421.0, 755.0, 1018.0], CalibrationMethod::Linear);
    let raked = || calibrated(&school_wide, &totals, CalibrationMethod::Raking);
    let surveys = [
        (&api["post"], "post-stratified", &post),
        (&api["calib"]["cr"], "raked", &raked()),
        (&api["calib"]["cl"], "linear", &calibrated(&school_wide, &totals, CalibrationMethod::Linear)),
        (&api["calib"]["cg"], "logit", &calibrated(&school_wide, &totals, logit)),
        (&api["calib"]["ca"], "linear", &calibrated(&numeric, &numeric_totals, CalibrationMethod::Linear)),
        // The standard errors of `rake()` are not exact, and no target.
        (&api["calib"]["rk"], "rake", &raked()),
    ];
    let mut largest = Largest::new("api: calibration by six ways: weights, estimates, standard errors, relative");
    for (expected, name, survey) in surveys {
        let found = survey.totals(&["api00", "enroll"].map(|column| survey.column(column)));
        let estimates = [
            (found.ratio(1, 0), "mean", "api00"),
            (found.ratio(2, 0), "mean", "enroll"),
            (found.total(2), "total", "enroll"),
        ];
        for (estimate, kind, column) in estimates {
            largest.compare_relative(estimate.value, &expected[kind]["est"][column], name);
            if name != "rake" {
                largest.compare_relative(found.precision(&estimate).se, &expected[kind]["se"][column], name);
            }
        }
        for (weight, expected) in survey.weight.iter().zip(expected["first_weights"].as_array().into_iter().flatten()) {
            largest.compare_relative(*weight, expected, name);
        }
    }
    let (expected, share) = (&api["post"], post.totals(&[post.indicator("ell", "0")]));
    for (stype, variable) in TYPES.iter().zip(types) {
        largest.compare_relative(post.totals(&[variable]).values[1], &expected["weights_sum"][stype], "people");
    }
    let found = share.ratio(1, 0);
    for (value, level) in [(found.value, "TRUE"), (1.0 - found.value, "FALSE")] {
        let name = format!("I(ell == 0){level}");
        largest.compare_relative(value, &expected["ell0"]["est"][&name], &name);
        largest.compare_relative(share.precision(&found).se, &expected["ell0"]["se"][&name], &name);
    }
    largest.report(5 * 6 + 3 + 5 * 10 + 3 + 4);
}

#[test]
fn a_regression_and_replicated_means_of_the_example_of_r_are_those_of_r() {
    let api = json("api_expected.json");
    let survey = Survey::api("dstrat");
    let names = ["(Intercept)", "ell", "meals", "mobility"];
    let one = vec![Some(1.0); survey.len()];
    let x: Vec<Variable> = std::iter::once(one).chain(names[1..].iter().map(|name| survey.column(name))).collect();
    let mut largest = Largest::new("api: coefficients of a regression and their standard errors, relative");
    for (name, (coefficient, se)) in names.iter().zip(regression(&survey, &x, &survey.column("api00"))) {
        largest.compare_relative(coefficient, &api["glm"]["coef"][name], name);
        largest.compare_relative(se, &api["glm"]["se"][name], name);
    }
    largest.report(8);
    let mut largest = Largest::new("api: means under JK1, JKn and the bootstrap, relative");
    for (design, replicates) in [("dclus1", "JK1"), ("dstrat", "JKn"), ("dclus1", "bootstrap500_seed1")] {
        let (survey, expected) = (Survey::api(design), &api["rep"][replicates]);
        let mean = survey.totals(&[survey.column("api00")]).ratio(1, 0);
        largest.compare_relative(mean.value, &expected["mean"]["est"]["api00"], replicates);
        assert!(expected["degf"].is_null() || Some(survey.df()) == expected["degf"].as_u64());
    }
    largest.report(3);
}

#[test]
fn the_mean_waiting_time_is_that_of_r() {
    let expected = &json("expected.json")["quant"];
    let survey = Survey::new("responses.csv", Some("district"), "village", "weight", [None, None]);
    assert_eq!(Some(survey.df()), expected["df"].as_u64());
    let totals = survey.totals(&[survey.column("wait_min")]);
    let mean = totals.ratio(1, 0);
    let precision = totals.precision(&mean);
    let mut largest = Largest::new("A: mean waiting time, standard error, design effect");
    largest.compare(mean.value, &expected["mean"]["mean"], "mean");
    largest.compare(precision.se, &expected["mean"]["se"], "standard error");
    largest.compare(precision.design_effect.unwrap(), &expected["mean"]["deff"], "design effect");
    largest.report(3);
}
