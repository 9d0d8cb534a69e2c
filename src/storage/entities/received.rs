//! Table `received`.

use sea_orm::entity::prelude::*;

/// What a submission is known by when it comes again. Nothing ties it to what was answered.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "received")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// A one-way derivation of the id that it was sent with.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Uuid,
    /// Tells a repeat from a conflict; nil where it is not known.
    pub content_hash: Uuid,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
