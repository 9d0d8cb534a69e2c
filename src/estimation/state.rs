//! What is kept of a unit's responses, so that reading costs the number of its sums and never that of its answers.
//!
//! Everything that estimates need of responses is a sum over them: weights by rating, who answered what
//! ([`CellSums`], by stratum, sampling unit and cell), and products for design effects, by cell. A *cell* is what the margins of
//! a calibration ask about a respondent; without calibration there is one. So a state is formed of responses in any order and
//! in any parts, which are added.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

use super::EstimationError;
use super::cell_sums::{CellSums, Shape};
use super::joint::{points_max, products_of};
use super::lean::Made;
use super::log::Entry;
use super::state_bytes::products_from_bytes;
use super::tally::check_ratings;
use crate::foundation::Weight;
use crate::statistics::PairSums;

/// So many responses of a cell are gathered before their products are formed: one by one that takes ten times as long.
const GATHERED_MAX: usize = 64;

/// Which answers sums are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recruitment {
    /// Those that count in the sample.
    Sample,
    /// Those that came over the open link, everybody at weight 1.
    OpenLink,
}

impl Recruitment {
    /// Its name in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::OpenLink => "open_link",
        }
    }

    /// The recruitment with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sample, Self::OpenLink].into_iter().find(|recruitment| recruitment.as_str() == name)
    }
}

/// Which responses are added up together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StateKey {
    /// Whether they count in the sample.
    pub recruitment: Recruitment,
    /// The stratum.
    pub stratum: String,
    /// The sampling unit; empty where respondents are their own.
    pub psu: String,
    /// What the margins of a calibration ask about them; empty without calibration.
    pub cell: String,
}

impl StateKey {
    /// Whether it is sums of respondents that are their own sampling units.
    fn has_own_units(&self) -> bool {
        self.recruitment == Recruitment::Sample && self.psu.is_empty()
    }
}

/// The sums of the responses of one unit. Cheap to clone: what is not changed afterwards is shared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitState {
    sums: BTreeMap<StateKey, Arc<CellSums>>,
    /// Of the sample, by cell: `Σ_k w_k d_k d_kᵀ`.
    products: BTreeMap<String, Arc<PairSums>>,
    people: Made<BTreeMap<String, CellSums>>,
}

impl UnitState {
    /// The sums by key.
    #[must_use]
    pub fn sums(&self) -> &BTreeMap<StateKey, Arc<CellSums>> {
        &self.sums
    }

    /// The sums of products of the sample, by cell.
    #[must_use]
    pub fn products(&self) -> &BTreeMap<String, Arc<PairSums>> {
        &self.products
    }

    /// The sums of the sample by cell, added up over strata and sampling units.
    pub fn people(&self) -> Result<&BTreeMap<String, CellSums>, EstimationError> {
        self.people.get(|| {
            let mut people: BTreeMap<String, CellSums> = BTreeMap::new();
            for (key, sums) in self.sums.iter().filter(|(key, _)| key.recruitment == Recruitment::Sample) {
                match people.get_mut(&key.cell) {
                    Some(known) => known.merge_people(sums)?,
                    None => drop(people.insert(key.cell.clone(), sums.people())),
                }
            }
            Ok(people)
        })
    }

    /// Makes ahead what a sample of this shape is formed from, so that many threads may do it for many units.
    pub fn prepare(&self, shape: &Shape) -> Result<(), EstimationError> {
        self.people()?;
        let sums = self.sums.iter().filter(|(key, _)| key.recruitment == Recruitment::Sample && !key.psu.is_empty());
        sums.into_iter().try_for_each(|(_, sums)| sums.lean(&shape.scales, shape.groups.len()).map(drop))
    }

    /// Whether nobody responded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// Adds the sums that were kept under a key, as [`CellSums::to_bytes`] wrote them.
    pub fn add_kept_sums(&mut self, shape: &Shape, key: StateKey, bytes: &[u8]) -> Result<(), EstimationError> {
        let kept = CellSums::from_bytes(shape, key.has_own_units(), bytes)?;
        self.people.forget();
        add_sums(&mut self.sums, key, Arc::new(kept))
    }

    /// Adds the products that were kept of a cell, as [`super::products_to_bytes`] wrote them.
    pub fn add_kept_products(&mut self, shape: &Shape, cell: String, bytes: &[u8]) -> Result<(), EstimationError> {
        let kept = products_from_bytes(shape, bytes)?;
        add_products(&mut self.products, cell, Arc::new(kept))
    }

    /// Adds the sums of other responses. On an error the state is to be thrown away.
    pub fn merge(&mut self, other: Self) -> Result<(), EstimationError> {
        self.people.forget();
        other.sums.into_iter().try_for_each(|(key, sums)| add_sums(&mut self.sums, key, sums))?;
        other.products.into_iter().try_for_each(|(cell, products)| add_products(&mut self.products, cell, products))
    }
}

fn add_sums(
    sums: &mut BTreeMap<StateKey, Arc<CellSums>>,
    key: StateKey,
    more: Arc<CellSums>,
) -> Result<(), EstimationError> {
    match sums.entry(key) {
        Occupied(mut found) => Arc::make_mut(found.get_mut()).merge(&more),
        Vacant(free) => {
            free.insert(more);
            Ok(())
        }
    }
}

fn add_products(
    products: &mut BTreeMap<String, Arc<PairSums>>,
    cell: String,
    more: Arc<PairSums>,
) -> Result<(), EstimationError> {
    match products.entry(cell) {
        Occupied(mut found) => Ok(Arc::make_mut(found.get_mut()).merge(&more)?),
        Vacant(free) => {
            free.insert(more);
            Ok(())
        }
    }
}

/// Forms the state of a unit from its responses, in any order.
#[derive(Debug)]
pub struct StateBuilder<'a> {
    shape: &'a Shape,
    state: UnitState,
    /// By cell, responses whose products are not formed yet: weights, and ratings one after the other.
    gathered: BTreeMap<String, (Vec<Weight>, Vec<u8>)>,
}

impl<'a> StateBuilder<'a> {
    /// The state of nobody.
    #[must_use]
    pub fn new(shape: &'a Shape) -> Self {
        Self { shape, state: UnitState::default(), gathered: BTreeMap::new() }
    }

    /// Adds a response: its weight, which over the open link is 1 whatever is said, and one rating an item, 0 where it was not
    /// answered.
    pub fn add(&mut self, key: &StateKey, weight: Weight, ratings: &[u8]) -> Result<(), EstimationError> {
        check_ratings(ratings, self.shape.items(), points_max(&self.shape.scales))?;
        let weight = if key.recruitment == Recruitment::OpenLink { Weight::ONE } else { weight };
        if !self.state.sums.contains_key(key) {
            self.state.sums.insert(key.clone(), Arc::new(CellSums::new(self.shape, key.has_own_units())?));
        }
        if let Some(sums) = self.state.sums.get_mut(key) {
            Arc::make_mut(sums).add(self.shape, Entry { weight, ratings })?;
        }
        if key.recruitment == Recruitment::OpenLink {
            return Ok(());
        }
        if !self.gathered.contains_key(&key.cell) {
            self.gathered.insert(key.cell.clone(), (Vec::new(), Vec::new()));
        }
        let Some((weights, all_ratings)) = self.gathered.get_mut(&key.cell) else { return Ok(()) };
        weights.push(weight);
        all_ratings.extend_from_slice(ratings);
        if weights.len() < GATHERED_MAX {
            return Ok(());
        }
        let products = products_of_gathered(self.shape, weights, all_ratings)?;
        weights.clear();
        all_ratings.clear();
        add_products(&mut self.state.products, key.cell.clone(), Arc::new(products))
    }

    /// The state.
    pub fn finish(mut self) -> Result<UnitState, EstimationError> {
        for (cell, (weights, ratings)) in self.gathered.into_iter().filter(|(_, (weights, _))| !weights.is_empty()) {
            let products = products_of_gathered(self.shape, &weights, &ratings)?;
            add_products(&mut self.state.products, cell, Arc::new(products))?;
        }
        Ok(self.state)
    }
}

fn products_of_gathered(shape: &Shape, weights: &[Weight], ratings: &[u8]) -> Result<PairSums, EstimationError> {
    let entries = weights.iter().zip(ratings.chunks_exact(shape.items()));
    products_of(&shape.scales, weights.len(), entries.map(|(weight, ratings)| Entry { weight: *weight, ratings }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::products_to_bytes;
    use super::*;
    use crate::foundation::RatingScale;

    type Given = (StateKey, Weight, Vec<u8>);

    /// One that begins at 0, and one with scores on both sides of it.
    fn scales() -> [RatingScale; 3] {
        [RatingScale::FIVE, RatingScale::new(0, 10, 9).unwrap(), RatingScale::new(-3, 3, 1).unwrap()]
    }

    fn shape() -> Shape {
        Shape::new(&scales(), &[[0, 2]]).unwrap()
    }

    fn responses() -> impl Strategy<Value = Vec<Given>> {
        let recruitment = prop_oneof![4 => Just(Recruitment::Sample), 1 => Just(Recruitment::OpenLink)];
        let key = (recruitment, "[ab]", "[xy]?", "[fm]?").prop_map(|(recruitment, stratum, psu, cell)| StateKey {
            recruitment,
            stratum,
            psu,
            cell,
        });
        let weight = prop_oneof![Just(0), Just(71_500_000_000), 1..=Weight::MAX.billionths()];
        let weight = weight.prop_map(|billionths| Weight::from_billionths(billionths).unwrap());
        let ratings = scales().map(|scale| 0..=scale.points());
        prop::collection::vec((key, weight, ratings.to_vec()), 0..200)
    }

    fn state_of(shape: &Shape, responses: &[Given]) -> UnitState {
        let mut builder = StateBuilder::new(shape);
        for (key, weight, ratings) in responses {
            builder.add(key, *weight, ratings).unwrap();
        }
        builder.finish().unwrap()
    }

    proptest! {
        #[test]
        fn a_state_is_the_same_in_any_order_and_any_parts(
            responses in responses(), cut in 0_usize..200, turn in 0_usize..200,
        ) {
            let shape = shape();
            let whole = state_of(&shape, &responses);
            let (first, second) = responses.split_at(cut.min(responses.len()));
            let mut merged = state_of(&shape, second);
            merged.merge(state_of(&shape, first)).unwrap();
            prop_assert_eq!(&merged, &whole);
            let mut turned = responses.clone();
            turned.rotate_left(turn.min(responses.len()));
            prop_assert_eq!(state_of(&shape, &turned), whole);
        }

        #[test]
        fn a_state_is_read_back_from_its_bytes(responses in responses()) {
            let shape = shape();
            let state = state_of(&shape, &responses);
            let mut read = UnitState::default();
            for (key, sums) in state.sums() {
                read.add_kept_sums(&shape, key.clone(), &sums.to_bytes()).unwrap();
            }
            for (cell, products) in state.products() {
                read.add_kept_products(&shape, cell.clone(), &products_to_bytes(products)).unwrap();
            }
            prop_assert_eq!(read, state);
        }
    }

    #[test]
    fn a_rating_that_no_scale_has_is_refused() {
        let shape = shape();
        let key =
            StateKey { recruitment: Recruitment::Sample, stratum: "a".into(), psu: String::new(), cell: String::new() };
        let error = StateBuilder::new(&shape).add(&key, Weight::ONE, &[1, 12, 1]).unwrap_err();
        assert_eq!(error, EstimationError::Rating { found: 12, max: 11 });
    }
}
