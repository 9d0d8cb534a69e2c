//! `plumbline invite` and `plumbline paper`: sheets and forms are written whole or not at all, and never over anything.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use crate::commands::{kept, refused};
use crate::support::invitations::{frame, sample};
use crate::support::process::run;
use crate::support::{World, on_both_engines};
use plumbline::survey::WaveState;

const BASE: &str = "https://a.example";

/// A folder with a frame and a sample design of 3 people and a reserve in each of 12 villages.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(TempDir::new().unwrap());
        fs::write(desk.path("frame.csv"), frame(50)).unwrap();
        fs::write(desk.path("sample.toml"), sample(1, 3, 1)).unwrap();
        desk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// What is in the folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    /// The arguments that draw from these files into this folder.
    fn draw(&self, [frame, sample, output]: [&str; 3]) -> Vec<String> {
        let [frame, sample, output] = [frame, sample, output].map(|name| self.path(name));
        let words = [
            "invite",
            "draw",
            "--wave",
            "w",
            "--base-url",
            BASE,
            "--frame",
            &frame,
            "--sample",
            &sample,
            "--output",
            &output,
        ];
        words.map(str::to_owned).to_vec()
    }
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// The numbers of all units together: invited, reserves, spent, open, reserve, revoked.
fn status(world: &World) -> Vec<u32> {
    let said = run(world.url(), &["invite", "status", "--wave", "w"]);
    let all = said.lines().last().unwrap();
    all.split_whitespace().skip(1).map(|number| number.parse().unwrap()).collect()
}

fn draw(world: &World, desk: &Desk) -> String {
    run(world.url(), &words(&desk.draw(["frame.csv", "sample.toml", "sheets"])))
}

on_both_engines! {
    async fn a_draw_writes_a_folder_for_its_owner_alone_and_the_status_counts_it(database: TestDatabase) {
        let (world, desk) = (World::small(database).await, Desk::new());
        assert_eq!(status(&world), [0; 6], "before the first draw");
        let said = draw(&world, &desk);
        assert!(said.starts_with("Draw 1 of w: seed 1, frame of 36 rows.\n"), "{said}");
        assert_eq!(fs::metadata(desk.path("sheets")).unwrap().permissions().mode() & 0o777, 0o700);
        let codes = fs::read_to_string(desk.path("sheets/codes.csv")).unwrap();
        assert_eq!(codes.lines().count(), 1 + 48);
        assert!(codes.lines().nth(1).unwrap().contains(&format!("{BASE}/")), "{codes}");
        for unit in ["D01", "D02", "D03"] {
            assert!(fs::metadata(desk.path(&format!("sheets/sheets-{unit}.html"))).unwrap().len() > 1_000, "{unit}");
        }
        assert_eq!(status(&world), [36, 12, 0, 36, 12, 0]);
    }

    async fn a_draw_that_is_refused_leaves_no_folder_and_no_code(database: TestDatabase) {
        let (world, desk) = (World::small(database).await, Desk::new());
        fs::write(desk.path("empty"), "").unwrap();
        fs::write(desk.path("bytes"), b"\xff\xfea\0").unwrap();
        let (files, before) = (desk.names(), kept(world.database()).await);
        for (arguments, named, expected) in [
            (["missing.csv", "sample.toml", "out"], "missing.csv", "No such file"),
            (["frame.csv", "missing.toml", "out"], "missing.toml", "No such file"),
            (["empty", "sample.toml", "out"], "empty", "header"),
            (["sample.toml", "sample.toml", "out"], "sample.toml", "column district: this column is missing"),
            (["frame.csv", "frame.csv", "out"], "frame.csv", "line 1: not TOML"),
            (["frame.csv", "bytes", "out"], "bytes", "this is not UTF-8"),
            (["frame.csv", "sample.toml", "missing/out"], "missing/out", "No such file"),
            (["frame.csv", "sample.toml", "frame.csv"], "frame.csv", "is there already; name a folder that is not"),
        ] {
            let said = refused(world.url(), &words(&desk.draw(arguments)));
            assert!(said.contains(&desk.path(named)) && said.contains(expected), "{arguments:?}: {said}");
            assert_eq!((desk.names(), kept(world.database()).await), (files.clone(), before.clone()), "{arguments:?}");
        }
    }

    async fn a_second_draw_needs_a_word_and_leaves_the_codes_of_the_first(database: TestDatabase) {
        let (world, desk) = (World::small(database).await, Desk::new());
        draw(&world, &desk);
        let mut more = desk.draw(["frame.csv", "sample.toml", "more"]);
        let said = refused(world.url(), &words(&more));
        assert!(said.contains("there is already a draw") && said.contains("`--again`"), "{said}");
        assert_eq!(desk.names(), ["frame.csv", "sample.toml", "sheets"], "its sheets are gone");
        assert_eq!(status(&world), [36, 12, 0, 36, 12, 0]);
        more.push("--again".to_owned());
        assert!(run(world.url(), &words(&more)).starts_with("Draw 2 of w"));
        assert_eq!(status(&world), [72, 24, 0, 72, 24, 0]);
    }

    async fn what_a_draw_that_was_cut_off_left_is_not_touched(database: TestDatabase) {
        let (world, desk) = (World::small(database).await, Desk::new());
        fs::create_dir(desk.path("sheets.part")).unwrap();
        fs::write(desk.path("sheets.part/codes.csv"), "precious").unwrap();
        let said = refused(world.url(), &words(&desk.draw(["frame.csv", "sample.toml", "sheets"])));
        assert!(said.contains("sheets.part is there already: a draw was broken off"), "{said}");
        assert_eq!(fs::read_to_string(desk.path("sheets.part/codes.csv")).unwrap(), "precious");
        assert_eq!(status(&world), [0; 6]);
    }

    async fn a_wave_that_takes_no_more_answers_is_drawn_no_more(database: TestDatabase) {
        let (world, desk) = (World::small(database).await, Desk::new());
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        let said = refused(world.url(), &words(&desk.draw(["frame.csv", "sample.toml", "sheets"])));
        assert!(said.contains("the wave is closed; invitations are drawn before it is closed"), "{said}");
        assert_eq!((desk.names(), status(&world)), (vec!["frame.csv".to_owned(), "sample.toml".to_owned()], vec![0; 6]));
    }

    async fn reserves_step_in_once_and_only_where_they_were_asked_for(database: TestDatabase) {
        let (world, desk) = (World::small(database).await, Desk::new());
        draw(&world, &desk);
        let release = |arguments: &[&str]| {
            let said = run(world.url(), &[&["invite", "release-reserves", "--wave", "w"], arguments].concat());
            said.lines().next().unwrap().to_owned()
        };
        for nobody in [&["--stratum", "none"][..], &["--psu", "none"], &["--up-to", "0"]] {
            assert_eq!(release(nobody), "0 reserve(s) step in.", "{nobody:?}");
        }
        assert_eq!(status(&world), [36, 12, 0, 36, 12, 0]);
        assert_eq!(release(&["--up-to", "1"]), "12 reserve(s) step in.");
        assert_eq!(status(&world), [36, 12, 0, 48, 0, 0]);
        assert_eq!(release(&[]), "0 reserve(s) step in.", "nobody stands by any more");
    }

    async fn a_part_of_the_codes_is_taken_back_once_and_a_wrong_file_takes_back_none(database: TestDatabase) {
        let (world, desk) = (World::small(database).await, Desk::new());
        draw(&world, &desk);
        let codes = fs::read_to_string(desk.path("sheets/codes.csv")).unwrap();
        let part: Vec<&str> = codes.lines().take(3).collect();
        fs::write(desk.path("wrong.csv"), format!("{}\nAAAA-AAAA,,,,,,,\n", part.join("\n"))).unwrap();
        fs::write(desk.path("part.csv"), part.join("\n")).unwrap();
        let revoke = |file: &str| ["invite", "revoke", "--wave", "w", "--codes", &desk.path(file)].map(str::to_owned);
        for (file, expected) in [
            ("missing.csv", "No such file"),
            ("frame.csv", "its name must be `code`, as in codes.csv"),
            ("wrong.csv", "line 4, column code: this is no code of an invitation"),
        ] {
            let said = refused(world.url(), &words(&revoke(file)));
            assert!(said.starts_with(&desk.path(file)) && said.contains(expected), "{said}");
        }
        assert_eq!(status(&world)[5], 0);
        for (file, taken) in [("part.csv", "2 code(s)"), ("part.csv", "0 code(s)"), ("sheets/codes.csv", "46 code(s)")] {
            assert!(run(world.url(), &words(&revoke(file))).starts_with(taken), "{file}");
        }
        assert!(run(world.url(), &["invite", "revoke", "--wave", "w"]).starts_with("0 code(s)"));
        assert_eq!(status(&world), [36, 12, 0, 0, 0, 48]);
    }

    async fn forms_are_numbered_up_to_the_last_number_and_not_past_it(database: TestDatabase) {
        let (world, desk) = (World::small(database).await, Desk::new());
        let output = desk.path("forms.html");
        let paper = ["paper", "--wave", "w", "--unit", "D01", "--batch", "B-1", "--base-url", BASE, "--output", &output];
        let said = refused(world.url(), &[&paper[..], &["--from", "99999", "--count", "2"]].concat());
        assert_eq!(said, "the last form would have a number above 99999");
        assert!(!desk.names().contains(&"forms.html".to_owned()));
        let said = run(world.url(), &[&paper[..], &["--from", "99998", "--count", "2"]].concat());
        assert_eq!(said, format!("2 form(s), numbers 99998 to 99999, in {output}.\n"));
        let html = fs::read_to_string(&output).unwrap();
        assert!(html.contains("99998") && html.contains("99999") && html.contains("B-1"));
    }

    async fn forms_that_are_refused_are_not_written_and_never_over_a_file(database: TestDatabase) {
        let (world, desk) = (World::small(database).await, Desk::new());
        let [forms, elsewhere, there] = ["forms.html", "missing/forms.html", "frame.csv"].map(|name| desk.path(name));
        let before = desk.names();
        for (unit, batch, language, output, expected) in [
            ("D99", "B-1", "vi", &forms, "the wave does not measure a unit \"D99\""),
            ("D01", "B 1", "vi", &forms, "--batch \"B 1\": "),
            ("D01", "", "vi", &forms, "--batch \"\": "),
            ("D01", "B-1", "fr", &forms, "there is no language \"fr\"; there are vi, en, cs"),
            ("D01", "B-1", "vi", &elsewhere, "No such file"),
            ("D01", "B-1", "vi", &there, "frame.csv is there already; name a file that is not"),
        ] {
            let arguments = ["paper", "--wave", "w", "--base-url", BASE, "--unit", unit, "--batch", batch, "--language", language, "--output", output];
            let said = refused(world.url(), &arguments);
            assert!(said.contains(expected), "{said}");
            assert_eq!(desk.names(), before, "{expected}");
        }
        assert_eq!(fs::read_to_string(&there).unwrap(), frame(50));
    }
}
