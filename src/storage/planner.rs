//! What PostgreSQL's planner must know of the table of responses before the engine has looked at it by itself.
//!
//! Of a table that nobody has analysed it takes each wave for a two-hundredth of the rows, and so walks through the whole wave for
//! each group of keys: what a group costs would grow with the answers until the engine looks, which may be a minute later. One look
//! at the first answers tells it that the key is what to search by, however many there will be.

use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::StorageError;
use super::reader::Reader;
use super::writer::Writer;

/// So many responses tell how many waves there are: of a single one, each wave would seem to have but one.
const TELLING: usize = 200;
/// More than one answer a wave, in what the engine knows.
const IS_KNOWN: &str = "SELECT 1 FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'response' \
                        AND attname = 'wave_id' AND n_distinct > 0";

/// How many responses this process has kept, as long as that matters.
#[derive(Debug, Default)]
pub(super) struct Planner {
    kept: AtomicUsize,
}

impl Planner {
    /// Whether these are the ones that make it worth a look.
    fn is_telling(&self, kept: usize) -> bool {
        let before = self.kept.fetch_add(kept, Ordering::Relaxed);
        before < TELLING && before + kept >= TELLING
    }

    /// Lets the engine look at the table of responses once enough were kept, unless it has. SQLite needs no look.
    pub(super) async fn look(&self, reader: &Reader, writer: &Writer, kept: usize) -> Result<(), StorageError> {
        if !self.is_telling(kept) || reader.get_database_backend() == DbBackend::Sqlite {
            return Ok(());
        }
        let is_known = Statement::from_string(DbBackend::Postgres, IS_KNOWN);
        if reader.query_one_raw(is_known).await?.is_none() {
            writer.tidy_up("ANALYZE response").await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_is_taken_when_there_are_enough_however_they_come() {
        for groups in [&[200][..], &[199, 1], &[1_000_000], &[100, 99, 500]] {
            let planner = Planner::default();
            let looks: Vec<bool> = groups.iter().map(|kept| planner.is_telling(*kept)).collect();
            assert_eq!(looks.iter().filter(|look| **look).count(), 1, "{groups:?}");
            assert!(!planner.is_telling(1_000));
        }
        assert!(!Planner::default().is_telling(199));
    }
}
