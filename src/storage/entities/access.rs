//! Table `access`.

use sea_orm::entity::prelude::*;

/// A device or a collector, by the hash of its code.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "access")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// Its name in the wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// `kiosk` or `collector`.
    pub kind: String,
    /// The only unit that it may answer for.
    pub unit_id: Option<i64>,
    /// A one-way derivation of its code.
    pub hash: Uuid,
    /// Whether it was taken back.
    pub revoked: bool,
}

/// No relations: other tables are known by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
