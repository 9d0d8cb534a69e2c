//! What has just come, until the tallies have it (`fold.rs`) and the log takes it in (`settle.rs`).

use std::collections::BTreeMap;
use std::iter::once;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entities::{free_text, inbox};
use super::kept_response::{KeptResponse, line_of};
use super::layout::{HEAD, behind_head};
use super::rows::{Columns, Kind, names, rows_per_statement, rows_statement};
use super::waves::WaveId;
use super::{NewResponse, StorageError};
use crate::survey::UnitId;

/// Lines of a batch: what folds and settles takes many batches at once.
const LINES_PER_BATCH: usize = 500;

/// What is noted of a batch, which nobody has counted.
const BATCH: Columns<5> = [
    ("wave_id", Kind::Integer),
    ("unit_id", Kind::Bigint),
    ("id", Kind::Uuid),
    ("entries", Kind::Text),
    ("words", Kind::Text),
];

/// What somebody wrote: a key that nothing else has, the item, the words.
type Words = (Uuid, String, String);

/// Puts responses into the inbox: a row or a few for each unit. They come in the order of their keys, and so they lie there.
pub(super) async fn put_into_inbox(
    transaction: &DatabaseTransaction,
    stored: &[&NewResponse],
) -> Result<(), StorageError> {
    let backend = transaction.get_database_backend();
    let insert =
        |rows: &str| format!("INSERT INTO inbox (is_counted, {}) SELECT false AS is_counted, {rows}", names(&BATCH));
    for chunk in stored.chunks(rows_per_statement(backend, stored.len())) {
        let mut by_unit: BTreeMap<(i32, i64), Vec<&NewResponse>> = BTreeMap::new();
        for response in chunk {
            by_unit.entry((response.wave.0, response.unit.0)).or_default().push(response);
        }
        let mut batches = Vec::with_capacity(by_unit.len());
        for ((wave, unit), responses) in by_unit {
            for responses in responses.chunks(LINES_PER_BATCH) {
                let lines = responses.iter().map(|response| line_of(response));
                let entries: String = once(HEAD.to_owned()).chain(lines).collect();
                // A key is received once, so that of the first one names the batch, and is not that of its line.
                let id = responses[0].received_key;
                batches.push([wave.into(), unit.into(), id.into(), entries.into(), words_of(responses)?.into()]);
            }
        }
        transaction.execute_raw(rows_statement(backend, &BATCH, batches, insert)?).await?;
    }
    Ok(())
}

/// What was written in a batch, by its keys and so in another order than the responses.
fn words_of(responses: &[&NewResponse]) -> Result<String, StorageError> {
    let mut words: Vec<Words> = Vec::new();
    for response in responses {
        words.extend(response.words.iter().map(|(key, item, text)| (*key, item.to_string(), text.clone())));
    }
    words.sort_unstable();
    serde_json::to_string(&words).map_err(|error| StorageError::damaged("inbox", error))
}

/// The batches of a wave that were counted, or were not.
pub(super) fn batches(wave: WaveId, are_counted: bool) -> Condition {
    Condition::all().add(inbox::Column::WaveId.eq(wave.0)).add(inbox::Column::IsCounted.eq(are_counted))
}

/// Notes that the tallies have these batches.
pub(super) async fn mark_as_counted(transaction: &DatabaseTransaction, these: Condition) -> Result<(), StorageError> {
    let marked = inbox::Entity::update_many().col_expr(inbox::Column::IsCounted, Expr::value(true)).filter(these);
    marked.exec(transaction).await?;
    Ok(())
}

/// Hands every response of a batch to `take`.
pub(super) fn each_of_batch(
    batch: &inbox::Model,
    mut take: impl FnMut(KeptResponse<'_>) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let unit = UnitId(batch.unit_id);
    behind_head("inbox", &batch.entries)?
        .lines()
        .try_for_each(|line| take(KeptResponse::from_line("inbox", unit, line)?))
}

/// Where words are kept for good.
const WORDS: Columns<5> = [
    ("wave_id", Kind::Integer),
    ("unit_id", Kind::Bigint),
    ("key", Kind::Uuid),
    ("item", Kind::Text),
    ("words", Kind::Text),
];

/// Keeps what was written in these batches for good.
pub(super) async fn keep_words(
    transaction: &DatabaseTransaction,
    batches: &[inbox::Model],
) -> Result<(), StorageError> {
    let mut words: Vec<free_text::Model> = Vec::new();
    for batch in batches {
        let of_batch: Vec<Words> =
            serde_json::from_str(&batch.words).map_err(|error| StorageError::damaged("inbox", error))?;
        let (wave_id, unit_id) = (batch.wave_id, batch.unit_id);
        words.extend(of_batch.into_iter().map(|(key, item, words)| free_text::Model {
            wave_id,
            unit_id,
            key,
            item,
            words,
        }));
    }
    // By key, so that the words do not lie in the order in which they came.
    words.sort_unstable_by_key(|row| row.key);
    let insert = |rows: &str| format!("INSERT INTO free_text ({}) SELECT {rows}", names(&WORDS));
    let backend = transaction.get_database_backend();
    for chunk in words.chunks(rows_per_statement(backend, words.len())) {
        let rows = chunk
            .iter()
            .cloned()
            .map(|row| [row.wave_id.into(), row.unit_id.into(), row.key.into(), row.item.into(), row.words.into()]);
        transaction.execute_raw(rows_statement(backend, &WORDS, rows, insert)?).await?;
    }
    Ok(())
}
