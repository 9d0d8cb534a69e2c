//! Table `release`.

use sea_orm::entity::prelude::*;

/// What a wave published.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "release")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// 1 for the first release of the wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The day.
    pub released_on: Date,
    /// Why the release before was corrected, as JSON by language; empty for the first.
    pub reason: String,
    /// The version of the program that computed it.
    pub program: String,
    /// The method, such as `sipas-top2@2017`.
    pub method: String,
    /// The hash of the plan.
    pub plan_hash: String,
    /// The hash of the questionnaire.
    pub questionnaire_hash: String,
    /// The hash of the units that were measured, as the register had them.
    pub register_hash: String,
    /// The hash of the content.
    pub content_hash: String,
    /// What was published, as the pipeline wrote it.
    pub content: Vec<u8>,
}

/// No relations: others know it by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
