//! Table `response`.

use sea_orm::entity::prelude::*;

/// A response, without anything that tells whose it is.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "response")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// A one-way derivation of the id that the client made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Uuid,
    /// The unit that is rated.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// Tells a repeat from a conflict.
    pub content_hash: Uuid,
    /// The stratum.
    pub stratum: String,
    /// The primary sampling unit; none when the respondent is one.
    pub psu: Option<String>,
    /// The design weight in billionths.
    pub weight: i64,
    /// How it was given.
    pub mode: String,
    /// Who sent it.
    pub source: String,
    /// The device or the person that sent it for the respondent.
    pub collector: Option<String>,
    /// The language in which it was given.
    pub language: String,
    /// The day on which it was given.
    pub answered_on: Date,
    /// How long it took.
    pub duration_minutes: Option<i32>,
    /// The packed answers.
    pub answers: String,
    /// The packed answers about the respondent.
    pub respondent: String,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
