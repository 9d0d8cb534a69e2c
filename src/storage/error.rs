//! What can go wrong in the store.

use std::borrow::Cow;

use sea_orm::{DbErr, RuntimeErr};

use crate::estimation::EstimationError;
use crate::foundation::Findings;

/// SQLite's code for a file that cannot be written.
pub(super) const READ_ONLY: i32 = 8;
/// SQLite's code for a file that cannot be opened at all.
pub(super) const CANNOT_OPEN: i32 = 14;
/// SQLite's code for a file that holds something else.
pub(super) const NOT_A_DATABASE: i32 = 26;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The URL names no engine that we know.
    #[error("a database URL starts with sqlite:// or postgres://")]
    UnknownEngine,
    /// The URL names no file: what is kept there would be gone with the last connection.
    #[error(
        "the database URL names no file, so nothing would be kept; write the path of one, such as sqlite://plumbline.db"
    )]
    NoFileNamed,
    /// The URL names invalid hosts, or too many.
    #[error("a database URL names 1 to {max} hosts, separated by commas: postgres://user@a:5432,b:5432/name")]
    Hosts {
        /// How many there may be.
        max: usize,
    },
    /// The URL has an option that does not exist.
    #[error("the database URL has an option {option:?}, which does not exist; those that do: {allowed}")]
    UnknownOption {
        /// The option.
        option: String,
        /// Those that exist, separated by commas.
        allowed: String,
    },
    /// The URL names a mode of a pooler that needs no name or is not known.
    #[error(
        "the database URL has pooler={mode}; write pooler=transaction where the pooler gives each transaction a connection, and \
             nothing where it gives each client one"
    )]
    UnknownPooler {
        /// The mode.
        mode: String,
    },
    /// No connection could be made.
    #[error("the database cannot be reached: {0}")]
    Unreachable(#[source] DbErr),
    /// There is no file where an embedded store should be.
    #[error("there is no database file {file}; mend its address, or make it with `plumbline migrate`")]
    NoFile {
        /// The file.
        file: String,
    },
    /// The file of an embedded store is no longer the one that was opened.
    #[error(
        "the database file {file} was removed or replaced while it was in use: put it back, or start Plumbline again on the \
             one that is to be used; nothing is kept until then"
    )]
    Moved {
        /// The file.
        file: String,
    },
    /// The file of an embedded store cannot be opened.
    #[error(
        "the database file {file} cannot be opened: its folder must be there, and whoever runs Plumbline must be able to \
             write to the folder and to what lies in it under the file's name"
    )]
    CannotOpen {
        /// The file.
        file: String,
    },
    /// The file is that of something else.
    #[error("the file {file} is not an SQLite database; mend the address. The file is as it was")]
    NotADatabase {
        /// The file.
        file: String,
    },
    /// The file of an embedded store can be read and not written.
    #[error(
        "the database file {file} is read-only: whoever runs Plumbline must be able to write to it, to {file}-wal and \
             {file}-shm beside it if they are there, and to their folder"
    )]
    ReadOnly {
        /// The file.
        file: String,
    },
    /// Steps of the schema are missing.
    #[error("the database lacks {missing} of the schema's steps; run `plumbline migrate`")]
    SchemaTooOld {
        /// How many steps are missing.
        missing: usize,
    },
    /// The schema has steps that this program does not know.
    #[error("the database was migrated by a newer Plumbline ({step}); run that version, or restore a backup")]
    SchemaTooNew {
        /// A step that this program does not know.
        step: String,
    },
    /// Something is kept where a copy should go.
    #[error("the database that is to be written is not empty: there are rows in {table}; name an empty one")]
    NotEmpty {
        /// A table that has rows.
        table: String,
    },
    /// A unique code is taken.
    #[error("there is already a {what} {code:?}{hint}")]
    Taken {
        /// What it is: `wave`, `questionnaire`.
        what: &'static str,
        /// The code.
        code: String,
        /// How to go on.
        hint: &'static str,
    },
    /// What is kept does not read back; the store was changed by something else.
    #[error("what is kept in {table} does not read back: {reason}")]
    Damaged {
        /// The table.
        table: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The database's user may not clean a table that it must.
    #[error(
        "the database's user does not own the table {table}, so the database would go on telling which answers came \
             with which codes; let the user that migrates the schema also serve"
    )]
    NotOwner {
        /// The table.
        table: &'static str,
    },
    /// Tables cannot be distributed here.
    #[error(
        "this database does not have the extension citus, which spreads tables over several servers; install it on each of them \
         and run `CREATE EXTENSION citus` in the database, or leave --distribute away"
    )]
    NoCitus,
    /// Another server wrote the same rows at the same time.
    #[error("another server keeps writing the same rows; try again")]
    LostRace,
    /// A job was taken over by another server, or cancelled, while it was worked on.
    #[error("the job was cancelled, or another server has taken it over")]
    JobTaken,
    /// Storage did not answer in time.
    #[error("the database does not answer")]
    Silent,
    /// A sum would leave the range of the tallies.
    #[error(transparent)]
    Tally(#[from] EstimationError),
    /// An input contradicts what is kept.
    #[error(transparent)]
    Findings(#[from] Findings),
    /// The engine reported an error.
    #[error("the database reported: {0}")]
    Engine(#[from] DbErr),
}

impl StorageError {
    /// Whether the same work may succeed when it is tried again at once: a busy file, a lost serialisation race.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        // SQLite: 5 busy, 6 locked, 517 busy snapshot. PostgreSQL: 40001 serialisation failure, 40P01 deadlock.
        let codes = ["5", "6", "517", "40001", "40P01"];
        matches!(self, Self::LostRace) || self.engine_code().is_some_and(|code| codes.contains(&code.as_ref()))
    }

    /// Whether a row of `table` is there already under the same key.
    pub(super) fn is_taken_key(&self, table: &str) -> bool {
        // A distributed database that copies rows to its servers says of their errors no code, only what they said: the key's name.
        let names_key = || self.to_string().contains(&format!("{table}_pkey_"));
        // SQLite: 1555 a primary key. PostgreSQL: 23505 any key, XX000 an error without a code.
        self.engine_code().is_some_and(|code| match code.as_ref() {
            "1555" | "23505" => true,
            "XX000" => names_key(),
            _ => false,
        })
    }

    /// Whether the database is away: it cannot be reached, does not answer, or is being stopped or started.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Unreachable(_)
            | Self::Silent
            | Self::NoFile { .. }
            | Self::Moved { .. }
            | Self::CannotOpen { .. }
            | Self::Engine(DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) => true,
            Self::Engine(DbErr::Exec(RuntimeErr::SqlxError(_)) | DbErr::Query(RuntimeErr::SqlxError(_))) => {
                // Without a code it is not the database that speaks, but the way to it. PostgreSQL: 08 connection, 53
                // resources, 57P being stopped, started or recovered.
                let is_away = |code: Cow<'_, str>| ["08", "53", "57P"].iter().any(|away| code.starts_with(away));
                self.sqlite_code() == Some(CANNOT_OPEN) || self.engine_code().is_none_or(is_away)
            }
            _ => false,
        }
    }

    /// What SQLite reports: of its codes the lowest byte is what it is, the others say where it came up.
    pub(super) fn sqlite_code(&self) -> Option<i32> {
        // Those of PostgreSQL have five letters.
        let code = self.engine_code().filter(|code| code.len() < 5)?;
        Some(code.parse::<i32>().ok()? & 0xff)
    }

    /// The engine's own code of the error.
    pub(super) fn engine_code(&self) -> Option<Cow<'_, str>> {
        let (Self::Engine(error) | Self::Unreachable(error)) = self else { return None };
        let (DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause))
        | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
        else {
            return None;
        };
        cause.as_database_error()?.code()
    }

    pub(super) fn damaged(table: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Damaged { table, reason: reason.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conn() -> DbErr {
        DbErr::Conn(RuntimeErr::Internal("refused".to_owned()))
    }

    #[test]
    fn only_a_lost_race_is_tried_again_without_a_word_of_the_engine() {
        assert!(StorageError::LostRace.is_transient());
        for error in [StorageError::JobTaken, StorageError::Silent, StorageError::Engine(conn())] {
            assert!(!error.is_transient(), "{error}");
        }
    }

    #[test]
    fn a_database_that_is_away_is_an_outage_and_damage_is_none() {
        let file = || "plumbline.db".to_owned();
        for error in [
            StorageError::Unreachable(conn()),
            StorageError::Silent,
            StorageError::NoFile { file: file() },
            StorageError::Moved { file: file() },
            StorageError::CannotOpen { file: file() },
            StorageError::Engine(conn()),
        ] {
            assert!(error.is_outage(), "{error}");
        }
        for error in [
            StorageError::damaged("job", "x"),
            StorageError::ReadOnly { file: file() },
            StorageError::SchemaTooOld { missing: 1 },
            StorageError::LostRace,
            StorageError::Engine(DbErr::RecordNotInserted),
        ] {
            assert!(!error.is_outage(), "{error}");
        }
    }

    #[test]
    fn an_error_that_the_engine_did_not_report_has_no_code_and_is_no_taken_key() {
        for error in [StorageError::LostRace, StorageError::Engine(conn()), StorageError::Unreachable(conn())] {
            assert!(error.engine_code().is_none() && error.sqlite_code().is_none(), "{error}");
            assert!(!error.is_taken_key("job"), "{error}");
        }
    }
}
