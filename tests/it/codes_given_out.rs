//! Codes of collectors and of people who are invited: what cannot be given out or taken back is told, and leaves nothing behind.

use plumbline::foundation::Code;
use plumbline::pipeline::PipelineError;
use plumbline::survey::AccessKind;
use rand::{SeedableRng, TryRng};
use rand_chacha::ChaCha8Rng;

use crate::support::invitations::{draw, frame, sample};
use crate::support::{SMALL_PLAN, World, on_both_engines};

/// A system that gives no random numbers.
struct Exhausted;

impl TryRng for Exhausted {
    type Error = std::io::Error;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Err(std::io::Error::other("the source ran dry"))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Err(std::io::Error::other("the source ran dry"))
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        Err(std::io::Error::other("the source ran dry"))
    }
}

fn random() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(3)
}

fn name() -> Code {
    Code::new("lan").unwrap()
}

/// Where each finding is, and what it is.
fn findings<T>(refused: Result<T, PipelineError>) -> Vec<(String, &'static str)> {
    match refused {
        Err(PipelineError::Invalid(found)) => found.0.into_iter().map(|finding| (finding.path, finding.code)).collect(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it is taken"),
    }
}

on_both_engines! {
    async fn a_kind_that_the_plan_takes_no_answers_of_gets_no_code(database: TestDatabase) {
        let world = World::small(database).await;
        let collectors = world.platform.collectors();
        let refused = collectors.grant("w", AccessKind::Kiosk, &name(), Some("D01"), &mut random()).await;
        assert_eq!(findings(refused), [("kind".to_owned(), "not_allowed")]);
        assert_eq!(collectors.all("w").await.unwrap(), []);
    }

    async fn a_device_without_a_unit_gets_no_code(database: TestDatabase) {
        let world = World::small(database).await;
        let plan = SMALL_PLAN.replacen("\"w\"", "\"v\"", 1).replace("[\"web\", \"paper\"]", "[\"kiosk\"]");
        world.platform.waves().create(&plan, std::path::Path::new(".")).await.unwrap();
        let refused = world.platform.collectors().grant("v", AccessKind::Kiosk, &name(), None, &mut random()).await;
        assert_eq!(findings(refused), [("unit".to_owned(), "missing")]);
    }

    async fn a_collector_for_a_unit_that_is_not_in_the_wave_gets_no_code(database: TestDatabase) {
        let world = World::small(database).await;
        let collectors = world.platform.collectors();
        let refused = collectors.grant("w", AccessKind::Collector, &name(), Some("D09"), &mut random()).await;
        assert_eq!(refused.unwrap_err().to_string(), "there is no unit in the wave \"D09\"");
        assert_eq!(collectors.all("w").await.unwrap(), []);
    }

    async fn a_name_may_be_taken_in_each_wave_and_twice_in_none(database: TestDatabase) {
        let world = World::small(database).await;
        let plan = SMALL_PLAN.replacen("\"w\"", "\"v\"", 1);
        world.platform.waves().create(&plan, std::path::Path::new(".")).await.unwrap();
        let (collectors, mut random) = (world.platform.collectors(), random());
        for wave in ["w", "v"] {
            collectors.grant(wave, AccessKind::Collector, &name(), None, &mut random).await.unwrap();
        }
        collectors.revoke("w", "lan").await.unwrap();
        let refused = collectors.grant("w", AccessKind::Collector, &name(), None, &mut random).await.unwrap_err().to_string();
        assert!(refused.contains("already a device or collector \"lan\"") && refused.contains("take another name"), "{refused}");
        let revoked = [&collectors.all("w").await.unwrap()[0], &collectors.all("v").await.unwrap()[0]].map(|of| of.revoked);
        assert_eq!(revoked, [true, false]);
    }

    async fn nobody_is_taken_back_who_was_never_let_in(database: TestDatabase) {
        let world = World::small(database).await;
        let refused = world.platform.collectors().revoke("w", "lan").await.unwrap_err().to_string();
        assert_eq!(refused, "there is no device or collector \"lan\"");
    }

    async fn without_random_numbers_no_code_is_made_and_nothing_is_kept(database: TestDatabase) {
        let world = World::small(database).await;
        let (collectors, invitations) = (world.platform.collectors(), world.platform.invitations());
        let refused = collectors.grant("w", AccessKind::Collector, &name(), None, &mut Exhausted).await;
        assert_eq!(refused.unwrap_err().to_string(), "no random numbers: the source ran dry");
        let refused = invitations.prepare("w", frame(20).as_bytes(), &sample(1, 4, 0), &mut Exhausted).await;
        assert!(matches!(refused, Err(PipelineError::Randomness(_))));
        assert_eq!(collectors.all("w").await.unwrap(), []);
        assert!(invitations.draws("w").await.unwrap().is_empty());
    }

    async fn a_list_with_one_code_that_is_none_takes_back_none_of_them(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 0).await;
        let invitations = world.platform.invitations();
        let list = format!("code\n{}\nABCD\n{}\n", cards[0].code, cards[1].code);
        let found = findings(invitations.revoke("w", Some(list.as_bytes())).await);
        assert_eq!(found, [("line 3, column code".to_owned(), "code_unknown")]);
        let revoked: u64 = invitations.status("w").await.unwrap().iter().map(|of| of.count.revoked).sum();
        assert_eq!(revoked, 0);
    }

    async fn a_list_without_a_column_of_codes_is_refused_and_one_without_rows_takes_nothing_back(database: TestDatabase) {
        let world = World::small(database).await;
        draw(&world.platform, 4, 0).await;
        let invitations = world.platform.invitations();
        let found = findings(invitations.revoke("w", Some("unit,Mã\nD01,x\n".as_bytes())).await);
        assert_eq!(found, [("line 1, column code".to_owned(), "missing_column")]);
        assert_eq!(invitations.revoke("w", Some("code\n".as_bytes())).await.unwrap(), 0);
    }

    async fn a_code_that_is_listed_twice_or_again_later_is_taken_back_once(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 0).await;
        let invitations = world.platform.invitations();
        let list = format!("code\n{0}\n{0}\n", cards[0].code);
        assert_eq!(invitations.revoke("w", Some(list.as_bytes())).await.unwrap(), 1);
        assert_eq!(invitations.revoke("w", Some(list.as_bytes())).await.unwrap(), 0);
    }

    async fn reserves_of_no_turn_or_of_another_place_stay_reserves(database: TestDatabase) {
        let world = World::small(database).await;
        let cards = draw(&world.platform, 4, 1).await;
        let invitations = world.platform.invitations();
        for (place, up_to) in [((None, None), 0), ((Some("D09"), None), 9), ((Some("D01"), Some("nowhere")), 9)] {
            assert_eq!(invitations.release_reserves("w", place, up_to).await.unwrap(), 0, "{place:?} {up_to}");
        }
        let reserves = cards.iter().filter(|card| card.invitee.reserve == 1).count() as u64;
        assert_eq!(invitations.release_reserves("w", (None, None), u32::MAX).await.unwrap(), reserves);
    }

    async fn a_wave_without_a_draw_has_given_out_nothing_in_each_of_its_units(database: TestDatabase) {
        let world = World::small(database).await;
        let status = world.platform.invitations().status("w").await.unwrap();
        let counts: Vec<_> = status.iter().map(|of| (of.unit.code().as_str(), of.count.invited, of.count.spent())).collect();
        assert_eq!(counts, [("D01", 0, 0), ("D02", 0, 0), ("D03", 0, 0)]);
    }
}
