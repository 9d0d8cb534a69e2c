//! Keys: in the database, moved out of it, and what an installation of before they had purposes goes on with.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use axum::http::StatusCode;
use plumbline::accounts::Actor;
use plumbline::foundation::FixedClock;
use plumbline::pipeline::{KeySource, PipelineError, Platform, PlatformLimits};
use plumbline::secrets::KeyRing;
use plumbline::storage::Store;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sea_orm::{ConnectionTrait, Statement};

use crate::support::invitations::{draw, invited};
use crate::support::process::{plumbline, prepare, run};
use crate::support::{World, on_both_engines, platform_on, submission};

const MOMENT: &str = "2024-11-20T12:00:00+07:00";

async fn start(url: &str, keys: KeySource) -> Result<Platform, String> {
    let store = Store::connect(url).await.unwrap();
    let clock = Arc::new(FixedClock(MOMENT.parse().unwrap()));
    Platform::start(store, clock, keys, PlatformLimits::default()).await.map_err(|error| error.to_string())
}

fn full() -> PipelineError {
    PipelineError::File { path: "keys".to_owned(), cause: std::io::Error::other("the disk is full") }
}

async fn moved_out(world: &World) -> KeyRing {
    let mut text = String::new();
    world
        .platform
        .keys()
        .move_out(|keys| {
            keys.clone_into(&mut text);
            Ok(())
        })
        .await
        .unwrap();
    KeyRing::from_text(&text).unwrap()
}

on_both_engines! {
    async fn keys_that_were_moved_out_are_nowhere_in_the_database_and_the_only_ones_that_fit(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 2, 0).await;
        let receipt = world.submit(&submission(1)).await.json()["receipt"].as_str().unwrap().to_owned();
        let keys = moved_out(&world).await;
        let store = Store::connect(world.url()).await.unwrap();
        for (name, value) in store.settings_that_begin("").await.unwrap() {
            for line in keys.to_text().lines() {
                let hex = line.split_once('=').unwrap().1;
                assert!(!value.contains(hex), "{name} tells a key");
            }
        }
        let none = start(world.url(), KeySource { outside: None, fresh: [1; 32] }).await.err().unwrap();
        assert!(none.contains("keys_file"), "{none}");
        let others = start(world.url(), KeySource { outside: Some(KeyRing::fresh([1; 32])), fresh: [3; 32] }).await.err().unwrap();
        assert!(others.contains("not the keys of this database"), "{others}");
        let platform = start(world.url(), KeySource { outside: Some(keys), fresh: [3; 32] }).await.unwrap();
        assert!(platform.intake().find_receipt(&receipt).await.unwrap().is_some());
        let wave = platform.waves().find("w").await.unwrap();
        let opened = platform.invited(&wave, &cards[0].code).await.unwrap();
        assert!(opened.is_ok(), "codes that were given out are taken on");
        assert!(platform.keys().move_out(|_| Ok(())).await.is_err(), "there is nothing to move any more");
    }

    async fn the_files_of_the_database_have_no_trace_of_keys_that_were_moved_out(database: TestDatabase) {
        let world = World::small(database).await;
        let keys = moved_out(&world).await.to_text();
        let traces = |bytes: &[u8]| {
            let hex = keys.lines().map(|line| line.split_once('=').unwrap().1.as_bytes());
            hex.filter(|hex| bytes.windows(hex.len()).any(|window| window == *hex)).count()
        };
        if let Some(path) = world.url().strip_prefix("sqlite://") {
            for file in [path.to_owned(), format!("{path}-wal")] {
                assert_eq!(std::fs::read(&file).map_or(0, |bytes| traces(&bytes)), 0, "{file}");
            }
            return;
        }
        let connection = world.database().connect().await;
        connection.execute_unprepared("CHECKPOINT").await.unwrap();
        let file = "SELECT pg_read_binary_file(pg_relation_filepath('setting'))";
        let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), file)).await;
        let bytes: Vec<u8> = row.unwrap().unwrap().try_get_by_index(0).unwrap();
        assert!(bytes.len() >= 8_192 && traces(&bytes) == 0, "of {} bytes", bytes.len());
    }

    async fn the_command_writes_a_file_of_its_own_and_every_other_command_then_needs_it(database: TestDatabase) {
        let (folder, day) = (tempfile::tempdir().unwrap(), "2024-11-20".parse().unwrap());
        prepare(database.url(), day);
        let file = folder.path().join("keys");
        let path = file.to_str().unwrap();
        std::fs::write(&file, "precious").unwrap();
        let refused = plumbline(database.url(), &["keys", "move", path]).output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(path), "{said}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious", "what is there is not written over");
        std::fs::remove_file(&file).unwrap();
        run(database.url(), &["keys", "move", path]);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&file).unwrap();
        let list = |settings: &[(&str, &str)]| {
            let output = plumbline(database.url(), &["wave", "list"]).envs(settings.iter().copied()).output().unwrap();
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        for (settings, reason) in [
            (&[][..], "keys_file"),
            (&[("PLUMBLINE_KEYS_FILE", path), ("PLUMBLINE_KEYS", &text)], "give one of them"),
            (&[("PLUMBLINE_KEYS_FILE", "/nowhere/keys")], "/nowhere/keys"),
            (&[("PLUMBLINE_KEYS", "responses-1=00")], "word 1 of the keys"),
        ] {
            let (is_done, said) = list(settings);
            assert!(!is_done && said.contains(reason), "{said}");
        }
        for settings in [("PLUMBLINE_KEYS_FILE", path), ("PLUMBLINE_KEYS", text.as_str())] {
            assert!(list(&[settings]).0, "{}", list(&[settings]).1);
        }
    }

    async fn where_writing_the_keys_fails_the_database_still_has_them(database: TestDatabase) {
        let world = World::small(database).await;
        let failed = world.platform.keys().move_out(|_| Err(full())).await;
        assert!(failed.unwrap_err().to_string().contains("the disk is full"));
        platform_on(world.url()).await;
    }

    async fn a_database_with_keys_of_its_own_takes_no_others(database: TestDatabase) {
        let world = World::small(database).await;
        let refused = start(world.url(), KeySource { outside: Some(KeyRing::fresh([7; 32])), fresh: [3; 32] }).await.err().unwrap();
        assert!(refused.contains("plumbline keys move"), "{refused}");
    }

    async fn an_installation_with_one_secret_knows_its_codes_and_repeats_on(database: TestDatabase) {
        let world = World::small(database).await;
        let connection = world.database().connect().await;
        let secret = "07".repeat(32);
        connection.execute_unprepared("DELETE FROM setting WHERE name = 'keys'").await.unwrap();
        let insert = format!("INSERT INTO setting (name, value) VALUES ('secret', '{secret}')");
        connection.execute_unprepared(&insert).await.unwrap();
        let before = world.restarted().await;
        let cards = draw(&before.platform, 2, 0).await;
        assert_eq!(before.submit(&invited(1, &cards[0])).await.status, StatusCode::CREATED);
        let kept = connection.execute_unprepared("UPDATE setting SET value = value WHERE name = 'keys'").await.unwrap();
        assert_eq!(kept.rows_affected(), 0, "the program of before can still be put back");
        let keys = moved_out(&before).await;
        let platform = start(before.url(), KeySource { outside: Some(keys), fresh: [3; 32] }).await.unwrap();
        let wave = platform.waves().find("w").await.unwrap();
        assert!(platform.invited(&wave, &cards[1].code).await.unwrap().is_ok());
    }

    async fn a_new_token_ends_the_old_one_and_all_sessions_at_once_on_every_server(database: TestDatabase) {
        let world = World::small(database).await;
        let other = platform_on(world.url()).await;
        let administrators = world.platform.administrators();
        let session = administrators.begin_session([4; 16]).await.unwrap();
        for shown in [world.administrator.as_str(), session.reveal()] {
            let known = other.recognise(shown).await.unwrap().unwrap();
            assert_eq!(*known.actor(), Actor::Administrator);
        }
        let renewed = administrators.renew_token([5; 16]).await.unwrap();
        for shown in [world.administrator.as_str(), session.reveal(), ""] {
            assert!(other.recognise(shown).await.unwrap().is_none(), "{shown}");
        }
        assert!(other.recognise(renewed.reveal()).await.unwrap().is_some());
        let anybody = world.platform.acting_for(Actor::Anonymous);
        assert!(anybody.administrators().renew_token([6; 16]).await.is_err());
        assert!(anybody.administrators().begin_session([6; 16]).await.is_err());
        assert!(anybody.keys().move_out(|_| Ok(())).await.is_err());
    }

    async fn nothing_in_the_database_is_a_token_or_leads_to_one(database: TestDatabase) {
        let world = World::small(database).await;
        world.platform.administrators().begin_session([4; 16]).await.unwrap();
        let store = Store::connect(world.url()).await.unwrap();
        for (name, value) in store.settings_that_begin("").await.unwrap() {
            for shown in [name.clone(), value.clone(), name.replace("session ", "")] {
                assert!(world.platform.recognise(&shown).await.unwrap().is_none(), "{name}");
            }
        }
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let guess = plumbline::secrets::Token::new(rand::RngExt::random(&mut random));
        assert!(world.platform.recognise(guess.reveal()).await.unwrap().is_none());
    }
}
