//! Long work: wanted once, made once, finished by another server, cancelled, given up.

use std::time::Duration;

use plumbline::jobs::{Claim, JobId, JobKind, JobState};
use plumbline::pipeline::{PipelineError, Platform, PlatformLimits};
use plumbline::release::ReleaseFacts;
use plumbline::storage::{KeptRelease, StorageError, Store, WaveId};
use plumbline::survey::WaveState;
use sea_orm::{ConnectionTrait, Statement};

use crate::releases::closed;
use crate::support::{World, on_both_engines, platform_on, platform_under};

/// Silence that tests can wait for.
const SILENCE: Duration = Duration::from_millis(300);

/// Another server on the same database, which soon misses a worker of whom nothing is heard.
pub(crate) async fn another(world: &World) -> Platform {
    platform_under(world.url(), PlatformLimits { job_silence: SILENCE, ..PlatformLimits::default() }).await
}

async fn state(platform: &Platform) -> WaveState {
    platform.store().wave("w").await.unwrap().unwrap().state
}

async fn releases(world: &World) -> i64 {
    let connection = world.database().connect().await;
    let count = Statement::from_string(connection.get_database_backend(), "SELECT COUNT(*) FROM release");
    connection.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Begins a job, and is never heard of again.
pub(crate) async fn begin_and_fall_silent(store: &Store, id: JobId) -> Claim {
    let job = store.job(id).await.unwrap().unwrap();
    store.claim_job(&job).await.unwrap().expect("nobody works on it")
}

on_both_engines! {
    async fn what_is_wanted_twice_is_done_once(database: TestDatabase) {
        let world = closed(database).await;
        let (here, there) = (&world.platform, platform_on(world.url()).await);
        let id = here.waves().want_release("w").await.unwrap();
        assert_eq!(there.waves().want_release("w").await.unwrap(), id);
        let (here, there) = (here.jobs(), there.jobs());
        let (ours, theirs) = tokio::join!(here.finish(id, &|_| ()), there.finish(id, &|_| ()));
        for job in [ours.unwrap(), theirs.unwrap()] {
            assert_eq!((job.state, job.tries, job.share()), (JobState::Done, 1, Some(1.0)));
        }
        assert_eq!((state(&world.platform).await, releases(&world).await), (WaveState::Released, 1));
        assert_eq!(world.platform.jobs().latest().await.unwrap().len(), 1);
    }

    async fn a_job_that_was_cut_off_is_finished_by_another_server(database: TestDatabase) {
        let world = closed(database).await;
        let (id, store) = (world.platform.waves().want_release("w").await.unwrap(), world.platform.store());
        let lost = begin_and_fall_silent(store, id).await;
        let other = another(&world).await;
        other.work();
        let finished = tokio::time::timeout(Duration::from_mins(1), async {
            loop {
                let releases = releases(&world).await;
                if store.job(id).await.unwrap().unwrap().state.is_final() {
                    return;
                }
                assert_eq!(releases, 0, "a release is there with the end of its job, and not before");
                tokio::time::sleep(SILENCE / 10).await;
            }
        });
        finished.await.expect("the other server takes it over");
        let job = store.job(id).await.unwrap().unwrap();
        assert_eq!((job.state, job.tries), (JobState::Done, 2));
        assert_eq!((state(&world.platform).await, releases(&world).await), (WaveState::Released, 1));
        assert!(!store.beat_job(lost, 1, 2).await.unwrap(), "whoever comes back late is told that it is not theirs");
        assert!(!store.fail_job(lost, "too late").await.unwrap());
    }

    async fn whoever_is_heard_of_keeps_their_job(database: TestDatabase) {
        let world = closed(database).await;
        let (id, store) = (world.platform.waves().want_release("w").await.unwrap(), world.platform.store());
        let slow = begin_and_fall_silent(store, id).await;
        another(&world).await.work();
        for step in 0..30 {
            assert!(store.beat_job(slow, step, 30).await.unwrap(), "step {step}");
            tokio::time::sleep(SILENCE / 10).await;
        }
        let job = store.job(id).await.unwrap().unwrap();
        assert_eq!((job.state, job.tries, job.done, job.total), (JobState::Running, 1, 29, 30));
    }

    async fn a_cancelled_job_makes_nothing_however_far_it_was(database: TestDatabase) {
        let world = closed(database).await;
        let (id, store) = (world.platform.waves().want_release("w").await.unwrap(), world.platform.store());
        let working = begin_and_fall_silent(store, id).await;
        assert_eq!(world.platform.jobs().cancel(id).await.unwrap().state, JobState::Cancelled);
        let kept = store.release_wave(working, WaveId(1), &nothing()).await;
        assert!(matches!(kept, Err(StorageError::JobTaken)), "{kept:?}");
        assert_eq!((state(&world.platform).await, releases(&world).await), (WaveState::Closed, 0));
        let waiting = world.platform.jobs().finish(id, &|_| ()).await;
        assert!(matches!(waiting, Err(PipelineError::JobCancelled(cancelled)) if cancelled == id), "{waiting:?}");
        // It is no harm: who still wants it wants it anew.
        world.platform.waves().advance("w", WaveState::Released).await.unwrap();
        assert_eq!(releases(&world).await, 1);
        assert_eq!(world.platform.jobs().cancel(id).await.unwrap().state, JobState::Cancelled);
    }

    async fn what_never_comes_to_its_end_is_given_up_with_words(database: TestDatabase) {
        let world = closed(database).await;
        let (id, store) = (world.platform.waves().want_release("w").await.unwrap(), world.platform.store());
        for _ in 0..5 {
            begin_and_fall_silent(store, id).await;
        }
        let given_up = another(&world).await.jobs().finish(id, &|_| ()).await.unwrap_err().to_string();
        assert_eq!(given_up, format!("job {id} failed: it was begun 5 times and never came to its end"));
        assert_eq!((state(&world.platform).await, releases(&world).await), (WaveState::Closed, 0));
    }

    async fn the_last_try_is_still_one(database: TestDatabase) {
        let world = closed(database).await;
        let (id, store) = (world.platform.waves().want_release("w").await.unwrap(), world.platform.store());
        for _ in 0..4 {
            begin_and_fall_silent(store, id).await;
        }
        let job = another(&world).await.jobs().finish(id, &|_| ()).await.unwrap();
        assert_eq!((job.tries, releases(&world).await), (5, 1));
    }

    async fn a_job_for_a_wave_that_is_nowhere_fails_at_once(database: TestDatabase) {
        let world = World::small(database).await;
        let jobs = world.platform.jobs();
        let id = jobs.want(JobKind::Release, "gone").await.unwrap();
        let refused = jobs.finish(id, &|_| ()).await.unwrap_err().to_string();
        assert_eq!(refused, "there is no wave \"gone\"");
        let job = jobs.find(id).await.unwrap();
        assert_eq!((job.state, job.tries, job.message), (JobState::Failed, 1, refused));
    }

    async fn a_job_that_cannot_be_done_says_why_and_can_be_wanted_again(database: TestDatabase) {
        let world = closed(database).await;
        let connection = world.database().connect().await;
        let platform = &world.platform;
        let id = platform.waves().want_release("w").await.unwrap();
        connection.execute_unprepared("UPDATE wave SET state = 'draft'").await.unwrap();
        let there = platform_on(world.url()).await;
        let refused = there.jobs().finish(id, &|_| ()).await.unwrap_err();
        assert!(matches!(refused, PipelineError::Transition(_)), "{refused}");
        let job = there.jobs().find(id).await.unwrap();
        assert_eq!((job.state, job.kind), (JobState::Failed, JobKind::Release));
        assert!(!job.message.is_empty() && refused.to_string().contains(&job.message), "{refused}");
        connection.execute_unprepared("UPDATE wave SET state = 'closed'").await.unwrap();
        let again = platform_on(world.url()).await;
        assert_ne!(again.waves().want_release("w").await.unwrap(), id);
        again.waves().advance("w", WaveState::Released).await.unwrap();
    }
}

/// A release of nothing.
pub(crate) fn nothing() -> KeptRelease {
    let facts = ReleaseFacts {
        number: 1,
        released_on: "2024-12-01".parse().unwrap(),
        reason: None,
        program: String::new(),
        method: String::new(),
        plan_hash: String::new(),
        questionnaire_hash: String::new(),
        register_hash: String::new(),
        content_hash: String::new(),
    };
    KeptRelease { facts, content: Vec::new() }
}
