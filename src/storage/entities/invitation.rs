//! Table `invitation`.

use sea_orm::entity::prelude::*;

/// A code that is not spent: what an answer with it will take over. A spent one is deleted.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// A one-way derivation of the code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Uuid,
    /// The unit that is rated.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: i64,
    /// The stratum.
    pub stratum: String,
    /// The primary sampling unit; none when the respondent is one.
    pub psu: Option<String>,
    /// The design weight in billionths.
    pub weight: i64,
    /// Whether the code is taken.
    pub state: String,
    /// 0, or the turn in which it steps in.
    pub reserve: i32,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
