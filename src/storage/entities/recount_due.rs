//! Table `recount_due`.

use sea_orm::entity::prelude::*;

/// A wave whose sums are yet to be formed from its responses.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recount_due")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
}

/// No relations: it is gone as soon as the wave is counted.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
