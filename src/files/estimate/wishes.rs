//! What a design file wants beyond items, factors and indices of the answers as they are weighted.

use std::collections::BTreeMap;

use super::design_file::DesignFile;
use super::statistic_file::{Condition, WantedStatistic, check_subset, checked_statistics};
use super::weighting_file::{GivenReplicates, MakeReplicates, Nonresponse, Trimming, checked_replicates};

/// Statistics that are asked for one by one, and what is done with weights before anything is estimated.
#[derive(Debug, Clone, Default)]
pub(super) struct Wishes {
    /// The column that names a respondent in the files of weights.
    pub id: Option<String>,
    /// The statistics.
    pub statistics: Vec<WantedStatistic>,
    /// Which rows count, by column; all conditions hold together. The others stay in the design.
    pub subset: BTreeMap<String, Condition>,
    /// Replicate weights that the responses hold.
    pub replicates: Option<GivenReplicates>,
    /// Replicate weights that are to be written.
    pub make_replicates: MakeReplicates,
    /// The adjustment for nonresponse.
    pub nonresponse: Option<Nonresponse>,
    /// Where weights are cut off.
    pub trimming: Option<Trimming>,
}

impl Wishes {
    /// Takes them out of a design file.
    pub(super) fn checked(file: &mut DesignFile) -> Result<Self, String> {
        let replicates = checked_replicates(file.columns.replicates.take(), file.replicates.take())?;
        let statistics = checked_statistics(std::mem::take(&mut file.statistic), replicates.is_some())?;
        let (subset, make_replicates) =
            (std::mem::take(&mut file.subset), file.make_replicates.take().unwrap_or_default());
        check_subset(&subset)?;
        make_replicates.check()?;
        let nonresponse = file.nonresponse.take();
        nonresponse.iter().try_for_each(Nonresponse::check)?;
        let trimming = file.trimming.take().map(|table| table.check()).transpose()?;
        let id = file.columns.id.take();
        Ok(Self { id, statistics, subset, replicates, make_replicates, nonresponse, trimming })
    }

    /// How variances are made, for people.
    pub(super) fn variance_name(&self) -> String {
        let replicates = |given: &GivenReplicates| format!("replicates {}", given.kind.as_str());
        self.replicates.as_ref().map_or_else(|| "linearisation".to_owned(), replicates)
    }

    /// Whether items, factors and indices can be read off the answers as they come, with the weights that the file has.
    pub(super) fn leave_answers_as_they_are(&self) -> bool {
        self.subset.is_empty() && self.replicates.is_none() && self.nonresponse.is_none() && self.trimming.is_none()
    }
}
