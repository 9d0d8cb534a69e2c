//! What new responses add to the tallies, noted for the fold (`fold.rs`) in the transaction that keeps them.

use std::collections::BTreeMap;
use std::iter::once;

use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::counting::CountedResponse;
use super::layout::HEAD;
use super::rows::{Columns, Kind, names, rows_per_statement, rows_statement};
use super::{NewResponse, StorageError};

/// Lines of a batch for the fold, which holds many batches at once.
const LINES_PER_BATCH: usize = 2_000;

/// What is noted for the fold.
const NOTED: Columns<4> =
    [("wave_id", Kind::Integer), ("unit_id", Kind::Bigint), ("id", Kind::Uuid), ("entries", Kind::Text)];

/// Notes what the responses add to the tallies: a row or a few for each unit, in the same transaction.
pub(super) async fn note_for_fold(
    transaction: &DatabaseTransaction,
    stored: &[&NewResponse],
) -> Result<(), StorageError> {
    let backend = transaction.get_database_backend();
    let insert = |rows: &str| format!("INSERT INTO pending_batch ({}) SELECT {rows}", names(&NOTED));
    // What is noted of a response takes less than a third of its row.
    for chunk in stored.chunks(3 * rows_per_statement(backend, stored.len())) {
        let mut by_unit: BTreeMap<(i32, i64), Vec<&NewResponse>> = BTreeMap::new();
        for response in chunk {
            by_unit.entry((response.wave.0, response.unit.0)).or_default().push(response);
        }
        let batches = by_unit.iter().flat_map(|((wave, unit), responses)| {
            responses.chunks(LINES_PER_BATCH).map(move |responses| {
                let lines = responses.iter().map(|response| CountedResponse::of(response).to_line());
                let entries: String = once(HEAD.to_owned()).chain(lines).collect();
                // A key is stored once, so the first one names the batch.
                [(*wave).into(), (*unit).into(), responses[0].key.into(), entries.into()]
            })
        });
        transaction.execute_raw(rows_statement(backend, &NOTED, batches, insert)?).await?;
    }
    Ok(())
}
