//! A method of one's own: a file beside the plan, kept with the wave.

use std::path::Path;

use plumbline::pipeline::PipelineError;
use plumbline::survey::WaveState;

use crate::support::{SMALL_PLAN, World, on_both_engines, submission};

const METHOD: &str = r#"
name = "own"
version = "1"
headline = "own_index"
title = { vi = "Riêng" }
[[index]]
id = "own_index"
measure = "share"
unit = "percent"
decimals = 1
group = [{ items = ["q02"], weight = 1 }, { items = ["q01"], weight = 3 }]
[[index]]
id = "index_items"
measure = "share"
by = "items"
unit = "percent"
"#;

/// What is wrong with a wave whose plan names this method's file.
async fn found(world: &World, plan: &str, method: &str) -> Vec<(String, &'static str)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.toml"), method).unwrap();
    match world.platform.waves().create(plan, folder.path()).await {
        Err(PipelineError::Invalid(found)) => found.0.into_iter().map(|finding| (finding.path, finding.code)).collect(),
        other => panic!("{other:?}"),
    }
}

/// The small plan of another wave, with this in place of its method.
fn plan(method: &str) -> String {
    SMALL_PLAN.replacen("code = \"w\"", "code = \"own\"", 1).replacen("method = \"sipas-top2@2017\"", method, 1)
}

on_both_engines! {
    async fn units_are_ranked_by_the_index_of_a_method_file_when_the_file_is_gone(database: TestDatabase) {
        let world = World::small(database).await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("own.toml"), METHOD).unwrap();
        world.platform.waves().create(&plan("method = \"own.toml\""), folder.path()).await.unwrap();
        drop(folder);
        world.platform.waves().advance("own", WaveState::Open).await.unwrap();
        let world = world.restarted().await;
        for number in 1..=16_u128 {
            let mut submission = submission(number);
            submission["answers"]["q01"] = if number % 4 == 0 { 1.into() } else { 5.into() };
            submission["answers"]["q02"] = if number % 2 == 0 { 1.into() } else { 5.into() };
            world.submit_to("own", &submission).await;
        }
        let results = world.get_as_administrator("/api/v1/waves/own/results").await.json();
        assert_eq!((&results["method"], &results["headline"]), (&"own@1".into(), &"own_index".into()));
        let overall = |statistic: &str| {
            let rows = results["rows"].as_array().unwrap();
            let is_meant = |row: &&serde_json::Value| row["statistic"] == statistic && row["unit"].is_null();
            rows.iter().find(is_meant).unwrap().clone()
        };
        // 3/4 are satisfied with q01, which counts three times, and 1/2 with q02.
        assert_eq!((overall("own_index")["estimate"].as_f64(), &overall("own_index")["n"]), (Some(0.6875), &16.into()));
        for state in [WaveState::Closed, WaveState::Released] {
            world.platform.waves().advance("own", state).await.unwrap();
        }
        let page = world.restarted().await.get("/en/r/own").await.text;
        assert!(page.contains("68.8%") && page.contains("by the groups and weights of the method"), "{page}");
    }

    async fn a_plan_whose_method_cannot_be_used_is_refused_with_every_finding(database: TestDatabase) {
        let world = World::small(database).await;
        let own = |from: &str, to: &str| METHOD.replacen(from, to, 1);
        let by_file = plan("method = \"own.toml\"");
        for (method, path, code) in [
            (own("decimals = 1", "decimals = 9"), "own.toml, index[0].decimals", "out_of_range"),
            (own("\"q01\"", "\"q99\""), "own@1, index[0].group[1].items", "unknown_question"),
            (own("\"own\"", "\"sipas-top2\"").replacen("\"1\"", "\"2017\"", 1), "method", "reserved"),
        ] {
            assert_eq!(found(&world, &by_file, &method).await, [(path.to_owned(), code)]);
        }
        let held = plan(&format!("method = \"own@2\"\nmethod_text = '''{METHOD}'''"));
        assert_eq!(found(&world, &held, METHOD).await, [("method".to_owned(), "contradiction")]);
        assert_eq!(found(&world, &plan("method = \"a b\""), METHOD).await, [("method".to_owned(), "invalid")]);
        let missing = world.platform.waves().create(&by_file, Path::new("nowhere")).await;
        assert!(matches!(missing, Err(PipelineError::File { .. })));
    }
}
