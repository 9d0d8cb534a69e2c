//! Table `lineage`.

use sea_orm::entity::prelude::*;

/// One line of descent between units.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "lineage")]
pub struct Model {
    /// A number without meaning.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Name of the predecessor's province.
    pub from_province: String,
    /// Code of the predecessor's district.
    pub from_district_code: Option<String>,
    /// Code of the predecessor.
    pub from_code: String,
    /// Name of the predecessor.
    pub from_name: String,
    /// Code of the successor's province.
    pub to_province_code: String,
    /// Code of the successor.
    pub to_code: String,
    /// Name of the successor.
    pub to_name: String,
    /// The day on which the successor takes over.
    pub effective_on: Date,
    /// The share of the predecessor's people, 0–1.
    pub share: Option<f64>,
    /// The resolution or law.
    pub legal_basis: Option<String>,
}

/// No relations: large tables know others by key only.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
