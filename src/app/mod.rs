//! Assembly: the command line, the server and the demonstration. Knows every room and is known by none.
//!
//! The only room that touches the process: arguments, signals, the terminal, the system's randomness.
//! Start reading at [`run`]; `server.rs` puts the HTTP rooms together.

mod access;
mod backup;
mod command_line;
mod demo;
mod demo_plan;
mod file_arguments;
mod import;
mod invite;
mod jobs;
mod languages;
mod listener;
mod offline;
mod paper;
mod plan;
mod server;
mod start;
mod terminal;

pub use server::{openapi, router};

use std::process::ExitCode;

use clap::Parser;

use command_line::{CommandLine, Task};

use crate::pipeline::PipelineError;

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let CommandLine { settings, task } = CommandLine::parse();
    // Commands that need no settings, no database and no runtime.
    let outcome = match task {
        Task::Openapi => offline::print_openapi(),
        Task::Estimate(arguments) => offline::estimate(&arguments),
        Task::Plan(arguments) => plan::plan(&arguments),
        Task::Rank(arguments) => offline::rank(arguments),
        Task::SmallAreas(arguments) => offline::small_areas(arguments),
        task => start::run_with_store(&settings, task),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            terminal::print_error(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// What is wrong with a file, under its name. Errors that name a file themselves are left as they are.
fn in_file(path: &std::path::Path, error: &PipelineError) -> String {
    match error {
        PipelineError::Invalid(findings) => format!("{}:\n{findings}", path.display()),
        _ => error.to_string(),
    }
}

/// The text of a file, whose name an error has.
fn read_text(path: &std::path::Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => format!("{}: this is not UTF-8; save the file as UTF-8", path.display()),
        _ => format!("{}: {error}", path.display()),
    })
}

/// What a command may fail with; it ends on the terminal.
type AnyError = Box<dyn std::error::Error + Send + Sync>;
