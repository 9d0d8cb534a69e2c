//! Invitations for the tests: a frame of villages in the small survey's districts, and codes out of it.

use std::fmt::Write as _;

use plumbline::pipeline::{InvitationCard, Platform};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::submission;

/// A sample of two communes of each district, and of two villages of each, with so many people and reserves of each village.
pub(crate) fn sample(seed: u64, people: usize, reserves: usize) -> String {
    format!(
        "seed = {seed}\nunit = \"district\"\nlocality = [\"village\"]\nsmallest_group = 1\n\
         [[stage]]\ncolumn = \"commune\"\ntake = 2\nmethod = \"pps\"\nsize = \"people\"\n\
         [[stage]]\ncolumn = \"village\"\ntake = 2\nmethod = \"equal\"\n\
         [people]\ntake = {people}\nreserves = {reserves}\nsize = \"people\"\n"
    )
}

/// Three districts of four communes of three villages, each of `people` and a few.
pub(crate) fn frame(people: usize) -> String {
    let mut file = "district,commune,village,people\n".to_owned();
    for place in 0..3 * 4 * 3 {
        let (district, commune, village) = (1 + place / 12, place / 3 % 4, place % 3);
        writeln!(file, "D0{district},C{commune},V{village},{}", people + place * 7 % 50)
            .expect("a string can be written to");
    }
    file
}

/// Draws a sample for the wave `w` and returns its codes.
pub(crate) async fn draw(platform: &Platform, people: usize, reserves: usize) -> Vec<InvitationCard> {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let sample = sample(1, people, reserves);
    let prepared =
        platform.invitations().prepare("w", frame(2 * people).as_bytes(), &sample, &mut random).await.unwrap();
    platform.invitations().keep(&prepared, false).await.unwrap();
    prepared.cards
}

/// A valid submission with the id of this number and the code of a card, for the card's unit.
pub(crate) fn invited(number: u128, card: &InvitationCard) -> Value {
    let mut submission = submission(number);
    submission["unit"] = json!(card.invitee.unit.as_str());
    submission["code"] = json!(card.code);
    submission
}
