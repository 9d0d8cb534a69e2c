//! Languages from the folder that the settings name.

use std::fs;
use std::path::Path;

use super::error::{AnyError, read_text};
use crate::foundation::LanguageTag;
use crate::web::{Language, Style};

/// The most files that are read.
const FILES_MAX: usize = 40;

/// Adds the languages of the folder, `TAG.ftl` each. An empty path stands for no folder.
pub(super) fn add_from(folder: &Path) -> Result<(), AnyError> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    let unreadable = |path: &Path| {
        let path = path.display().to_string();
        move |error: std::io::Error| format!("languages: {path}: {error}")
    };
    let entries: Result<Vec<_>, _> =
        fs::read_dir(folder).map_err(unreadable(folder))?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = entries.map_err(unreadable(folder))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ftl"));
    paths.sort();
    if paths.len() > FILES_MAX {
        return Err(
            format!("languages: {} has {} files; at most {FILES_MAX} are read", folder.display(), paths.len()).into()
        );
    }
    let mut files = Vec::new();
    for path in paths {
        let tag = LanguageTag::new(&path.file_stem().unwrap_or_default().to_string_lossy());
        let tag = tag.map_err(|error| format!("languages: {}: {error}", path.display()))?;
        if !path.is_file() {
            return Err(format!("languages: {}: this is no file", path.display()).into());
        }
        files.push((tag, read_text(&path).map_err(|error| format!("languages: {error}"))?));
    }
    Language::add(&files).map_err(|findings| format!("languages: {}:\n{findings}", folder.display()))?;
    Ok(())
}

/// Says which languages are not whole yet.
pub(super) fn tell_missing() {
    for language in Language::all() {
        let (missing, name, tag) = (language.missing_on(Style::Form), language.native_name(), language.tag());
        if missing > 0 {
            tracing::info!("{name} ({tag}): {missing} messages to citizens are missing and said in Vietnamese");
        }
    }
}
