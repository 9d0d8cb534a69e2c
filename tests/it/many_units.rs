//! Waves of many units: lists come in pages and are searched, places by joint intervals, results part by part.

use std::fmt::Write as _;
use std::path::Path;

use axum::http::{StatusCode, header};
use plumbline::files::{EstimateOptions, OutputFormat, estimate_files};
use plumbline::survey::WaveState;

use crate::support::{SMALL_PLAN, World, on_both_engines};

fn code(unit: usize) -> String {
    format!("X{unit:04}")
}

/// The small survey in so many communes, of which every tenth is a Đông Hà; strata are told by a column of their own.
async fn world_of(database: crate::support::TestDatabase, units: usize) -> World {
    world_with(database, units, "").await
}

/// The same with further lines in the plan, and with the question of sex asked of everybody.
async fn world_with(database: crate::support::TestDatabase, units: usize, lines: &str) -> World {
    let world = World::small(database).await;
    let mut register = "code,level,kind,parent_code,name_vi,name_en,valid_from,valid_to\n".to_owned();
    for unit in 0..units {
        let name = if unit % 10 == 7 { "Xã Đông Hà" } else { "Xã Bình Ở" };
        writeln!(register, "{},commune,commune,,{name} {unit},Commune {unit},,", code(unit)).unwrap();
    }
    world.platform.register().import_units(register.as_bytes()).await.unwrap();
    let codes: Vec<String> = (0..units).map(|unit| format!("{:?}", code(unit))).collect();
    let plan = SMALL_PLAN
        .replace("code = \"w\"", "code = \"m\"")
        .replace("level = \"district\"", "level = \"commune\"")
        .replace(r#"["D01", "D02", "D03"]"#, &format!("[{}]", codes.join(", ")))
        .replace("stratum = \"district\"", "stratum = \"zone\"")
        .replace("questionnaire = \"small\"", "questionnaire = \"asked\"")
        + "\n[ranking]\nanswers_min = 1\n"
        + lines;
    let asked = include_str!("support/small-questionnaire.toml")
        .replace("code = \"small\"", "code = \"asked\"")
        .replace("code = \"sex\"\n", "code = \"sex\"\nrequired = true\n");
    world.platform.waves().import_questionnaire(&asked).await.unwrap();
    world.platform.waves().create(&plan, Path::new(".")).await.unwrap();
    world.platform.waves().advance("m", WaveState::Open).await.unwrap();
    world
}

/// Four answers from two villages in each of these units; of each unit the stratum that `zone` tells.
async fn answer(world: &World, file: &str, units: impl Iterator<Item = usize>, zone: impl Fn(usize) -> String) {
    import(world, &answers(file, units, zone)).await;
}

fn answers(file: &str, units: impl Iterator<Item = usize>, zone: impl Fn(usize) -> String) -> String {
    let mut text = "number,district,zone,village,weight,q01,q02,q03,q04,sex\n".to_owned();
    for unit in units {
        for number in 0..4 {
            let rating = 1 + (unit + number * number) % 5;
            let (id, zone, code) = (format!("{file}-{unit}-{number}"), zone(unit), code(unit));
            let sex = ["F", "M", "M"][(unit + number) % 3];
            writeln!(text, "{id},{code},{zone},V{},1,{rating},4,5,{},{sex}", number % 2, 1 + unit % 5).unwrap();
        }
    }
    text
}

async fn import(world: &World, text: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answers.csv");
    std::fs::write(&path, text).unwrap();
    let imported = world.platform.imports().responses("m", &path, std::sync::Arc::default()).await.unwrap();
    assert_eq!(imported.rejected, 0);
}

/// The rows of a table on a page.
fn rows(page: &str) -> usize {
    page.matches("<tr><th scope=\"row\"><a href").count()
}

on_both_engines! {
    async fn pages_of_250_units_come_in_hundreds_and_are_searched_without_diacritics(database: TestDatabase) {
        let world = world_of(database, 250).await;
        answer(&world, "a", 0..230, code).await;
        for page in ["/vi/r/m", "/en/r/m", "/cs/r/m", "/en/office/m"] {
            let get = async |query: &str| world.get_as_administrator(&format!("{page}{query}")).await;
            let first = get("").await.text;
            assert_eq!(rows(&first), 100, "{page}");
            assert!(first.contains("role=\"search\"") && first.contains("?page=2#list"), "{page}");
            let found = get("?q=dong+ha").await.text;
            assert_eq!(rows(&found), if page.contains("/r/") { 23 } else { 25 }, "{page}");
            assert!(found.contains("X0017") && !found.contains("X0018"), "{page}");
            assert_eq!(rows(&get("?q=x0017").await.text), 1, "{page}");
            assert_eq!(rows(&get("?q=nobody").await.text), 0, "{page}");
            let refused = ["?page=4", "?page=0", "?page=x"];
            for (query, status) in refused.into_iter().zip([404, 400, 400]) {
                assert_eq!(get(query).await.status.as_u16(), status, "{page}{query}");
            }
        }
        let last = world.get_as_administrator("/en/r/m?page=3").await.text;
        // Thirty ranked ones, and the twenty that nobody answered for.
        assert_eq!((rows(&last), last.matches("nobody has answered").count()), (30, 20));
        let charts = world.get_as_administrator("/en/r/m").await.text;
        assert_eq!(charts.matches("chart-dot\"").count(), 200, "a hundred units in each of two layouts");
        assert!(charts.contains("The chart shows the units of this page of the table"));
    }

    async fn lists_of_the_api_come_in_pages_that_hold_all_units_once(database: TestDatabase) {
        let world = world_of(database, 250).await;
        answer(&world, "a", 0..230, code).await;
        for (path, list) in [("", "units"), ("/results", "rows"), ("/ranking", "rows"), ("/fieldwork", "units")] {
            let path = format!("/api/v1/waves/m{path}");
            let first = world.get_as_administrator(&path).await;
            assert_eq!(first.json()["total"], 250, "{path}");
            let link = first.headers[header::LINK].to_str().unwrap().to_owned();
            assert!(link.contains(&format!("<{path}?page=2&per_page=200>; rel=\"next\"")), "{link}");
            let second = world.get_as_administrator(&format!("{path}?page=2")).await.json();
            let mut codes: Vec<String> = [&first.json(), &second]
                .iter()
                .flat_map(|page| page[list].as_array().unwrap())
                .filter_map(|row| Some(row.get("unit").or(row.get("code"))?.as_str()?.to_owned()))
                .collect();
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(codes, (0..250).map(code).collect::<Vec<_>>(), "{path}");
            let found = world.get_as_administrator(&format!("{path}?q=%C4%90%C3%B4ng")).await.json();
            assert_eq!(found["total"], 25, "{path}");
            let refused = world.get_as_administrator(&format!("{path}?per_page=1001")).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
        }
        let ranking = world.get_as_administrator("/api/v1/waves/m/ranking").await.json();
        assert_eq!((&ranking["rank_method"], &ranking["left_out"]), (&"holm".into(), &serde_json::Value::Null));
        let first = ranking["rows"][0]["unit"].as_str().unwrap();
        let unit = world.get_as_administrator(&format!("/api/v1/waves/m/units/{first}")).await.json();
        let named = unit["ranking"]["indistinct_from"].as_array().unwrap().len();
        assert_eq!(unit["ranking"]["indistinct_from_count"], named);
    }

    async fn more_than_a_thousand_units_are_ranked_by_joint_intervals_and_formed_part_by_part(database: TestDatabase) {
        let world = world_of(database, 1_003).await;
        let of_all = async || world.get_as_administrator("/api/v1/waves/m/results?per_page=1").await.json();
        let responses = async || of_all().await["responses"].as_u64().unwrap();
        assert_eq!(responses().await, 0);
        answer(&world, "a", (0..1_003).step_by(9), code).await;
        assert_eq!(responses().await, 4 * 112);
        answer(&world, "b", [5, 9, 1_002].into_iter(), code).await;
        assert_eq!(responses().await, 4 * 115);
        let ranking = world.get_as_administrator("/api/v1/waves/m/ranking?per_page=1000").await.json();
        assert_eq!((&ranking["rank_method"], &ranking["left_out"]), (&"kww".into(), &"many_units".into()));
        let ranked: Vec<_> = ranking["rows"].as_array().unwrap().iter().filter(|row| row["rank"].is_u64()).collect();
        let joint = |row: &serde_json::Value| ["joint_low", "joint_high"].map(|end| row[end].as_f64());
        let [low, high] = joint(ranked[0]);
        let is_tied = |row: &&&serde_json::Value| {
            let [other_low, other_high] = joint(row);
            low.is_none() || other_low.is_none() || (low <= other_high && other_low <= high)
        };
        // The rule of the document tells what its counts say.
        let tied = ranked[1..].iter().filter(is_tied).count();
        assert_eq!(ranked[0]["indistinct_from_count"], tied);
        let refused = world.get_as_administrator("/api/v1/waves/m/ranking?rank_sets=holm").await;
        assert_eq!((refused.status, &refused.json()["code"]), (StatusCode::NOT_FOUND, &"many_units".into()));
        let page = world.get_as_administrator("/en/r/m").await.text;
        assert!(page.contains("Joint intervals") && page.contains("Above 1,000"), "{page}");
        assert_eq!(world.platform.doctor().check_up().await.unwrap().mismatches, []);
        let before = of_all().await["rows"].clone();
        // A stratum in two parts: from here on the wave is formed as a whole.
        answer(&world, "c", [0, 999].into_iter(), |_| "both".to_owned()).await;
        assert_eq!(responses().await, 4 * 117);
        assert_ne!(of_all().await["rows"], before);
    }

    async fn a_calibrated_wave_of_more_than_a_thousand_units_says_what_estimate_says_of_the_whole(database: TestDatabase) {
        let world = world_with(database, 1_003, CALIBRATION).await;
        let unanswered = world.get_as_administrator("/api/v1/waves/m/results?per_page=1").await.json();
        assert!(unanswered["uncalibrated"].as_str().unwrap().contains("no response has"), "{unanswered}");
        let of_few = answers("a", (0..1_003).step_by(29), code);
        import(&world, &of_few).await;
        world.get_as_administrator("/api/v1/waves/m/results?per_page=1").await;
        // One more answer changes the weights of all.
        let more = answers("b", [58].into_iter(), code);
        import(&world, &more).await;
        let all = format!("{of_few}{}", more.split_once('\n').unwrap().1);
        let expected = estimated(&all);
        let mut compared = 0;
        for page in 1..=2 {
            let path = format!("/api/v1/waves/m/results?per_page=1000&page={page}");
            let document = world.get_as_administrator(&path).await.json();
            assert!(document["uncalibrated"].is_null(), "{}", document["uncalibrated"]);
            for (key, found) in numbers(&document, "unit") {
                let Some(expected) = expected.get(&key) else { continue };
                compared += 1;
                for (found, expected) in found.iter().zip(expected) {
                    let (found, expected) = (found.unwrap_or(-1.0), expected.unwrap_or(-1.0));
                    assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{key:?} {found} {expected}");
                }
            }
        }
        assert!(compared >= 4 * 35, "{compared}");
        assert_eq!(world.platform.doctor().check_up().await.unwrap().mismatches, []);
    }
}

const CALIBRATION: &str = "\n[calibration]\nmethod = \"raking\"\n[[calibration.margin]]\ncolumns = [\"sex\"]\n\
    levels = [{ values = [\"F\"], people = 5_000 }, { values = [\"M\"], people = 4_200 }]\n";

type Numbers = std::collections::BTreeMap<(String, String, String), [Option<f64>; 2]>;

/// Value and standard error by unit, statistic and item.
fn numbers(document: &serde_json::Value, unit: &str) -> Numbers {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    let rows = document.get("rows").unwrap_or(document).as_array().unwrap();
    let of = |row: &serde_json::Value| {
        let key = (text(&row[unit]), text(&row["statistic"]), text(&row["item"]));
        (key, ["estimate", "se"].map(|column| row[column].as_f64()))
    };
    rows.iter().map(of).filter(|((_, _, item), _)| !item.is_empty()).collect()
}

/// What `estimate` says of the same answers, which forms them as a whole.
fn estimated(answers: &str) -> Numbers {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let design = "[columns]\nweight = \"weight\"\nstrata = [\"zone\"]\npsu = \"village\"\ndomains = [\"district\"]\n\
        items = [\"q01\", \"q02\", \"q03\", \"q04\"]\n[calibration]\nmethod = \"raking\"\n[[calibration.margin]]\n\
        columns = [\"sex\"]\nfile = \"sex.csv\"\n";
    for (name, text) in [("design.toml", design), ("sex.csv", "sex,Freq\nF,5000\nM,4200\n"), ("answers.csv", answers)] {
        std::fs::write(place(name), text).unwrap();
    }
    let options = EstimateOptions {
        responses: place("answers.csv"),
        design: place("design.toml"),
        output: place("estimates.json"),
        format: OutputFormat::Json,
        ..EstimateOptions::default()
    };
    estimate_files(&options, |_| ()).unwrap();
    numbers(&serde_json::from_str(&std::fs::read_to_string(&options.output).unwrap()).unwrap(), "level")
}
