//! `plumbline wave`: plans waves, and moves them from one state to the next.

use std::path::Path;

use super::command_line::WaveTask;
use super::error::{AnyError, in_file, read_text};
use super::jobs;
use super::terminal::{print_note, say};
use crate::jobs::JobId;
use crate::pipeline::Platform;
use crate::release::CorrectionReason;
use crate::survey::{RenamedKey, WaveState};

/// What can still be done when a wave is closed.
const WAYS_ON: &str = "You can merge a level that has no answers, or too few, with another one of its margin, by a dated \
amendment of the plan. The answers are not changed.";

/// Says how to watch a job that a server is to do.
fn waits(job: JobId, in_background: bool) -> bool {
    if in_background {
        say!("Job {job} is waiting; `plumbline job watch {job}` shows how far it is.");
    }
    in_background
}

pub(super) async fn run(platform: &Platform, what: WaveTask) -> Result<(), AnyError> {
    let advance = async |code: &str, to: WaveState| {
        platform.waves().advance(code, to).await?;
        say!("Wave {code} is {}.", to.as_str());
        Ok::<_, AnyError>(())
    };
    match what {
        WaveTask::Create { plan } => {
            let text = read_text(&plan)?;
            let folder = plan.parent().unwrap_or(Path::new("."));
            for RenamedKey { table, old, new } in RenamedKey::in_plan(&text) {
                let of = if table.is_empty() { String::new() } else { format!(" in [{table}]") };
                print_note(&format!("{old}{of} is now called {new}; the old name is still accepted"));
            }
            let plan = platform.waves().create(&text, folder).await.map_err(|error| in_file(&plan, &error))?;
            say!("Wave {} is a draft; `plumbline wave open {}` begins to take answers.", plan.code, plan.code);
        }
        WaveTask::Open { code } => advance(&code, WaveState::Open).await?,
        WaveTask::Close { code } => {
            advance(&code, WaveState::Closed).await?;
            let flaws = platform.waves().flaws_of_weights(&code).await?;
            if !flaws.0.is_empty() {
                eprintln!("note: wave {code} cannot be released like this:\n{flaws}\n{WAYS_ON}");
            }
        }
        WaveTask::Release { code, in_background } => {
            let job = platform.waves().want_release(&code).await?;
            if !waits(job, in_background) {
                jobs::finish(platform, job).await?;
                say!("Wave {code} is released.");
            }
        }
        WaveTask::Correct { code, reason, in_background } => {
            let pairs = reason.iter().map(|(language, words)| (language.as_str(), words.as_str()));
            let reason = CorrectionReason::from_pairs(pairs)?;
            let job = platform.waves().want_correction(&code, &reason).await?;
            if !waits(job, in_background) {
                jobs::finish(platform, job).await?;
                say!("What wave {code} published is corrected; earlier releases stay readable.");
            }
        }
        WaveTask::List => {
            for wave in platform.waves().all().await? {
                let (plan, field) = (&wave.plan, &wave.plan.field);
                say!(
                    "{}  {}  {} to {}  {}",
                    plan.code,
                    wave.state.as_str(),
                    field.opens,
                    field.closes,
                    plan.title.get("en")
                );
            }
        }
    }
    Ok(())
}
