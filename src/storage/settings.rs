//! Values that belong to the whole instance.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QueryTrait};

use super::entities::setting;
use super::writer::Work;
use super::{StorageError, Store};

impl Store {
    /// The value kept under `name`; `initial` is kept, once for all servers, if there is none.
    pub async fn setting_or_insert(&self, name: &str, initial: &str) -> Result<String, StorageError> {
        let row = setting::ActiveModel { name: Set(name.to_owned()), value: Set(initial.to_owned()) };
        let kept = || setting::Entity::find_by_id(name).one(&self.reader);
        if let Some(row) = kept().await? {
            return Ok(row.value);
        }
        let once = OnConflict::column(setting::Column::Name).do_nothing().to_owned();
        self.execute(&setting::Entity::insert(row).on_conflict(once).into_query()).await?;
        let row = kept().await?;
        row.map(|row| row.value).ok_or_else(|| StorageError::damaged("setting", format!("{name} is gone")))
    }

    /// The value kept under `name`.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StorageError> {
        Ok(setting::Entity::find_by_id(name).one(&self.reader).await?.map(|row| row.value))
    }

    /// Keeps a value under a name, whatever stood there, and removes those of other names, all at once.
    pub async fn replace_settings(&self, removed: &[&str], (name, value): (&str, &str)) -> Result<(), StorageError> {
        self.transaction(&ReplaceSettings { removed, name, value }).await
    }

    /// Makes the engine forget what stood in the place of replaced values, as far as its own files go.
    pub async fn forget_replaced_settings(&self) -> Result<(), StorageError> {
        // PostgreSQL then has the few rows in a new file; SQLite overwrites what it deletes once the log is emptied.
        self.writer.tidy_up("VACUUM (FULL) setting").await?;
        if self.is_embedded() {
            self.forget_traces().await?;
        }
        Ok(())
    }

    /// All values whose names begin with `prefix`, by name.
    pub async fn settings_that_begin(&self, prefix: &str) -> Result<Vec<(String, String)>, StorageError> {
        let rows = setting::Entity::find()
            .filter(setting::Column::Name.starts_with(prefix))
            .order_by_asc(setting::Column::Name)
            .all(&self.reader)
            .await?;
        // To the engine, `_` in a prefix is any letter, and one engine takes capitals for small letters.
        Ok(rows.into_iter().filter(|row| row.name.starts_with(prefix)).map(|row| (row.name, row.value)).collect())
    }
}

struct ReplaceSettings<'a> {
    removed: &'a [&'a str],
    name: &'a str,
    value: &'a str,
}

impl Work for ReplaceSettings<'_> {
    type Output = ();

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), StorageError> {
        let removed = setting::Column::Name.is_in(self.removed.iter().copied());
        setting::Entity::delete_many().filter(removed).exec(transaction).await?;
        let row = setting::ActiveModel { name: Set(self.name.to_owned()), value: Set(self.value.to_owned()) };
        let instead = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
        setting::Entity::insert(row).on_conflict(instead).exec_without_returning(transaction).await?;
        Ok(())
    }
}
