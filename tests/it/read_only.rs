//! A database file that cannot be written, or is not there: refused at the start in words that help, and waited out by a server
//! that runs.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::fixture::today;
use crate::support::http::Connection;
use crate::support::load::{Load, assert_whole, lost, runtime};
use crate::support::or_skip;
use crate::support::process::{SERVE, Server, plumbline, prepare};

/// So many refusals mean that every client met the failure again and again.
const REFUSALS: usize = 24;

fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("plumbline.db").display())
}

/// Runs a command of the system that must succeed.
fn system(program: &str, arguments: &[&str]) -> Result<Output, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(output) } else { Err(format!("{program} {arguments:?}: {said}")) }
}

/// A folder with a database that can be locked: then writing fails for everybody, also for whoever has it open. Permissions
/// would do neither: they do not bind root, nor who has the file open.
struct LockableFolder(TempDir);

impl LockableFolder {
    /// An error where this system locks no files, or not those that are open.
    fn new() -> Result<Self, String> {
        let folder = Self(TempDir::with_prefix("plumbline-locked-").map_err(|error| error.to_string())?);
        let mut open = File::create(folder.0.path().join("plumbline.db")).map_err(|error| error.to_string())?;
        folder.lock(true)?;
        let written = open.write_all(b"x");
        folder.lock(false)?;
        if written.is_ok() {
            Err("a file that is open can be written while it is locked".to_owned())
        } else {
            Ok(folder)
        }
    }

    /// Locks or unlocks the folder, the file and its log. Not the index of the log beside them: it is mapped into memory, and
    /// whoever writes to a mapped file that was locked gets no error, but is ended by the system.
    fn lock(&self, is_locked: bool) -> Result<(), String> {
        let paths = ["", "plumbline.db", "plumbline.db-wal"].map(|name| self.0.path().join(name));
        for path in paths.iter().filter(|path| path.exists()) {
            system("chattr", &[if is_locked { "+i" } else { "-i" }, &path.to_string_lossy()])?;
        }
        Ok(())
    }
}

impl Drop for LockableFolder {
    fn drop(&mut self) {
        drop(self.lock(false));
    }
}

#[test]
fn a_file_that_is_read_only_for_a_while_is_waited_out() {
    let Some(folder) = or_skip("a read-only file", LockableFolder::new()) else { return };
    let (url, today) = (url(folder.0.path()), today());
    prepare(&url, today);
    let server = Server::start(&url);
    runtime().block_on(async {
        let load = Load::start(&[server.address], today);
        for _ in 0..2 {
            load.more(100).await;
            folder.lock(true).unwrap();
            load.refusals(REFUSALS).await;
            assert_eq!(readiness(&server).await, 503, "nothing can be kept");
            folder.lock(false).unwrap();
        }
        load.more(100).await;
        let acknowledged = load.finish().await;
        assert_eq!(lost(server.address, &acknowledged, today).await, 0);
        assert_whole(&url, acknowledged.len()).await;
    });
}

#[test]
fn a_server_on_a_read_only_file_says_which_and_ends() {
    let Some(folder) = or_skip("a read-only file", LockableFolder::new()) else { return };
    let url = url(folder.0.path());
    prepare(&url, today());
    folder.lock(true).unwrap();
    for (url, command) in [(url.clone(), SERVE), (url.replace("plumbline.db", "other.db"), &["migrate"])] {
        let output = plumbline(&url, command).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        let file = url.strip_prefix("sqlite://").unwrap();
        assert!(said.starts_with(&format!("error: the database file {file} ")), "{said}");
        assert!(said.contains("must be able to write") && said.lines().count() == 1, "{said}");
    }
    folder.lock(false).unwrap();
    drop(Server::start(&url));
}

/// The status of the server's own word on whether it is ready.
async fn readiness(server: &Server) -> u16 {
    let mut connection = Connection::open(server.address).await.unwrap();
    connection.send(b"GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap().0
}

#[test]
fn a_file_that_is_taken_away_is_missed_at_once_and_no_empty_one_stands_in_for_it() {
    let folder = TempDir::with_prefix("plumbline-moved-").unwrap();
    let (url, today) = (url(folder.path()), today());
    let [file, elsewhere] = ["plumbline.db", "elsewhere.db"].map(|name| folder.path().join(name));
    let missing = plumbline(&url, SERVE).output().unwrap();
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(
        said.contains("there is no database file") && said.contains("plumbline migrate") && !file.exists(),
        "{said}"
    );
    prepare(&url, today);
    let server = Server::start(&url);
    runtime().block_on(async {
        let load = Load::start(&[server.address], today);
        load.more(100).await;
        assert_eq!(readiness(&server).await, 200);
        fs::rename(&file, &elsewhere).unwrap();
        load.refusals(REFUSALS).await;
        assert_eq!(readiness(&server).await, 503);
        assert!(!file.exists());
        fs::rename(&elsewhere, &file).unwrap();
        load.more(100).await;
        assert_eq!(readiness(&server).await, 200);
        let acknowledged = load.finish().await;
        assert_eq!(lost(server.address, &acknowledged, today).await, 0);
        assert_whole(&url, acknowledged.len()).await;
    });
}
