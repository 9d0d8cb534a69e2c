//! Table `questionnaire`.

use sea_orm::entity::prelude::*;

/// A version of a questionnaire.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "questionnaire")]
pub struct Model {
    /// Its code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// The hash of its content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: String,
    /// Its normalised TOML.
    pub content: String,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
