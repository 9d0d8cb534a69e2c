//! Table `job_progress`.

use sea_orm::entity::prelude::*;

/// How far a job is.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job_progress")]
pub struct Model {
    /// The job.
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: i32,
    /// How often whoever works on it was heard of.
    pub beat: i32,
    /// Steps that are done.
    pub done: i64,
    /// Steps in all; 0 where that is not known.
    pub total: i64,
}

/// No relations: others know it by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
