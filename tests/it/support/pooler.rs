//! A pgbouncer of a test's own, in transaction mode, before the PostgreSQL that the tests use.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::cluster::{call, free_port, is_root};
use super::database::is_elsewhere;

/// Where Debian keeps the program.
const PROGRAM: &str = "/usr/sbin/pgbouncer";
/// Connections to the server: fewer than clients, so that they share them.
const CONNECTIONS: u16 = 3;

/// A running pooler; ended when dropped.
pub(crate) struct Pooler {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Pooler {
    /// Starts one with these further settings, a line each; an explanation where pgbouncer is not installed.
    pub(crate) fn start(further: &str) -> Result<Self, String> {
        if !Path::new(PROGRAM).is_file() {
            return Err(format!("there is no {PROGRAM}; install the Debian package pgbouncer"));
        }
        if is_elsewhere() {
            return Err("the pooler is set up for the PostgreSQL of this machine alone".to_owned());
        }
        let folder = TempDir::with_prefix("plumbline-pooler-").map_err(|error| error.to_string())?;
        let (port, at) = (free_port(), folder.path().display());
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port=5432 user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
             default_pool_size = {CONNECTIONS}\nlogfile = {at}/log\npidfile = {at}/pid\n{further}\n"
        );
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, settings).map_err(|error| error.to_string())?;
        let mut command = Command::new(PROGRAM);
        // It does not run as root.
        if is_root() {
            call(Command::new("chown").args(["-R", "postgres"]).arg(folder.path()))?;
            command.args(["-u", "postgres"]);
        }
        let silent = command.arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = silent.spawn().map_err(|error| format!("{PROGRAM}: {error}"))?;
        let pooler = Self { child, port, _folder: folder };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begin.elapsed() > Duration::from_secs(10) {
                return Err("pgbouncer does not listen".to_owned());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(pooler)
    }

    /// The same database, reached through the pooler.
    pub(crate) fn url(&self, direct: &str) -> String {
        let name = direct.rsplit('/').next().expect("the address of a database ends with its name");
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // A process that has ended already is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
