//! What a ranking says, in sentences for the terminal.

use super::RankFileOptions;
use super::units::{Chosen, Units};
use crate::ranking::{RankMethod, RankOrder, Simulated, UnitRank};
use crate::statistics::RankSets;

/// How many units are named one by one.
const NAMES_MAX: usize = 10;

/// What was ranked and how sure it is; who may be first and last; which units clearly differ; how sure the simulation is.
pub(super) fn sentences(
    options: &RankFileOptions,
    chosen: &Chosen,
    units: &Units,
    found: &RankSets,
    ranks: &[UnitRank],
    order: &[usize],
) -> Vec<String> {
    let name = |unit: usize| units.ranked[unit].name.as_str();
    let mut lines = vec![ranked(options, chosen, ranks.len()), promise(options)];
    match options.ranking.method {
        RankMethod::Best | RankMethod::Worst => lines.push(candidates(options, ranks, order, name)),
        _ => {
            let ends = |is_there: fn(&UnitRank, usize) -> bool| -> Vec<&str> {
                order.iter().filter(|unit| is_there(&ranks[**unit], ranks.len())).map(|unit| name(*unit)).collect()
            };
            lines.push(end("first", &ends(|unit, _| unit.rank_low == 1)));
            lines.push(end("last", &ends(|unit, units| unit.rank_high == units)));
            lines.extend(order.iter().take(NAMES_MAX).map(|unit| allowed(name(*unit), &ranks[*unit])));
            if order.len() > NAMES_MAX {
                lines.push(format!("  … and {} more in {}.", order.len() - NAMES_MAX, options.output.display()));
            }
        }
    }
    lines.push(different(options, found));
    lines.extend(simulated(options, found));
    if options.covariance.is_none() && ranks.len() > 1 {
        lines.push("The units were treated as independent; --covariance names a file of their covariances.".to_owned());
    }
    lines.extend(withheld(units));
    lines
}

fn ranked(options: &RankFileOptions, chosen: &Chosen, units: usize) -> String {
    let first = if options.ranking.order == RankOrder::Desc { "highest" } else { "lowest" };
    let by =
        [chosen.statistic.as_deref(), Some(chosen.item.as_str())].into_iter().flatten().filter(|by| !by.is_empty());
    let by: Vec<&str> = by.collect();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(" of ")) };
    let domain = chosen.domain.as_ref().map_or(String::new(), |domain| match chosen.other_domains {
        0 => format!(" of {domain}"),
        _ if options.domain.is_some() => format!(" of {domain}"),
        others => format!(" of {domain}, the first of {} domains (--domain chooses)", others + 1),
    });
    let units = if units == 1 { "1 unit" } else { &format!("{units} units") };
    format!("Ranked: {units}{domain}{by}, {first} first.")
}

/// What the level promises.
fn promise(options: &RankFileOptions) -> String {
    let level = percent(options.ranking.level);
    let (method, tau) = (options.ranking.method, options.ranking.tau);
    match method {
        RankMethod::Best => format!("{method}: with {level} confidence nobody outside tier 1 is among the best {tau}."),
        RankMethod::Worst => {
            format!("{method}: with {level} confidence nobody outside tier 2 is among the worst {tau}.")
        }
        RankMethod::Marginal => {
            format!(
                "{method}: each set of ranks by itself holds the true rank with {level} confidence; that all do is less sure."
            )
        }
        _ => format!("{method}: with {level} confidence all sets of ranks hold the true ranks, together."),
    }
}

/// Who may be among the best or the worst.
fn candidates<'a>(
    options: &RankFileOptions,
    ranks: &[UnitRank],
    order: &[usize],
    name: impl Fn(usize) -> &'a str,
) -> String {
    let (tier, end) = if options.ranking.method == RankMethod::Best { (1, "best") } else { (2, "worst") };
    let (inside, outside): (Vec<usize>, Vec<usize>) = order.iter().copied().partition(|unit| ranks[*unit].tier == tier);
    let list = |units: Vec<usize>| {
        if units.is_empty() { "nobody".to_owned() } else { listed(&units.into_iter().map(&name).collect::<Vec<_>>()) }
    };
    let tau = options.ranking.tau;
    format!("Among the {end} {tau} may be: {}. Surely not: {}.", list(inside), list(outside))
}

fn end(which: &str, names: &[&str]) -> String {
    match names {
        [] => format!("Nobody can be {which}."),
        [only] => format!("Surely {which}: {only}."),
        several => format!("{} may each be {which}: {}.", several.len(), listed(several)),
    }
}

fn allowed(name: &str, unit: &UnitRank) -> String {
    let UnitRank { rank, rank_low, rank_high, tier } = unit;
    if rank_low == rank_high {
        format!("  {name} has rank {rank}; the data allow no other. Tier {tier}.")
    } else {
        format!("  {name} has rank {rank}; the data allow {rank_low} to {rank_high}. Tier {tier}.")
    }
}

fn different(options: &RankFileOptions, found: &RankSets) -> String {
    let units = found.sets.len();
    let all = units * units.saturating_sub(1);
    if options.ranking.method == RankMethod::Marginal {
        format!("Clearly different: {} of {all} comparisons, each pair counted for both its units.", found.decisions)
    } else {
        format!("Clearly different: {} of {} pairs.", found.decisions / 2, all / 2)
    }
}

/// How sure the critical value is, and whether it matters.
fn simulated(options: &RankFileOptions, found: &RankSets) -> Option<String> {
    let simulated = Simulated::of(found, &options.ranking)?;
    let (value, error) = (simulated.critical_value?, simulated.monte_carlo_se?);
    let which =
        if options.ranking.method == RankMethod::Marginal { "Largest critical value" } else { "Critical value" };
    let close = match simulated.close_calls {
        0 => "no pair is so close to it that another seed is likely to decide otherwise".to_owned(),
        1 => "1 pair is so close to it that another seed may decide otherwise; more --draws settle it".to_owned(),
        pairs => {
            format!("{pairs} pairs are so close to it that another seed may decide otherwise; more --draws settle it")
        }
    };
    let (draws, seed) = (simulated.draws, simulated.seed);
    Some(format!("{which}: {value:.4}, Monte-Carlo standard error {error:.4} ({draws} draws, seed {seed}); {close}."))
}

fn withheld(units: &Units) -> Option<String> {
    let names: Vec<&str> = units.withheld.iter().map(|unit| unit.name.as_str()).collect();
    let why = "without an estimate or a standard error; they come last in the output, without ranks";
    (!names.is_empty()).then(|| format!("Withheld: {} ({why}).", listed(&names)))
}

/// Names, the first of them if they are many.
pub(super) fn listed(names: &[&str]) -> String {
    match names.len().saturating_sub(NAMES_MAX) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMES_MAX].join(", ")),
    }
}

/// A level as a percentage, without the noise of the last bits.
fn percent(level: f64) -> String {
    format!("{} %", (level * 1e8).round() / 1e6)
}
