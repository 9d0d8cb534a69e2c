//! Values that belong to the whole instance.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::entities::setting;
use super::{StorageError, Store};

impl Store {
    /// The value kept under `name`; `initial` is kept, once for all servers, if there is none.
    pub async fn setting_or_insert(&self, name: &str, initial: &str) -> Result<String, StorageError> {
        let row = setting::ActiveModel { name: Set(name.to_owned()), value: Set(initial.to_owned()) };
        setting::Entity::insert(row)
            .on_conflict(OnConflict::column(setting::Column::Name).do_nothing().to_owned())
            .exec_without_returning(&self.db)
            .await?;
        let kept = setting::Entity::find_by_id(name).one(&self.db).await?;
        kept.map(|row| row.value).ok_or_else(|| StorageError::damaged("setting", format!("{name} is gone")))
    }
}
