//! Invitations: the draw, one answer a code whoever tries at the same time, and what is said of a code that is not taken.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use axum::http::StatusCode;
use plumbline::accounts::Actor;
use plumbline::pipeline::{InvitationCard, Platform, SubmitError};
use plumbline::survey::{CodeRefusal, WaveState};
use plumbline::validation::Submission;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::invitations::{draw, frame, invited, sample};
use crate::support::kept::kept;
use crate::support::{TestDatabase, World, on_both_engines, platform_on, submission};

/// How many tries share a tenth as many codes; `cargo test` takes a few.
const TRIES: &str = "PLUMBLINE_CODE_TRIES";
/// Tries where nothing is said.
const TRIES_DEFAULT: usize = 800;
/// Tries that wait for an answer at the same time.
const TRIES_AT_ONCE: usize = 512;

/// The rows of a query, each its columns as texts.
async fn rows(database: &TestDatabase, query: &str, columns: usize) -> Vec<Vec<String>> {
    let connection = database.connect().await;
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let text = |row: &sea_orm::QueryResult, at: usize| row.try_get_by_index::<Option<String>>(at).unwrap();
    rows.iter().map(|row| (0..columns).map(|at| text(row, at).unwrap_or_default()).collect()).collect()
}

async fn number(database: &TestDatabase, query: &str) -> usize {
    let connection = database.connect().await;
    let statement = Statement::from_string(connection.get_database_backend(), query);
    let number: i64 = connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    usize::try_from(number).unwrap()
}

async fn refusal(platform: &Platform, submission: &Value) -> CodeRefusal {
    let wave = platform.waves().find("w").await.unwrap();
    match platform.acting_for(Actor::Anonymous).intake().submit(&wave, Submission::from_json(submission, &wave)).await {
        Err(SubmitError::Code(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

on_both_engines! {
    async fn an_answer_takes_its_place_from_the_invitation_and_spends_the_code(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 1).await;
        let card = &cards[0];
        let first = world.submit(&invited(1, card)).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
        let again = world.submit(&invited(1, card)).await;
        assert_eq!((again.status, &again.text), (StatusCode::OK, &first.text), "a repeat needs the code no more");
        let spent = world.submit(&invited(2, card)).await;
        assert_eq!((spent.status, &spent.json()["code"]), (StatusCode::FORBIDDEN, &json!("code_spent")));
        let kept = kept(world.database()).await;
        let kept: Vec<_> = kept.iter().map(|kept| [kept.stratum(), kept.psu(), kept.weight(), kept.source()]).collect();
        let place = &card.invitee.placement;
        let psu = place.psu.as_ref().unwrap().as_str();
        let expected = [place.stratum.as_str(), psu, &place.weight.billionths().to_string(), "invited"];
        assert_eq!(kept, [expected]);
        assert_eq!(number(world.database(), "SELECT COUNT(*) FROM invitation").await, cards.len() - 1);
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (1, vec![]));
    }

    async fn a_code_that_is_not_taken_is_told_why_and_nothing_is_kept(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 1).await;
        let reserve = cards.iter().find(|card| card.invitee.reserve == 1).unwrap();
        assert_eq!(refusal(&world.platform, &invited(1, reserve)).await, CodeRefusal::Reserved);
        let mut elsewhere = invited(1, &cards[0]);
        elsewhere["unit"] = json!("D03");
        assert_eq!(refusal(&world.platform, &elsewhere).await, CodeRefusal::OtherUnit);
        let list = format!("code\n{}\n", cards[1].code.to_lowercase());
        assert_eq!(world.platform.invitations().revoke("w", Some(list.as_bytes())).await.unwrap(), 1);
        assert_eq!(refusal(&world.platform, &invited(1, &cards[1])).await, CodeRefusal::Revoked);
        let mut mistyped = invited(1, &cards[0]);
        mistyped["code"] = json!(cards[0].code.replace(&cards[0].code[..4], "0000"));
        assert_eq!(refusal(&world.platform, &mistyped).await, CodeRefusal::Unknown);
        for (code, status, finding) in [("ABCD", 403, "code_unknown"), (&"A".repeat(65), 422, "too_long")] {
            let mut submission = submission(1);
            submission["code"] = json!(code);
            let answer = world.submit(&submission).await;
            assert_eq!(answer.status.as_u16(), status);
            assert!(answer.text.contains(finding), "{}", answer.text);
        }
        let mut placed = invited(1, &cards[0]);
        placed["design"] = json!({"weight": 2});
        assert_eq!(world.submit_as_collector("w", &placed).await.json()[0]["path"], "design");
        assert_eq!(number(world.database(), "SELECT COUNT(*) FROM received").await, 0);
        // Tried in vain, the code is as good as before.
        assert_eq!(world.submit(&invited(1, &cards[0])).await.status, StatusCode::CREATED);
    }

    async fn a_code_of_another_wave_is_told_as_such(database: TestDatabase) {
        let world = World::small(database).await;
        let plan = include_str!("support/small-plan.toml").replace("\"w\"", "\"other\"");
        world.platform.waves().create(&plan, std::path::Path::new(".")).await.unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let (frame, sample) = (frame(20), sample(1, 4, 0));
        let prepared = world.platform.invitations().prepare("other", frame.as_bytes(), &sample, &mut random).await.unwrap();
        world.platform.invitations().keep(&prepared, false).await.unwrap();
        assert_eq!(refusal(&world.platform, &invited(1, &prepared.cards[0])).await, CodeRefusal::Foreign);
    }

    async fn a_group_with_repeats_conflicts_and_double_codes_is_answered_exactly(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 10, 0).await;
        world.submit(&invited(1, &cards[0])).await;
        world.submit(&submission(2)).await;
        let mut changed = invited(1, &cards[0]);
        changed["answers"]["q01"] = json!(1);
        let mut elsewhere = invited(14, &cards[4]);
        elsewhere["unit"] = json!("D03");
        let tries = [
            (invited(1, &cards[0]), "repeated"),
            (changed, "conflict"),
            (submission(2), "repeated"),
            (invited(10, &cards[0]), "code_spent"),
            (elsewhere, "code_other_unit"),
            (invited(11, &cards[1]), "one of them"),
            (invited(12, &cards[1]), "one of them"),
            (invited(13, &cards[2]), "stored"),
            (submission(15), "stored"),
        ];
        let mut waiting = JoinSet::new();
        for (submission, expected) in tries {
            let platform = world.platform.clone();
            waiting.spawn(async move {
                let wave = platform.waves().find("w").await.unwrap();
                let submission = Submission::from_json(&submission, &wave);
                let outcome = match platform.acting_for(Actor::Anonymous).intake().submit(&wave, submission).await {
                    Ok(accepted) => if accepted.repeated { "repeated" } else { "stored" },
                    Err(SubmitError::Conflict) => "conflict",
                    Err(SubmitError::Code(refusal)) => refusal.as_str(),
                    Err(error) => panic!("{error}"),
                };
                (expected, outcome)
            });
        }
        let mut same_code = Vec::new();
        for (expected, outcome) in waiting.join_all().await {
            if expected == "one of them" { same_code.push(outcome) } else { assert_eq!(outcome, expected) }
        }
        same_code.sort_unstable();
        assert_eq!(same_code, ["code_spent", "stored"]);
        let checkup = world.platform.doctor().check_up().await.unwrap();
        assert_eq!((checkup.responses, checkup.mismatches), (5, vec![]));
        assert_eq!(number(world.database(), "SELECT COUNT(*) FROM invitation").await, cards.len() - 3);
    }

    async fn two_servers_let_in_one_answer_a_code(database: TestDatabase) {
        let world = World::small(database).await;
        let tries = tries();
        let people = (tries / 10).div_ceil(12);
        let cards = Arc::new(draw(&world.platform, people, 0).await);
        let servers = [world.platform.clone(), platform_on(world.url()).await];
        let codes = (tries / 10).min(cards.len());
        let gate = Arc::new(Semaphore::new(TRIES_AT_ONCE));
        let mut waiting = JoinSet::new();
        for number in 0..tries {
            let (server, cards, gate) = (servers[number % 2].clone(), Arc::clone(&cards), Arc::clone(&gate));
            waiting.spawn(async move {
                let _pass = gate.acquire().await.unwrap();
                let card = &cards[number * 7 % codes];
                let wave = server.waves().find("w").await.unwrap();
                let submission = Submission::from_json(&invited(number as u128 + 1, card), &wave);
                match server.acting_for(Actor::Anonymous).intake().submit(&wave, submission).await {
                    Ok(accepted) => { assert!(!accepted.repeated); true }
                    Err(SubmitError::Code(CodeRefusal::Spent)) => false,
                    Err(error) => panic!("{error}"),
                }
            });
        }
        let accepted = waiting.join_all().await.into_iter().filter(|accepted| *accepted).count();
        assert_eq!(accepted, codes);
        assert_eq!(number(world.database(), "SELECT COUNT(*) FROM received").await, codes);
        assert_eq!(number(world.database(), "SELECT COUNT(*) FROM invitation").await, cards.len() - codes);
        assert_eq!(servers[1].doctor().check_up().await.unwrap().mismatches, []);
    }

    async fn a_wave_is_drawn_once_unless_more_is_wanted(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 1).await;
        let mut random = ChaCha8Rng::seed_from_u64(6);
        let further = world.platform.invitations().prepare("w", frame(8).as_bytes(), &sample(2, 4, 0), &mut random).await.unwrap();
        let refused = world.platform.invitations().keep(&further, false).await.unwrap_err().to_string();
        assert!(refused.contains("already a draw") && refused.contains("--again"), "{refused}");
        assert_eq!(number(world.database(), "SELECT COUNT(*) FROM invitation").await, cards.len());
        assert_eq!(world.platform.invitations().keep(&further, true).await.unwrap(), 2);
        let draws = world.platform.invitations().draws("w").await.unwrap();
        assert_eq!(draws.iter().map(|draw| (draw.number, draw.seed)).collect::<Vec<_>>(), [(1, 1), (2, 2)]);
        world.platform.waves().advance("w", WaveState::Closed).await.unwrap();
        let late = world.platform.invitations().prepare("w", frame(8).as_bytes(), &sample(3, 4, 0), &mut random).await;
        assert!(late.err().unwrap().to_string().contains("the wave is closed"));
    }

    async fn the_status_counts_what_was_given_out_spent_released_and_taken_back(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 2).await;
        let of_first: Vec<&InvitationCard> = cards.iter().filter(|card| card.invitee.unit.as_str() == "D01").collect();
        for (number, card) in (1..).zip(of_first.iter().filter(|card| card.invitee.reserve == 0).take(3)) {
            assert_eq!(world.submit(&invited(number, card)).await.status, StatusCode::CREATED);
        }
        let psu = of_first[0].invitee.placement.psu.as_ref().unwrap().as_str();
        // Two villages of the commune, each with a first reserve.
        assert_eq!(world.platform.invitations().release_reserves("w", (Some("D01"), Some(psu)), 1).await.unwrap(), 2);
        assert_eq!(world.platform.invitations().release_reserves("w", (Some("D01"), Some(psu)), 1).await.unwrap(), 0);
        let status = world.platform.invitations().status("w").await.unwrap();
        let count = status[0].count;
        assert_eq!((count.invited, count.reserves, count.spent()), (16, 8, 3));
        assert_eq!((count.open, count.standing_by, count.revoked), (13 + 2, 6, 0));
        assert_eq!(world.platform.invitations().revoke("w", None::<&[u8]>).await.unwrap(), cards.len() as u64 - 3);
        let status = world.platform.invitations().status("w").await.unwrap();
        assert_eq!((status[0].count.open, status[0].count.spent(), status[0].count.revoked), (0, 3, 21));
    }

    async fn the_same_seed_and_frame_draw_the_national_scheme_alike_on_both_engines(database: TestDatabase) {
        let world = World::empty(database).await;
        let example = include_str!("../../docs/examples/sample.toml");
        let mut units = "code,level,kind,name_vi\n".to_owned();
        let mut frame = "province,district,commune,village,commune_name,village_name,area,households,adults,base_weight\n".to_owned();
        for province in 1..=63 {
            // The two large cities are 01 and 79.
            let province = if province == 63 { 79 } else { province };
            writeln!(units, "{province:02},district,province,Tỉnh {province}").unwrap();
            for place in 0..7 * 3 * 4 {
                let (district, commune, village) = (place / 12, place / 4 % 3, place % 4);
                let households = 40 + (province * 37 + place * 61) % 350;
                let names = format!("{province:02},{district},{commune},{village},Xã {commune},Thôn {village}");
                writeln!(frame, "{names},{},{households},{},1", place % 3, households * 3).unwrap();
            }
        }
        world.platform.register().import_units(units.as_bytes()).await.unwrap();
        let questionnaire = include_str!("support/small-questionnaire.toml");
        world.platform.waves().import_questionnaire(questionnaire).await.unwrap();
        let plan = include_str!("support/small-plan.toml").replace("[\"D01\", \"D02\", \"D03\"]", "\"all\"");
        world.platform.waves().create(&plan, std::path::Path::new(".")).await.unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let prepared = world.platform.invitations().prepare("w", frame.as_bytes(), example, &mut random).await.unwrap();
        assert_eq!(prepared.stages.iter().map(|stage| stage.drawn).collect::<Vec<_>>(), [195, 390, 1_170]);
        world.platform.invitations().keep(&prepared, false).await.unwrap();
        let kept = "SELECT CAST(COUNT(*) AS TEXT), CAST(SUM(CASE WHEN reserve = 0 THEN 1 ELSE 0 END) AS TEXT) FROM invitation";
        assert_eq!(rows(world.database(), kept, 2).await, [["15210".to_owned(), "11700".to_owned()]]);
        // What was drawn, by a hash that both engines must give.
        let counts = "SELECT u.code, c.stratum, c.psu, CAST(c.invited AS TEXT), CAST(c.reserves AS TEXT) \
                      FROM invitation_count c JOIN unit u ON u.id = c.unit_id";
        let drawn: BTreeSet<Vec<String>> = rows(world.database(), counts, 5).await.into_iter().collect();
        let weights = "SELECT CAST(weight AS TEXT), CAST(COUNT(*) AS TEXT) FROM invitation GROUP BY weight";
        let weights: BTreeMap<String, String> = rows(world.database(), weights, 2).await.into_iter()
            .map(|mut row| (row.remove(0), row.remove(0))).collect();
        let hash = blake3::hash(format!("{drawn:?}{weights:?}").as_bytes()).to_hex();
        assert_eq!((drawn.len(), &hash[..16]), (195, "0280f6979e7cb055"));
    }
}

#[expect(clippy::disallowed_methods, reason = "the tries are chosen where the tests are started")]
fn tries() -> usize {
    std::env::var(TRIES).ok().and_then(|tries| tries.parse().ok()).unwrap_or(TRIES_DEFAULT)
}

#[test]
fn a_wrong_code_is_refused_without_the_database() {
    crate::support::Engine::Sqlite.run(module_path!(), async |database| {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 0).await;
        let wave = world.platform.waves().find("w").await.unwrap();
        world.platform.store().clone().close().await.unwrap();
        let mut wrong = invited(1, &cards[0]);
        wrong["code"] = json!("0000-0000-0000-0000-0000-0000-0000");
        let wrong = Submission::from_json(&wrong, &wave);
        let refused = world.platform.acting_for(Actor::Anonymous).intake().submit(&wave, wrong).await;
        assert!(matches!(refused, Err(SubmitError::Code(CodeRefusal::Unknown))), "{refused:?}");
        let asked = world.platform.invited(&wave, "0000-0000-0000-0000-0000-0000-0000").await.unwrap();
        assert_eq!(asked.err(), Some(CodeRefusal::Unknown));
        // A good one asks it, in vain.
        assert!(world.platform.invited(&wave, &cards[0].code).await.is_err());
    });
}
