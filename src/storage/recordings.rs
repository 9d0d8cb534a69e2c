//! Recordings of questions. Waves are read with what there is, without the sound; the sound is read when it is played.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::entities::recording;
use super::waves::WaveId;
use super::writer::Work;
use super::{StorageError, Store};
use crate::foundation::{Code, LanguageTag};
use crate::survey::{Recording, Recordings, SoundKind};

/// A recording to keep.
#[derive(Debug, Clone)]
pub struct NewRecording {
    /// The language that is spoken.
    pub language: LanguageTag,
    /// The item that is read out.
    pub item: Code,
    /// Its address.
    pub recording: Recording,
    /// The kind of the sound.
    pub kind: SoundKind,
    /// The sound.
    pub sound: Vec<u8>,
}

impl Store {
    /// Keeps recordings of a wave, all or none. One of the same item and language is replaced.
    pub async fn keep_recordings(&self, wave: WaveId, new: &[NewRecording]) -> Result<(), StorageError> {
        self.transaction(&KeepRecordings { wave, new }).await
    }

    /// The sound at an address.
    pub async fn sound(&self, hash: &str) -> Result<Option<(SoundKind, Vec<u8>)>, StorageError> {
        let found =
            recording::Entity::find().filter(recording::Column::Hash.eq(hash)).limit(1).one(&self.reader).await?;
        let Some(row) = found else { return Ok(None) };
        let kind = SoundKind::from_media_type(&row.kind);
        Ok(Some((kind.ok_or_else(|| StorageError::damaged("recording", "its kind is unknown"))?, row.sound)))
    }

    pub(super) async fn recordings(&self, wave: i32) -> Result<Recordings, StorageError> {
        use recording::Column::{Hash, Item, Language, Length};
        let rows: Vec<(String, String, String, i32)> = recording::Entity::find()
            .select_only()
            .columns([Language, Item, Hash, Length])
            .filter(recording::Column::WaveId.eq(wave))
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut recordings = Recordings::default();
        for (language, item, hash, length) in rows {
            let language = LanguageTag::new(&language).map_err(|error| StorageError::damaged("recording", error))?;
            let item = Code::new(&item).map_err(|error| StorageError::damaged("recording", error))?;
            let length = u32::try_from(length).map_err(|error| StorageError::damaged("recording", error))?;
            recordings.insert(language, item, Recording { hash, length });
        }
        Ok(recordings)
    }
}

struct KeepRecordings<'a> {
    wave: WaveId,
    new: &'a [NewRecording],
}

impl Work for KeepRecordings<'_> {
    type Output = ();

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
        use recording::Column::{Hash, Item, Kind, Language, Length, Sound, WaveId};
        for new in self.new {
            let length = i32::try_from(new.recording.length);
            let row = recording::ActiveModel {
                wave_id: Set(self.wave.0),
                language: Set(new.language.to_string()),
                item: Set(new.item.to_string()),
                hash: Set(new.recording.hash.clone()),
                length: Set(length.map_err(|error| StorageError::damaged("recording", error))?),
                kind: Set(new.kind.media_type().to_owned()),
                sound: Set(new.sound.clone()),
            };
            let instead =
                OnConflict::columns([WaveId, Language, Item]).update_columns([Hash, Length, Kind, Sound]).to_owned();
            recording::Entity::insert(row).on_conflict(instead).exec_without_returning(transaction).await?;
        }
        Ok(())
    }
}
