//! `plumbline demo`: the product at work on invented answers.

use std::path::Path;

use super::demo_plan::{DemoWave, UNITS, waves};
use super::error::AnyError;
use super::terminal::say;
use super::{platform, server, terminal};
use crate::config::Config;
use crate::pipeline::{Platform, SyntheticWave};
use crate::storage::Store;
use crate::survey::WaveState;

/// Fills a database and serves it. Without a database of the user's, the files are gone afterwards.
pub(super) async fn run(config: &Config, has_database: bool, seed: u64) -> Result<(), AnyError> {
    let throw_away = tempfile::Builder::new().prefix("plumbline-demo-").tempdir()?;
    let mut config = config.clone();
    if !has_database {
        config.database_url = format!("sqlite://{}", throw_away.path().join("demo.db").display());
    }
    Store::connect(&config.database_url).await?.migrate().await?;
    let platform = platform::start(&config).await?;
    platform.register().import_units(UNITS.as_bytes()).await?;
    for (wave, seed) in waves(platform.clock().today()).iter().zip(seed..) {
        fill(&platform, wave, seed).await?;
    }
    print_addresses(&config);
    server::serve(&config, &platform).await
}

/// Makes a wave and its answers, unless an earlier demonstration made it in this database.
async fn fill(platform: &Platform, wave: &DemoWave, seed: u64) -> Result<(), AnyError> {
    let code = wave.code();
    if platform.waves().find(&code).await.is_ok() {
        return Ok(());
    }
    platform.waves().create(&wave.plan(), Path::new(".")).await?;
    platform.waves().advance(&code, WaveState::Open).await?;
    let bar = terminal::progress_bar(wave.answers as u64, "answers").with_message(format!("Inventing {code}"));
    let invented = SyntheticWave { wave: code.clone(), answers: wave.answers, seed, until: platform.clock().today() };
    platform.synthetic().invent(&invented, |done| bar.set_position(done as u64)).await?;
    bar.finish_and_clear();
    if wave.released {
        platform.waves().advance(&code, WaveState::Closed).await?;
        platform.waves().advance(&code, WaveState::Released).await?;
    }
    Ok(())
}

fn print_addresses(config: &Config) {
    let at = format!("http://{}", config.listen);
    say!("All answers are synthetic. Try, once it listens:");
    say!("  {at}/                       the waves");
    say!("  {at}/r/laocai-2023          a ranking that says how sure it is");
    say!("  {at}/s/laocai-2024          the form, as on a phone");
    say!("  {at}/office/laocai-2024     fieldwork against target and calendar");
    say!("  {at}/api                    the API");
    say!("  {at}/r/laocai-2024          results before release: sign in first");
}
