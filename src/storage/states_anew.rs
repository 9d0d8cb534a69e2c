//! Writing kept sums anew, so that they keep no order of arrival.
//!
//! A sum that holds one answer, of a village or of a cell, would tell by its transaction and its place when that answer came. After a
//! settlement all sums of a unit have one transaction, and lie in the order of their keys.

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};

use super::StorageError;
use super::copy::key_of;
use super::entities::{product, tally};
use super::rows::{Kind, is_one_of};
use super::waves::WaveId;

/// Rows a statement.
const ROWS_PER_STATEMENT: usize = 1_000;

/// Writes all sums of these units anew. SQLite has them in the order of their keys in any case, and knows no transactions.
pub(super) async fn write_states_anew(
    transaction: &DatabaseTransaction,
    wave: WaveId,
    units: &[i64],
) -> Result<(), StorageError> {
    let backend = transaction.get_database_backend();
    if backend == DbBackend::Sqlite {
        return Ok(());
    }
    let these = |of_wave: SimpleExpr, of_units: SimpleExpr| Condition::all().add(of_wave).add(of_units);
    let of_units = is_one_of(backend, tally::Column::UnitId, Kind::Bigint, units.iter().copied());
    write_anew::<tally::Entity>(transaction, these(tally::Column::WaveId.eq(wave.0), of_units)).await?;
    let of_units = is_one_of(backend, product::Column::UnitId, Kind::Bigint, units.iter().copied());
    write_anew::<product::Entity>(transaction, these(product::Column::WaveId.eq(wave.0), of_units)).await
}

async fn write_anew<E: EntityTrait>(transaction: &DatabaseTransaction, these: Condition) -> Result<(), StorageError>
where
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let in_order = key_of::<E>().fold(E::find().filter(these.clone()), QueryOrder::order_by_asc);
    let rows = in_order.all(transaction).await?;
    E::delete_many().filter(these).exec(transaction).await?;
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(ROWS_PER_STATEMENT)).exec_without_returning(transaction).await?;
    }
    Ok(())
}
