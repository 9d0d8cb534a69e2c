//! Who keeps the engine from forgetting (`forgetting.rs`), and which of its settings record what it forgets.

use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::reader::Reader;
use super::{StorageError, Store};

/// Somebody who keeps deleted rows from being removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TraceHolder {
    /// A session with an old snapshot.
    Session {
        /// What it calls itself.
        application: String,
        /// Its process on the server.
        process: i32,
    },
    /// A slot of a replica.
    Slot(String),
    /// A standby that tells what its readers need.
    Standby(String),
    /// A transaction that was prepared and not ended.
    Prepared(String),
    /// A process that reads the file of an embedded store.
    Process(u32),
}

impl fmt::Display for TraceHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session { application, process } if application.is_empty() => write!(f, "session {process}"),
            Self::Session { application, process } => write!(f, "session {process} ({application})"),
            Self::Slot(name) => write!(f, "replication slot {name}"),
            Self::Standby(name) => write!(f, "standby {name}"),
            Self::Prepared(name) => write!(f, "prepared transaction {name}"),
            Self::Process(process) => write!(f, "process {process}"),
        }
    }
}

/// Makes one of the name and the number of a process that a query gives.
type MakeHolder = fn(String, i32) -> TraceHolder;

/// Each kind with its query, whose rows are a name and the number of a process; `{}` is an age in seconds.
const QUERIES: [(MakeHolder, &str); 4] = [
    (
        |application, process| TraceHolder::Session { application, process },
        "SELECT coalesce(application_name, ''), pid FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid() \
         AND datname = current_database() AND coalesce(backend_type, '') <> 'walsender' \
         AND xact_start < now() - make_interval(secs => {})",
    ),
    (
        |name, _| TraceHolder::Slot(name),
        "SELECT CAST(slot_name AS TEXT), 0 FROM pg_replication_slots WHERE xmin IS NOT NULL",
    ),
    (
        |name, _| TraceHolder::Standby(name),
        "SELECT coalesce(application_name, ''), pid FROM pg_stat_replication WHERE backend_xmin IS NOT NULL",
    ),
    (
        |name, _| TraceHolder::Prepared(name),
        "SELECT gid, 0 FROM pg_prepared_xacts WHERE database = current_database() \
         AND prepared < now() - make_interval(secs => {})",
    ),
];

/// The settings of PostgreSQL that record what Plumbline forgets.
const RECORDING: &str = "SELECT name || ' = ' || setting FROM pg_settings WHERE \
     (name = 'log_statement' AND setting IN ('mod', 'all')) OR (name = 'track_commit_timestamp' AND setting = 'on') \
     OR (name IN ('log_min_duration_statement', 'log_min_duration_sample', 'auto_explain.log_min_duration') AND setting <> '-1') \
     OR (name IN ('log_transaction_sample_rate') AND setting <> '0') OR (name = 'archive_mode' AND setting <> 'off') ORDER BY name";

impl Store {
    /// Who has kept the engine from forgetting for so long.
    pub async fn trace_holders(&self, age: Duration) -> Result<Vec<TraceHolder>, StorageError> {
        let mut holders = match self.writer.file() {
            Some(file) => readers_of(&file.shared_memory()),
            None => sessions(&self.reader, age).await?,
        };
        holders.sort_unstable();
        holders.dedup();
        Ok(holders)
    }

    /// The settings of a server by which it records what Plumbline forgets: statements with codes and answers, times, every change.
    pub async fn recording_settings(&self) -> Result<Vec<String>, StorageError> {
        if self.is_embedded() {
            return Ok(Vec::new());
        }
        let rows = self.reader.query_all_raw(Statement::from_string(DbBackend::Postgres, RECORDING)).await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }
}

async fn sessions(reader: &Reader, age: Duration) -> Result<Vec<TraceHolder>, StorageError> {
    let mut holders = Vec::new();
    for (holder, query) in QUERIES {
        let query = query.replace("{}", &age.as_secs_f64().to_string());
        for row in reader.query_all_raw(Statement::from_string(DbBackend::Postgres, query)).await? {
            let (name, process): (String, i32) = row.try_get_many_by_index()?;
            holders.push(holder(name, process));
        }
    }
    Ok(holders)
}

/// The processes that read a database through this file, by the locks that the kernel tells of; none where it tells of none.
fn readers_of(shared_memory: &str) -> Vec<TraceHolder> {
    let Ok(file) = std::fs::metadata(shared_memory) else { return Vec::new() };
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    locks.lines().filter_map(|line| reader_in(line, file.ino())).map(TraceHolder::Process).collect()
}

/// SQLite's locks of readers: the bytes 123 to 127 of the shared memory, shared.
const READERS: std::ops::RangeInclusive<u64> = 123..=127;

/// The process of a line like `1: POSIX  ADVISORY  READ 1234 08:01:5678 124 124`, where it reads this file.
fn reader_in(line: &str, file: u64) -> Option<u32> {
    let mut fields = line.split_whitespace().skip_while(|field| *field != "READ").skip(1);
    let process = fields.next()?.parse().ok()?;
    let found: u64 = fields.next()?.rsplit(':').next()?.parse().ok()?;
    let first: u64 = fields.next()?.parse().ok()?;
    (found == file && READERS.contains(&first)).then_some(process)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_of_the_file_is_found_among_the_locks() {
        let reads = "1: POSIX  ADVISORY  READ 1234 08:01:5678 124 124";
        assert_eq!(reader_in(reads, 5678), Some(1234));
        for (line, file) in [
            (reads, 1),
            ("1: POSIX  ADVISORY  WRITE 1234 08:01:5678 124 124", 5678),
            ("1: POSIX  ADVISORY  READ 1234 08:01:5678 128 128", 5678),
            ("1: POSIX  ADVISORY  READ -1 08:01:5678 124 124", 5678),
            ("1: POSIX  ADVISORY  READ 1234", 5678),
            ("", 5678),
        ] {
            assert_eq!(reader_in(line, file), None, "{line}");
        }
    }
}
