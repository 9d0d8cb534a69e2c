//! Table `job`.

use sea_orm::entity::prelude::*;

/// Long work.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Its number, from 1.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// What is done.
    pub kind: String,
    /// To what: the code of a wave.
    pub object: String,
    /// What else must be known to do it.
    pub argument: String,
    /// Where it stands.
    pub state: String,
    /// How often it was begun.
    pub tries: i32,
    /// Who wanted it.
    pub wanted_by: String,
    /// The day.
    pub wanted_on: Date,
    /// Why it failed.
    pub message: String,
}

/// No relations: others know it by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
