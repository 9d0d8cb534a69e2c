//! Files of responses: every good row once, every bad row back to the sender.

use std::fmt::Write as _;
use std::path::PathBuf;

use plumbline::pipeline::ImportedResponses;

use crate::support::{World, on_both_engines, platform_on};

/// A file of `rows` responses from number `first`, in a folder that lives as long as the test.
fn file_of(folder: &tempfile::TempDir, name: &str, rows: impl Iterator<Item = u32>) -> PathBuf {
    let mut text = "number,district,village,weight,note,q01,q02,q03,q04,sex\n".to_owned();
    for number in rows {
        let (district, village) = (1 + number % 3, number % 7);
        let rating = 1 + number % 5;
        writeln!(text, "{number},D0{district},D0{district}-V{village},{}.5,x,{rating},4,,5,F", 1 + number % 9).unwrap();
    }
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn import(world: &World, path: &std::path::Path) -> ImportedResponses {
    world.platform.imports().responses("w", path, std::sync::Arc::default()).await.unwrap()
}

on_both_engines! {
    async fn the_same_file_twice_adds_nothing(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = tempfile::tempdir().unwrap();
        let path = file_of(&folder, "a.csv", 0..500);
        let first = import(&world, &path).await;
        assert_eq!((first.stored, first.repeated, first.rejected), (500, 0, 0));
        assert_eq!(first.ignored_columns, ["note"]);
        let second = import(&world, &path).await;
        assert_eq!((second.stored, second.repeated, second.rejected), (0, 500, 0));
        assert_eq!(world.platform.doctor().check_up().await.unwrap().mismatches, []);
    }

    async fn bad_rows_come_back_with_their_findings_and_good_ones_are_kept(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.csv");
        let rows = "number,district,village,weight,q01,q02,q03,q04\n1,D01,V1,1,5,,,\n2,D09,V1,-1,6,,,\n\
                    3,D02,V1,1,\"4\",,,\n1,D01,V1,1,4,,,\n";
        std::fs::write(&path, rows).unwrap();
        let imported = import(&world, &path).await;
        assert_eq!((imported.stored, imported.rejected), (2, 2));
        let rejected = std::fs::read_to_string(folder.path().join("b.rejected.csv")).unwrap();
        let mut lines = rejected.lines();
        assert_eq!(lines.next(), Some("number,district,village,weight,q01,q02,q03,q04,findings"));
        assert!(rejected.contains("D09") && rejected.contains("out_of_range") && rejected.contains("conflict"), "{rejected}");
    }

    async fn who_was_drawn_and_did_not_answer_counts_in_the_design_and_nowhere_else(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drawn.csv");
        let rows = "number,district,village,weight,q01,q02,q03,q04,sex\n1,D01,V1,10,5,4,5,5,F\n2,D01,V1,10,2,3,2,2,F\n\
                    3,D01,V2,10,4,4,4,4,F\n4,D01,V2,10,5,4,5,5,M\n5,D01,V3,10,,,,,F\n6,D01,V3,10,,,,,M\n\
                    7,D02,V1,10,5,,4,4,F\n8,D02,V2,10,3,,4,5,F\n";
        std::fs::write(&path, rows).unwrap();
        let imported = import(&world, &path).await;
        assert_eq!((imported.stored, imported.drawn, imported.rejected), (8, 2, 0));
        let again = import(&world, &path).await;
        assert_eq!((again.stored, again.drawn, again.repeated), (0, 0, 8));
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (8, vec![]));
        let wave = world.platform.waves().find("w").await.unwrap();
        let results = world.platform.results().standings(&wave).await.unwrap().results;
        let unit = &results.units[0];
        let share = unit.items[0].top2.unwrap();
        let precision = share.precision.unwrap();
        assert_eq!((unit.responses, share.n, precision.df), (4, 4, 1));
        // R: the subset of those who answered, in the design with three villages.
        assert!((precision.se - 0.216_506_350_946_109_65).abs() < 1e-12, "{precision:?}");
        let (fieldwork, _) = world.platform.monitor().fieldwork(&wave).await.unwrap();
        assert_eq!(fieldwork.units.iter().map(|unit| unit.answered).collect::<Vec<_>>(), [4, 2, 0]);
        let ranking = world.get_as_administrator("/api/v1/waves/w/ranking").await.json();
        let withheld = ranking["rows"].as_array().unwrap().iter().find(|row| row["unit"] == "D02").unwrap().clone();
        assert_eq!((&withheld["withheld"], &withheld["n"]), (&"items_unanswered".into(), &2.into()));
        assert_eq!(withheld["unanswered_items"], serde_json::json!(["q02"]));
    }

    async fn halves_imported_by_two_servers_at_once_add_up(database: TestDatabase) {
        let world = World::small(database).await;
        let other = platform_on(world.url()).await;
        let folder = tempfile::tempdir().unwrap();
        // The halves overlap in 200 rows, which must be counted once.
        let (left, right) = (file_of(&folder, "l.csv", 0..1_200), file_of(&folder, "r.csv", 1_000..2_000));
        let there = other.imports();
        let (ours, theirs) = tokio::join!(
            import(&world, &left),
            there.responses("w", &right, std::sync::Arc::default()),
        );
        let theirs = theirs.unwrap();
        assert_eq!(ours.stored + theirs.stored, 2_000);
        assert_eq!(ours.repeated + theirs.repeated, 200);
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (2_000, vec![]));
    }
}
