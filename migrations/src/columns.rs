//! What the steps write tables with.

use sea_orm_migration::prelude::*;

/// An empty table of this name.
pub(crate) fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).if_not_exists().to_owned()
}

/// A column that must have a value.
pub(crate) fn column(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).not_null().to_owned()
}

/// A column that may be empty.
pub(crate) fn nullable(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).null().to_owned()
}

/// The primary key.
pub(crate) fn key(columns: &[&'static str]) -> IndexCreateStatement {
    let mut key = Index::create();
    for column in columns {
        key.col(*column);
    }
    key.primary().to_owned()
}
