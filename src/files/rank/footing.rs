//! How much data a ranking is based on, in sentences for the terminal: sampling units, degrees of freedom, errors that are not known.

use super::units::{Unit, Units};
use super::words::listed;
use crate::ranking::Knowledge;

/// How many sampling units the sets are based on, with a warning where that is not known; which errors were taken from intervals,
/// which are not known, and which estimates count as exact.
pub(super) fn sentences(units: &Units, known: &[Knowledge]) -> Vec<String> {
    let with_known = || units.ranked.iter().zip(known);
    let names = |is_meant: &dyn Fn(&Unit, &Knowledge) -> bool| -> Vec<&str> {
        with_known().filter(|(unit, known)| is_meant(unit, known)).map(|(unit, _)| unit.name.as_str()).collect()
    };
    let sampled: Vec<&Unit> = units.ranked.iter().filter(|unit| !unit.is_exact).collect();
    let mut lines = Vec::new();
    lines.extend(rests_on(&sampled));
    let implied = names(&|unit, known| !unit.is_exact && unit.se == 0.0 && known.se > 0.0);
    if !implied.is_empty() {
        lines.push(format!(
            "Standard error 0 in a sample: {}. Everybody who was asked agreed, which does not prove that everybody does; they are \
             compared with the error that their own intervals imply.",
            listed(&implied)
        ));
    }
    let unknown = names(&|_, known| known.is_unknown());
    if !unknown.is_empty() {
        lines.push(format!(
            "Standard error 0 and nothing that says how sure that is: {}. They do not clearly differ from any unit. If they do \
             not come from a sample, say so with --exact or a column exact; if they do, add df, ci_low and ci_high.",
            listed(&unknown)
        ));
    }
    let exact = names(&|unit, _| unit.is_exact);
    if !exact.is_empty() {
        lines.push(format!("Exact, without sampling error: {}.", listed(&exact)));
    }
    lines
}

fn rests_on(sampled: &[&Unit]) -> Option<String> {
    if sampled.is_empty() {
        return None;
    }
    let without: Vec<&str> = sampled.iter().filter(|unit| unit.df.is_none()).map(|unit| unit.name.as_str()).collect();
    if without.len() == sampled.len() {
        return Some(
            "ATTENTION: the file has no degrees of freedom (column df), so standard errors were treated as known. These sets are \
             for large samples: with few sampling units per unit they are too narrow."
                .to_owned(),
        );
    }
    let of = |number: fn(&Unit) -> Option<f64>| sampled.iter().filter_map(|unit| number(unit)).collect::<Vec<f64>>();
    let (psus, df) = (of(|unit| unit.sampling_units), of(|unit| unit.df));
    let mut sentence = if psus.len() == sampled.len() {
        format!("The sets are based on {} per unit ({}).", range(&psus, "sampling unit"), of_freedom(&df))
    } else {
        format!("The sets are based on {} per unit: sampling units less strata.", of_freedom(&df))
    };
    if !without.is_empty() {
        sentence = format!(
            "{sentence} ATTENTION: {} without df; their standard errors were treated as known, as in a large sample.",
            listed(&without)
        );
    }
    Some(sentence)
}

fn of_freedom(df: &[f64]) -> String {
    range(df, "degree") + " of freedom"
}

/// From which number to which, and of what: `1 degree`, `3 to 30 sampling units`.
fn range(numbers: &[f64], what: &str) -> String {
    let (low, high) = numbers.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), n| (low.min(*n), high.max(*n)));
    let shown = |number: f64| format!("{}", (number * 10.0).round() / 10.0);
    match (shown(low), shown(high)) {
        (low, high) if low != high => format!("{low} to {high} {what}s"),
        (one, _) if one == "1" => format!("1 {what}"),
        (number, _) => format!("{number} {what}s"),
    }
}
