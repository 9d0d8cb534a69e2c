//! Table `invitation_draw`.

use sea_orm::entity::prelude::*;

/// A draw of a sample: all that is needed to draw the same again.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation_draw")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// 1 for the wave's first draw.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The day.
    pub drawn_on: Date,
    /// The seed.
    pub seed: i64,
    /// The hash of the frame's content.
    pub frame_hash: String,
    /// The sample design as it was written.
    pub design: String,
}

/// No relations: a wave is known by its number only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
