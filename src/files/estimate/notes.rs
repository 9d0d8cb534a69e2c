//! Notes for readers of the estimates: sentences, one a line.

use super::design::Design;
use super::read::FileSample;
use super::write::LevelEstimate;

/// Estimates that are named in one sentence; the others are counted.
const NAMED_MAX: usize = 5;

/// All notes; empty where there is nothing unusual.
pub(super) fn notes(design: &Design, file: &FileSample, estimates: &[LevelEstimate]) -> Vec<String> {
    let margins = design.calibration.as_ref().filter(|(calibration, _)| calibration.is_of_shares());
    let shares = margins.map(|_| {
        "the margins sum to 1 or 100, as shares do, and so do the calibrated weights: they say nothing about how many people \
         there are. Write counts, or `total = …` under [calibration] with the number of people"
            .to_owned()
    });
    let negative = file.sample.negative_weights().map(ToString::to_string);
    shares.into_iter().chain(negative).chain(outside(estimates)).collect()
}

/// Which estimates have no interval because they lie outside 0–1.
fn outside(estimates: &[LevelEstimate]) -> Option<String> {
    let outside: Vec<_> = estimates.iter().filter_map(LevelEstimate::outside_shares).collect();
    let (first, count) = (outside.first()?, outside.len());
    let have = if count == 1 { "1 estimate lies".to_owned() } else { format!("{count} estimates lie") };
    let more = if count > NAMED_MAX { format!("; and {} more", count - NAMED_MAX) } else { String::new() };
    let named = if count == 1 { first.clone() } else { outside[..count.min(NAMED_MAX)].join("; ") };
    Some(format!("{have} outside 0 to 1 and can have no interval of shares: {named}{more}"))
}
