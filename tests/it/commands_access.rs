//! `plumbline access` and `plumbline keys token`: codes that are shown once, and what they let their holders do.

use std::path::Path;

use plumbline::accounts::Actor;
use plumbline::foundation::Code;

use crate::commands::{kept, refused};
use crate::support::process::run;
use crate::support::{SMALL_PLAN, World, on_both_engines, platform_on};

/// Grants a collector of the wave `w` this name and returns what is said.
fn grant(world: &World, name: &str) -> String {
    run(world.url(), &["access", "grant", "collector", "--wave", "w", "--name", name])
}

/// The code on the first line.
fn code_in(said: &str) -> String {
    said.lines().next().unwrap().to_owned()
}

async fn actor(world: &World, shown: &str) -> Option<Actor> {
    // A server that has seen nobody yet.
    let platform = platform_on(world.url()).await.recognise(shown).await.unwrap();
    platform.map(|platform| platform.actor().clone())
}

on_both_engines! {
    async fn a_granted_code_is_shown_once_and_tells_who_holds_it(database: TestDatabase) {
        let world = World::small(database).await;
        let collector = code_in(&grant(&world, "lan"));
        let plan = SMALL_PLAN.replace("code = \"w\"", "code = \"k\"").replace("\"paper\"", "\"kiosk\"");
        world.platform.waves().create(&plan, Path::new(".")).await.unwrap();
        let said = run(world.url(), &["access", "grant", "kiosk", "--wave", "k", "--name", "counter-1", "--unit", "D02"]);
        let device = code_in(&said);
        assert!(said.contains(&format!("Open /k/{device} on the device.")), "{said}");
        for (wave, line) in [("w", "collector  lan  all units\n"), ("k", "kiosk  counter-1  unit D02\n")] {
            assert_eq!(run(world.url(), &["access", "list", "--wave", wave]), line, "without a code");
        }
        let Some(Actor::Collector(access)) = actor(&world, &collector).await else { panic!("{collector}") };
        assert_eq!((access.name.as_str(), access.unit), ("lan", None));
        let Some(Actor::Device(access)) = actor(&world, &device).await else { panic!("{device}") };
        assert_eq!((access.name.as_str(), access.unit), ("counter-1", Some(Code::new("D02").unwrap())));
    }

    async fn a_device_is_not_granted_without_a_unit_of_the_wave(database: TestDatabase) {
        let world = World::small(database).await;
        let plan = SMALL_PLAN.replace("code = \"w\"", "code = \"k\"").replace("\"paper\"", "\"kiosk\"");
        world.platform.waves().create(&plan, Path::new(".")).await.unwrap();
        let before = kept(world.database()).await;
        let grant = |wave: &str, unit: &[&str]| {
            refused(world.url(), &[&["access", "grant", "kiosk", "--name", "counter-1", "--wave", wave], unit].concat())
        };
        let said = grant("k", &[]);
        assert!(said.contains("a device stands at one office: name its unit"), "{said}");
        for unit in ["D99", "d01", ""] {
            let said = grant("k", &["--unit", unit]);
            assert!(said.contains(&format!("{unit:?}")), "{said}");
        }
        let said = grant("w", &["--unit", "D01"]);
        assert!(said.contains("the wave's plan takes no answers of a kiosk"), "{said}");
        assert_eq!(kept(world.database()).await, before);
    }

    async fn a_name_is_given_once_even_after_it_was_taken_back(database: TestDatabase) {
        let world = World::small(database).await;
        let first = code_in(&grant(&world, "lan"));
        let again = ["access", "grant", "collector", "--wave", "w", "--name", "lan"];
        let said = refused(world.url(), &again);
        assert!(said.contains("already a device or collector \"lan\"") && said.contains("take another name"), "{said}");
        assert!(actor(&world, &first).await.is_some(), "the first code is taken on");
        run(world.url(), &["access", "revoke", "--wave", "w", "--name", "lan"]);
        let said = refused(world.url(), &again);
        assert!(said.contains("take another name") && actor(&world, &first).await.is_none(), "{said}");
    }

    async fn a_code_that_was_taken_back_lets_nobody_in_and_is_listed_as_such(database: TestDatabase) {
        let world = World::small(database).await;
        let [lan, mai] = ["lan", "mai"].map(|name| code_in(&grant(&world, name)));
        for _ in 0..2 {
            let said = run(world.url(), &["access", "revoke", "--wave", "w", "--name", "lan"]);
            assert_eq!(said, "The code of lan is taken no more.\n");
        }
        assert!(actor(&world, &lan).await.is_none());
        assert!(actor(&world, &mai).await.is_some(), "only the one that was named");
        let listed = run(world.url(), &["access", "list", "--wave", "w"]);
        assert!(listed.contains("collector  lan  all units  taken back\n"), "{listed}");
        assert!(listed.contains("collector  mai  all units\n"), "{listed}");
        let said = refused(world.url(), &["access", "revoke", "--wave", "w", "--name", "LAN"]);
        assert_eq!(said, "there is no device or collector \"LAN\"", "a name is written as it was given");
    }

    async fn a_name_that_is_no_code_is_refused_with_its_option_and_the_longest_is_taken(database: TestDatabase) {
        let world = World::small(database).await;
        let longest = "n".repeat(Code::LENGTH_MAX);
        for (name, expected) in [
            (format!("{longest}n"), "at most 64 characters, this one has 65"),
            ("bà lan".to_owned(), "is not allowed in a code"),
            (String::new(), "--name \"\": "),
        ] {
            let said = refused(world.url(), &["access", "grant", "collector", "--wave", "w", "--name", &name]);
            assert!(said.starts_with(&format!("--name {name:?}: ")) && said.contains(expected), "{said}");
        }
        assert_eq!(run(world.url(), &["access", "list", "--wave", "w"]), "");
        assert!(actor(&world, &code_in(&grant(&world, &longest))).await.is_some());
    }

    async fn a_token_is_all_that_is_printed_and_the_one_before_is_taken_no_more(database: TestDatabase) {
        let world = World::small(database).await;
        let [first, second] = [(); 2].map(|()| run(world.url(), &["keys", "token"]));
        let [first, second] = [first.trim_end(), second.trim_end()];
        assert!(!first.contains(char::is_whitespace) && first != second, "{first}\n{second}");
        for replaced in [&world.administrator, first] {
            assert_eq!(actor(&world, replaced).await, None);
        }
        assert_eq!(actor(&world, second).await, Some(Actor::Administrator));
    }

    async fn keys_that_cannot_be_written_stay_in_the_database(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("missing/keys").display().to_string();
        let before = kept(world.database()).await;
        let said = refused(world.url(), &["keys", "move", &nowhere]);
        assert!(said.starts_with(&nowhere), "{said}");
        let said = refused(world.url(), &["keys", "move", folder.path().to_str().unwrap()]);
        assert!(said.starts_with(folder.path().to_str().unwrap()), "{said}");
        assert_eq!(kept(world.database()).await, before);
        run(world.url(), &["wave", "list"]);
    }
}
