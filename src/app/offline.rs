//! Commands that need no store.

use std::process::ExitCode;

use super::command_line::EstimateArguments;
use super::{AnyError, openapi, terminal};
use crate::pipeline::{EstimateOptions, estimate_files};

pub(super) fn print_openapi() -> Result<ExitCode, AnyError> {
    println!("{}", openapi().to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn estimate(arguments: &EstimateArguments) -> Result<ExitCode, AnyError> {
    let options = EstimateOptions {
        responses: arguments.responses.clone(),
        design: arguments.design.clone(),
        output: arguments.output.clone(),
        covariance: arguments.covariance.clone(),
        format: arguments.format,
    };
    let bar = terminal::byte_bar(std::fs::metadata(&options.responses).map_or(0, |file| file.len()));
    let outcome = estimate_files(&options, |bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    outcome?;
    println!("Estimates are in {}.", arguments.output.display());
    Ok(ExitCode::SUCCESS)
}
