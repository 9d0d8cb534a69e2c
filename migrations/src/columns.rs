//! What the steps write tables with.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

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

/// Makes a table that grows with the answers, with the codes or with the units.
pub(crate) async fn create_large(manager: &SchemaManager<'_>, mut table: TableCreateStatement) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        // Rows then lie in the order of their keys, which are one-way hashes where the order of arrival must not be told.
        table.extra("WITHOUT ROWID");
    }
    manager.create_table(table).await
}
