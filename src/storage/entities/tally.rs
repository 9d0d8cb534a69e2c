//! Table `tally`.

use sea_orm::entity::prelude::*;

/// The sums of some responses of a unit.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tally")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// See `estimation::Recruitment`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: String,
    /// The stratum.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stratum: String,
    /// The primary sampling unit; empty for all respondents that are their own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub psu: String,
    /// What the margins of a calibration ask about the respondents; empty without calibration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cell: String,
    /// See `estimation::CellSums`.
    pub sums: Vec<u8>,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
