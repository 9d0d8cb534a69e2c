//! Table `product`.

use sea_orm::entity::prelude::*;

/// The sums of products of a unit's responses in one cell.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// What the margins of a calibration ask about the respondents; empty without calibration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cell: String,
    /// See `estimation::products_to_bytes`.
    pub sums: Vec<u8>,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
