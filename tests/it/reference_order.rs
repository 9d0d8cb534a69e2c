//! The numbers of the reference survey are the same to the last bit in any order of arrival, in shards and from kept states.

use plumbline::estimation::{
    Membership, Place, Recruitment, Sample, Shape, StateBuilder, StateKey, UnitState, products_to_bytes,
};

use crate::reference::{
    ANSWERS, DISTRICTS, Design, SECTIONS, as_respondent, between, builder, criteria, sample, whole,
};

#[test]
fn order_shards_and_kept_states_do_not_change_a_bit() {
    for (_, design) in SECTIONS {
        let halves = ANSWERS.iter().rev().step_by(2).chain(ANSWERS.iter().rev().skip(1).step_by(2));
        assert!(*whole(design) == sample(halves, design), "{design:?} backwards in halves");
        assert!(*whole(design) == sample_of_states(design), "{design:?} from states");
    }
}

/// The sample from what is kept of each district, read back from its bytes.
fn sample_of_states(design: Design) -> Sample {
    let shape = Shape::new(&criteria().scales, &criteria().groups()).unwrap();
    let mut states: Vec<StateBuilder<'_>> = DISTRICTS.iter().map(|_| StateBuilder::new(&shape)).collect();
    for answers in &*ANSWERS {
        as_respondent(answers, design, |respondent| {
            let key = StateKey {
                recruitment: Recruitment::Sample,
                stratum: respondent.place.stratum.to_owned(),
                psu: respondent.place.units.concat(),
                cell: String::new(),
            };
            states[answers.district].add(&key, respondent.weight, respondent.ratings)
        })
        .unwrap();
    }
    let mut builder = builder();
    for (district, state) in states.into_iter().enumerate() {
        let (state, mut read) = (state.finish().unwrap(), UnitState::default());
        for (key, sums) in state.sums() {
            read.add_kept_sums(&shape, key.clone(), &sums.to_bytes()).unwrap();
        }
        for (cell, products) in state.products() {
            read.add_kept_products(&shape, cell.clone(), &products_to_bytes(products)).unwrap();
        }
        let (levels, psu) = ([district], |psu: &String| Some(psu.clone()).filter(|psu| !psu.is_empty()));
        let member = Membership { levels: &levels, margins: &[] };
        for (key, sums) in read.sums() {
            let psu = psu(&key.psu);
            let units: Vec<&str> = psu.as_deref().into_iter().collect();
            let place = Place { stratum: &key.stratum, units: &units, populations: &[] };
            builder.add_sums(member, &place, sums).unwrap();
        }
        read.products().values().for_each(|products| builder.add_products(member, products).unwrap());
    }
    builder.finish(&between()).unwrap()
}
