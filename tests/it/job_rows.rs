//! Jobs as the store keeps them: who wants, claims and ends one, in which order they are listed, and how many.

use plumbline::accounts::Actor;
use plumbline::jobs::{Claim, JobId, JobKind, JobState};
use plumbline::pipeline::PipelineError;
use plumbline::release::ReleaseFacts;
use plumbline::storage::{KeptRelease, NewJob, Store, WaveId};

use crate::jobs::{begin_and_fall_silent, nothing};
use crate::support::{World, on_both_engines};

async fn want(store: &Store, kind: JobKind, object: &str, argument: &str) -> JobId {
    let (object, argument) = (object.to_owned(), argument.to_owned());
    let wanted_on = "2024-11-20".parse().unwrap();
    store.want_job(&NewJob { kind, object, argument, wanted_by: "me".to_owned(), wanted_on }).await.unwrap()
}

async fn claimed(store: &Store, object: &str) -> Claim {
    let id = want(store, JobKind::Correct, object, "").await;
    begin_and_fall_silent(store, id).await
}

on_both_engines! {
    async fn another_kind_or_another_wave_is_another_job_and_another_argument_is_not(database: TestDatabase) {
        let world = World::empty(database).await;
        let store = world.platform.store();
        let first = want(store, JobKind::Correct, "w", "a").await;
        assert_ne!(want(store, JobKind::Recount, "w", "a").await, first);
        assert_ne!(want(store, JobKind::Correct, "v", "a").await, first);
        assert_eq!(want(store, JobKind::Correct, "w", "b").await, first);
        assert_eq!(store.job(first).await.unwrap().unwrap().argument, "a", "the first wish stands");
    }

    async fn a_job_that_was_read_by_two_is_claimed_by_one(database: TestDatabase) {
        let world = World::empty(database).await;
        let store = world.platform.store();
        let id = want(store, JobKind::Release, "w", "").await;
        let job = store.job(id).await.unwrap().unwrap();
        assert_eq!(store.claim_job(&job).await.unwrap().map(|claim| (claim.id, claim.attempt)), Some((id, 1)));
        assert!(store.claim_job(&job).await.unwrap().is_none());
        assert_eq!(store.job(id).await.unwrap().unwrap().tries, 1);
    }

    async fn a_job_that_failed_is_neither_claimed_nor_cancelled_nor_failed_again(database: TestDatabase) {
        let world = World::empty(database).await;
        let store = world.platform.store();
        let claim = claimed(store, "w").await;
        assert!(store.fail_job(claim, "no room").await.unwrap());
        let failed = store.job(claim.id).await.unwrap().unwrap();
        assert!(!store.fail_job(claim, "something else").await.unwrap());
        assert!(!store.beat_job(claim, 1, 1).await.unwrap());
        assert!(!store.cancel_job(claim.id).await.unwrap());
        assert!(store.claim_job(&failed).await.unwrap().is_none());
        let after = store.job(claim.id).await.unwrap().unwrap();
        assert_eq!((after.state, after.message.as_str()), (JobState::Failed, "no room"));
    }

    async fn steps_past_what_the_database_counts_are_the_most_it_counts(database: TestDatabase) {
        let world = World::empty(database).await;
        let store = world.platform.store();
        let claim = claimed(store, "w").await;
        let most = i64::MAX.unsigned_abs();
        assert!(store.beat_job(claim, most, most + 1).await.unwrap());
        let job = store.job(claim.id).await.unwrap().unwrap();
        assert_eq!((job.done, job.total, job.beat), (most, most, 1));
    }

    async fn unfinished_jobs_come_the_earliest_first_and_finished_ones_not_at_all(database: TestDatabase) {
        let world = World::empty(database).await;
        let store = world.platform.store();
        assert_eq!(store.unfinished_jobs().await.unwrap(), []);
        let [first, second] = [want(store, JobKind::Recount, "b", "").await, want(store, JobKind::Recount, "a", "").await];
        let cancelled = want(store, JobKind::Recount, "c", "").await;
        assert!(store.cancel_job(cancelled).await.unwrap());
        let unfinished: Vec<JobId> = store.unfinished_jobs().await.unwrap().iter().map(|job| job.id).collect();
        assert_eq!(unfinished, [first, second]);
    }

    async fn a_hundred_jobs_are_listed_the_latest_first_and_the_one_before_them_is_not(database: TestDatabase) {
        let world = World::empty(database).await;
        let store = world.platform.store();
        let mut wanted = Vec::new();
        for number in 0..101 {
            wanted.push(want(store, JobKind::Recount, &format!("w{number}"), "").await);
        }
        let listed: Vec<JobId> = world.platform.jobs().latest().await.unwrap().iter().map(|job| job.id).collect();
        wanted.reverse();
        assert_eq!(listed, wanted[..100]);
        assert_eq!(world.platform.jobs().find(wanted[100]).await.unwrap().object, "w0", "it is still there");
        assert_eq!(store.latest_jobs(0).await.unwrap(), []);
    }

    async fn a_job_that_is_not_there_is_told_by_its_number(database: TestDatabase) {
        let world = World::empty(database).await;
        let jobs = world.platform.jobs();
        let missing = [jobs.find(JobId(7)).await, jobs.cancel(JobId(7)).await, jobs.finish(JobId(7), &|_| ()).await];
        for missing in missing {
            assert_eq!(missing.unwrap_err().to_string(), "there is no job \"7\"");
        }
    }

    async fn whoever_may_not_manage_neither_sees_nor_cancels_nor_wants_jobs(database: TestDatabase) {
        let world = World::empty(database).await;
        let id = want(world.platform.store(), JobKind::Recount, "w", "").await;
        let jobs = world.platform.acting_for(Actor::Anonymous).jobs();
        let latest = jobs.latest().await.map(|_| ());
        let wanted = jobs.want(JobKind::Recount, "v").await.map(|_| ());
        let one = [jobs.find(id).await, jobs.cancel(id).await, jobs.finish(id, &|_| ()).await];
        for refused in one.into_iter().map(|job| job.map(|_| ())).chain([latest, wanted]) {
            assert!(matches!(refused, Err(PipelineError::NotAllowed(_))), "{refused:?}");
        }
        let kept = world.platform.jobs().latest().await.unwrap();
        assert_eq!(kept.iter().map(|job| (job.id, job.state)).collect::<Vec<_>>(), [(id, JobState::Waiting)]);
    }

    async fn a_release_that_is_kept_is_never_replaced_and_the_second_job_is_done_all_the_same(database: TestDatabase) {
        let world = World::small(database).await;
        let store = world.platform.store();
        let with = |content: &str| KeptRelease { content: content.into(), ..nothing() };
        for content in ["first", "second"] {
            let claim = claimed(store, content).await;
            store.keep_release(claim, WaveId(1), &with(content)).await.unwrap();
            assert_eq!(store.job(claim.id).await.unwrap().unwrap().state, JobState::Done);
        }
        assert_eq!(store.release(WaveId(1), 1).await.unwrap(), Some(with("first")));
    }

    async fn a_wave_that_is_not_closed_is_not_released_and_its_job_stays_open(database: TestDatabase) {
        let world = World::small(database).await;
        let store = world.platform.store();
        let claim = claimed(store, "w").await;
        assert!(!store.release_wave(claim, WaveId(1), &nothing()).await.unwrap());
        assert_eq!(store.releases(WaveId(1)).await.unwrap(), []);
        assert_eq!(store.job(claim.id).await.unwrap().unwrap().state, JobState::Running);
    }

    async fn releases_are_those_of_their_wave_alone_in_the_order_of_their_numbers(database: TestDatabase) {
        let world = World::small(database).await;
        let store = world.platform.store();
        for (wave, number) in [(1, 10), (1, 2), (2, 1)] {
            let claim = claimed(store, &format!("{wave}-{number}")).await;
            let facts = ReleaseFacts { number, ..nothing().facts };
            store.keep_release(claim, WaveId(wave), &KeptRelease { facts, ..nothing() }).await.unwrap();
        }
        let numbers: Vec<i32> = store.releases(WaveId(1)).await.unwrap().iter().map(|facts| facts.number).collect();
        assert_eq!(numbers, [2, 10]);
        assert_eq!(store.release(WaveId(1), 1).await.unwrap(), None);
        assert_eq!(store.releases(WaveId(3)).await.unwrap(), []);
    }
}
