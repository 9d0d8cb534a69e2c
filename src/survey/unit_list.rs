//! The measured units of a wave: in the plan's order, and found by their codes without a search.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::OnceLock;

use super::Unit;
use crate::foundation::{Code, folded};

/// Units in an order that matters. Where two have one code, the first is found by it.
#[derive(Debug, Clone, Default)]
pub struct UnitList {
    units: Vec<Unit>,
    positions: HashMap<Code, usize>,
    /// What each unit is looked for by, once anybody looked for one.
    keys: OnceLock<Vec<String>>,
}

impl UnitList {
    /// The unit with this code, in constant time.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&Unit> {
        self.units.get(self.position(code)?)
    }

    /// Where in the plan's order the unit with this code stands, in constant time.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.positions.get(code).copied()
    }

    /// The places of the units whose code, or whose name in any language, holds this text; case and diacritics do not matter.
    pub fn like(&self, text: &str) -> impl Iterator<Item = usize> {
        let key = |unit: &Unit| {
            let names = unit.row.names.0.values().map(|name| folded(name));
            std::iter::once(folded(unit.code().as_str())).chain(names).collect::<Vec<_>>().join("\n")
        };
        let keys = self.keys.get_or_init(|| self.units.iter().map(key).collect());
        let text = folded(text);
        keys.iter().enumerate().filter(move |(_, key)| key.contains(&text)).map(|(place, _)| place)
    }
}

impl FromIterator<Unit> for UnitList {
    fn from_iter<I: IntoIterator<Item = Unit>>(units: I) -> Self {
        let units: Vec<_> = units.into_iter().collect();
        let mut positions = HashMap::with_capacity(units.len());
        for (position, unit) in units.iter().enumerate() {
            positions.entry(unit.code().clone()).or_insert(position);
        }
        Self { units, positions, keys: OnceLock::new() }
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
    fn units_are_found_by_a_part_of_their_name_or_code_whatever_its_case_and_diacritics() {
        let units = wave(WaveState::Open).units;
        let found = |text: &str| units.like(text).map(|place| units[place].code().as_str()).collect::<Vec<_>>();
        for text in ["bac ha", "BẮC  HÀ", "Bắc Hà", "085"] {
            assert_eq!(found(text), ["085"], "{text}");
        }
        assert_eq!(found("08").len(), 9);
        assert_eq!(found("bachà"), [""; 0]);
        assert_eq!(found("ha\n08"), [""; 0], "a name and the code of another");
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
