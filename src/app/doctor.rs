//! `plumbline doctor`: counts everything again from the responses and prints where the stored counts differ.

use std::process::ExitCode;

use super::error::AnyError;
use super::terminal::say;
use crate::pipeline::{Checkup, Platform};

pub(super) async fn run(platform: &Platform) -> Result<ExitCode, AnyError> {
    Ok(if print_checkup(&platform.doctor().check_up().await?) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints the result of a recount. Returns whether all counts agree.
pub(super) fn print_checkup(checkup: &Checkup) -> bool {
    say!("{} responses recounted, {} tallies compared.", checkup.responses, checkup.tallies);
    for setting in &checkup.recording {
        say!("The database records what Plumbline forgets: {setting} (docs/PRIVACY.md).");
    }
    for mismatch in &checkup.mismatches {
        say!(
            "wave {}, unit {}, {}: kept {}, recounted {}",
            mismatch.wave,
            mismatch.unit,
            mismatch.place,
            mismatch.kept,
            mismatch.recounted
        );
    }
    if checkup.mismatches.is_empty() {
        say!("All agree.");
    }
    checkup.mismatches.is_empty()
}
