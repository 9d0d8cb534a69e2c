//! Table `sheaf`.

use sea_orm::entity::prelude::*;

/// Responses of a unit whose keys begin alike: a part of the log.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sheaf")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// The digits with which their keys begin.
    #[sea_orm(primary_key, auto_increment = false)]
    pub branch: String,
    /// One line a response, in the order of the keys.
    pub entries: String,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
