//! Table `tally`.

use sea_orm::entity::prelude::*;

/// The sums of one primary sampling unit.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tally")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// The stratum.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stratum: String,
    /// The primary sampling unit; empty for all respondents that are their own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub psu: String,
    /// See `estimation::TallySums`.
    pub sums: Vec<u8>,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
