//! The parts of a table that is spread over several servers, each of which knows its own alone.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::StorageError;
use super::reader::Reader;

/// Whether the database has the extension that spreads tables.
pub(super) async fn has_citus(connection: &impl ConnectionTrait) -> Result<bool, StorageError> {
    if connection.get_database_backend() == DbBackend::Sqlite {
        return Ok(false);
    }
    is_any(connection, "SELECT 1 FROM pg_extension WHERE extname = 'citus'").await
}

/// Whether a table is spread over servers, in a database that has the extension.
pub(super) async fn is_listed(connection: &impl ConnectionTrait, table: &str) -> Result<bool, StorageError> {
    is_any(connection, &format!("SELECT 1 FROM pg_dist_partition WHERE logicalrelid = '{table}'::regclass")).await
}

async fn is_any(connection: &impl ConnectionTrait, query: &str) -> Result<bool, StorageError> {
    let statement = Statement::from_string(connection.get_database_backend(), query);
    Ok(connection.query_one_raw(statement).await?.is_some())
}

/// The sum of the numbers that `query` gives for a table of PostgreSQL, by its name: for a distributed one, those of all its parts.
///
/// The coordinator has no row of such a table and no statistics, so the servers that have them are asked; where one does not
/// answer, its answer is no number, and that is an error.
pub(super) async fn sum_over_parts(
    reader: &Reader,
    table: &'static str,
    query: impl Fn(&str) -> String,
) -> Result<i64, StorageError> {
    let is_distributed = has_citus(reader).await? && is_listed(reader, table).await?;
    let query = if is_distributed { on_placements(table, &query("%s")) } else { query(table) };
    let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), query)).await?;
    Ok(row.ok_or_else(|| StorageError::damaged(table, "the table is gone"))?.try_get_by_index(0)?)
}

fn on_placements(table: &str, query: &str) -> String {
    format!(
        "SELECT coalesce(sum(result::bigint), 0)::bigint FROM run_command_on_placements('{table}', $plumbline${query}$plumbline$)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_are_asked_each_by_the_name_of_its_part() {
        let asked = on_placements("invitation", "SELECT pg_stat_get_dead_tuples('%s'::regclass)");
        assert!(asked.ends_with("'invitation', $plumbline$SELECT pg_stat_get_dead_tuples('%s'::regclass)$plumbline$)"));
    }
}
