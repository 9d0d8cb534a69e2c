//! Rows that something else changed: each is an error that names its table and what is wrong, and nothing is lost over it.

use axum::http::StatusCode;
use plumbline::foundation::Code;
use plumbline::jobs::JobKind;
use plumbline::survey::AccessKind;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sea_orm::{ConnectionTrait, Statement};

use crate::support::invitations::{draw, invited};
use crate::support::{TestDatabase, World, on_both_engines, submission};

async fn change(world: &World, statement: &str) {
    world.database().connect().await.execute_unprepared(statement).await.unwrap();
}

async fn count(world: &World, table: &str) -> i64 {
    let connection = world.database().connect().await;
    let count = Statement::from_string(connection.get_database_backend(), format!("SELECT COUNT(*) FROM {table}"));
    connection.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// What is said of a row of this table.
fn of(table: &str, reason: &str) -> String {
    format!("what is kept in {table} does not read back: {reason}")
}

/// The small survey with three answers that are counted and settled.
async fn counted(database: TestDatabase) -> World {
    let world = World::small(database).await;
    for number in 1..=3 {
        assert_eq!(world.submit(&submission(number)).await.status, StatusCode::CREATED);
    }
    world.platform.counts().settle().await.unwrap();
    world
}

/// What a recount says that comes upon a row which it cannot read.
async fn recount(world: &World) -> String {
    world.platform.doctor().check_up().await.unwrap_err().to_string()
}

on_both_engines! {
    async fn a_job_that_does_not_read_back_is_named_and_is_there_when_it_is_mended(database: TestDatabase) {
        let world = World::small(database).await;
        let jobs = world.platform.jobs();
        let id = jobs.want(JobKind::Recount, "w").await.unwrap();
        for (broken, mended, table, reason) in [
            ("job SET kind = 'x'", "job SET kind = 'recount'", "job", "the kind \"x\" is unknown"),
            ("job SET state = 'x'", "job SET state = 'waiting'", "job", "the state \"x\" is unknown"),
            ("job_progress SET done = -1", "job_progress SET done = 0", "job_progress", ""),
            ("job_progress SET total = -1", "job_progress SET total = 0", "job_progress", ""),
        ] {
            change(&world, &format!("UPDATE {broken}")).await;
            let refused = jobs.find(id).await.unwrap_err().to_string();
            assert!(refused.starts_with(&of(table, reason)), "{broken}: {refused}");
            change(&world, &format!("UPDATE {mended}")).await;
            assert_eq!(jobs.find(id).await.unwrap().kind, JobKind::Recount, "{mended}");
        }
    }

    async fn a_job_without_its_row_of_progress_is_named_by_its_number(database: TestDatabase) {
        let world = World::small(database).await;
        let id = world.platform.jobs().want(JobKind::Recount, "w").await.unwrap();
        change(&world, "DELETE FROM job_progress").await;
        let refused = world.platform.jobs().find(id).await.unwrap_err().to_string();
        assert_eq!(refused, of("job_progress", &format!("{} has no row", id.0)));
    }

    async fn a_wave_that_does_not_read_back_is_named_with_what_is_wrong(database: TestDatabase) {
        let world = World::small(database).await;
        let store = world.platform.store();
        for (broken, table, reason) in [
            ("UPDATE questionnaire SET content = ''", "questionnaire", ""),
            ("UPDATE wave SET plan = ''", "wave", "code: "),
            ("DELETE FROM questionnaire", "wave", "its questionnaire is gone"),
        ] {
            change(&world, broken).await;
            let refused = store.wave("w").await.unwrap_err().to_string();
            assert!(refused.starts_with(&of(table, "")) && refused.contains(reason), "{broken}: {refused}");
        }
    }

    async fn a_wave_in_a_state_that_nobody_knows_is_named_wherever_its_state_is_read(database: TestDatabase) {
        let world = World::small(database).await;
        let store = world.platform.store();
        change(&world, "UPDATE wave SET state = 'x'").await;
        let expected = of("wave", "the state \"x\" is unknown");
        assert_eq!(store.wave_states().await.unwrap_err().to_string(), expected);
        assert_eq!(store.wave_now("w").await.unwrap_err().to_string(), expected);
        assert_eq!(store.wave("w").await.unwrap_err().to_string(), expected);
    }

    async fn a_response_that_does_not_read_back_stops_a_recount_with_its_table(database: TestDatabase) {
        let world = counted(database).await;
        for (is, broken, reason) in [
            ("\tweb\t", "\tx\t", "unknown mode"),
            ("\topen\t", "\tx\t", "unknown source"),
            ("\tD01\t", "\ta b\t", ""),
            ("\t1000000000\t", "\t-1\t", ""),
            ("1~", "2~", "the layout \"2\" is not known to this program"),
        ] {
            change(&world, &format!("UPDATE sheaf SET entries = replace(entries, '{is}', '{broken}')")).await;
            let refused = recount(&world).await;
            assert!(refused.starts_with(&of("sheaf", reason)), "{broken}: {refused}");
            change(&world, &format!("UPDATE sheaf SET entries = replace(entries, '{broken}', '{is}')")).await;
        }
    }

    async fn a_response_on_a_unit_that_its_wave_does_not_measure_is_named(database: TestDatabase) {
        let world = counted(database).await;
        change(&world, "DELETE FROM wave_unit WHERE position = 0").await;
        let refused = recount(&world.restarted().await).await;
        assert!(refused.starts_with(&of("sheaf", "the wave does not measure the unit ")), "{refused}");
    }

    async fn a_unit_of_a_wave_that_left_the_register_is_named_with_the_wave(database: TestDatabase) {
        let world = World::small(database).await;
        change(&world, "DELETE FROM unit WHERE code = 'D02'").await;
        let refused = world.restarted().await.platform.waves().find("w").await.unwrap_err().to_string();
        assert_eq!(refused, of("wave_unit", "a unit of w is not in the register"));
    }

    async fn counts_that_do_not_read_back_are_named_by_their_table(database: TestDatabase) {
        let world = counted(database).await;
        for (broken, mended, table, reason) in [
            (
                "tally SET part = 'x' WHERE part = 'sample'",
                "tally SET part = 'sample' WHERE part = 'x'",
                "tally",
                "unknown part",
            ),
            ("daily_count SET responses = -1", "daily_count SET responses = 3", "daily_count", "a negative count"),
            ("daily_count SET mode = 'x'", "daily_count SET mode = 'web'", "daily_count", "unknown mode"),
        ] {
            change(&world, &format!("UPDATE {broken}")).await;
            assert_eq!(recount(&world).await, of(table, reason), "{broken}");
            change(&world, &format!("UPDATE {mended}")).await;
        }
    }

    async fn kept_sums_that_were_cut_off_are_an_error_and_no_number(database: TestDatabase) {
        let world = counted(database).await;
        let empty = if world.url().starts_with("sqlite:") { "x'01'" } else { "'\\x01'" };
        change(&world, &format!("UPDATE tally SET sums = {empty}")).await;
        world.platform.doctor().check_up().await.unwrap_err();
        let world = world.restarted().await;
        assert_eq!(world.get_as_administrator("/api/v1/waves/w/results").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    }

    async fn counts_that_are_gone_are_told_as_nothing_and_those_of_nobody_as_too_much(database: TestDatabase) {
        let world = counted(database).await;
        change(&world, "DELETE FROM daily_count").await;
        let told = world.platform.doctor().check_up().await.unwrap();
        let found: Vec<_> = told.mismatches.iter().map(|found| (found.kept.as_str(), found.recounted.as_str())).collect();
        assert_eq!((told.responses, found), (3, vec![("nothing", "3")]));
        assert!(told.mismatches[0].place.starts_with("2024-11-20 "), "{:?}", told.mismatches);
        change(&world, "DELETE FROM sheaf").await;
        let told = world.platform.doctor().check_up().await.unwrap();
        assert!(told.responses == 0 && !told.mismatches.is_empty(), "{told:?}");
        assert!(told.mismatches.iter().all(|found| found.recounted == "nothing" && found.unit.as_str() == "D01"), "{told:?}");
    }

    async fn a_batch_in_a_layout_of_a_later_program_stays_and_answers_are_taken_meanwhile(database: TestDatabase) {
        let world = counted(database).await;
        let connection = world.database().connect().await;
        let backend = connection.get_database_backend();
        let id = uuid::Uuid::from_u128(7);
        let batch = "INSERT INTO inbox (wave_id, unit_id, id, is_counted, entries, words) \
                     SELECT wave_id, unit_id, $1, false, '2~x', '[]' FROM tally_version";
        connection.execute_raw(Statement::from_sql_and_values(backend, batch, [id.into()])).await.unwrap();
        let refused = world.platform.counts().fold().await.unwrap_err().to_string();
        assert_eq!(refused, of("inbox", "the layout \"2\" is not known to this program"));
        assert_eq!(count(&world, "inbox").await, 1, "it is there for whoever can read it");
        assert_eq!(world.submit(&submission(4)).await.status, StatusCode::CREATED);
        change(&world, "DELETE FROM inbox WHERE entries = '2~x'").await;
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (4, vec![]));
    }

    async fn an_invitation_that_does_not_read_back_keeps_its_code_for_when_it_is_mended(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 0).await;
        let invitations = count(&world, "invitation").await;
        for (broken, mended) in [
            ("state = 'x'", "state = 'open'"),
            ("stratum = 'a b'", "stratum = 'D01'"),
            ("psu = 'a b'", "psu = NULL"),
            ("weight = -1", "weight = 1000000000"),
        ] {
            change(&world, &format!("UPDATE invitation SET {broken}")).await;
            let refused = world.submit(&invited(1, &cards[0])).await;
            assert!(refused.status.is_server_error(), "{broken}: {} {}", refused.status, refused.text);
            assert_eq!((count(&world, "received").await, count(&world, "invitation").await), (0, invitations), "{broken}");
            change(&world, &format!("UPDATE invitation SET {mended}")).await;
        }
        let taken = world.submit(&invited(1, &cards[0])).await;
        assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text);
    }

    async fn an_access_that_does_not_read_back_is_named_with_what_is_wrong(database: TestDatabase) {
        let world = World::small(database).await;
        let collectors = world.platform.collectors();
        let (lan, mut random) = (Code::new("lan").unwrap(), ChaCha8Rng::seed_from_u64(1));
        collectors.grant("w", AccessKind::Collector, &lan, Some("D01"), &mut random).await.unwrap();
        for (broken, mended, reason) in [
            ("kind = 'x'", "kind = 'collector'", "the kind \"x\" is unknown"),
            ("name = 'a b'", "name = 'lan'", ""),
            ("unit_id = 999", "unit_id = NULL", "the wave does not measure the unit 999"),
        ] {
            change(&world, &format!("UPDATE access SET {broken}")).await;
            let refused = collectors.all("w").await.unwrap_err().to_string();
            assert!(refused.starts_with(&of("access", reason)), "{broken}: {refused}");
            change(&world, &format!("UPDATE access SET {mended}")).await;
        }
        assert_eq!(collectors.all("w").await.unwrap().len(), 1);
    }
}
