//! What all commands have in common: how they end, what goes where, and what they say of settings that cannot be used.

use std::process::{Command, Output, Stdio};

use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;

use crate::support::process::{plumbline, run};
use crate::support::{Engine, TestDatabase};

/// A database that nobody may ask for: its folder is not there.
const NO_STORE: &str = "sqlite:///nowhere/at/all.db";

/// Runs a command that must be refused, and returns its error: it ends with 1 and prints nothing that could be taken for its output.
#[track_caller]
pub(crate) fn refused(database_url: &str, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = plumbline(database_url, arguments).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{arguments:?}: {said}");
    assert!(stdout.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&stdout));
    let error = said.strip_prefix("error: ").unwrap_or_else(|| panic!("{arguments:?}: {said}"));
    error.trim_end().to_owned()
}

/// Runs a command whose arguments cannot be understood, and returns what it says: it ends with 2 before it asks for anything.
#[track_caller]
fn misunderstood(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = plumbline(NO_STORE, arguments).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!((status.code(), stdout.len()), (Some(2), 0), "{arguments:?}: {said}");
    said
}

/// How many rows each table has, and which state each wave: what a command that is refused must leave as it was.
pub(crate) async fn kept(database: &TestDatabase) -> Vec<String> {
    let connection = database.connect().await;
    let backend = connection.get_database_backend();
    let mut found = Vec::new();
    for table in [
        "setting",
        "unit",
        "questionnaire",
        "wave",
        "access",
        "invitation",
        "invitation_draw",
        "received",
        "recording",
        "release",
        "job",
    ] {
        let count = Statement::from_string(backend, format!("SELECT count(*) FROM {table}"));
        let count: i64 = connection.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        found.push(format!("{table}: {count}"));
    }
    let states = Statement::from_string(backend, "SELECT code, state FROM wave ORDER BY code");
    for row in connection.query_all_raw(states).await.unwrap() {
        let [code, state]: [String; 2] = [0, 1].map(|column| row.try_get_by_index(column).unwrap());
        found.push(format!("{code} is {state}"));
    }
    found
}

/// The subcommands that a page of help lists.
fn listed(help: &str) -> Vec<String> {
    let list = help.split_once("Commands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap());
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Every command with its words, as the help lists them.
fn all_commands() -> Vec<Vec<String>> {
    let (mut found, mut groups) = (Vec::new(), vec![Vec::new()]);
    while let Some(words) = groups.pop() {
        let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        arguments.push("--help");
        let within = listed(&run(NO_STORE, &arguments));
        if within.is_empty() {
            found.push(words);
            continue;
        }
        groups.extend(within.into_iter().map(|name| [words.clone(), vec![name]].concat()));
    }
    found
}

#[test]
fn every_command_explains_itself_without_a_database_and_knows_no_other_option() {
    let commands = all_commands();
    assert!(commands.len() > 25 && commands.contains(&vec!["wave".to_owned(), "open".to_owned()]), "{commands:?}");
    for command in commands {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--no-such-option");
        let said = misunderstood(&arguments);
        assert!(said.contains("unexpected argument '--no-such-option' found"), "{command:?}: {said}");
    }
}

#[test]
fn a_command_whose_lines_nobody_reads_any_more_ends_quietly() {
    for arguments in [&["openapi"][..], &["plan", "--margin", "0.05", "--format", "json"]] {
        let mut command = plumbline(NO_STORE, arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let Output { status, stderr, .. } = child.wait_with_output().unwrap();
        assert!(status.success() && stderr.is_empty(), "{arguments:?}: {status}: {}", String::from_utf8_lossy(&stderr));
    }
}

#[test]
fn a_command_that_is_none_or_lacks_a_part_is_answered_with_its_usage() {
    for (arguments, expected) in [
        (&["opne"][..], "unrecognized subcommand 'opne'"),
        (&["wave", "reopen"], "unrecognized subcommand 'reopen'"),
        (&["wave", "open"], "<CODE>"),
        (&["wave", "correct", "w"], "--reason <LANGUAGE=TEXT>"),
        (&["wave", "create"], "<PLAN>"),
        (&["import", "responses", "a.csv"], "--wave <CODE>"),
        (&["import", "audio", "folder"], "--wave <CODE>"),
        (&["access", "grant", "--wave", "w", "--name", "a"], "<KIND>"),
        (&["backup"], "<FILE>"),
        (&["copy", "--from", "sqlite://a.db"], "--to <URL>"),
        (&["keys", "move"], "<FILE>"),
        (&["job", "watch"], "<NUMBER>"),
        (&["estimate", "--design", "d.toml", "--output", "e.csv"], "--responses <FILE>"),
        (&["rank", "--estimates", "e.csv", "--output", "r.csv"], "--method <METHOD>"),
        (&["small-areas", "--estimates", "e.csv", "--output", "m.csv"], "--covariates <FILE>"),
        (&["wave", "open", "w", "again"], "unexpected argument 'again'"),
    ] {
        let said = misunderstood(arguments);
        assert!(said.contains(expected) && said.contains("Usage: plumbline"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_value_that_an_option_cannot_have_is_named_with_those_it_can() {
    for (arguments, expected) in [
        (&["access", "grant", "robot", "--wave", "w", "--name", "a"][..], "[possible values: kiosk, collector]"),
        (&["rank", "--estimates", "e", "--output", "r", "--method", "guess"], "simultaneous"),
        (
            &["rank", "--estimates", "e", "--output", "r", "--method", "holm", "--order", "up"],
            "[possible values: desc, asc]",
        ),
        (&["rank", "--estimates", "e", "--output", "r", "--method", "holm", "--draws", "-1"], "-1"),
        (&["estimate", "--responses", "r", "--design", "d", "--output", "e", "--format", "xlsx"], "parquet"),
        (
            &["small-areas", "--estimates", "e", "--covariates", "c", "--output", "m", "--method", "mcmc"],
            "[possible values: reml, ml, fh]",
        ),
        (&["wave", "list", "--log-format", "xml"], "[possible values: human, json]"),
        (&["wave", "list", "--listen", "127.0.0.1"], "invalid socket address"),
        (&["wave", "correct", "w", "--reason", "mistaken"], "such as vi=TEXT"),
        (&["demo", "--seed", "x"], "--seed"),
    ] {
        let said = misunderstood(arguments);
        assert!(said.starts_with("error: ") && said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn the_description_of_the_api_is_json_on_standard_output_and_needs_no_database() {
    let description: Value = serde_json::from_str(&run(NO_STORE, &["openapi"])).unwrap();
    assert_eq!(description["openapi"], "3.1.0");
    assert_eq!(description["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn settings_that_cannot_be_used_are_one_error_that_names_the_file_or_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    let said = refused(NO_STORE, &["wave", "list", "--config", missing.to_str().unwrap()]);
    assert!(said.contains("missing.toml") && said.contains("not found"), "{said}");
    for (text, expected) in [
        ("listen = \"127.0.0.1", "line 1"),
        ("listen = 5", "`listen`"),
        ("databse_url = \"sqlite://a.db\"", "`databse_url`"),
        ("utc_offset_hours = 15", "must be between -12 and 14 hours"),
        ("log_level = \"inof\"", "log_level: \"inof\" is no level; write error, warn, info, debug, trace or off"),
        ("log_level = \"warn,plumbline=loud\"", "log_level \"warn,plumbline=loud\": "),
        ("[limits]\nconections_max = 5", "`conections_max`"),
        ("languages = \"/nowhere/languages\"", "languages: /nowhere/languages: "),
    ] {
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, text).unwrap();
        let said = refused(NO_STORE, &["wave", "list", "--config", file.to_str().unwrap()]);
        assert!(said.contains(expected), "{text}: {said}");
    }
}

/// What `plumbline wave list` says is missing, in this folder with this environment and these arguments.
fn missed(folder: &tempfile::TempDir, environment: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumbline"));
    let output = command
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(folder.path())
        .args(["wave", "list"])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let file = said.strip_prefix("error: there is no database file ").unwrap_or_else(|| panic!("{said}"));
    file.split(';').next().unwrap().to_owned()
}

#[test]
fn an_argument_is_stronger_than_the_environment_and_that_than_the_file() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(missed(&folder, &[], &[]), "plumbline.db", "where nothing is set");
    std::fs::write(folder.path().join("plumbline.toml"), "database_url = \"sqlite://file.db\"").unwrap();
    std::fs::write(folder.path().join("other.toml"), "database_url = \"sqlite://other.db\"").unwrap();
    let environment = [("PLUMBLINE_DATABASE_URL", "sqlite://environment.db")];
    let argument = ["--database-url", "sqlite://argument.db"];
    assert_eq!(missed(&folder, &[], &[]), "file.db");
    assert_eq!(missed(&folder, &[], &["--config", "other.toml"]), "other.db");
    assert_eq!(missed(&folder, &environment, &[]), "environment.db");
    assert_eq!(missed(&folder, &environment, &argument), "argument.db");
}

#[test]
fn a_log_in_json_is_an_object_a_line_on_standard_error_and_leaves_the_output_alone() {
    Engine::Sqlite.run(module_path!(), async |database| {
        let output = plumbline(database.url(), &["migrate", "--log-format", "json"]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && said.starts_with("Applied ") && said.lines().count() == 1, "{said}");
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(log.lines().count() > 1, "{log}");
        for line in log.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert!(line["level"].is_string() && line["fields"].is_object(), "{line}");
        }
    });
}

#[test]
fn a_server_whose_address_is_taken_says_which_and_ends() {
    Engine::Sqlite.run(module_path!(), async |database| {
        run(database.url(), &["migrate"]);
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let said = refused(database.url(), &["serve", "--listen", &address]);
        assert!(said.starts_with(&address) && said.lines().count() == 1, "{said}");
    });
}
