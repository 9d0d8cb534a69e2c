//! What is counted of a wave's responses, and keeping the counts up.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::waves::LoadedWave;
use super::{Inner, PipelineError, Platform};
use crate::estimation::{EstimationError, Shape};
use crate::foundation::Code;
use crate::index::Criteria;
use crate::storage::{CountedResponse, KeptResponse, StorageError, UnitCounts};
use crate::survey::{Source, UnitId, Wave, packed_text};

/// What is counted of each unit of a wave; one without responses need not be among them.
pub(super) type CountsByUnit = BTreeMap<UnitId, Arc<UnitCounts>>;

/// The pause between two folds, so that a fold has many batches to add.
const FOLD_PAUSE: Duration = Duration::from_millis(500);
/// Joins what a cell says; packed answers do not hold it.
const CELL_SEPARATOR: char = ';';

/// What is counted of the responses of a wave.
pub(super) struct Counting {
    /// What sums are of.
    pub(super) shape: Shape,
    /// The questions about the respondent that a margin asks, each once, in the order of the plan: what a cell is made of.
    pub(super) columns: Vec<String>,
    /// Where their answers stand among those about the respondent.
    positions: Vec<usize>,
}

impl Counting {
    pub(super) fn of(wave: &Wave) -> Result<Self, EstimationError> {
        let criteria = Criteria::of_wave(wave);
        let questions = &wave.questionnaire.respondent;
        let (mut columns, mut positions) = (Vec::new(), Vec::new());
        let margins = wave.plan.calibration.iter().flat_map(|calibration| &calibration.margins);
        for name in margins.flat_map(|margin| &margin.columns) {
            // The plan was checked against the questionnaire: what is no question is the unit.
            let position = questions.iter().position(|item| item.code.as_str() == name);
            if let Some(position) = position.filter(|position| !positions.contains(position)) {
                columns.push(name.clone());
                positions.push(position);
            }
        }
        Ok(Self { shape: Shape::new(&criteria.scales, &criteria.groups())?, columns, positions })
    }

    /// The cell of somebody who gave these packed answers about themselves.
    pub(super) fn cell_of(&self, respondent: &str) -> String {
        let mut cell = String::new();
        for (number, position) in self.positions.iter().enumerate() {
            if number > 0 {
                cell.push(CELL_SEPARATOR);
            }
            cell.push_str(packed_text(respondent, *position));
        }
        cell
    }
}

/// What a cell says, in the order of [`Counting::columns`].
pub(super) fn values_of(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(CELL_SEPARATOR)
}

impl LoadedWave {
    /// What counts of a kept response.
    pub(super) fn counted(&self, response: &KeptResponse) -> Result<CountedResponse<'static>, StorageError> {
        let place = &response.placement;
        Ok(CountedResponse {
            stratum: place.stratum.as_str().to_owned().into(),
            psu: place.psu.as_ref().map_or("", Code::as_str).to_owned().into(),
            cell: self.counting.cell_of(&response.respondent).into(),
            weight: place.weight,
            channel: self.wave.plan.channel(response.mode, response.source),
            is_open: response.source == Source::Open,
            answered_on: response.answered_on,
            ratings: self.ratings_of(&response.answers)?.into(),
        })
    }
}

impl Platform {
    /// Adds everything that is pending to the counts.
    pub async fn fold(&self) -> Result<(), PipelineError> {
        for (wave, code) in self.inner.store.pending_waves().await? {
            let counting = self.counting_of(&code).await?;
            self.inner.store.fold(wave, &counting.shape).await?;
        }
        Ok(())
    }

    /// What is counted of a wave never changes: however long ago it was read, it is good.
    async fn counting_of(&self, code: &str) -> Result<Arc<Counting>, PipelineError> {
        let known = self.inner.waves.read().await.get(code).map(|loaded| Arc::clone(&loaded.counting));
        match known {
            Some(known) => Ok(known),
            None => Ok(self.load_wave(code).await?.counting),
        }
    }

    /// Counts the waves from their responses whose sums the schema has newly learned to keep.
    pub(super) async fn recount_due(&self) -> Result<(), PipelineError> {
        for (id, code) in self.inner.store.waves_to_recount().await? {
            tracing::info!(wave = code, "the wave's answers are counted anew for this version of the database");
            let loaded = self.load_wave(&code).await?;
            self.inner.store.recount(id, &loaded.counting.shape, |response| loaded.counted(response)).await?;
        }
        Ok(())
    }
}

/// Lets counts follow commits for as long as the platform lives.
pub(super) async fn keep_folding(platform: Weak<Inner>, committed: Arc<Notify>) {
    while let Some(inner) = platform.upgrade() {
        if let Err(error) = Platform::of_operator(inner).fold().await {
            tracing::warn!(%error, "counts wait: folding failed and is tried again");
        }
        tokio::time::sleep(FOLD_PAUSE).await;
        committed.notified().await;
    }
}
