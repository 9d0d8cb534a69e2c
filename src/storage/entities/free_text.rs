//! Table `free_text`.

use sea_orm::entity::prelude::*;

/// A few words, kept apart from the response that they came with.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "free_text")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// Makes a repeat harmless; no response has it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Uuid,
    /// The item.
    pub item: String,
    /// What was written.
    pub words: String,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
