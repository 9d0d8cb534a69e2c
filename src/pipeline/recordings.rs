//! Bringing in recordings of questions, and playing them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::PipelineError;
use super::context::Context;
use crate::foundation::{Code, Finding, Findings, LanguageTag, LimitedFindings};
use crate::storage::NewRecording;
use crate::survey::{Recording, SoundKind, Wave, WaveState};

/// The largest recording in bytes: minutes of speech, and still seconds to load on a slow network.
const SOUND_BYTES_MAX: u64 = 1 << 20;
/// The most bytes of one import.
const IMPORT_BYTES_MAX: usize = 128 << 20;
/// How many hexadecimal digits of the hash are the address.
const HASH_DIGITS: usize = 32;

/// What an import of recordings brought in, for one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRecordings {
    /// The language.
    pub language: LanguageTag,
    /// How many recordings.
    pub count: usize,
    /// How many bytes they have.
    pub bytes: u64,
    /// The items of the wave that nobody says in this language.
    pub silent: Vec<Code>,
}

/// The recordings of questions.
#[derive(Clone)]
pub struct Recordings {
    context: Context,
}

impl Recordings {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Brings recordings into a wave that is not closed yet, all or none: `folder` has a folder for each language, named by
    /// its tag, and in it a file for each item, named by its code (`hmn/q01.mp3`). Recordings of an earlier import stay,
    /// unless one of the same item and language is there again.
    ///
    /// Findings have the file as their path, and the codes `wrong_type`, `invalid`, `unknown_item`, `duplicate`,
    /// `unknown_kind`, `too_long`, `too_many`, `empty`, `not_allowed`.
    pub async fn import(&self, wave: &str, folder: &Path) -> Result<Vec<ImportedRecordings>, PipelineError> {
        self.context.demand_management()?;
        let loaded = self.context.load_wave(wave).await?;
        if loaded.wave.state > WaveState::Open {
            let message = format!("the wave is {}; nobody will listen any more", loaded.wave.state.as_str());
            return Err(Findings::from(Finding::new("wave", "not_allowed", message)).into());
        }
        let new = read_folder(&loaded.wave, folder)?;
        self.context.store.keep_recordings(loaded.id, &new).await?;
        self.context.waves.forget(wave).await;
        let now = self.context.load_wave(wave).await?.wave;
        let languages: BTreeSet<_> = new.iter().map(|recording| &recording.language).collect();
        let summary = |language: &LanguageTag| {
            let own = new.iter().filter(|recording| recording.language == *language);
            let is_silent = |code: &&Code| now.recordings.find(language.as_str(), code).is_none();
            ImportedRecordings {
                language: language.clone(),
                count: own.clone().count(),
                bytes: own.map(|recording| u64::from(recording.recording.length)).sum(),
                silent: item_codes(&now).filter(is_silent).cloned().collect(),
            }
        };
        Ok(languages.into_iter().map(summary).collect())
    }

    /// The sound at an address.
    pub async fn sound(&self, hash: &str) -> Result<(SoundKind, Vec<u8>), PipelineError> {
        let missing = || PipelineError::NotFound { what: "recording", code: hash.to_owned() };
        if !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(missing());
        }
        self.context.store.sound(hash).await?.ok_or_else(missing)
    }
}

fn item_codes(wave: &Wave) -> impl Iterator<Item = &Code> {
    wave.questionnaire.items().chain(&wave.questionnaire.respondent).map(|item| &item.code)
}

fn read_folder(wave: &Wave, folder: &Path) -> Result<Vec<NewRecording>, PipelineError> {
    let mut found = LimitedFindings::default();
    let mut new: Vec<NewRecording> = Vec::new();
    let (mut spoken, mut bytes) = (BTreeSet::new(), 0);
    for (name, path) in entries(folder)? {
        if !path.is_dir() {
            let message = "files lie in a folder for each language, like hmn/q01.mp3";
            found.push(name, "wrong_type", message);
            continue;
        }
        let Ok(language) = LanguageTag::new(&name) else {
            found.push(name, "invalid", "this folder is not named by a language tag like vi or hmn");
            continue;
        };
        for (file, path) in entries(&path)? {
            let place = format!("{name}/{file}");
            match read_sound(wave, &language, &path) {
                Ok(recording) if !spoken.insert((language.clone(), recording.item.clone())) => {
                    let message = format!("there is another recording of {} in {language}", recording.item);
                    found.push(place, "duplicate", message);
                }
                Ok(recording) => {
                    bytes += recording.sound.len();
                    new.push(recording);
                }
                Err(Fault::File(error)) => return Err(error),
                Err(Fault::Wrong(code, message)) => found.push(place, code, message),
            }
            if bytes > IMPORT_BYTES_MAX {
                let message =
                    format!("at most {IMPORT_BYTES_MAX} bytes are taken at once; import language by language");
                found.push("", "too_many", message);
                return Ok(found.into_value(None)?);
            }
        }
    }
    if new.is_empty() && found.is_empty() {
        found.push("", "empty", "there is no recording here; they lie in a folder for each language, like hmn/q01.mp3");
    }
    Ok(found.into_result(new)?)
}

/// The names of a folder in order, but for hidden ones, which tools leave behind.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, PipelineError> {
    let error = |cause| PipelineError::File { path: folder.display().to_string(), cause };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(error)? {
        let entry = entry.map_err(error)?;
        entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    entries.retain(|(name, _)| !name.starts_with('.'));
    entries.sort();
    Ok(entries)
}

/// Why a file is not taken.
enum Fault {
    /// It cannot be read.
    File(PipelineError),
    /// It is not what it should be: a code and what to do.
    Wrong(&'static str, String),
}

fn read_sound(wave: &Wave, language: &LanguageTag, path: &Path) -> Result<NewRecording, Fault> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let Some(item) = item_codes(wave).find(|code| code.as_str() == stem) else {
        return Err(Fault::Wrong("unknown_item", format!("the wave has no item {stem:?}; name the file by its code")));
    };
    let unreadable = |cause| Fault::File(PipelineError::File { path: path.display().to_string(), cause });
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Fault::Wrong("wrong_type", "this is no file".to_owned()));
    }
    let mut sound = Vec::new();
    let read = File::open(path).and_then(|file| file.take(SOUND_BYTES_MAX + 1).read_to_end(&mut sound));
    if read.map_err(unreadable)? as u64 > SOUND_BYTES_MAX {
        let message = format!(
            "this is too much for a slow network; at most {SOUND_BYTES_MAX} bytes are taken. Speech needs 3 KB a second: \
             ffmpeg -i IN -ac 1 -b:a 24k OUT.mp3"
        );
        return Err(Fault::Wrong("too_long", message));
    }
    let Some(kind) = SoundKind::of(&sound) else {
        let message = "this is no sound that phones play; take MP3, M4A, Ogg or WAV".to_owned();
        return Err(Fault::Wrong("unknown_kind", message));
    };
    let hash = blake3::hash(&sound).to_hex()[..HASH_DIGITS].to_owned();
    let length = u32::try_from(sound.len()).unwrap_or(u32::MAX);
    let recording = Recording { hash, length };
    Ok(NewRecording { language: language.clone(), item: item.clone(), recording, kind, sound })
}
