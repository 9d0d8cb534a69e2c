//! More answers at once than may wait: who is one too many is told so at once, nothing is kept of it, and it is taken when it comes again.

use plumbline::accounts::Actor;
use plumbline::pipeline::{IntakeLimits, Platform, PlatformLimits, SubmitError};
use plumbline::validation::Submission;
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use tokio::task::JoinSet;

use crate::support::{World, on_both_engines, platform_under, submission};

/// Answers that come at once.
const TRIES: u128 = 20;
/// One with the writer, and one that waits.
const TAKEN_MAX: usize = 2;

async fn submit(platform: &Platform, number: u128) -> Result<bool, SubmitError> {
    let wave = platform.waves().find("w").await.unwrap();
    let submission = Submission::from_json(&submission(number), &wave);
    let accepted = platform.acting_for(Actor::Anonymous).intake().submit(&wave, submission).await?;
    Ok(accepted.repeated)
}

/// Keeps every other connection from writing answers until it is dropped.
async fn hold(world: &World) -> DatabaseTransaction {
    let held = world.database().connect().await.begin().await.unwrap();
    let is_embedded = world.url().starts_with("sqlite:");
    let statement =
        if is_embedded { "UPDATE setting SET value = value" } else { "LOCK TABLE received IN EXCLUSIVE MODE" };
    held.execute_unprepared(statement).await.unwrap();
    held
}

on_both_engines! {
    async fn who_is_one_too_many_is_told_so_and_taken_when_they_come_again(database: TestDatabase) {
        let world = World::small(database).await;
        let intake = IntakeLimits { waiting_max: 1, group_max: 1 };
        let platform = platform_under(world.url(), PlatformLimits { intake, ..PlatformLimits::default() }).await;
        let held = hold(&world).await;
        let mut waiting = JoinSet::new();
        for number in 1..=TRIES {
            let platform = platform.clone();
            waiting.spawn(async move { (number, submit(&platform, number).await) });
        }
        let mut refused = Vec::new();
        let tries = usize::try_from(TRIES).unwrap();
        for _ in 0..tries - TAKEN_MAX {
            let (number, outcome) = waiting.join_next().await.unwrap().unwrap();
            assert!(matches!(outcome, Err(SubmitError::Overloaded)), "{number}: {outcome:?}");
            refused.push(number);
        }
        held.rollback().await.unwrap();
        let rest = waiting.join_all().await;
        refused.extend(rest.iter().filter(|(_, outcome)| outcome.is_err()).map(|(number, _)| *number));
        let taken = tries - refused.len();
        assert!(taken >= 1, "whoever came first is taken");
        assert_eq!(platform.doctor().check_up().await.unwrap().responses, taken as u64, "and nobody who was refused");
        for number in refused {
            assert!(!submit(&platform, number).await.unwrap(), "{number} was not kept before");
        }
        let checkup = platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (tries as u64, vec![]));
    }

    async fn a_group_of_one_answers_one_after_another_as_larger_groups_do(database: TestDatabase) {
        let world = World::small(database).await;
        let intake = IntakeLimits { waiting_max: 64, group_max: 1 };
        let platform = platform_under(world.url(), PlatformLimits { intake, ..PlatformLimits::default() }).await;
        let mut waiting = JoinSet::new();
        // Each comes twice.
        for number in 0..TRIES {
            let platform = platform.clone();
            waiting.spawn(async move { submit(&platform, 1 + number / 2).await.unwrap() });
        }
        let repeated = waiting.join_all().await.into_iter().filter(|repeated| *repeated).count();
        assert_eq!(repeated as u128, TRIES / 2);
        assert_eq!(u128::from(platform.doctor().check_up().await.unwrap().responses), TRIES / 2);
    }
}
