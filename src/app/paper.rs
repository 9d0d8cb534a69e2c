//! `plumbline paper`: the questionnaire to be printed.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;

use super::error::AnyError;
use super::terminal::say;
use crate::collection::{PAPER_FORMS_MAX, PaperForms, paper};
use crate::foundation::Code;
use crate::pipeline::{FORM_NUMBER_MAX, Platform};
use crate::web::Language;

/// What to print.
#[derive(Debug, Args)]
pub(super) struct PaperArguments {
    /// The wave's code.
    #[arg(long, value_name = "CODE")]
    wave: String,
    /// The unit that is rated.
    #[arg(long, value_name = "CODE")]
    unit: String,
    /// The batch, as its bundle is labelled; it is printed on each form and typed when the forms are entered.
    #[arg(long, value_name = "CODE")]
    batch: String,
    /// How many forms.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(PAPER_FORMS_MAX)))]
    count: u32,
    /// The number of the first form.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(FORM_NUMBER_MAX)))]
    from: u32,
    /// The language: vi, en, cs, or one of the folder of languages.
    #[arg(long, value_name = "TAG", default_value = "vi")]
    language: String,
    /// The address of the server: the QR code on each form leads to the form of the unit on the web.
    #[arg(long, value_name = "URL", value_parser = super::invite::base_url)]
    base_url: String,
    /// The HTML file to write; it must not be there.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

fn language_of(tag: &str) -> Result<Language, String> {
    let known = || Language::all().map(Language::tag).collect::<Vec<_>>().join(", ");
    Language::from_tag(tag).ok_or_else(|| format!("there is no language {tag:?}; there are {}", known()))
}

pub(super) async fn run(platform: &Platform, arguments: &PaperArguments) -> Result<(), AnyError> {
    let PaperArguments { wave, unit, batch, count, from, language, base_url, output } = arguments;
    let batch = Code::new(batch).map_err(|error| format!("--batch {batch:?}: {error}"))?;
    if from.saturating_add(count - 1) > FORM_NUMBER_MAX {
        return Err(format!("the last form would have a number above {FORM_NUMBER_MAX}").into());
    }
    let language = language_of(language)?;
    let wave = platform.waves().find(wave).await?;
    let unit = wave.unit(unit).ok_or_else(|| format!("the wave does not measure a unit {unit:?}"))?;
    let forms = PaperForms { batch: batch.as_str(), from: *from, count: *count, language, base_url };
    let html = paper(&wave, unit, &forms)?;
    let named = |error: std::io::Error| format!("{}: {error}", output.display());
    let created = OpenOptions::new().write(true).create_new(true).open(output);
    let mut file = created.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!("{} is there already; name a file that is not", output.display()),
        _ => named(error),
    })?;
    file.write_all(html.as_bytes()).map_err(named)?;
    say!("{count} form(s), numbers {from} to {}, in {}.", from + count - 1, output.display());
    Ok(())
}
