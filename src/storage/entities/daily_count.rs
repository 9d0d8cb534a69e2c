//! Table `daily_count`.

use sea_orm::entity::prelude::*;

/// How many responses were given on a day over a channel.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "daily_count")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// The day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub answered_on: Date,
    /// The channel: a mode, or `open_link` for what is kept apart.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mode: String,
    /// How many.
    pub responses: i64,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
