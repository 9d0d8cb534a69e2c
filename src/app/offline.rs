//! Commands that need no store.

use std::process::ExitCode;

use super::error::AnyError;
use super::file_arguments::{EstimateArguments, OrderArgument, RankArguments, SmallAreaArguments, VarianceArgument};
use super::server::openapi;
use super::terminal::{self, say};
use crate::files::{EstimateOptions, RankFileOptions, SmallAreaOptions, estimate_files, rank_files, small_area_files};
use crate::ranking::{RankOptions, RankOrder};
use crate::statistics::VarianceEstimator;

pub(super) fn print_openapi() -> Result<ExitCode, AnyError> {
    say!("{}", openapi().to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn estimate(arguments: &EstimateArguments) -> Result<ExitCode, AnyError> {
    let options = EstimateOptions {
        responses: arguments.responses.clone(),
        design: arguments.design.clone(),
        output: arguments.output.clone(),
        covariance: arguments.covariance.clone(),
        format: arguments.format,
        weights: arguments.weights.clone(),
        replicates: arguments.replicates.clone(),
    };
    let bar = terminal::byte_bar(std::fs::metadata(&options.responses).map_or(0, |file| file.len()));
    let outcome = estimate_files(&options, |bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    for note in outcome? {
        terminal::print_note(&note);
    }
    say!("Estimates are in {}.", arguments.output.display());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn rank(arguments: RankArguments) -> Result<ExitCode, AnyError> {
    let order = match arguments.order {
        OrderArgument::Desc => RankOrder::Desc,
        OrderArgument::Asc => RankOrder::Asc,
    };
    let ranking = RankOptions {
        order,
        draws: arguments.draws,
        seed: arguments.seed,
        tau: arguments.tau,
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        ..RankOptions::new(arguments.method, arguments.level)
    };
    let options = RankFileOptions {
        estimates: arguments.estimates,
        exact: arguments.exact,
        statistic: arguments.statistic,
        item: arguments.item,
        domain: arguments.domain,
        covariance: arguments.covariance,
        output: arguments.output,
        format: arguments.format,
        ranking,
    };
    let draws = arguments.draws as u64;
    let bar = terminal::progress_bar(draws, "draws");
    let sentences = rank_files(&options, &|more| {
        // Marginal sets draw anew at each step.
        if bar.position() >= bar.length().unwrap_or(0) {
            bar.inc_length(draws);
        }
        bar.inc(more as u64);
    });
    bar.finish_and_clear();
    for sentence in sentences? {
        say!("{sentence}");
    }
    say!("Ranks are in {}.", options.output.display());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn small_areas(arguments: SmallAreaArguments) -> Result<ExitCode, AnyError> {
    let method = match arguments.method {
        VarianceArgument::Reml => VarianceEstimator::Reml,
        VarianceArgument::Ml => VarianceEstimator::Ml,
        VarianceArgument::Fh => VarianceEstimator::FayHerriot,
    };
    let options = SmallAreaOptions {
        estimates: arguments.estimates,
        covariates: arguments.covariates,
        columns: arguments.columns,
        statistic: arguments.statistic,
        item: arguments.item,
        domain: arguments.domain,
        method,
        output: arguments.output,
        format: arguments.format,
    };
    for sentence in small_area_files(&options)? {
        say!("{sentence}");
    }
    say!("Predictions are in {}.", options.output.display());
    Ok(ExitCode::SUCCESS)
}
