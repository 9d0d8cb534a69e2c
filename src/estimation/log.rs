//! Responses one by one, packed: 17 bytes and a byte an item each.

use super::EstimationError;
use super::tally::{TallySums, check_ratings};
use crate::foundation::Weight;

/// A list of responses.
#[derive(Debug)]
pub(super) struct Log {
    items: usize,
    places: Vec<u32>,
    cells: Vec<u32>,
    weights: Vec<i64>,
    ratings: Vec<u8>,
}

/// One response of the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) place: u32,
    pub(super) cell: u32,
    pub(super) weight: Weight,
    pub(super) ratings: &'a [u8],
}

impl Log {
    pub(super) fn new(items: usize) -> Self {
        Self { items, places: Vec::new(), cells: Vec::new(), weights: Vec::new(), ratings: Vec::new() }
    }

    /// Adds a response: one rating of 0 to 5 an item.
    pub(super) fn push(
        &mut self,
        place: u32,
        cell: u32,
        weight: Weight,
        ratings: &[u8],
    ) -> Result<(), EstimationError> {
        check_ratings(ratings, self.items)?;
        self.places.push(place);
        self.cells.push(cell);
        self.weights.push(weight.billionths());
        self.ratings.extend_from_slice(ratings);
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn get(&self, index: u32) -> Entry<'_> {
        let index = index as usize;
        Entry {
            place: self.places[index],
            cell: self.cells[index],
            weight: Weight::from_billionths(self.weights[index]).expect("it was a weight when it was pushed"),
            ratings: &self.ratings[index * self.items..(index + 1) * self.items],
        }
    }

    /// The same responses in this order. Column by column, so that little is held twice.
    pub(super) fn in_order(self, order: &[u32]) -> Self {
        let Self { items, places, cells, weights, ratings } = self;
        let places = picked(places, order);
        let cells = picked(cells, order);
        let weights = picked(weights, order);
        let mut picked = Vec::with_capacity(ratings.len());
        for index in order {
            let begin = *index as usize * items;
            picked.extend_from_slice(&ratings[begin..begin + items]);
        }
        Self { items, places, cells, weights, ratings: picked }
    }

    /// The numbers of all responses, ordered by a key; those with equal keys in the order of the log.
    pub(super) fn sorted_by_key<K: Ord>(&self, key: impl Fn(u32, u32) -> K) -> Result<Vec<u32>, EstimationError> {
        let end = u32::try_from(self.len()).map_err(|_| EstimationError::Overflow)?;
        let mut order: Vec<u32> = (0..end).collect();
        order.sort_by_cached_key(|index| key(self.places[*index as usize], self.cells[*index as usize]));
        Ok(order)
    }
}

fn picked<T: Copy>(from: Vec<T>, order: &[u32]) -> Vec<T> {
    let picked = order.iter().map(|index| from[*index as usize]).collect();
    drop(from);
    picked
}

/// The tally of some responses.
pub(super) fn tally_of<'a>(
    items: usize,
    entries: impl Iterator<Item = Entry<'a>>,
) -> Result<TallySums, EstimationError> {
    let mut tally = TallySums::new(items)?;
    for entry in entries {
        tally.add_response(entry.weight, entry.ratings)?;
    }
    Ok(tally)
}
