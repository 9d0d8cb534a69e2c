//! PostgreSQL clusters of a test's own, which it may stop, kill and promote.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Where Debian keeps the programs of each version.
const PROGRAMS: &str = "/usr/lib/postgresql";

/// A cluster; stopped at once when dropped.
pub(crate) struct Cluster {
    folder: PathBuf,
    /// Where it listens on 127.0.0.1.
    pub(crate) port: u16,
}

/// A folder in which clusters can be made, and the programs that make them; nothing where PostgreSQL is not installed.
pub(crate) struct Clusters {
    folder: TempDir,
    programs: PathBuf,
}

impl Clusters {
    /// Room for clusters; an explanation where there is no PostgreSQL to make them with.
    pub(crate) fn new() -> Result<Self, String> {
        let versions = std::fs::read_dir(PROGRAMS).map_err(|error| format!("{PROGRAMS}: {error}"))?;
        let mut programs: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
        programs.retain(|programs| programs.join("initdb").is_file());
        programs.sort();
        let programs = programs.pop().ok_or_else(|| format!("there is no initdb in {PROGRAMS}"))?;
        let folder = TempDir::with_prefix("plumbline-clusters-").map_err(|error| error.to_string())?;
        // PostgreSQL does not run as root; its folders then belong to the user of Debian's package.
        if is_root() {
            call(Command::new("chown").arg("postgres").arg(folder.path()))?;
        }
        Ok(Self { folder, programs })
    }

    /// A new cluster, running.
    pub(crate) fn primary(&self, name: &str) -> Result<Cluster, String> {
        let cluster = Cluster { folder: self.folder.path().join(name), port: free_port() };
        call(self.program("initdb").args(["-A", "trust", "-U", "postgres", "-D"]).arg(&cluster.folder))?;
        self.start(&cluster)?;
        Ok(cluster)
    }

    /// A standby of `primary`, running.
    pub(crate) fn standby(&self, name: &str, primary: &Cluster) -> Result<Cluster, String> {
        let cluster = Cluster { folder: self.folder.path().join(name), port: free_port() };
        let source = format!("host=127.0.0.1 port={} user=postgres application_name={name}", primary.port);
        call(
            self.program("pg_basebackup")
                .args(["-R", "-X", "stream", "-c", "fast", "-d", &source, "-D"])
                .arg(&cluster.folder),
        )?;
        self.start(&cluster)?;
        Ok(cluster)
    }

    /// Starts a cluster, and returns when it takes connections.
    pub(crate) fn start(&self, cluster: &Cluster) -> Result<(), String> {
        let sockets = self.folder.path().display();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={sockets} -c fsync=off",
            cluster.port
        );
        let log = cluster.folder.with_extension("log");
        call(self.control(cluster).args(["start", "-w", "-o", &options, "-l"]).arg(log))
    }

    /// Stops a cluster: `fast` in good order, `immediate` as a crash does.
    pub(crate) fn stop(&self, cluster: &Cluster, mode: &str) -> Result<(), String> {
        call(self.control(cluster).args(["stop", "-w", "-m", mode]))
    }

    /// Makes a standby a primary.
    pub(crate) fn promote(&self, cluster: &Cluster) -> Result<(), String> {
        call(self.control(cluster).args(["promote", "-w"]))
    }

    /// Lets a primary wait for a standby before it acknowledges.
    pub(crate) fn wait_for_standby(&self, cluster: &Cluster) -> Result<(), String> {
        let port = cluster.port.to_string();
        for statement in ["ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'", "SELECT pg_reload_conf()"] {
            call(self.program("psql").args(["-q", "-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-c", statement]))?;
        }
        Ok(())
    }

    fn control(&self, cluster: &Cluster) -> Command {
        let mut command = self.program("pg_ctl");
        command.arg("-D").arg(&cluster.folder);
        command
    }

    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = if is_root() { as_postgres(&path) } else { Command::new(path) };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Clusters {
    fn drop(&mut self) {
        for entry in std::fs::read_dir(self.folder.path()).into_iter().flatten().flatten() {
            if entry.path().join("postmaster.pid").exists() {
                // A cluster that is down already is what is wanted.
                drop(call(self.program("pg_ctl").args(["stop", "-m", "immediate", "-D"]).arg(entry.path())));
            }
        }
    }
}

fn as_postgres(program: &Path) -> Command {
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

/// Whether this process is root's.
pub(crate) fn is_root() -> bool {
    let told = Command::new("id").arg("-u").output();
    told.is_ok_and(|told| told.stdout.starts_with(b"0"))
}

/// A port of 127.0.0.1 where nothing listens.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("a listener has an address").port()
}

/// Runs a command to its end, which must be good.
pub(crate) fn call(command: &mut Command) -> Result<(), String> {
    // Its output goes nowhere: a server that is started would hold a pipe open for as long as it runs.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}
