//! The state of a fieldwork out of counts by day and the precision seen so far.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{DayCount, Fieldwork, SeenPrecision, SeenPrecisions, UnitFieldwork, WeightsState};
use crate::foundation::Code;
use crate::statistics::answers_at_seen_margin;
use crate::survey::{Channel, Field, Wave};

/// Counts the fieldwork of a wave on a day.
///
/// What is expected by today is the target times the share of field days that have begun. All units together have a
/// target when each of them has one. Counts of units that the wave does not measure are left out. Of the weights nothing is
/// said: they take more than counts.
#[must_use]
pub fn fieldwork(wave: &Wave, counts: &[DayCount], today: NaiveDate, precision: &SeenPrecisions) -> Fieldwork {
    let mut by_unit: BTreeMap<&Code, Vec<&DayCount>> =
        wave.units.iter().map(|unit| (unit.code(), Vec::new())).collect();
    for count in counts {
        if let Some(counts) = by_unit.get_mut(&count.unit) {
            counts.push(count);
        }
    }
    let target_margin = wave.plan.target_margin;
    let elapsed = elapsed_share(&wave.plan.field, today);
    let state = |unit: Option<Code>, counts: &[&DayCount], target: Option<u64>, precision: Option<&SeenPrecision>| {
        let (apart, counts): (Vec<&DayCount>, Vec<&DayCount>) =
            counts.iter().partition(|count| count.channel == Channel::OpenLink);
        let answered = counts.iter().map(|count| count.n).sum();
        let needed = precision.and_then(|seen| answers_at_seen_margin(answered, seen.margin, target_margin));
        let mut state = UnitFieldwork {
            unit,
            answered,
            target,
            expected_by_today: target.map(|target| target as f64 * elapsed),
            share: target.map(|target| answered as f64 / target as f64),
            by_mode: BTreeMap::new(),
            by_day: BTreeMap::new(),
            open_link: apart.iter().map(|count| count.n).sum(),
            margin: precision.map(|seen| seen.margin),
            design_effect: precision.and_then(|seen| seen.design_effect),
            more_needed: needed.map(|needed| needed.saturating_sub(answered)),
        };
        for count in counts {
            if let Channel::Mode(mode) = count.channel {
                *state.by_mode.entry(mode).or_default() += count.n;
            }
            *state.by_day.entry(count.day).or_default() += count.n;
        }
        state
    };
    let units = wave.units.iter().map(|unit| {
        let code = unit.code();
        let target = wave.plan.units.target_of(code.as_str()).map(u64::from);
        state(Some(code.clone()), &by_unit[code], target, precision.units.get(code))
    });
    let units: Vec<UnitFieldwork> = units.collect();
    let all: Vec<&DayCount> = by_unit.into_values().flatten().collect();
    let target = units.iter().map(|unit| unit.target).sum();
    let overall = state(None, &all, target, precision.overall.as_ref());
    Fieldwork { today, target_margin, units, overall, weights: WeightsState::default() }
}

/// The share of the field days that have begun, 0–1.
fn elapsed_share(field: &Field, today: NaiveDate) -> f64 {
    let days = (field.closes - field.opens).num_days() + 1;
    let begun = ((today - field.opens).num_days() + 1).clamp(0, days);
    begun as f64 / days as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::sample::{code, day, wave};
    use crate::survey::{Mode, WaveState};

    fn count(unit: &str, mode: Mode, on: NaiveDate, n: u64) -> DayCount {
        DayCount { unit: code(unit), channel: Channel::Mode(mode), day: on, n }
    }

    /// The sample wave: field 1 to 30 November 2024, 600 answers wished of each of nine districts, margin 0.03.
    fn state(counts: &[DayCount], today: NaiveDate, precision: &SeenPrecisions) -> Fieldwork {
        fieldwork(&wave(WaveState::Open), counts, today, precision)
    }

    #[test]
    fn counts_are_added_up_by_mode_and_by_day_for_units_and_overall() {
        let (first, second) = (day(2024, 11, 1), day(2024, 11, 2));
        let counts = [
            count("080", Mode::Web, first, 10),
            count("080", Mode::Interviewer, first, 5),
            count("080", Mode::Web, second, 20),
            count("082", Mode::Web, second, 7),
            count("999", Mode::Web, second, 1_000),
        ];
        let state = state(&counts, second, &SeenPrecisions::default());
        assert_eq!(state.units.len(), 9);
        let unit = &state.units[0];
        assert_eq!((unit.unit.as_ref(), unit.answered), (Some(&code("080")), 35));
        assert_eq!(unit.by_mode, BTreeMap::from([(Mode::Web, 30), (Mode::Interviewer, 5)]));
        assert_eq!(unit.by_day, BTreeMap::from([(first, 15), (second, 20)]));
        assert_eq!((unit.margin, unit.design_effect, unit.more_needed), (None, None, None));
        assert_eq!((state.overall.unit.as_ref(), state.overall.answered), (None, 42));
        assert_eq!(state.overall.by_day, BTreeMap::from([(first, 15), (second, 27)]));
        assert_eq!(state.units[8].answered, 0);
    }

    #[test]
    fn what_is_kept_apart_is_in_no_other_count() {
        let today = day(2024, 11, 2);
        let apart = DayCount { channel: Channel::OpenLink, ..count("080", Mode::Web, today, 900) };
        let state = state(&[count("080", Mode::Web, today, 10), apart], today, &SeenPrecisions::default());
        for unit in [&state.units[0], &state.overall] {
            assert_eq!((unit.answered, unit.open_link), (10, 900));
            assert_eq!(unit.by_day, BTreeMap::from([(today, 10)]));
            assert_eq!(unit.by_mode, BTreeMap::from([(Mode::Web, 10)]));
        }
    }

    #[test]
    fn the_target_is_expected_at_an_even_pace_over_the_field_days() {
        for (today, expected) in [
            (day(2024, 10, 1), 0.0),
            (day(2024, 10, 31), 0.0),
            (day(2024, 11, 1), 20.0),
            (day(2024, 11, 15), 300.0),
            (day(2024, 11, 30), 600.0),
            (day(2025, 1, 1), 600.0),
        ] {
            let state = state(&[], today, &SeenPrecisions::default());
            let close = |found: Option<f64>, expected: f64| found.is_some_and(|found| (found - expected).abs() < 1e-9);
            assert!(close(state.units[0].expected_by_today, expected), "{today}");
            assert!(close(state.overall.expected_by_today, 9.0 * expected), "{today}");
        }
    }

    #[test]
    fn all_units_together_have_a_target_only_when_each_has_one() {
        let mut wave = wave(WaveState::Open);
        let counts = [count("080", Mode::Web, day(2024, 11, 1), 150)];
        let whole = fieldwork(&wave, &counts, day(2024, 11, 1), &SeenPrecisions::default());
        assert_eq!((whole.units[0].share, whole.overall.target), (Some(0.25), Some(5_400)));
        wave.plan.units.target = None;
        wave.plan.units.targets.insert(code("080"), 300);
        let partial = fieldwork(&wave, &counts, day(2024, 11, 1), &SeenPrecisions::default());
        assert_eq!((partial.units[0].share, partial.units[1].share, partial.overall.target), (Some(0.5), None, None));
    }

    #[test]
    fn more_is_needed_until_the_wished_margin_is_reached() {
        let counts = [count("080", Mode::Web, day(2024, 11, 1), 100), count("082", Mode::Web, day(2024, 11, 1), 900)];
        let seen = |margin| SeenPrecision { margin, design_effect: Some(1.4) };
        let precision = SeenPrecisions {
            units: BTreeMap::from([(code("080"), seen(0.06)), (code("082"), seen(0.02))]),
            overall: Some(seen(0.03)),
        };
        let state = state(&counts, day(2024, 11, 5), &precision);
        let more: Vec<_> = state.units[..3].iter().map(|unit| unit.more_needed).collect();
        assert_eq!(more, [Some(300), Some(0), None]);
        assert_eq!((state.units[0].margin, state.units[0].design_effect), (Some(0.06), Some(1.4)));
        assert_eq!(state.overall.more_needed, Some(0));
    }
}
