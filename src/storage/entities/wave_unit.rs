//! Table `wave_unit`.

use sea_orm::entity::prelude::*;

/// A unit that a wave measures.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "wave_unit")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// Its place in the plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The unit.
    pub unit_id: i64,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
