//! Distributions agree with mpmath (`tests/reference/distributions.py`); intervals, quantiles, replicates and tests agree
//! with R's `survey` package.
//!
//! `cargo test --test it reference_distributions -- --nocapture` prints the largest differences (see `docs/METHOD.md`).

pub(crate) mod naive;

use std::collections::HashMap;

use naive::{Design, Rows, share_below};
use plumbline::statistics::{
    DesignEffect, Difference, IntervalMethod, LinearisedSample, QuantileInterval, QuantilePlan, QuantileRule,
    ReplicateWeights, ShareBelow, StratumSize, WeightedValues, beta_quantile, chi_square_upper_tail, f_quantile,
    f_upper_tail, independence_test, precision, quantile_estimate, student_t_two_sided,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::reference::{Largest, json};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn tails_and_quantiles_are_right_to_1e_12_of_their_size_from_half_a_degree_of_freedom_to_1e12() {
    type Function = fn(&[f64]) -> f64;
    let table = json("distributions.json");
    let functions: [(&str, &str, Function); 5] = [
        ("t", "Student's t, two-sided p", |x| student_t_two_sided(x[0], x[1])),
        ("f", "F upper tails", |x| f_upper_tail(x[0], x[1], x[2])),
        ("f_quantile", "F quantiles", |x| f_quantile(x[0], x[1], x[2])),
        ("chi_square", "Chi-square upper tails", |x| chi_square_upper_tail(x[0], x[1])),
        ("beta_quantile", "Beta quantiles", |x| beta_quantile(x[0], x[1], x[2])),
    ];
    for (name, title, function) in functions {
        let rows = table[name].as_array().unwrap();
        let mut largest = Largest::within(1e-12, format!("{title}, against mpmath at 30 digits, relative"));
        for row in rows {
            let row: Vec<f64> = row.as_array().unwrap().iter().map(number).collect();
            let (expected, arguments) = row.split_last().unwrap();
            largest.compare(function(arguments) / expected, &Value::from(1.0), &format!("{arguments:?}"));
        }
        largest.report(rows.len());
    }
}

fn interval(method: IntervalMethod, value: f64, variance: f64, df: u64, n: u64) -> [f64; 2] {
    let (sampling_units, is_census) = (2, false);
    let (weight_sum, z_sum, z_square_sum) = (0.0, 0.0, 0.0);
    let sample = LinearisedSample { sampling_units, is_census, variance, df, n, weight_sum, z_sum, z_square_sum };
    let precision = precision(value, &sample, method, 0.95, DesignEffect::WithReplacement).unwrap();
    [precision.low, precision.high]
}

#[test]
fn intervals_of_shares_by_all_seven_methods_are_those_of_r() {
    let (survey, api) = (&json("expected.json")["A"], json("api_expected.json"));
    let overall = survey["ci_overall"].as_object().unwrap().values();
    let districts =
        survey["ci_by_district"].as_object().unwrap().values().flat_map(|d| d.as_object().unwrap().values());
    let blocks: Vec<&Value> = overall.chain(districts).collect();
    let designs = [("dsrs", 200), ("dstrat", 200), ("dclus1", 183), ("dclus2", 126), ("dclus2wr", 126)];
    for method in IntervalMethod::ALL {
        let name = method.as_str();
        let tolerance = match method {
            // R interpolates the profile likelihood.
            IntervalMethod::Likelihood => 1e-5,
            // R's regression stops where the deviance changes by less than 1e-8.
            IntervalMethod::Logit => 1e-8,
            _ => 1e-9,
        };
        let mut largest = Largest::within(tolerance, format!("A: {name} intervals"));
        let mut compared = 0;
        for block in blocks.iter().filter(|block| block[name].is_array()) {
            let (df, n) = (block["df"].as_u64().unwrap(), block["n"].as_u64().unwrap());
            let found = interval(method, number(&block["p"]), number(&block["se"]).powi(2), df, n);
            found.iter().enumerate().for_each(|(end, found)| largest.compare(*found, &block[name][end], name));
            compared += 2;
        }
        largest.report(compared);
        assert!(compared >= 44);
        // The profile that R interpolates has as few as 7 points here.
        let tolerance = if method == IntervalMethod::Likelihood { 5e-4 } else { tolerance };
        let mut largest = Largest::within(tolerance, format!("api: {name} intervals"));
        for (design, n) in designs {
            let expected = &api[design]["ciprop"];
            let (p, variance) = (number(&expected["mean"]["p"]), number(&expected["mean"]["var"]));
            let found = interval(method, p, variance, api[design]["degf"].as_u64().unwrap(), n);
            // There R's interval does not hold 0 although it reaches beyond it.
            let is_folded = method == IntervalMethod::Asin && design == "dclus1";
            assert!(!is_folded || found[0] == 0.0);
            for end in usize::from(is_folded)..2 {
                largest.compare(found[end], &expected[name]["ci"][end], design);
            }
        }
        largest.report(if method == IntervalMethod::Asin { 9 } else { 10 });
    }
}

/// The reference survey, clustered.
fn survey(rows: &Rows) -> Design {
    Design::new(&rows.texts("district"), &rows.texts("village"), rows.complete("weight"))
}

/// The designs of R's example: a simple random sample, a stratified one, and clusters in one and two stages.
fn api_design(name: &str) -> (Rows, Design) {
    let rows = Rows::of(match name {
        "dsrs" => "apisrs.csv",
        "dstrat" => "apistrat.csv",
        "dclus1" => "apiclus1.csv",
        _ => "apiclus2.csv",
    });
    // Where all weights are equal one bit decides. The file has 15 digits of what were single precision numbers, and R
    // keeps probabilities and gives their inverses as weights.
    let restored = |text: &str| {
        let (single, weight) = (f64::from(text.parse::<f32>().unwrap()), text.parse::<f64>().unwrap());
        1.0 / (1.0 / if (single / weight - 1.0).abs() < 1e-13 { single } else { weight })
    };
    let weights: Vec<f64> = rows.texts("pw").into_iter().map(restored).collect();
    let n = weights.len();
    let one = vec!["all"; n];
    let elements: Vec<String> = (0..n).map(|row| format!("{row:03}")).collect();
    let elements: Vec<&str> = elements.iter().map(String::as_str).collect();
    let mut design = match name {
        "dsrs" => Design::new(&one, &elements, weights),
        "dstrat" => Design::new(&rows.texts("stype"), &elements, weights),
        _ => Design::new(&one, &rows.texts("dnum"), weights),
    };
    let sampled = |row: usize| design.strata()[design.stratum[row].as_str()].len() as f64;
    let fractions = |column: &str| -> Vec<f64> {
        rows.complete(column).iter().enumerate().map(|(row, population)| sampled(row) / population).collect()
    };
    match name {
        "dclus2wr" => {}
        "dclus2" => {
            let (first, strata) = (fractions("fpc1"), design.strata());
            let second = rows.complete("fpc2");
            let within = |row: usize| strata["all"][design.psu[row].as_str()].len() as f64 / second[row];
            let second_stage = (0..n).map(|row| first[row] * (1.0 - within(row))).collect();
            design.weight = (0..n).map(|row| 1.0 / (first[row] * within(row))).collect();
            design.correction = first.iter().map(|fraction| 1.0 - fraction).collect();
            design.second_stage = Some(second_stage);
        }
        _ => design.correction = fractions("fpc").iter().map(|fraction| 1.0 - fraction).collect(),
    }
    (rows, design)
}

/// Compares the quantiles of all rules and intervals with R's rows of value, low, high and standard error.
fn compare_quantiles(
    design: &Design,
    values: &[Option<f64>],
    df: u64,
    probabilities: &[f64],
    expected: &Value,
    case: &str,
) {
    let pairs = values.iter().zip(&design.weight).filter_map(|(value, weight)| Some(((*value)?, *weight)));
    let sample = WeightedValues::new(pairs).unwrap();
    let mut known: HashMap<u64, ShareBelow> = HashMap::new();
    let mut share = |limit: f64| *known.entry(limit.to_bits()).or_insert_with(|| share_below(design, values, limit));
    let woodruff = [IntervalMethod::Mean, IntervalMethod::Beta, IntervalMethod::Xlogit];
    let intervals = woodruff.map(|method| (method.as_str(), QuantileInterval::Woodruff(method)));
    for rule in QuantileRule::ALL {
        let mut largest =
            Largest::new(format!("{case}: quantiles by the rule {}, with their intervals", rule.as_str()));
        for (name, interval) in intervals.into_iter().chain([("score", QuantileInterval::Score)]) {
            let expected = &expected[format!("{}_{name}", rule.as_str())];
            for (i, p) in probabilities.iter().enumerate() {
                let plan = QuantilePlan { rule, interval, level: 0.95, df };
                let found = quantile_estimate(&sample, *p, plan, &mut share).unwrap();
                let numbers = [found.value, found.low.unwrap(), found.high.unwrap(), found.se.unwrap()];
                let what = format!("{} {name} at {p}", rule.as_str());
                numbers.iter().enumerate().for_each(|(j, found)| largest.compare(*found, &expected[i][j], &what));
            }
        }
        largest.report(4 * 4 * probabilities.len());
    }
}

#[test]
fn quantiles_of_the_waiting_time_are_those_of_r() {
    let rows = Rows::of("responses.csv");
    let expected = &json("expected.json")["quant"];
    let df = expected["df"].as_u64().unwrap();
    let probabilities: Vec<f64> = expected["probs"].as_array().unwrap().iter().map(number).collect();
    compare_quantiles(&survey(&rows), &rows.numbers("wait_min"), df, &probabilities, expected, "A");
}

#[test]
fn quantiles_of_the_example_of_r_are_those_of_r() {
    let api = json("api_expected.json");
    for name in ["dsrs", "dstrat", "dclus1", "dclus2", "dclus2wr"] {
        let (rows, design) = api_design(name);
        let df = api[name]["degf"].as_u64().unwrap();
        compare_quantiles(&design, &rows.numbers("api00"), df, &[0.25, 0.5, 0.75], &api[name]["quantile"], name);
    }
}

/// The totals of some variables in each PSU, in the order of [`Design::strata`].
fn psu_totals(design: &Design, variables: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let strata = design.strata();
    let total = |rows: &Vec<usize>, of: &Vec<f64>| rows.iter().map(|row| design.weight[*row] * of[*row]).sum();
    let psus = strata.values().flat_map(|psus| psus.values());
    psus.map(|rows| variables.iter().map(|variable| total(rows, variable)).collect()).collect()
}

fn sizes(design: &Design) -> Vec<StratumSize> {
    let size = |psus: &std::collections::BTreeMap<&str, Vec<usize>>| {
        let correction = design.correction[psus.values().next().unwrap()[0]];
        let drawn = psus.len() as u64;
        StratumSize { drawn, population: (correction < 1.0).then(|| drawn as f64 / (1.0 - correction)) }
    };
    design.strata().values().map(size).collect()
}

fn weighted_sums(multipliers: &[f64], totals: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; totals[0].len()];
    for (multiplier, totals) in multipliers.iter().zip(totals).filter(|(multiplier, _)| **multiplier != 0.0) {
        sums.iter_mut().zip(totals).for_each(|(sum, total)| *sum += multiplier * total);
    }
    sums
}

fn standard_errors(weights: &ReplicateWeights, statistic: impl FnMut(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let covariance = weights.covariance(statistic).unwrap();
    (0..covariance.len()).map(|i| covariance[i][i].sqrt()).collect()
}

#[test]
fn replicate_standard_errors_of_items_and_indices_are_those_of_r() {
    let (rows, expected) = (Rows::of("responses.csv"), &json("expected.json")["rep"]);
    let items: Vec<Vec<Option<f64>>> = (1..=22).map(|item| rows.numbers(&format!("q{item:02}"))).collect();
    let indicator = |is_in: fn(f64) -> bool| {
        move |item: &Vec<Option<f64>>| -> Vec<f64> {
            item.iter().map(|rating| f64::from(u8::from(rating.is_some_and(is_in)))).collect()
        }
    };
    let satisfied = items.iter().map(indicator(|rating| rating >= 4.0));
    let variables: Vec<Vec<f64>> = satisfied.chain(items.iter().map(indicator(|_| true))).collect();
    let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len() as f64;
    let statistics = |sums: &[f64]| -> Vec<f64> {
        let shares: Vec<f64> = (0..22).map(|item| sums[item] / sums[22 + item]).collect();
        let factors = [0..4, 4..8, 8..13, 13..18, 18..22].map(|items| mean(&shares[items]));
        let pooled = sums[..22].iter().sum::<f64>() / sums[22..].iter().sum::<f64>();
        [shares.clone(), vec![mean(&shares), mean(&factors), pooled]].concat()
    };
    let mut names: Vec<String> = (1..=22).map(|item| format!("top2_q{item:02}")).collect();
    names.extend(["index_items", "index_factors", "index_pooled"].map(ToOwned::to_owned));

    let stratified = survey(&rows);
    let villages = rows.texts("village");
    let unstratified = Design::new(&vec!["all"; villages.len()], &villages, rows.complete("weight"));
    for (name, design) in [("JKn", &stratified), ("JK1_unstratified", &unstratified)] {
        let totals = psu_totals(design, &variables);
        let weights = ReplicateWeights::jackknife(&sizes(design)).unwrap();
        assert_eq!(Some(weights.len() as u64), expected[name]["nrep"].as_u64());
        let found = standard_errors(&weights, |multipliers| statistics(&weighted_sums(multipliers, &totals)));
        let mut largest = Largest::new(format!("{name}: standard errors"));
        names.iter().zip(found).for_each(|(item, se)| largest.compare(se, &expected[name]["se"][item], item));
        largest.report(25);
    }
    let totals = psu_totals(&stratified, &variables);
    let psus: Vec<usize> = sizes(&stratified).iter().map(|stratum| usize::try_from(stratum.drawn).unwrap()).collect();
    let weights = ReplicateWeights::bootstrap(&psus, 400, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
    let found = standard_errors(&weights, |multipliers| statistics(&weighted_sums(multipliers, &totals)));
    // Two bootstraps of 400 differ by 5 % of a standard error as a rule, and so do R's and its linearised errors.
    let mut largest = Largest::within(0.1, "subbootstrap of 400: standard errors over those of JKn, less 1");
    for (item, se) in names.iter().zip(found) {
        largest.compare(se / number(&expected["JKn"]["se"][item]), &Value::from(1.0), item);
    }
    largest.report(25);
}

#[test]
fn replicate_standard_errors_of_the_example_of_r_are_those_of_r() {
    let api = json("api_expected.json");
    for (design_name, name) in [("dclus1", "JK1"), ("dstrat", "JKn")] {
        let (rows, design) = api_design(design_name);
        let variables = ["api00", "api.stu", "enroll"].map(|column| rows.complete(column));
        let ones = vec![1.0; variables[0].len()];
        let totals = psu_totals(&design, &[variables.to_vec(), vec![ones]].concat());
        let weights = ReplicateWeights::jackknife(&sizes(&design)).unwrap();
        let found = standard_errors(&weights, |multipliers| {
            let sums = weighted_sums(multipliers, &totals);
            vec![sums[0] / sums[3], sums[1] / sums[2]]
        });
        let mut largest = Largest::new(format!("{design_name}, {name}: standard errors of a mean and a ratio"));
        largest.compare(found[0], &api["rep"][name]["mean"]["se"]["api00"], "mean");
        largest.compare(found[1], &api["rep"][name]["ratio_se"], "ratio");
        largest.report(2);
    }
}

#[test]
fn tests_of_independence_and_of_a_difference_are_those_of_r() {
    let (rows, expected) = (Rows::of("responses.csv"), json("expected.json"));
    let design = survey(&rows);
    let (ratings, channels) = (rows.numbers("q01"), rows.texts("channel"));
    let answered: Vec<bool> = ratings.iter().map(Option::is_some).collect();
    let n = answered.iter().filter(|answered| **answered).count() as u64;
    // Whether each respondent is in a group, and a share of the group as residuals: (1[in the cell] − share) / weight.
    let satisfied = |row: usize| ratings[row].is_some_and(|rating| rating >= 4.0);
    let estimate = |is_in_group: &dyn Fn(usize) -> bool, is_in_cell: &dyn Fn(usize) -> bool| -> (f64, Vec<f64>) {
        let group: Vec<usize> = (0..ratings.len()).filter(|row| answered[*row] && is_in_group(*row)).collect();
        let total: f64 = group.iter().map(|row| design.weight[*row]).sum();
        let share = group.iter().filter(|row| is_in_cell(**row)).map(|row| design.weight[*row]).sum::<f64>() / total;
        let mut residuals = vec![0.0; ratings.len()];
        for row in group {
            residuals[row] = (f64::from(u8::from(is_in_cell(row))) - share) / total;
        }
        (share, residuals)
    };
    let cell = |cell: usize| {
        estimate(&|_| true, &|row| satisfied(row) == (cell / 2 == 1) && (channels[row] == "phone") == (cell % 2 == 1))
    };
    let cells: Vec<(f64, Vec<f64>)> = (0..4).map(cell).collect();
    let covariance: Vec<Vec<f64>> =
        cells.iter().map(|(_, x)| cells.iter().map(|(_, y)| design.covariance(x, y)).collect()).collect();
    let shares: Vec<f64> = cells.iter().map(|(share, _)| *share).collect();
    let df = number(&expected["quant"]["df"]);
    let found = independence_test(&shares, 2, &covariance, n, df).unwrap();
    let mut largest = Largest::new("A: Rao–Scott test of q01 by channel");
    let rao_scott = &expected["tests"]["raoscott_F"];
    largest.compare(found.f, &rao_scott["stat"], "statistic");
    largest.compare(found.numerator_df, &rao_scott["ndf"], "numerator");
    largest.compare(found.denominator_df, &rao_scott["ddf"], "denominator");
    largest.compare(found.p_value, &rao_scott["p"], "p value");
    largest.report(4);

    let [(phone, x), (paper, y)] =
        ["phone", "paper"].map(|channel| estimate(&|row| channels[row] == channel, &satisfied));
    let variances = [design.covariance(&x, &x), design.covariance(&y, &y)];
    let found = Difference::new(phone, paper, variances, design.covariance(&x, &y), df - 1.0, 0.95).unwrap();
    let mut largest = Largest::new("A: t test of q01 by channel");
    let t_test = &expected["tests"]["ttest"];
    largest.compare(found.value, &t_test["diff"], "difference");
    largest.compare(found.t, &t_test["t"], "statistic");
    largest.compare(found.df, &t_test["df"], "degrees of freedom");
    largest.compare(found.p_value, &t_test["p"], "p value");
    largest.report(4);
}
