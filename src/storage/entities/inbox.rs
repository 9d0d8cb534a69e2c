//! Table `inbox`.

use sea_orm::entity::prelude::*;

/// The responses of a unit that came with one commit, until they are settled into the log.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "inbox")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// Whether the tallies have them.
    #[sea_orm(primary_key, auto_increment = false)]
    pub is_counted: bool,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// The batch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// One line a response.
    pub entries: String,
    /// What was written in text items, as a JSON list; not who wrote it.
    pub words: String,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
