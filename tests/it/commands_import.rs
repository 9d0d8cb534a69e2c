//! `plumbline import`: what comes in, what comes back, and which file is at fault.

use std::fs;

use sea_orm::{ConnectionTrait, Statement};
use tempfile::TempDir;

use crate::commands::{kept, refused};
use crate::support::process::{plumbline, run};
use crate::support::{TestDatabase, World, on_both_engines};
use plumbline::survey::WaveState;

const HEADER: &str = "number,district,village,weight,q01,q02,q03,q04,why,sex\n";
const UNITS: &str = "code,level,kind,parent_code,name_vi,name_en,valid_from,valid_to\n";

fn write(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.into_os_string().into_string().unwrap()
}

/// Imports responses of which some are rejected: the last line that is printed, and the error.
#[track_caller]
fn import_in_part(url: &str, file: &str) -> (String, String) {
    let output = plumbline(url, &["import", "responses", file, "--wave", "w"]).output().unwrap();
    let [said, error] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(output.status.code(), Some(1), "{said}{error}");
    (said.lines().last().unwrap_or_default().to_owned(), error)
}

async fn responses(database: &TestDatabase) -> i64 {
    let connection = database.connect().await;
    let count = Statement::from_string(connection.get_database_backend(), "SELECT count(*) FROM received");
    connection.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

on_both_engines! {
    async fn a_register_that_is_imported_twice_has_each_unit_once(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let units = write(&folder, "units.csv", format!("{UNITS}D04,district,district,,Huyện Bốn,,,\nD05,district,district,,Huyện Năm,,,\n"));
        for new in ["2 new unit(s).\n", "0 new unit(s).\n"] {
            assert_eq!(run(world.url(), &["import", "units", &units]), new);
        }
        let header = write(&folder, "header.csv", UNITS);
        assert_eq!(run(world.url(), &["import", "units", &header]), "0 new unit(s).\n", "a header alone is no mistake");
        assert!(kept(world.database()).await.contains(&"unit: 5".to_owned()));
    }

    async fn a_register_with_one_bad_line_is_not_taken_at_all(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let units = write(&folder, "units.csv", format!("{UNITS}D04,district,district,,Huyện Bốn,,,\nD05,district,district,,Huyện Năm,,soon,\n"));
        let said = refused(world.url(), &["import", "units", &units]);
        assert!(said.starts_with(&format!("{units}:\nline 3, column valid_from: ")), "{said}");
        assert!(kept(world.database()).await.contains(&"unit: 3".to_owned()));
    }

    async fn a_file_of_something_else_is_named_and_nothing_is_imported(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let missing = folder.path().join("missing").display().to_string();
        let empty = write(&folder, "empty.csv", "");
        let wide = write(&folder, "utf16.csv", b"\xff\xfec\0,\0");
        let rows = write(&folder, "rows.csv", HEADER);
        let place = folder.path().display().to_string();
        let before = kept(world.database()).await;
        for what in ["units", "lineage", "questionnaire", "responses"] {
            let wave: &[&str] = if what == "responses" { &["--wave", "w"] } else { &[] };
            for file in [&missing, &empty, &wide, &place] {
                let said = refused(world.url(), &[&["import", what, file], wave].concat());
                assert!(said.starts_with(&format!("{file}:")), "{what}: {said}");
            }
        }
        for what in ["units", "lineage"] {
            let said = refused(world.url(), &["import", what, &rows]);
            assert!(said.starts_with(&format!("{rows}:\nline 1, column number: this column is not known")), "{said}");
        }
        let said = refused(world.url(), &["import", "audio", &missing, "--wave", "w"]);
        assert!(said.contains(&missing), "{said}");
        assert_eq!(kept(world.database()).await, before);
    }

    async fn rows_that_were_rejected_are_mended_in_their_file_and_imported_from_it(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let file = write(&folder, "a.csv", format!("{HEADER}1,D01,V1,1,5,4,4,4,,F\n2,D99,V1,1,5,4,4,4,,F\n3,D02,V1,1,9,4,4,4,,F\n"));
        let (said, error) = import_in_part(world.url(), &file);
        let rejected = folder.path().join("a.rejected.csv").display().to_string();
        assert_eq!(said, "1 imported, 0 already imported, 2 rejected.");
        assert_eq!(error, format!("error: 2 row(s) were not imported; see {rejected}\n"));
        assert_eq!(responses(world.database()).await, 1);
        let mended = fs::read_to_string(&rejected).unwrap().replace("2,D99,", "2,D03,").replace("V1,1,9,", "V1,1,1,");
        fs::write(&rejected, mended).unwrap();
        let said = run(world.url(), &["import", "responses", &rejected, "--wave", "w"]);
        assert!(said.contains("Columns that the wave does not use: findings."), "{said}");
        assert!(said.ends_with("2 imported, 0 already imported, 0 rejected.\n"), "{said}");
        assert_eq!(responses(world.database()).await, 3);
    }

    async fn answers_for_a_wave_that_is_over_all_come_back(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let file = write(&folder, "late.csv", format!("{HEADER}1,D01,V1,1,5,4,4,4,,F\n2,D02,V1,1,5,4,4,4,,F\n"));
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        let (said, error) = import_in_part(world.url(), &file);
        assert_eq!(said, "0 imported, 0 already imported, 2 rejected.");
        assert!(error.contains("2 row(s) were not imported"), "{error}");
        let rejected = fs::read_to_string(folder.path().join("late.rejected.csv")).unwrap();
        assert_eq!(rejected.matches("[not_open]").count(), 2, "{rejected}");
        assert_eq!(responses(world.database()).await, 0);
    }

    async fn a_header_without_rows_imports_nobody_and_is_no_mistake(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = TempDir::new().unwrap();
        let file = write(&folder, "none.csv", HEADER);
        let said = run(world.url(), &["import", "responses", &file, "--wave", "w"]);
        assert_eq!(said, "0 imported, 0 already imported, 0 rejected.\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no file of rejected rows");
    }
}
