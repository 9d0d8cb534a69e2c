//! The rating scales of a design file: one for all items, and others for some of them.

use serde::Deserialize;

use super::names::refuse_repeats;
use crate::estimation::TallySums;
use crate::foundation::{Code, RatingScale};

/// The scale of the items that are in no list of [`ItemScales`].
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ScaleTable {
    min: i64,
    max: i64,
    satisfied_from: Option<i64>,
    reversed: bool,
    nps: bool,
}

/// The scale of some items.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemScales {
    items: Vec<Code>,
    min: Option<i64>,
    max: Option<i64>,
    satisfied_from: Option<i64>,
    reversed: Option<bool>,
    nps: Option<bool>,
}

impl Default for ScaleTable {
    fn default() -> Self {
        Self { min: 1, max: 5, satisfied_from: None, reversed: false, nps: false }
    }
}

impl ScaleTable {
    /// The scale, and whether its answers make a net promoter score. On the scale from 1 to 5, 4 satisfies; on others it must be
    /// said what does.
    fn check(self) -> Result<(RatingScale, bool), String> {
        let Self { min, max, satisfied_from, reversed, nps } = self;
        let satisfied_from = match satisfied_from {
            Some(value) => value,
            None if (min, max) == (1, 5) => 4,
            None => return Err(format!("say satisfied_from: the lowest value from {min} to {max} that is satisfied")),
        };
        let scale = RatingScale::new(min, max, satisfied_from).map_err(|error| error.to_string())?;
        if nps && ((min, max) != (0, 10) || reversed) {
            return Err("a net promoter score is made of answers from 0 to 10 that are not reversed".to_owned());
        }
        Ok((if reversed { scale.reversed() } else { scale }, nps))
    }

    /// What some items have instead. Another range takes nothing else over.
    fn with(self, other: &ItemScales) -> Self {
        let base = if other.min.is_some() || other.max.is_some() { Self::default() } else { self };
        Self {
            min: other.min.unwrap_or(base.min),
            max: other.max.unwrap_or(base.max),
            satisfied_from: other.satisfied_from.or(base.satisfied_from),
            reversed: other.reversed.unwrap_or(base.reversed),
            nps: other.nps.unwrap_or(base.nps),
        }
    }
}

/// The scale of each item and then of each net promoter score, and the positions of the items that make one.
pub(super) fn scales(
    items: &[Code],
    of_all: &ScaleTable,
    of_some: &[ItemScales],
) -> Result<(Vec<RatingScale>, Vec<usize>), String> {
    refuse_repeats("scales", of_some.iter().flat_map(|other| &other.items))?;
    if of_some.iter().any(|other| other.items.is_empty()) {
        return Err("each [[scales]] names the items that have this scale".to_owned());
    }
    if let Some(unknown) = of_some.iter().flat_map(|other| &other.items).find(|code| !items.contains(code)) {
        return Err(format!("scales names {unknown}, which columns.items does not have"));
    }
    let scale = |code: &Code| match of_some.iter().find(|other| other.items.contains(code)) {
        Some(other) => of_all.with(other).check().map_err(|error| format!("scales, {code}: {error}")),
        None => of_all.check().map_err(|error| format!("scale: {error}")),
    };
    let found: Vec<(RatingScale, bool)> = items.iter().map(scale).collect::<Result<_, _>>()?;
    let nps_items: Vec<usize> = (0..).zip(&found).filter(|(_, (_, nps))| *nps).map(|(position, _)| position).collect();
    let mut scales: Vec<RatingScale> = found.into_iter().map(|(scale, _)| scale).collect();
    scales.extend(nps_items.iter().map(|_| RatingScale::PROMOTION));
    if scales.len() > TallySums::ITEMS_MAX {
        let message = "items, and once more those that make a net promoter score, are";
        return Err(format!("{message} {}; at most {} are taken", scales.len(), TallySums::ITEMS_MAX));
    }
    Ok((scales, nps_items))
}
