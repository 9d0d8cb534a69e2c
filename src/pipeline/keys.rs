//! Where the keys of an installation are: in its database, or outside of it.

use super::PipelineError;
use super::context::Context;
use crate::foundation::{Finding, Findings};
use crate::secrets::KeyRing;
use crate::storage::{StorageError, Store};

/// The setting that has the keys, or says that they lie outside.
const KEYS: &str = "keys";
/// The setting in which installations had one secret for everything before there were keys by purpose.
const ONE_SECRET: &str = "secret";
/// What the setting says of keys that lie outside, before their fingerprint.
const OUTSIDE: &str = "outside ";

/// Where the keys come from.
#[derive(Debug, Clone)]
pub struct KeySource {
    /// Keys that were read from elsewhere, so that a copy of the database does not tell what they hide. Without them the database
    /// has them; where it has none yet, they are made.
    pub outside: Option<KeyRing>,
    /// Random bytes for what is made.
    pub fresh: [u8; 32],
}

/// The keys of the installation whose database this is.
pub(super) async fn open_keys(store: &Store, source: KeySource) -> Result<KeyRing, PipelineError> {
    let kept = match store.setting(KEYS).await? {
        Some(kept) => Some(kept),
        None => store.setting(ONE_SECRET).await?,
    };
    let Some(keys) = source.outside else {
        let kept = match kept {
            Some(kept) => kept,
            None => store.setting_or_insert(KEYS, &KeyRing::fresh(source.fresh).to_text()).await?,
        };
        if kept.starts_with(OUTSIDE) {
            return Err(wrong("the keys of this database lie outside of it; name their file as `keys_file`"));
        }
        return read_kept(&kept);
    };
    if kept.is_some_and(|kept| !kept.starts_with(OUTSIDE)) {
        return Err(wrong("the database has keys of its own; move them out with `plumbline keys move FILE`"));
    }
    let expected = format!("{OUTSIDE}{}", keys.fingerprint());
    // Of two servers that start on an empty database, the first one's keys are it.
    if store.setting_or_insert(KEYS, &expected).await? == expected {
        return Ok(keys);
    }
    Err(wrong("these are not the keys of this database: its codes and receipts would not be known any more"))
}

fn read_kept(kept: &str) -> Result<KeyRing, PipelineError> {
    if let Some(keys) = KeyRing::of_one_secret(kept) {
        return Ok(keys);
    }
    let damaged = |reason: String| StorageError::Damaged { table: "setting", reason };
    Ok(KeyRing::from_text(kept).map_err(|error| damaged(error.to_string()))?)
}

fn wrong(message: &str) -> PipelineError {
    Findings::from(Finding::new("keys_file", "contradiction", message)).into()
}

/// The keys of an installation.
#[derive(Clone)]
pub struct Keys {
    context: Context,
}

impl Keys {
    pub(super) fn of(context: &Context) -> Self {
        Self { context: context.clone() }
    }

    /// Moves the keys out of the database: `write` is given them as text, and only when that has come to its end the database forgets
    /// them. From then on a server must be told where they are.
    pub async fn move_out(&self, write: impl FnOnce(&str) -> Result<(), PipelineError>) -> Result<(), PipelineError> {
        self.context.demand_management()?;
        let store = &self.context.store;
        if store.setting(KEYS).await?.is_some_and(|kept| kept.starts_with(OUTSIDE)) {
            return Err(wrong("the keys lie outside of the database already"));
        }
        let keys = &self.context.secret;
        write(&keys.to_text())?;
        store.replace_settings(&[ONE_SECRET], (KEYS, &format!("{OUTSIDE}{}", keys.fingerprint()))).await?;
        Ok(store.forget_replaced_settings().await?)
    }
}
