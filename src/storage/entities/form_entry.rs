//! Table `form_entry`.

use sea_orm::entity::prelude::*;

/// A paper form as somebody typed it in, until it was typed in twice alike.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "form_entry")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// The unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// The batch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub batch: String,
    /// The form's number in the batch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub form: i32,
    /// 1 for the first entry, 2 for the second.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pass: i32,
    /// Who typed it in.
    pub collector: String,
    /// How the answer was given.
    pub mode: String,
    /// The day of the answer.
    pub answered_on: Date,
    /// The answers as JSON.
    pub answers: String,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
