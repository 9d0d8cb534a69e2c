//! Where responses stand in the sample: strata, the sampling units of each stage, and what those were drawn from.

use super::EstimationError;
use crate::foundation::{ShortKey, ShortKeyMap};

/// Joins the names of a path; no name of a readable file holds it.
const SEPARATOR: char = '\u{1f}';

/// A place in the sample.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    /// The stratum.
    pub stratum: &'a str,
    /// The sampling units that hold the respondent, the first stage first; none when the respondent is one itself.
    pub units: &'a [&'a str],
    /// How many units there are to draw from at each stage, as far as finite population corrections are wanted.
    pub populations: &'a [f64],
}

/// All places, each under a number.
#[derive(Debug, Default)]
pub(super) struct Places {
    numbers: ShortKeyMap<Numbered>,
    kept: Vec<KeptPlace>,
    /// The path under way, so that looking a known place up allocates nothing.
    path: String,
}

#[derive(Debug, Clone, Copy)]
struct Numbered {
    number: u32,
    has_populations: bool,
}

#[derive(Debug)]
pub(super) struct KeptPlace {
    /// The stratum, then the units.
    pub(super) path: Vec<String>,
    pub(super) populations: Vec<f64>,
}

impl Places {
    /// The number of a place, a new one if it is new.
    pub(super) fn number(&mut self, place: &Place) -> Result<u32, EstimationError> {
        self.path.clear();
        self.path.push_str(place.stratum);
        for unit in place.units {
            self.path.push(SEPARATOR);
            self.path.push_str(unit);
        }
        let key = ShortKey::from(self.path.as_bytes());
        if let Some(Numbered { number, has_populations }) = self.numbers.get(&key).copied() {
            if !has_populations && place.populations.is_empty() {
                return Ok(number);
            }
            let kept = &self.kept[number as usize];
            if kept.populations == place.populations {
                return Ok(number);
            }
            return Err(kept.contradiction(place.populations));
        }
        let number = u32::try_from(self.kept.len()).map_err(|_| EstimationError::Overflow)?;
        self.numbers.insert(key, Numbered { number, has_populations: !place.populations.is_empty() });
        let path = std::iter::once(&place.stratum).chain(place.units).map(|name| (*name).to_owned()).collect();
        self.kept.push(KeptPlace { path, populations: place.populations.to_vec() });
        Ok(number)
    }

    /// The stratum of a place.
    pub(super) fn stratum(&self, number: u32) -> &str {
        self.kept[number as usize].path.first().map_or("", String::as_str)
    }

    /// The places in the order of their paths, and of each number its position in that order.
    pub(super) fn in_order(self) -> (Vec<KeptPlace>, Vec<u32>) {
        let mut numbered: Vec<(u32, KeptPlace)> = (0..).zip(self.kept).collect();
        numbered.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
        let mut positions = vec![0; numbered.len()];
        for (position, (number, _)) in (0..).zip(&numbered) {
            positions[*number as usize] = position;
        }
        (numbered.into_iter().map(|(_, place)| place).collect(), positions)
    }
}

impl KeptPlace {
    /// Its population at a stage contradicts that of a neighbour.
    pub(super) fn contradiction(&self, other: &[f64]) -> EstimationError {
        let differs = |(a, b): (&f64, &f64)| (a - b).abs() > 0.0;
        let stage =
            self.populations.iter().zip(other).position(differs).unwrap_or(self.populations.len().min(other.len()));
        let value = |populations: &[f64]| populations.get(stage).copied();
        EstimationError::Populations { within: self.name(stage), found: value(&self.populations), other: value(other) }
    }

    /// The stratum and the first `units` units, for people.
    pub(super) fn name(&self, units: usize) -> String {
        let names: Vec<String> = self.path.iter().take(1 + units).map(|name| name.replace(SEPARATOR, " ")).collect();
        names.join(" / ").trim().to_owned()
    }
}
