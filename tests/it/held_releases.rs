//! Releases in memory: a few are held, an earlier one is read again, and one that is damaged is named and hides no other.

use std::sync::Arc;

use plumbline::pipeline::PipelineError;
use plumbline::survey::{Wave, WaveState};
use sea_orm::ConnectionTrait;

use crate::releases::closed;
use crate::support::{TestDatabase, World, on_both_engines};

/// A wave with so many releases, served by a process that has read none of them.
async fn released(database: TestDatabase, count: i32) -> (World, Arc<Wave>) {
    let world = closed(database).await;
    world.platform.waves().advance("w", WaveState::Released).await.unwrap();
    let facts = "released_on, program, method, plan_hash, questionnaire_hash, register_hash, content_hash, content";
    for number in 2..=count {
        let statement = format!(
            "INSERT INTO release (wave_id, number, reason, {facts}) \
             SELECT wave_id, {number}, '{{\"vi\":\"Sai\"}}', {facts} FROM release WHERE number = 1"
        );
        change(&world, &statement).await;
    }
    let world = world.restarted().await;
    let wave = world.platform.waves().find("w").await.unwrap();
    (world, wave)
}

async fn change(world: &World, statement: &str) {
    world.database().connect().await.execute_unprepared(statement).await.unwrap();
}

/// The number of the release that is shown where this one is asked for.
async fn shown(world: &World, wave: &Wave, asked: Option<i32>) -> Result<i32, PipelineError> {
    let standings = world.platform.results().standings_of(wave, asked).await?;
    Ok(standings.release.unwrap().facts().number)
}

/// Makes the contents of these releases something else.
async fn damage(world: &World, condition: &str) {
    // A number for each engine: bytes are written differently, and what they are does not matter.
    change(world, &format!("UPDATE release SET content = CAST('x' AS {}) WHERE {condition}", bytes(world))).await;
}

fn bytes(world: &World) -> &'static str {
    if world.url().starts_with("sqlite:") { "BLOB" } else { "BYTEA" }
}

on_both_engines! {
    async fn the_latest_three_releases_that_were_read_are_held_and_an_earlier_one_is_read_again(database: TestDatabase) {
        let (world, wave) = released(database, 4).await;
        for number in 1..=4 {
            assert_eq!(shown(&world, &wave, Some(number)).await.unwrap(), number);
        }
        damage(&world, "number > 0").await;
        for number in 2..=4 {
            assert_eq!(shown(&world, &wave, Some(number)).await.unwrap(), number, "it is held");
        }
        let refused = shown(&world, &wave, Some(1)).await.unwrap_err().to_string();
        assert!(refused.contains("release 1 of the wave w: its content is not what was released"), "{refused}");
    }

    async fn three_releases_are_all_held(database: TestDatabase) {
        let (world, wave) = released(database, 3).await;
        for number in 1..=3 {
            shown(&world, &wave, Some(number)).await.unwrap();
        }
        damage(&world, "number > 0").await;
        for number in 1..=3 {
            assert_eq!(shown(&world, &wave, Some(number)).await.unwrap(), number);
        }
    }

    async fn whoever_asks_for_the_first_release_again_and_again_drives_no_later_one_out(database: TestDatabase) {
        let (world, wave) = released(database, 4).await;
        for number in [4, 3, 2, 1, 1, 1] {
            assert_eq!(shown(&world, &wave, Some(number)).await.unwrap(), number);
        }
        damage(&world, "number > 1").await;
        for number in [2, 3, 4, 1] {
            assert_eq!(shown(&world, &wave, Some(number)).await.unwrap(), number);
        }
    }

    async fn a_damaged_release_is_named_and_the_others_stay_readable(database: TestDatabase) {
        let (world, wave) = released(database, 3).await;
        damage(&world, "number = 2").await;
        let refused = shown(&world, &wave, Some(2)).await.unwrap_err().to_string();
        let expected = "what is kept in release does not read back: release 2 of the wave w: its content is not what was released";
        assert_eq!(refused, expected);
        assert_eq!(shown(&world, &wave, Some(1)).await.unwrap(), 1);
        assert_eq!(shown(&world, &wave, None).await.unwrap(), 3);
    }

    async fn a_damaged_release_that_was_mended_is_shown_without_a_restart(database: TestDatabase) {
        let (world, wave) = released(database, 2).await;
        damage(&world, "number = 2").await;
        shown(&world, &wave, None).await.unwrap_err();
        change(&world, "UPDATE release SET content = (SELECT content FROM release WHERE number = 1) WHERE number = 2").await;
        assert_eq!(shown(&world, &wave, None).await.unwrap(), 2);
    }

    async fn a_release_whose_reason_does_not_read_back_is_an_error_of_its_table(database: TestDatabase) {
        let (world, wave) = released(database, 2).await;
        change(&world, "UPDATE release SET reason = 'mistaken' WHERE number = 2").await;
        let refused = world.platform.results().releases(&wave).await.unwrap_err().to_string();
        assert!(refused.starts_with("what is kept in release does not read back: "), "{refused}");
    }

    async fn a_release_that_was_removed_is_told_as_not_there_by_a_new_process(database: TestDatabase) {
        let (world, wave) = released(database, 3).await;
        change(&world, "DELETE FROM release WHERE number = 2").await;
        let missing = shown(&world, &wave, Some(2)).await;
        assert!(matches!(missing, Err(PipelineError::NotFound { what: "release", .. })), "{missing:?}");
        assert_eq!(shown(&world, &wave, Some(3)).await.unwrap(), 3);
    }
}
