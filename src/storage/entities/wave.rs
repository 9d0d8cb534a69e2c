//! Table `wave`.

use sea_orm::entity::prelude::*;

/// A wave.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "wave")]
pub struct Model {
    /// Its number in the keys of the large tables.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Its code.
    pub code: String,
    /// Where it stands.
    pub state: String,
    /// Its normalised plan, TOML.
    pub plan: String,
    /// The questionnaire.
    pub questionnaire_code: String,
    /// The version of the questionnaire.
    pub questionnaire_version: String,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
