//! `plumbline import`: files into the store.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::HumanCount;

use super::command_line::Import;
use super::error::{AnyError, in_file, read_text};
use super::terminal::{self, say};
use crate::pipeline::{ImportProgress, ImportedRecordings, Platform};
use crate::web::Language;

/// How often the bar of an import moves.
const BAR_EVERY: Duration = Duration::from_millis(200);

pub(super) async fn run(platform: &Platform, what: Import) -> Result<(), AnyError> {
    match what {
        Import::Units { file } => {
            let new = platform.register().import_units(open(&file)?).await.map_err(|error| in_file(&file, &error))?;
            say!("{new} new unit(s).");
        }
        Import::Lineage { file } => {
            let new = platform.register().import_lineage(open(&file)?).await.map_err(|error| in_file(&file, &error))?;
            say!("{new} new line(s) of descent.");
        }
        Import::Questionnaire { file } => {
            let text = read_text(&file)?;
            let questionnaire =
                platform.waves().import_questionnaire(&text).await.map_err(|error| in_file(&file, &error))?;
            say!("Questionnaire {}, version {}.", questionnaire.code, questionnaire.version);
        }
        Import::Audio { folder, wave } => import_audio(platform, &folder, &wave).await?,
        Import::Responses { file, wave } => import_responses(platform, &file, &wave).await?,
    }
    Ok(())
}

fn open(path: &Path) -> Result<File, String> {
    File::open(path).map_err(|error| format!("{}: {error}", path.display()))
}

async fn import_responses(platform: &Platform, file: &Path, wave: &str) -> Result<(), AnyError> {
    let length = std::fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?.len();
    let bar = terminal::byte_bar(length).with_message("Importing");
    let telling = bar.clone();
    let progress = Arc::new(ImportProgress::telling(move |sentence| telling.suspend(|| say!("{sentence}"))));
    let moving = {
        let (bar, progress) = (bar.clone(), Arc::clone(&progress));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(BAR_EVERY).await;
                bar.set_position(progress.bytes_read());
            }
        })
    };
    let imported = platform.imports().responses(wave, file, progress).await;
    moving.abort();
    bar.finish_and_clear();
    let imported = imported.map_err(|error| in_file(file, &error))?;
    if !imported.ignored_columns.is_empty() {
        say!("Columns that the wave does not use: {}.", imported.ignored_columns.join(", "));
    }
    say!(
        "{} imported, {} already imported, {} rejected.",
        HumanCount(imported.stored),
        HumanCount(imported.repeated),
        HumanCount(imported.rejected)
    );
    if imported.drawn > 0 {
        say!(
            "Of those kept, {} have no answer: they were drawn, count as such in the sampling design, and nowhere else.",
            imported.drawn
        );
    }
    match imported.rejected_file {
        Some(path) => Err(format!("{} row(s) were not imported; see {}", imported.rejected, path.display()).into()),
        None => Ok(()),
    }
}

async fn import_audio(platform: &Platform, folder: &Path, wave: &str) -> Result<(), AnyError> {
    let imported = platform.recordings().import(wave, folder).await.map_err(|error| in_file(folder, &error))?;
    for ImportedRecordings { language, count, bytes, silent } in imported {
        say!("{language}: {count} recording(s), {} KB.", bytes.div_ceil(1024));
        if !silent.is_empty() {
            let silent: Vec<_> = silent.iter().map(ToString::to_string).collect();
            say!("  Nothing to listen to yet for: {}.", silent.join(", "));
        }
        if Language::from_tag(language.as_str()).is_none() {
            say!(
                "  There are no pages in {language}, so nobody hears it: add {language}.ftl to the folder of languages."
            );
        }
    }
    Ok(())
}
