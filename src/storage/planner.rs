//! What PostgreSQL's planner must know of the table of submissions before the engine has looked at it by itself.
//!
//! Of a table that nobody has analysed it takes each wave for a two-hundredth of the rows, and so walks through the whole wave for
//! each group of keys: what a group costs would grow with the answers until the engine looks, which may be a minute later. One look
//! at the first answers tells it that the key is what to search by, however many there will be.

use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{ConnectionTrait, DbBackend};

use super::StorageError;
use super::parts::sum_over_parts;
use super::reader::Reader;
use super::writer::Writer;

/// So many responses tell how many waves there are: of a single one, each wave would seem to have but one.
const TELLING: usize = 200;

/// How often the engine knows of a wave with more than one answer: once for the table, or for each part of a distributed one.
fn known(table: &str) -> String {
    format!(
        "SELECT count(*) FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname JOIN pg_class c \
         ON c.relname = s.tablename AND c.relnamespace = n.oid \
         WHERE c.oid = '{table}'::regclass AND s.attname = 'wave_id' AND s.n_distinct > 0"
    )
}

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

    /// Lets the engine look at the table of submissions once enough were kept, unless it has. SQLite needs no look.
    pub(super) async fn look(&self, reader: &Reader, writer: &Writer, kept: usize) -> Result<(), StorageError> {
        if !self.is_telling(kept) || reader.get_database_backend() == DbBackend::Sqlite {
            return Ok(());
        }
        if sum_over_parts(reader, "received", known).await? == 0 {
            writer.tidy_up("ANALYZE received").await?;
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
