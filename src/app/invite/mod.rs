//! `plumbline invite`: draws a sample, writes the sheets, and says what became of the codes.

mod arguments;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use rand::rngs::SysRng;

pub(super) use arguments::{InviteTask, base_url};

use super::error::{AnyError, in_file, read_text};
use crate::app::terminal::say;
use crate::collection::{SHEETS_PER_FILE_MAX, code_link, sheets};
use crate::foundation::Code;
use crate::pipeline::{InvitationCard, Platform, PreparedDraw};
use crate::survey::InvitationCount;
use crate::tables::{Concept, Dataset, Figure, OutputFormat, concepts, rows};
use arguments::DrawArguments;

pub(super) async fn run(platform: &Platform, task: InviteTask) -> Result<(), AnyError> {
    match task {
        InviteTask::Draw(arguments) => draw(platform, &arguments).await?,
        InviteTask::Revoke { wave, codes } => {
            let file = codes.as_deref().map(open).transpose()?;
            let path = codes.unwrap_or_default();
            let revoked = platform.invitations().revoke(&wave, file).await.map_err(|error| in_file(&path, &error))?;
            say!("{revoked} code(s) taken back. Those that were spent, or taken back before, are not counted.");
        }
        InviteTask::ReleaseReserves { wave, stratum, psu, up_to } => {
            let released =
                platform.invitations().release_reserves(&wave, (stratum.as_deref(), psu.as_deref()), up_to).await?;
            say!("{released} reserve(s) step in.");
            if released == 0 {
                say!(
                    "None stands by there; codes.csv has the strata, sampling units and turns, and `status` the counts."
                );
            }
        }
        InviteTask::Status { wave } => status(platform, &wave).await?,
    }
    Ok(())
}

fn open(path: &Path) -> Result<File, AnyError> {
    Ok(File::open(path).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// The sheets are written to a folder beside the one that is wanted, then the draw is kept, and then the folder gets its
/// name: so there is no folder of codes that are not taken, and no code is kept that was not written down.
async fn draw(platform: &Platform, arguments: &DrawArguments) -> Result<(), AnyError> {
    let DrawArguments { wave, frame, sample, base_url, output, again } = arguments;
    if output.exists() {
        return Err(format!("{} is there already; name a folder that is not", output.display()).into());
    }
    let design = read_text(sample)?;
    let inputs = [frame.as_path(), sample].map(|path| path.display().to_string()).join(", ");
    let prepared = platform.invitations().prepare(wave, open(frame)?, &design, &mut SysRng).await;
    let prepared = prepared.map_err(|error| format!("{inputs}:\n{error}"))?;
    let beside = output.with_file_name(format!("{}.part", output.file_name().unwrap_or_default().to_string_lossy()));
    let named = |error: std::io::Error| format!("{}: {error}", beside.display());
    if beside.exists() {
        let message = "{} is there already: a draw was broken off. If `plumbline invite status` lists a draw whose sheets you do \
                       not have, they are in it: rename it. Else its codes are not taken: remove it.";
        return Err(message.replacen("{}", &beside.display().to_string(), 1).into());
    }
    make_private_folder(&beside).map_err(named)?;
    let kept = match write_files(&prepared, base_url, &beside) {
        Ok(files) => {
            platform.invitations().keep(&prepared, *again).await.map(|number| (files, number)).map_err(AnyError::from)
        }
        Err(error) => Err(error),
    };
    let (files, number) = match kept {
        Ok(kept) => kept,
        Err(error) => {
            // The codes in it are worth nothing.
            fs::remove_dir_all(&beside).map_err(named)?;
            return Err(error);
        }
    };
    fs::rename(&beside, output).map_err(|error| {
        format!("the draw is kept and its sheets are in {}, which cannot be renamed: {error}", beside.display())
    })?;
    tell(&prepared, number, &files, output);
    Ok(())
}

/// A folder that only its owner can look into.
fn make_private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

rows! {
    /// A row of `codes.csv`.
    struct CodeRow<'a> {
        /// The code.
        code: &'a str => Concept::code("INVITATION_CODE"),
        /// The address that opens the form with it.
        link: String => Concept::text("LINK"),
        /// The unit that is rated.
        unit: &'a str => concepts::REF_AREA,
        /// The stratum.
        stratum: &'a str => Concept::code("STRATUM"),
        /// The primary sampling unit; empty where elements are drawn.
        psu: &'a str => Concept::code("PSU"),
        /// The design weight, to the last digit.
        weight: String => Concept::text("DESIGN_WEIGHT"),
        /// Which reserve it is of; 0 for those who are invited at once.
        reserve: u32 => Concept::number("RESERVE", Figure::plain(0)),
        /// Where the person is found.
        locality: &'a str => Concept::text("LOCALITY"),
    }
}

impl<'a> CodeRow<'a> {
    fn new(card: &'a InvitationCard, link: String) -> Self {
        let placement = &card.invitee.placement;
        Self {
            code: &card.code,
            link,
            unit: card.invitee.unit.as_str(),
            stratum: placement.stratum.as_str(),
            psu: placement.psu.as_ref().map_or("", |psu| psu.as_str()),
            weight: placement.weight.to_string(),
            reserve: card.invitee.reserve,
            locality: &card.invitee.locality,
        }
    }
}

/// Writes the list of codes, and the sheets of each unit. Returns the names of the sheets.
fn write_files(draw: &PreparedDraw, base_url: &str, folder: &Path) -> Result<Vec<PathBuf>, AnyError> {
    let path = folder.join("codes.csv");
    let file = File::create_new(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rows = draw.cards.iter().map(|card| CodeRow::new(card, code_link(base_url, &draw.wave, &card.code)));
    Dataset::new(rows).write(&file, OutputFormat::Csv)?;
    file.sync_all()?;
    let mut files = Vec::new();
    let mut of_units: BTreeMap<&Code, Vec<InvitationCard>> = BTreeMap::new();
    for card in &draw.cards {
        of_units.entry(&card.invitee.unit).or_default().push(card.clone());
    }
    for (unit, cards) in of_units {
        for (number, part) in cards.chunks(SHEETS_PER_FILE_MAX).enumerate() {
            let part_name = if number > 0 { format!("-{}", number + 1) } else { String::new() };
            let path = folder.join(format!("sheets-{unit}{part_name}.html"));
            let html = sheets(&draw.wave, base_url, part)?;
            let mut file = File::create_new(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            file.write_all(html.as_bytes())?;
            file.sync_all()?;
            files.push(path);
        }
    }
    Ok(files)
}

fn tell(draw: &PreparedDraw, number: i32, files: &[PathBuf], output: &Path) {
    say!("Draw {number} of {}: seed {}, frame of {} rows.", draw.wave.plan.code, draw.seed, draw.frame_rows);
    say!("Frame hash {}.\n", draw.frame_hash);
    say!("{:<24} {:>8} {:>8} {:>8}", "stage", "drawn", "certain", "short");
    for stage in &draw.stages {
        say!("{:<24} {:>8} {:>8} {:>8}", stage.column, stage.drawn, stage.certain, stage.short);
    }
    let reserves = draw.cards.iter().filter(|card| card.invitee.reserve > 0).count();
    say!("{:<24} {:>8}", "invited", draw.cards.len() - reserves);
    say!("{:<24} {reserves:>8}\n", "reserves");
    if draw.stages.iter().any(|stage| stage.short > 0) {
        say!("Short are those with fewer to draw from than were to be taken; all of these were.");
    }
    say!("Codes and {} file(s) of sheets are in {}. Nothing else knows the codes.", files.len(), output.display());
}

async fn status(platform: &Platform, wave: &str) -> Result<(), AnyError> {
    for draw in platform.invitations().draws(wave).await? {
        say!("Draw {} on {}: seed {}, frame hash {}.", draw.number, draw.drawn_on, draw.seed, draw.frame_hash);
    }
    say!(
        "\n{:<16} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "unit",
        "invited",
        "reserves",
        "spent",
        "open",
        "reserve",
        "revoked"
    );
    let mut all = InvitationCount::default();
    for unit in platform.invitations().status(wave).await? {
        print_count(unit.unit.code().as_str(), &unit.count);
        all += unit.count;
    }
    print_count("all", &all);
    Ok(())
}

fn print_count(unit: &str, count: &InvitationCount) {
    let InvitationCount { invited, reserves, open, standing_by, revoked } = count;
    say!("{unit:<16} {invited:>9} {reserves:>9} {:>9} {open:>9} {standing_by:>9} {revoked:>9}", count.spent());
}
