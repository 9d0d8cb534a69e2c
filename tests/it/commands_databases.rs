//! Commands on a database that cannot be used as it is: which one it is, what is to be done, and nothing is changed in it.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use crate::commands::{kept, refused};
use crate::support::process::{SERVE, plumbline, run};
use crate::support::{Engine, World, on_both_engines, submission};

/// Every command that asks for a database that is there. No file that they name is.
const COMMANDS: &[&[&str]] = &[
    SERVE,
    &["import", "units", "/nowhere/units.csv"],
    &["import", "responses", "/nowhere/rows.csv", "--wave", "w"],
    &["wave", "list"],
    &["wave", "close", "w"],
    &["wave", "release", "w", "--in-background"],
    &["invite", "revoke", "--wave", "w"],
    &[
        "paper",
        "--wave",
        "w",
        "--unit",
        "D01",
        "--batch",
        "B",
        "--base-url",
        "https://a.example",
        "--output",
        "/nowhere/f.html",
    ],
    &["access", "grant", "collector", "--wave", "w", "--name", "lan"],
    &["keys", "token"],
    &["keys", "move", "/nowhere/keys"],
    &["job", "list"],
    &["doctor"],
];

fn url_of(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// What is in a folder.
fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

on_both_engines! {
    async fn a_database_of_a_later_version_is_used_by_no_command(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let [copy, backup] = ["copy.db", "backup.db"].map(|name| folder.path().join(name));
        let connection = world.database().connect().await;
        let insert = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_future', 0)";
        connection.execute_unprepared(insert).await.unwrap();
        let (to, file) = (url_of(&copy), backup.display().to_string());
        let others = [
            &["migrate"][..],
            &["demo", "--listen", "127.0.0.1:0"],
            &["backup", &file],
            &["copy", "--from", world.url(), "--to", &to],
        ];
        let before = kept(world.database()).await;
        for command in COMMANDS.iter().chain(&others) {
            let said = refused(world.url(), command);
            let expected = "the database was migrated by a newer Plumbline (m29991231_000001_future); run that version, or restore a backup";
            assert_eq!(said, expected, "{command:?}");
        }
        assert_eq!(kept(world.database()).await, before);
        assert_eq!(names(&folder), Vec::<String>::new(), "neither a copy nor a part of one");
    }

    async fn a_database_without_its_schema_is_brought_up_by_migrate_alone(database: TestDatabase) {
        if !database.is_empty() {
            return;
        }
        // As whoever made it left it: empty.
        drop(database.connect().await);
        if let Some(path) = database.url().strip_prefix("sqlite://") {
            fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).unwrap();
        }
        for command in COMMANDS {
            let output = plumbline(database.url(), command).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
            assert!(said.contains("of the schema's steps; run `plumbline migrate`"), "{command:?}: {said}");
        }
        assert!(run(database.url(), &["migrate"]).starts_with("Applied "));
        assert_eq!(run(database.url(), &["migrate"]), "The schema is up to date.\n");
        assert_eq!(run(database.url(), &["doctor"]), "0 responses recounted, 0 tallies compared.\nAll agree.\n");
    }

    async fn counts_that_were_changed_are_told_by_wave_and_unit_with_a_status_of_their_own(database: TestDatabase) {
        let world = World::small(database).await;
        world.submit(&submission(1)).await;
        world.platform.counts().fold().await.unwrap();
        assert!(run(world.url(), &["doctor"]).ends_with("All agree.\n"));
        world.database().connect().await.execute_unprepared("UPDATE daily_count SET responses = 7").await.unwrap();
        let output = plumbline(world.url(), &["doctor"]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(1), 0), "{said}");
        assert!(said.starts_with("1 responses recounted, ") && !said.contains("All agree."), "{said}");
        assert!(said.contains("wave w, unit D01, ") && said.contains("kept 7, recounted 1"), "{said}");
    }

    async fn a_backup_without_a_place_leaves_nothing_behind(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("file"), "precious").unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", folder.path().join("link")).unwrap();
        for (name, expected) in [
            ("missing/copy.db", "No such file"),
            ("file/copy.db", "Not a directory"),
            ("file", "is there already; name a file that is not"),
            ("link", "is there already; name a file that is not"),
            (".", "is there already; name a file that is not"),
        ] {
            let said = refused(world.url(), &["backup", folder.path().join(name).to_str().unwrap()]);
            assert!(said.starts_with(folder.path().to_str().unwrap()) && said.contains(expected), "{name}: {said}");
            assert_eq!(names(&folder), ["file", "link"], "{name}");
        }
        assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "precious");
    }

    async fn a_database_is_not_copied_onto_itself_or_over_another(database: TestDatabase) {
        let world = World::small(database).await;
        world.submit(&submission(1)).await;
        let folder = TempDir::new().unwrap();
        let other = url_of(&folder.path().join("other.db"));
        run(&other, &["migrate"]);
        run(&other, &["keys", "token"]);
        let (before, token) = (kept(world.database()).await, run(&other, &["wave", "list"]));
        for to in [world.url(), &other] {
            let output = plumbline("sqlite://not-used.db", &["copy", "--from", world.url(), "--to", to]).output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains("is not empty") && said.contains("name an empty one"), "{said}");
        }
        assert_eq!(kept(world.database()).await, before);
        assert_eq!(run(&other, &["wave", "list"]), token);
    }
}

#[test]
fn a_file_that_is_not_there_is_made_by_no_command_that_only_uses_one() {
    let folder = TempDir::new().unwrap();
    let [missing, copy] = ["missing.db", "copy.db"].map(|name| folder.path().join(name));
    let (url, to) = (url_of(&missing), url_of(&copy));
    let file = copy.display().to_string();
    let others = [&["backup", &file][..], &["copy", "--from", &url, "--to", &to]];
    for command in COMMANDS.iter().chain(&others) {
        let said = refused(&url, command);
        let expected = format!("there is no database file {}; ", missing.display());
        assert!(said.starts_with(&expected) && said.contains("`plumbline migrate`"), "{command:?}: {said}");
    }
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[test]
fn a_file_of_something_else_is_named_and_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("report.pdf");
    let text = "%PDF-1.7\n".repeat(200);
    fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&file).unwrap();
    fs::write(&file, &text).unwrap();
    let (url, backup, copy) = (url_of(&file), folder.path().join("backup.db"), url_of(&folder.path().join("copy.db")));
    let backup = backup.display().to_string();
    let others = [
        &["migrate"][..],
        &["demo", "--listen", "127.0.0.1:0"],
        &["backup", &backup],
        &["copy", "--from", &url, "--to", &copy],
    ];
    for command in COMMANDS.iter().chain(&others) {
        let said = refused(&url, command);
        assert!(
            said.starts_with(&format!("the file {} is not an SQLite database", file.display())),
            "{command:?}: {said}"
        );
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert_eq!(names(&folder), ["report.pdf"]);
}

#[test]
fn an_address_at_which_nothing_would_be_kept_is_refused() {
    for (url, expected) in [
        ("", "a database URL starts with sqlite:// or postgres://"),
        ("plumbline.db", "a database URL starts with sqlite:// or postgres://"),
        ("mysql://a/b", "a database URL starts with sqlite:// or postgres://"),
        ("sqlite://", "names no file"),
        ("sqlite::memory:", "names no file"),
        ("sqlite://a.db?mode=memory", "names no file"),
        ("sqlite://a.db?mod=rw", "has an option \"mod\", which does not exist"),
        ("postgres://a/b?sslmod=require", "has an option \"sslmod\", which does not exist"),
    ] {
        for command in [&["migrate"][..], &["wave", "list"], &["doctor"], SERVE] {
            let said = refused(url, command);
            assert!(said.contains(expected) && said.lines().count() == 1, "{url}: {said}");
        }
    }
}

#[test]
fn a_password_in_an_address_is_not_repeated_where_the_server_refuses() {
    Engine::Postgres.run(module_path!(), async |database| {
        let (_, place) = database.url().rsplit_once('@').unwrap();
        for url in [
            format!("postgres://nobody_of_this_name:s3cr3t@{place}"),
            format!("postgres://postgres:s3cr3t@{place}_that_is_not_there"),
            format!("postgres://postgres:s3cr3t@{place}?sslmod=require"),
        ] {
            for command in [&["wave", "list"][..], &["migrate"]] {
                let said = refused(&url, command);
                assert!(said.contains("database") && !said.contains("s3cr3t"), "{said}");
            }
        }
    });
}
