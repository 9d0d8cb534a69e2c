//! The real binary: commands that end, and a server that can be killed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use chrono::NaiveDate;
use tempfile::TempDir;

use super::fixture::{self, WAVE};

/// The binary under test.
const PLUMBLINE: &str = env!("CARGO_BIN_EXE_plumbline");

/// Arguments that serve on a free port.
pub(crate) const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

/// The binary with these arguments, without the settings of the environment that the tests run in.
pub(crate) fn plumbline(database_url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(PLUMBLINE);
    command.env_clear().args(arguments).args(["--database-url", database_url]).stdin(Stdio::null());
    // So that answers are settled while others come.
    command.env("PLUMBLINE_SETTLE_SECONDS", "1");
    command
}

/// Runs a command to its end, which must be good, and returns what it printed.
#[track_caller]
pub(crate) fn run(database_url: &str, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } =
        plumbline(database_url, arguments).output().expect("the binary can be started");
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "plumbline {arguments:?} ended with {status}:\n{stdout}{stderr}");
    stdout.into_owned()
}

/// Makes the wave of [`super::fixture`] on a fresh store and opens it, with the binary's own commands.
pub(crate) fn prepare(database_url: &str, today: NaiveDate) {
    let folder = TempDir::new().expect("a temporary folder can be made");
    fixture::write_files(folder.path(), today).expect("a temporary folder can be written to");
    let path = |name: &str| folder.path().join(name).into_os_string().into_string().expect("a temporary path is UTF-8");
    run(database_url, &["migrate"]);
    run(database_url, &["import", "units", &path("units.csv")]);
    run(database_url, &["wave", "create", &path("plan.toml")]);
    run(database_url, &["wave", "open", WAVE]);
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    child: Child,
    /// Held open, so that the server can go on printing.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Serves on a free port; returns when it listens.
    pub(crate) fn start(database_url: &str) -> Self {
        Self::spawn(&mut plumbline(database_url, SERVE))
    }

    /// Starts a command that says on its first line where it listens.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary can be started");
        let mut stdout = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("its output can be read");
        let address = line.trim().rsplit('/').next().and_then(|address| address.parse().ok());
        let address = address.expect("the first line says where the server listens");
        Self { address, child, _stdout: stdout }
    }

    /// Its process.
    #[allow(dead_code, reason = "the benchmark reads its processor time")]
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Kills it at once, as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.kill_and_wait();
    }

    fn kill_and_wait(&mut self) {
        // A process that has ended already is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill_and_wait();
    }
}
