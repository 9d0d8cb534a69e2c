//! Paper forms that were typed in once, or twice and not alike.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QueryTrait};
use uuid::Uuid;

use super::entities::{form_entry, received};
use super::waves::WaveId;
use super::{StorageError, Store};
use crate::survey::{FormEntry, Mode, UnitId};

impl Store {
    /// Keeps an entry; one of the same form and turn is replaced.
    pub async fn keep_entry(&self, wave: WaveId, unit: UnitId, entry: &FormEntry) -> Result<(), StorageError> {
        use form_entry::Column;
        let form = i32::try_from(entry.form).map_err(|error| StorageError::damaged("form_entry", error))?;
        let row = form_entry::ActiveModel {
            wave_id: Set(wave.0),
            unit_id: Set(unit.0),
            batch: Set(entry.batch.clone()),
            form: Set(form),
            pass: Set(1 + i32::from(entry.is_second)),
            collector: Set(entry.collector.clone()),
            mode: Set(entry.mode.as_str().to_owned()),
            answered_on: Set(entry.answered_on),
            answers: Set(entry.answers.to_string()),
        };
        let key = [Column::WaveId, Column::UnitId, Column::Batch, Column::Form, Column::Pass];
        let replaced = [Column::Collector, Column::Mode, Column::AnsweredOn, Column::Answers];
        let instead = OnConflict::columns(key).update_columns(replaced).to_owned();
        self.execute(&form_entry::Entity::insert(row).on_conflict(instead).into_query()).await?;
        Ok(())
    }

    /// The entries of a unit, by batch, form and turn.
    pub async fn entries(&self, wave: WaveId, unit: UnitId) -> Result<Vec<FormEntry>, StorageError> {
        let rows = form_entry::Entity::find()
            .filter(form_entry::Column::WaveId.eq(wave.0))
            .filter(form_entry::Column::UnitId.eq(unit.0))
            .order_by_asc(form_entry::Column::Batch)
            .order_by_asc(form_entry::Column::Form)
            .order_by_asc(form_entry::Column::Pass)
            .all(&self.reader)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Removes both entries of a form, after it was kept as a response.
    pub async fn remove_entries(&self, wave: WaveId, unit: UnitId, batch: &str, form: u32) -> Result<(), StorageError> {
        let both = form_entry::Entity::delete_many()
            .filter(form_entry::Column::WaveId.eq(wave.0))
            .filter(form_entry::Column::UnitId.eq(unit.0))
            .filter(form_entry::Column::Batch.eq(batch))
            .filter(form_entry::Column::Form.eq(i64::from(form)));
        self.execute(&both.into_query()).await?;
        Ok(())
    }

    /// Whether a submission with this key was received.
    pub async fn is_received(&self, wave: WaveId, key: Uuid) -> Result<bool, StorageError> {
        Ok(received::Entity::find_by_id((wave.0, key)).count(&self.reader).await? > 0)
    }
}

fn read(row: form_entry::Model) -> Result<FormEntry, StorageError> {
    let damaged = |reason: String| StorageError::damaged("form_entry", reason);
    Ok(FormEntry {
        batch: row.batch,
        form: u32::try_from(row.form).map_err(|error| damaged(error.to_string()))?,
        is_second: row.pass == 2,
        collector: row.collector,
        mode: Mode::from_name(&row.mode).ok_or_else(|| damaged(format!("the mode {:?} is unknown", row.mode)))?,
        answered_on: row.answered_on,
        answers: serde_json::from_str(&row.answers).map_err(|error| damaged(error.to_string()))?,
    })
}
