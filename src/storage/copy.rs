//! Copying everything that is kept into an empty store, of the same engine or the other one.
//!
//! The source is read as of one moment, the target written in one transaction: a copy is whole or not there. Start reading at
//! [`Store::copy_into`]; [`tables`] lists what there is, and a test compares the list with the schema.

use std::marker::PhantomData;
use std::pin::Pin;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel,
    Iterable, ModelTrait, PrimaryKeyToColumn, PrimaryKeyTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select, Statement, Value,
};

use super::entities::{
    access, daily_count, form_entry, free_text, inbox, invitation, invitation_count, invitation_draw, job,
    job_progress, lineage, product, questionnaire, received, recording, recount_due, release, setting, sheaf, tally,
    tally_version, unit, wave, wave_unit,
};
use super::writer::Work;
use super::{StorageError, Store};

/// Rows at once of tables with short rows: 15 values each at most, of which a statement takes 32,766.
const SHORT: u64 = 2_000;
/// Rows at once where a row has some kilobytes.
const LONG: u64 = 200;
/// Rows at once where a row may have megabytes.
const HUGE: u64 = 4;

/// Is told how many rows there are, and how many more of them were copied.
pub trait CopyProgress: Sync {
    /// There are so many rows in all.
    fn begin(&self, rows: u64);
    /// So many more rows were copied.
    fn advance(&self, rows: u64);
}

impl Store {
    /// Copies everything that is kept now into `target`, which must be migrated and empty. Returns how many rows there were.
    ///
    /// All or nothing: after an error the target is as empty as before.
    pub async fn copy_into(&self, target: &Self, progress: &impl CopyProgress) -> Result<u64, StorageError> {
        self.check_schema().await?;
        target.check_schema().await?;
        let source = self.snapshot().await?.0;
        let copied = target.transaction_once(&CopyAll { source: &source, progress }).await?;
        source.rollback().await?;
        Ok(copied)
    }
}

struct CopyAll<'a, P> {
    source: &'a DatabaseTransaction,
    progress: &'a P,
}

impl<P: CopyProgress> Work for CopyAll<'_, P> {
    type Output = u64;

    async fn run(&self, target: &DatabaseTransaction) -> Result<u64, StorageError> {
        let tables = tables();
        let mut expected = Vec::with_capacity(tables.len());
        for table in &tables {
            if count(target, &table.name).await? > 0 {
                return Err(StorageError::NotEmpty { table: table.name.clone() });
            }
            expected.push(count(self.source, &table.name).await?);
        }
        self.progress.begin(expected.iter().sum());
        for (table, expected) in tables.iter().zip(&expected) {
            let advance = |rows| self.progress.advance(rows);
            (table.copy)(self.source, target, &advance).await?;
            let copied = count(target, &table.name).await?;
            if copied != *expected {
                let reason = format!("{expected} rows were to be copied from {}, and {copied} were", table.name);
                return Err(StorageError::damaged("the copy", reason));
            }
        }
        Ok(expected.iter().sum())
    }
}

type Copying<'a> = Pin<Box<dyn Future<Output = Result<(), StorageError>> + Send + 'a>>;
type Advance<'a> = &'a (dyn Fn(u64) + Sync);

/// A table of the schema.
struct Table {
    name: String,
    /// Its columns, for the test that compares them with the schema's.
    #[cfg(test)]
    columns: Vec<String>,
    copy: for<'a> fn(&'a DatabaseTransaction, &'a DatabaseTransaction, Advance<'a>) -> Copying<'a>,
}

/// Every table of the schema, but the list of steps that the schema itself keeps.
fn tables() -> Vec<Table> {
    vec![
        table::<setting::Entity, SHORT>(),
        table::<unit::Entity, SHORT>(),
        table::<lineage::Entity, SHORT>(),
        table::<questionnaire::Entity, LONG>(),
        table::<wave::Entity, LONG>(),
        table::<wave_unit::Entity, SHORT>(),
        table::<access::Entity, SHORT>(),
        table::<invitation_draw::Entity, LONG>(),
        table::<invitation_count::Entity, SHORT>(),
        table::<invitation::Entity, SHORT>(),
        table::<received::Entity, SHORT>(),
        table::<inbox::Entity, LONG>(),
        table::<sheaf::Entity, LONG>(),
        table::<free_text::Entity, SHORT>(),
        table::<form_entry::Entity, SHORT>(),
        table::<tally::Entity, LONG>(),
        table::<product::Entity, LONG>(),
        table::<daily_count::Entity, SHORT>(),
        table::<tally_version::Entity, SHORT>(),
        table::<recount_due::Entity, SHORT>(),
        table::<recording::Entity, HUGE>(),
        table::<release::Entity, HUGE>(),
        table::<job::Entity, LONG>(),
        table::<job_progress::Entity, SHORT>(),
    ]
}

fn table<E: EntityTrait, const ROWS: u64>() -> Table
where
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    Table {
        name: E::default().table_name().to_owned(),
        #[cfg(test)]
        columns: E::Column::iter().map(|column| sea_orm::IdenStatic::as_str(&column).to_owned()).collect(),
        copy: |source, target, advance| Box::pin(copy_table::<E>(source, target, ROWS, advance)),
    }
}

/// Copies a table in the order of its key, so many rows at once.
async fn copy_table<E: EntityTrait>(
    source: &DatabaseTransaction,
    target: &DatabaseTransaction,
    rows_at_once: u64,
    advance: Advance<'_>,
) -> Result<(), StorageError>
where
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let mut pages = Pages::<E>::open(source, rows_at_once).await?;
    loop {
        let rows = pages.next().await?;
        if rows.is_empty() {
            break;
        }
        let count = rows.len() as u64;
        let models = rows.into_iter().map(IntoActiveModel::into_active_model);
        E::insert_many(models).exec_without_returning(target).await?;
        advance(count);
    }
    pages.close().await?;
    if E::PrimaryKey::auto_increment() && target.get_database_backend() != DbBackend::Sqlite {
        // The next row gets a number after those that were copied; SQLite sees to it by itself.
        let key = key_of::<E>().map(|column| sea_orm::IdenStatic::as_str(&column).to_owned()).next();
        let (table, column) = (E::default().table_name().to_owned(), key.unwrap_or_default());
        target
            .execute_unprepared(&format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) FROM \"{table}\" \
                 HAVING max({column}) IS NOT NULL"
            ))
            .await?;
    }
    Ok(())
}

/// The columns of a table's key.
pub(super) fn key_of<E: EntityTrait>() -> impl Iterator<Item = E::Column> {
    E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column)
}

/// All rows of a table in the order of its key, page by page.
///
/// PostgreSQL has a cursor for it. SQLite is asked for what follows upon the last row, which a distributed database would ask of each
/// part of the table, to throw most of it away.
struct Pages<'a, E> {
    source: &'a DatabaseTransaction,
    rows_at_once: u64,
    /// Of the last row.
    after: Option<Vec<Value>>,
    /// Named after the table: what is prepared for one cursor fits it alone.
    cursor: Option<String>,
    rows: PhantomData<fn() -> E>,
}

impl<'a, E: EntityTrait> Pages<'a, E> {
    async fn open(source: &'a DatabaseTransaction, rows_at_once: u64) -> Result<Self, StorageError> {
        let backend = source.get_database_backend();
        let cursor = (backend != DbBackend::Sqlite).then(|| format!("copy_of_{}", E::default().table_name()));
        if let Some(cursor) = &cursor {
            let all = Self::in_order().build(backend);
            source.execute_unprepared(&format!("DECLARE {cursor} NO SCROLL CURSOR FOR {all}")).await?;
        }
        Ok(Self { source, rows_at_once, after: None, cursor, rows: PhantomData })
    }

    fn in_order() -> Select<E> {
        key_of::<E>().fold(E::find(), QueryOrder::order_by_asc)
    }

    /// The next page; an empty one after the last.
    async fn next(&mut self) -> Result<Vec<E::Model>, StorageError> {
        if let Some(cursor) = &self.cursor {
            let fetch = format!("FETCH {} FROM {cursor}", self.rows_at_once);
            let rows = self.source.query_all_raw(Statement::from_string(DbBackend::Postgres, fetch)).await?;
            return Ok(rows.iter().map(|row| E::Model::from_query_result(row, "")).collect::<Result<_, _>>()?);
        }
        let mut page = Self::in_order().limit(self.rows_at_once);
        if let Some(after) = self.after.take() {
            let place = Expr::tuple(key_of::<E>().map(Expr::col));
            page = page.filter(place.gt(Expr::tuple(after.into_iter().map(Expr::val))));
        }
        let rows = page.all(self.source).await?;
        self.after = rows.last().map(|last| key_of::<E>().map(|column| last.get(column)).collect());
        Ok(rows)
    }

    async fn close(self) -> Result<(), StorageError> {
        if let Some(cursor) = &self.cursor {
            self.source.execute_unprepared(&format!("CLOSE {cursor}")).await?;
        }
        Ok(())
    }
}

async fn count(connection: &DatabaseTransaction, table: &str) -> Result<u64, StorageError> {
    let query = format!("SELECT count(*) FROM \"{table}\"");
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), query)).await?;
    let rows: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(rows.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// A table that a step of the schema adds must be copied, whole.
    #[tokio::test]
    async fn every_table_of_the_schema_is_copied_with_every_column() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::connect(&format!("sqlite://{}", folder.path().join("a.db").display())).await.unwrap();
        store.migrate().await.unwrap();
        let query = "SELECT t.name, c.name FROM pragma_table_list AS t, pragma_table_info(t.name) AS c \
                     WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'seaql_migrations'";
        let rows = store.reader.query_all_raw(Statement::from_string(DbBackend::Sqlite, query)).await.unwrap();
        let mut schema: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows {
            let (table, column): (String, String) = row.try_get_many_by_index().unwrap();
            schema.entry(table).or_default().insert(column);
        }
        let copied: BTreeMap<String, BTreeSet<String>> =
            tables().into_iter().map(|table| (table.name, table.columns.into_iter().collect())).collect();
        assert_eq!(copied, schema);
    }
}
