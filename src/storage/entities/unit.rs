//! Table `unit`.

use sea_orm::entity::prelude::*;

/// A unit of the register.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    /// Its identity.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Its official code.
    pub code: String,
    /// Its level.
    pub level: String,
    /// Its kind.
    pub kind: String,
    /// The code of the unit that it belongs to.
    pub parent_code: Option<String>,
    /// Its names, a JSON object by language.
    pub names: String,
    /// First day; 0001-01-01 when open.
    pub valid_from: Date,
    /// Last day; 9999-12-31 when open.
    pub valid_to: Date,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
