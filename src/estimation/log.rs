//! Responses one by one, packed: 12 bytes and a byte an item each, 4 bytes fewer once they are in order.

use std::collections::HashMap;
use std::ops::Range;

use super::EstimationError;
use super::tally::check_ratings;
use super::threads::{side_by_side, threads_for};
use crate::foundation::Weight;

/// Responses that lie together: a list that grows need not be copied.
const RESPONSES_PER_CHUNK: usize = 1 << 15;
/// The bytes of a weight.
const WEIGHT: usize = size_of::<i64>();

/// The number of a place and a cell, as [`super::SampleBuilder::stand`] gives it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand(u32);

/// Responses as they come, each with its stand.
#[derive(Debug)]
pub(super) struct Log {
    /// No rating is higher: what is made of ratings has room for no more.
    rating_max: u8,
    records: Records,
    stands: Vec<Vec<u32>>,
    numbers: HashMap<(u32, u32), Stand>,
    /// The place and the cell of each stand.
    kept: Vec<(u32, u32)>,
}

/// Weights and ratings side by side: they are needed together.
#[derive(Debug)]
pub(super) struct Records {
    items: usize,
    /// All but the last are full.
    chunks: Vec<Vec<u8>>,
}

/// Responses of one place and one cell: which of all, once they are in order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) cell: u32,
    pub(super) begin: u32,
    pub(super) end: u32,
}

/// One response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) weight: Weight,
    pub(super) ratings: &'a [u8],
}

impl Log {
    pub(super) fn new(items: usize, rating_max: u8) -> Self {
        let records = Records { items, chunks: Vec::new() };
        Self { rating_max, records, stands: Vec::new(), numbers: HashMap::new(), kept: Vec::new() }
    }

    /// The number of a place and a cell, a new one if they were not met together.
    pub(super) fn stand(&mut self, place: u32, cell: u32) -> Result<Stand, EstimationError> {
        if let Some(stand) = self.numbers.get(&(place, cell)) {
            return Ok(*stand);
        }
        let stand = Stand(u32::try_from(self.kept.len()).map_err(|_| EstimationError::Overflow)?);
        self.numbers.insert((place, cell), stand);
        self.kept.push((place, cell));
        Ok(stand)
    }

    /// Adds a response: one rating an item, 0 where it was not answered.
    pub(super) fn push(&mut self, stand: Stand, weight: Weight, ratings: &[u8]) -> Result<(), EstimationError> {
        check_ratings(ratings, self.records.items, self.rating_max)?;
        if self.stands.last().is_none_or(|chunk| chunk.len() == RESPONSES_PER_CHUNK) {
            // So that a number of 32 bits counts them.
            let too_many = |_| EstimationError::Responses { max: u32::MAX.into() };
            u32::try_from((self.stands.len() + 1) * RESPONSES_PER_CHUNK).map_err(too_many)?;
            // With all its room at once: one that grows by doubling ends with up to twice what it holds.
            self.stands.push(Vec::with_capacity(RESPONSES_PER_CHUNK));
            self.records.chunks.push(Vec::with_capacity(RESPONSES_PER_CHUNK * self.records.length()));
        }
        if let (Some(stands), Some(records)) = (self.stands.last_mut(), self.records.chunks.last_mut()) {
            stands.push(stand.0);
            records.extend_from_slice(&weight.billionths().to_le_bytes());
            records.extend_from_slice(ratings);
        }
        Ok(())
    }

    /// Whether no response was added.
    pub(super) fn is_empty(&self) -> bool {
        self.stands.is_empty()
    }

    /// The responses in the order of places, whose `positions` these are, and at each place in that of cells.
    pub(super) fn in_order(self, positions: &[u32]) -> Ordered {
        let Self { records, stands, kept, numbers, rating_max: _ } = self;
        drop(numbers);
        let kept: Vec<(u32, u32)> = kept.into_iter().map(|(place, cell)| (positions[place as usize], cell)).collect();
        let mut sorted: Vec<u32> = (0..).zip(&kept).map(|(number, _)| number).collect();
        sorted.sort_unstable_by_key(|stand| kept[*stand as usize]);
        // How many responses each stand has; then where its next one goes.
        let mut next = vec![0_u32; kept.len()];
        stands.iter().flatten().for_each(|stand| next[*stand as usize] += 1);
        let (mut runs, mut places, mut begin) = (Vec::with_capacity(kept.len()), vec![0; positions.len() + 1], 0);
        for stand in sorted {
            let (place, cell) = kept[stand as usize];
            let end = begin + std::mem::replace(&mut next[stand as usize], begin);
            runs.push(Run { cell, begin, end });
            places[place as usize + 1] = runs.len();
            begin = end;
        }
        // A place may have kept tallies alone.
        for place in 0..positions.len() {
            places[place + 1] = places[place + 1].max(places[place]);
        }
        let mut order = vec![0; begin as usize];
        for (response, stand) in (0..).zip(stands.into_iter().flatten()) {
            let next = &mut next[stand as usize];
            order[*next as usize] = response;
            *next += 1;
        }
        Ordered { records: records.in_order(&order), runs, places }
    }
}

/// Responses in the order of places, then of cells: neighbours in memory are needed together.
#[derive(Debug)]
pub(super) struct Ordered {
    records: Records,
    runs: Vec<Run>,
    /// Where each place's runs begin, and the end of the last.
    places: Vec<usize>,
}

impl Ordered {
    /// How many responses there are.
    pub(super) fn count(&self) -> usize {
        self.runs.last().map_or(0, |run| run.end as usize)
    }

    /// All runs, in the order of places.
    pub(super) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The runs of a place, in the order of cells.
    pub(super) fn of_place(&self, place: usize) -> &[Run] {
        &self.runs[self.places[place]..self.places[place + 1]]
    }

    /// The responses of a run.
    pub(super) fn entries(&self, run: Run) -> impl Iterator<Item = Entry<'_>> {
        self.records.entries(run.begin as usize..run.end as usize)
    }
}

impl Run {
    pub(super) fn len(self) -> usize {
        (self.end - self.begin) as usize
    }
}

impl Records {
    fn length(&self) -> usize {
        WEIGHT + self.items
    }

    fn record(&self, response: u32) -> &[u8] {
        let (chunk, place) = (response as usize / RESPONSES_PER_CHUNK, response as usize % RESPONSES_PER_CHUNK);
        &self.chunks[chunk][place * self.length()..(place + 1) * self.length()]
    }

    /// The same responses in this order. They are copied by themselves, which keeps memory busy: later, each is looked at
    /// several times, and what it takes to wait for memory would be spent each time.
    fn in_order(self, order: &[u32]) -> Self {
        let chunks: Vec<&[u32]> = order.chunks(RESPONSES_PER_CHUNK).collect();
        let per_thread = chunks.len().div_ceil(threads_for(order.len())).max(1);
        let copy = |chunk: &&[u32]| {
            let mut records = Vec::with_capacity(chunk.len() * self.length());
            chunk.iter().for_each(|response| records.extend_from_slice(self.record(*response)));
            records
        };
        let parts = side_by_side(chunks.chunks(per_thread).collect(), |chunks: &[&[u32]]| {
            chunks.iter().map(copy).collect::<Vec<_>>()
        });
        Self { items: self.items, chunks: parts.into_iter().flatten().collect() }
    }

    fn entries(&self, range: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        let length = self.length();
        let mut begin = range.start;
        let slices = std::iter::from_fn(move || {
            let (chunk, place) = (begin / RESPONSES_PER_CHUNK, begin % RESPONSES_PER_CHUNK);
            let count = (range.end - begin).min(RESPONSES_PER_CHUNK - place);
            begin += count;
            (count > 0).then(|| &self.chunks[chunk][place * length..(place + count) * length])
        });
        slices.flat_map(move |records| records.chunks_exact(length)).map(entry_of)
    }
}

fn entry_of(record: &[u8]) -> Entry<'_> {
    let (weight, ratings) = record.split_first_chunk().expect("a record begins with its weight");
    let weight = Weight::from_billionths(i64::from_le_bytes(*weight));
    Entry { weight: weight.expect("it was a weight when it was pushed"), ratings }
}
