//! The measured units of a wave: in the plan's order, and found by their codes without a search.

use std::collections::HashMap;
use std::ops::Deref;

use super::Unit;
use crate::foundation::Code;

/// Units in an order that matters. Where two have one code, the first is found by it.
#[derive(Debug, Clone, Default)]
pub struct UnitList {
    units: Vec<Unit>,
    positions: HashMap<Code, usize>,
}

impl UnitList {
    /// The unit with this code, in constant time.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&Unit> {
        self.units.get(*self.positions.get(code)?)
    }
}

impl FromIterator<Unit> for UnitList {
    fn from_iter<I: IntoIterator<Item = Unit>>(units: I) -> Self {
        let units: Vec<_> = units.into_iter().collect();
        let mut positions = HashMap::with_capacity(units.len());
        for (position, unit) in units.iter().enumerate() {
            positions.entry(unit.code().clone()).or_insert(position);
        }
        Self { units, positions }
    }
}

impl From<Vec<Unit>> for UnitList {
    fn from(units: Vec<Unit>) -> Self {
        units.into_iter().collect()
    }
}

impl Deref for UnitList {
    type Target = [Unit];

    fn deref(&self) -> &[Unit] {
        &self.units
    }
}

impl<'a> IntoIterator for &'a UnitList {
    type Item = &'a Unit;
    type IntoIter = std::slice::Iter<'a, Unit>;

    fn into_iter(self) -> Self::IntoIter {
        self.units.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::WaveState;
    use crate::survey::sample::wave;

    #[test]
    fn each_unit_is_found_by_its_code_and_a_stranger_is_not() {
        let units = wave(WaveState::Open).units;
        assert_eq!(units.len(), 9);
        for unit in &units {
            assert_eq!(units.find(unit.code().as_str()), Some(unit));
        }
        assert_eq!((units.find("999"), units.find("")), (None, None));
    }

    #[test]
    fn of_two_units_with_one_code_the_first_is_found() {
        let of_wave = wave(WaveState::Open).units;
        let mut second = of_wave[0].clone();
        second.row.code = of_wave[1].code().clone();
        let units = UnitList::from(vec![of_wave[1].clone(), second]);
        assert_eq!(units.find(of_wave[1].code().as_str()), Some(&of_wave[1]));
    }
}
