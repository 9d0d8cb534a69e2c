//! Devices and collectors, by the hashes of their codes.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QueryTrait};
use uuid::Uuid;

use super::entities::access;
use super::waves::WaveId;
use super::{StorageError, Store};
use crate::survey::{AccessKind, UnitId};

/// A device or a collector as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAccess {
    /// The wave.
    pub wave: WaveId,
    /// Its name in the wave.
    pub name: String,
    /// What it is.
    pub kind: AccessKind,
    /// The only unit that it may answer for.
    pub unit: Option<UnitId>,
    /// Whether it was taken back.
    pub revoked: bool,
}

impl Store {
    /// Keeps a new access; a name is taken once in a wave.
    pub async fn keep_access(&self, new: &KeptAccess, hash: Uuid) -> Result<(), StorageError> {
        let row = access::ActiveModel {
            wave_id: Set(new.wave.0),
            name: Set(new.name.clone()),
            kind: Set(new.kind.as_str().to_owned()),
            unit_id: Set(new.unit.map(|unit| unit.0)),
            hash: Set(hash),
            revoked: Set(false),
        };
        let once = OnConflict::columns([access::Column::WaveId, access::Column::Name]).do_nothing().to_owned();
        if self.execute(&access::Entity::insert(row).on_conflict(once).into_query()).await? == 1 {
            return Ok(());
        }
        let hint = "; its code cannot be shown again, take another name";
        Err(StorageError::Taken { what: "device or collector", code: new.name.clone(), hint })
    }

    /// The access whose code has this hash.
    pub async fn access(&self, hash: Uuid) -> Result<Option<KeptAccess>, StorageError> {
        let row = access::Entity::find().filter(access::Column::Hash.eq(hash)).one(&self.reader).await?;
        row.map(read).transpose()
    }

    /// All of a wave, by name.
    pub async fn accesses(&self, wave: WaveId) -> Result<Vec<KeptAccess>, StorageError> {
        let rows = access::Entity::find()
            .filter(access::Column::WaveId.eq(wave.0))
            .order_by_asc(access::Column::Name)
            .all(&self.reader)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Takes an access back. Returns whether there was one.
    pub async fn revoke_access(&self, wave: WaveId, name: &str) -> Result<bool, StorageError> {
        let revoked = access::Entity::update_many()
            .col_expr(access::Column::Revoked, true.into())
            .filter(access::Column::WaveId.eq(wave.0))
            .filter(access::Column::Name.eq(name));
        Ok(self.execute(&revoked.into_query()).await? == 1)
    }
}

fn read(row: access::Model) -> Result<KeptAccess, StorageError> {
    let kind = AccessKind::from_name(&row.kind);
    Ok(KeptAccess {
        wave: WaveId(row.wave_id),
        name: row.name,
        kind: kind.ok_or_else(|| StorageError::damaged("access", format!("the kind {:?} is unknown", row.kind)))?,
        unit: row.unit_id.map(UnitId),
        revoked: row.revoked,
    })
}
