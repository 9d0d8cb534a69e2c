//! A database file that cannot be written: refused at the start in words that help, and waited out by a server that runs.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::fixture::today;
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
    for url in [url.clone(), url.replace("plumbline.db", "other.db")] {
        let output = plumbline(&url, SERVE).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        let file = url.strip_prefix("sqlite://").unwrap();
        assert!(said.starts_with(&format!("error: the database file {file} ")), "{said}");
        assert!(said.contains("must be able to write") && said.lines().count() == 1, "{said}");
    }
    folder.lock(false).unwrap();
    drop(Server::start(&url));
}

/// A file system of its own that the kernel can be made to find damaged, upon which it takes no more writes.
struct FragileDisk {
    image: PathBuf,
    mounted: PathBuf,
    /// The name of its device; empty while it is not mounted.
    device: String,
    _folder: TempDir,
}

impl FragileDisk {
    fn new() -> Result<Self, String> {
        let folder = TempDir::with_prefix("plumbline-fragile-").map_err(|error| error.to_string())?;
        let (image, mounted) = (folder.path().join("image"), folder.path().join("mounted"));
        fs::create_dir(&mounted).map_err(|error| error.to_string())?;
        let sized = File::create(&image).and_then(|file| file.set_len(64 << 20));
        sized.map_err(|error| error.to_string())?;
        system("mkfs.ext4", &["-q", "-F", &image.to_string_lossy()])?;
        let mut disk = Self { image, mounted, device: String::new(), _folder: folder };
        disk.mount()?;
        if disk.trigger().exists() {
            Ok(disk)
        } else {
            Err("the kernel cannot be made to find a disk damaged".to_owned())
        }
    }

    fn mount(&mut self) -> Result<(), String> {
        let (image, mounted) = (self.image.to_string_lossy(), self.mounted.to_string_lossy());
        system("mount", &["-o", "loop,errors=remount-ro", &image, &mounted])?;
        let output = system("findmnt", &["-n", "-o", "SOURCE", &mounted])?;
        let device = String::from_utf8_lossy(&output.stdout);
        device.trim().trim_start_matches("/dev/").clone_into(&mut self.device);
        Ok(())
    }

    fn trigger(&self) -> PathBuf {
        Path::new("/sys/fs/ext4").join(&self.device).join("trigger_fs_error")
    }

    /// What an administrator does once nobody uses it any more.
    fn repair(&mut self) -> Result<(), String> {
        system("umount", &[&self.mounted.to_string_lossy()])?;
        // That it mended something is a failure in the eyes of fsck.
        drop(system("fsck.ext4", &["-f", "-y", &self.image.to_string_lossy()]));
        self.mount()
    }
}

impl Drop for FragileDisk {
    fn drop(&mut self) {
        drop(system("umount", &["-l", &self.mounted.to_string_lossy()]));
    }
}

#[test]
fn a_disk_that_the_kernel_finds_damaged_takes_no_answers_and_loses_none() {
    let Some(mut disk) = or_skip("a damaged disk", FragileDisk::new()) else { return };
    let (url, today) = (url(&disk.mounted), today());
    prepare(&url, today);
    let server = Server::start(&url);
    let acknowledged = runtime().block_on(async {
        let load = Load::start(&[server.address], today);
        load.more(100).await;
        fs::write(disk.trigger(), "1").unwrap();
        load.refusals(REFUSALS).await;
        load.finish().await
    });
    server.kill();
    disk.repair().unwrap();
    let server = Server::start(&url);
    assert_eq!(runtime().block_on(lost(server.address, &acknowledged, today)), 0);
    runtime().block_on(assert_whole(&url, acknowledged.len()));
}
