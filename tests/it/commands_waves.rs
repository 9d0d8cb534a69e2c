//! `plumbline wave` and `plumbline job`: from one state to the next, never back, and what is said of what cannot be done.

use tempfile::TempDir;

use crate::commands::{kept, refused};
use crate::releases::closed;
use crate::support::process::{plumbline, run};
use crate::support::{SMALL_PLAN, World, on_both_engines};

/// A file of a folder, with its path as an argument.
fn write(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.into_os_string().into_string().unwrap()
}

/// The plan of a further wave.
fn plan_of(code: &str) -> String {
    SMALL_PLAN.replace("code = \"w\"", &format!("code = \"{code}\""))
}

on_both_engines! {
    async fn a_wave_goes_from_state_to_state_and_each_command_says_where_it_is(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let plan = write(&folder, "plan.toml", plan_of("next"));
        let told = |command: &str, argument: &str| run(world.url(), &["wave", command, argument]);
        let listed = || run(world.url(), &["wave", "list"]).lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(told("create", &plan), "Wave next is a draft; `plumbline wave open next` begins to take answers.\n");
        assert!(listed().contains(&"next  draft  2024-11-01 to 2024-11-30  Small wave".to_owned()), "{:?}", listed());
        assert_eq!(told("open", "next"), "Wave next is open.\n");
        assert_eq!(told("close", "next"), "Wave next is closed.\n");
        let released = told("release", "next");
        assert!(released.contains("  release  next  done  ") && released.ends_with("Wave next is released.\n"), "{released}");
        assert!(listed().iter().any(|line| line.starts_with("next  released  ")), "{:?}", listed());
        assert!(listed().iter().any(|line| line.starts_with("w  open  ")), "the other wave is where it was");
    }

    async fn no_state_is_skipped_gone_back_to_or_come_to_twice(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        run(world.url(), &["wave", "create", &write(&folder, "plan.toml", plan_of("next"))]);
        let never = "a wave never goes back: it is";
        for (state, answers) in [
            ("open", [
                ("close", "the wave is draft and must become open before it can be closed".to_owned()),
                ("release", "the wave is draft and must become open before it can be released".to_owned()),
            ]),
            ("close", [
                ("open", "the wave is open already".to_owned()),
                ("release", "the wave is open and must become closed before it can be released".to_owned()),
            ]),
            ("release", [
                ("open", format!("{never} closed and cannot become open again")),
                ("close", "the wave is closed already".to_owned()),
            ]),
            ("list", [
                ("close", format!("{never} released and cannot become closed again")),
                ("release", "the wave is released already".to_owned()),
            ]),
        ] {
            let before = kept(world.database()).await;
            for (command, answer) in answers {
                assert_eq!(refused(world.url(), &["wave", command, "next"]), answer);
            }
            assert_eq!(kept(world.database()).await, before, "before {state}");
            if state != "list" {
                run(world.url(), &["wave", state, "next"]);
            }
        }
    }

    async fn a_wave_that_is_nowhere_is_named_by_every_command(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let rows = write(&folder, "rows.csv", "number\n1\n");
        let place = folder.path().to_str().unwrap().to_owned();
        let before = kept(world.database()).await;
        for command in [
            &["wave", "open", "none"][..],
            &["wave", "close", "none"],
            &["wave", "release", "none"],
            &["wave", "release", "none", "--in-background"],
            &["wave", "correct", "none", "--reason", "vi=x"],
            &["import", "responses", &rows, "--wave", "none"],
            &["import", "audio", &place, "--wave", "none"],
            &["invite", "status", "--wave", "none"],
            &["invite", "revoke", "--wave", "none"],
            &["invite", "release-reserves", "--wave", "none"],
            &["access", "list", "--wave", "none"],
            &["access", "revoke", "--wave", "none", "--name", "a"],
            &["access", "grant", "collector", "--wave", "none", "--name", "a"],
            &["paper", "--wave", "none", "--unit", "D01", "--batch", "B", "--base-url", "https://a.example", "--output", "none.html"],
        ] {
            assert_eq!(refused(world.url(), command), "there is no wave \"none\"", "{command:?}");
        }
        assert_eq!(kept(world.database()).await, before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no file of rejected rows is written");
    }

    async fn a_plan_that_cannot_be_read_is_named_and_makes_no_wave(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let before = kept(world.database()).await;
        let missing = folder.path().join("missing.toml").display().to_string();
        for (path, expected) in [
            (missing, "No such file"),
            (folder.path().display().to_string(), "directory"),
            (write(&folder, "utf16.toml", b"\xff\xfec\0"), "this is not UTF-8; save the file as UTF-8"),
            (write(&folder, "units.csv", "code,level\nD01,district\n"), "line 1: not TOML"),
            (write(&folder, "empty.toml", ""), "code"),
            (write(&folder, "unit.toml", plan_of("next").replace("\"D03\"", "\"D99\"")), "D99"),
            (write(&folder, "method.toml", plan_of("next").replace("sipas-top2", "guess")), "guess"),
        ] {
            let said = refused(world.url(), &["wave", "create", &path]);
            assert!(said.starts_with(&path) && said.contains(expected), "{path}: {said}");
        }
        assert_eq!(kept(world.database()).await, before);
    }

    async fn a_wave_is_never_replaced_by_another_plan(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let other = write(&folder, "plan.toml", SMALL_PLAN.replace("Small wave", "Another wave"));
        let said = refused(world.url(), &["wave", "create", &other]);
        assert_eq!(said, "there is already a wave \"w\"; a wave is never replaced, choose another code");
        assert!(run(world.url(), &["wave", "list"]).contains("Small wave"));
    }

    async fn a_reason_that_cannot_be_published_is_refused_before_a_correction_is_wanted(database: TestDatabase) {
        let world = closed(database).await;
        run(world.url(), &["wave", "release", "w"]);
        let before = kept(world.database()).await;
        for (reasons, expected) in [
            (&["en=The program was mistaken"][..], "needed in vi"),
            (&["vi=x", "vi=y"], "once in each language"),
            (&["vi="], "must not be empty"),
            (&["vi=x", "v_i=y"], "v_i"),
        ] {
            let reasons = reasons.iter().flat_map(|reason| ["--reason", reason]);
            let arguments: Vec<&str> = ["wave", "correct", "w"].into_iter().chain(reasons).collect();
            let said = refused(world.url(), &arguments);
            assert!(said.starts_with("reason") && said.contains(expected), "{said}");
        }
        assert_eq!(kept(world.database()).await, before);
    }

    async fn a_correction_that_changes_nothing_fails_and_its_job_says_why(database: TestDatabase) {
        let world = closed(database).await;
        run(world.url(), &["wave", "release", "w"]);
        let said = refused(world.url(), &["wave", "correct", "w", "--reason", "vi=Tính sai"]);
        assert!(said.contains("what release 1 says, to the last digit"), "{said}");
        let jobs = run(world.url(), &["job", "list"]);
        let latest = jobs.lines().next().unwrap();
        assert!(latest.contains("  correct  w  failed  ") && latest.contains("to the last digit"), "{jobs}");
        assert!(kept(world.database()).await.contains(&"release: 1".to_owned()));
    }

    async fn a_release_in_the_background_is_wanted_once_and_made_by_whoever_watches(database: TestDatabase) {
        let world = closed(database).await;
        let wanted = run(world.url(), &["wave", "release", "w", "--in-background"]);
        let number = wanted.split_whitespace().nth(1).unwrap();
        assert_eq!(wanted, format!("Job {number} is waiting; `plumbline job watch {number}` shows how far it is.\n"));
        assert_eq!(run(world.url(), &["wave", "release", "w", "--in-background"]), wanted, "the same is one");
        let listed = run(world.url(), &["job", "list"]);
        assert!(listed.starts_with(&format!("{number}  release  w  waiting  ")) && listed.lines().count() == 1, "{listed}");
        assert!(kept(world.database()).await.contains(&"w is closed".to_owned()), "nothing is made yet");
        let watched = run(world.url(), &["job", "watch", number]);
        assert!(watched.starts_with(&format!("{number}  release  w  done  ")), "{watched}");
        assert!(kept(world.database()).await.contains(&"w is released".to_owned()));
        assert!(run(world.url(), &["job", "watch", number]).contains("  done  "), "what is done can be looked at again");
    }

    async fn a_cancelled_job_is_watched_in_vain_and_wanted_anew(database: TestDatabase) {
        let world = closed(database).await;
        let number = |said: &str| said.split_whitespace().nth(1).unwrap().to_owned();
        let first = number(&run(world.url(), &["wave", "release", "w", "--in-background"]));
        for _ in 0..2 {
            let cancelled = run(world.url(), &["job", "cancel", &first]);
            assert!(cancelled.starts_with(&format!("{first}  release  w  cancelled  ")), "{cancelled}");
        }
        assert_eq!(refused(world.url(), &["job", "watch", &first]), format!("job {first} was cancelled"));
        assert!(kept(world.database()).await.contains(&"w is closed".to_owned()));
        let second = number(&run(world.url(), &["wave", "release", "w", "--in-background"]));
        assert_ne!(second, first);
        run(world.url(), &["job", "watch", &second]);
        assert!(run(world.url(), &["job", "cancel", &second]).contains("  done  "), "what is done stays done");
        assert!(kept(world.database()).await.contains(&"w is released".to_owned()));
    }

    async fn a_job_that_is_nowhere_is_named_up_to_the_last_number_that_one_can_have(database: TestDatabase) {
        let world = World::small(database).await;
        assert_eq!(run(world.url(), &["job", "list"]), "");
        for command in ["watch", "cancel"] {
            for number in ["0", "1", "2147483647"] {
                assert_eq!(refused(world.url(), &["job", command, number]), format!("there is no job \"{number}\""));
            }
            for number in ["2147483648", "1.5", "one", ""] {
                let output = plumbline(world.url(), &["job", command, number]).output().unwrap();
                let said = String::from_utf8(output.stderr).unwrap();
                assert_eq!(output.status.code(), Some(2), "{said}");
                assert!(said.contains("<NUMBER>"), "{said}");
            }
        }
    }

    async fn the_former_name_of_a_key_is_taken_with_a_note_beside_the_output(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let plan = write(&folder, "plan.toml", format!("wished_margin = 0.05\n{}", plan_of("next")));
        let output = plumbline(world.url(), &["wave", "create", &plan]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        assert_eq!(said, "note: wished_margin is now called target_margin; the old name is still accepted.\n");
        assert!(String::from_utf8(output.stdout).unwrap().starts_with("Wave next is a draft"));
    }
}
