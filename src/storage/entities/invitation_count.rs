//! Table `invitation_count`.

use sea_orm::entity::prelude::*;

/// How many codes a draw gave to a sampling unit.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation_count")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// The unit that is rated.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// Which draw.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The stratum.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stratum: String,
    /// The primary sampling unit; empty when the respondent is one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub psu: String,
    /// How many are invited.
    pub invited: i64,
    /// How many stand by.
    pub reserves: i64,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
