//! The fieldwork of the sample wave, half way, for the tests of the rooms above.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::{Fieldwork, UnitFieldwork, WeightsState};
use crate::survey::Mode;
use crate::survey::sample::{DISTRICTS, code, day};

fn unit(name: Option<&str>, by_day: BTreeMap<NaiveDate, u64>, target: u64) -> UnitFieldwork {
    let answered: u64 = by_day.values().sum();
    let counted = answered > 0;
    UnitFieldwork {
        unit: name.map(code),
        answered,
        target: Some(target),
        expected_by_today: Some(target as f64 / 2.0),
        share: Some(answered as f64 / target as f64),
        by_mode: [(Mode::Web, answered / 3), (Mode::Interviewer, answered - answered / 3)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect(),
        by_day,
        open_link: 0,
        margin: counted.then(|| 1.1 / (answered as f64).sqrt()),
        design_effect: counted.then_some(1.432_1),
        more_needed: counted.then(|| 1344_u64.saturating_sub(answered)),
    }
}

/// Nine districts, the last without an answer.
pub(crate) fn fieldwork() -> Fieldwork {
    let first = day(2024, 11, 1);
    let days = |pace: u64| -> BTreeMap<NaiveDate, u64> {
        let day_of = |n: u64| first.checked_add_days(Days::new(n)).unwrap();
        (0..15).filter(|n| n % 7 != 2 && n % 7 != 1 && pace > 0).map(|n| (day_of(n), pace + n * 3 % 11)).collect()
    };
    let units: Vec<_> = DISTRICTS
        .iter()
        .zip([31, 24, 12, 19, 40, 22, 27, 15, 0])
        .map(|((name, _), pace)| unit(Some(name), days(pace), 600))
        .collect();
    let mut all: BTreeMap<NaiveDate, u64> = BTreeMap::new();
    for (on, count) in units.iter().flat_map(|unit| &unit.by_day) {
        *all.entry(*on).or_default() += count;
    }
    Fieldwork {
        today: day(2024, 11, 15),
        target_margin: 0.03,
        units,
        overall: unit(None, all, 5_400),
        weights: WeightsState::default(),
    }
}
