//! Assembly: the command line, the server and the demonstration. Knows every room and is known by none.
//!
//! The only room that touches the process: arguments, signals, the terminal, the system's randomness.
//! Start reading at [`run`]; `server.rs` puts the HTTP rooms together.

mod access;
mod backup;
mod command_line;
mod demo;
mod demo_plan;
mod doctor;
mod error;
mod file_arguments;
mod import;
mod invite;
mod jobs;
mod keys;
mod languages;
mod listener;
mod offline;
mod paper;
mod plan;
mod platform;
mod server;
mod start;
mod terminal;
mod wave;

pub use server::{openapi, router};

use std::process::ExitCode;

use clap::Parser;

use command_line::{CommandLine, Task};
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
