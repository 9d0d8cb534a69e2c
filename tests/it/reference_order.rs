//! The numbers of the reference survey are the same to the last bit in any order of arrival, in shards and from kept tallies.

use std::collections::BTreeMap;

use plumbline::estimation::{Membership, Place, TallySums};

use crate::reference::{ANSWERS, DISTRICTS, Design, SECTIONS, as_respondent, between, builder, sample, whole};

#[test]
fn order_shards_and_kept_tallies_do_not_change_a_bit() {
    for (_, design) in SECTIONS {
        let halves = ANSWERS.iter().rev().step_by(2).chain(ANSWERS.iter().rev().skip(1).step_by(2));
        assert!(*whole(design) == sample(halves, design), "{design:?} backwards in halves");
    }
    let mut tallies: BTreeMap<(usize, &str), TallySums> = BTreeMap::new();
    let mut kept = builder();
    for answers in &*ANSWERS {
        let tally = tallies.entry((answers.district, &answers.village)).or_insert_with(|| TallySums::new(22).unwrap());
        tally.add_response(answers.weight, &answers.ratings).unwrap();
        as_respondent(answers, Design::Clustered, |respondent| kept.add_response(respondent)).unwrap();
    }
    for ((district, village), tally) in &tallies {
        let read_back = TallySums::from_bytes(22, &tally.to_bytes()).unwrap();
        let place = Place { stratum: DISTRICTS[*district], units: &[*village], populations: &[] };
        kept.add_tally(Membership { levels: &[*district], margins: &[] }, &place, &read_back).unwrap();
    }
    assert!(kept.finish(&between()).unwrap() == *whole(Design::Clustered));
}
