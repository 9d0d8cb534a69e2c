//! Table `recording`.

use sea_orm::entity::prelude::*;

/// A question of a wave, said aloud in a language.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recording")]
pub struct Model {
    /// The wave.
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: i32,
    /// The language.
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: String,
    /// The item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub item: String,
    /// The hash of the sound, which is its address.
    pub hash: String,
    /// How many bytes the sound has.
    pub length: i32,
    /// Its media type.
    pub kind: String,
    /// The sound.
    pub sound: Vec<u8>,
}

/// No relations: a wave is never removed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
