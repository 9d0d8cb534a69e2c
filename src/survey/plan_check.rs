//! A plan against what it names: the questionnaire, the method and the register.

use std::collections::{HashMap, HashSet};

use super::{Plan, Questionnaire, Unit, UnitSelection};
use crate::foundation::{Code, Findings, LimitedFindings};

impl Plan {
    /// The measured units, in the plan's order (by code when it says `all`), as the register has them on the plan's day.
    ///
    /// Findings: `unknown_method`, `unknown_unit` (not in the register on that day), `empty`, `too_many`, and `duplicate`
    /// (a column of the plan has the name of a question).
    pub fn check_against(
        &self,
        questionnaire: &Questionnaire,
        register: &[Unit],
        method_exists: bool,
    ) -> Result<Vec<Unit>, Findings> {
        let mut found = LimitedFindings::default();
        if !method_exists {
            found.push("method", "unknown_method", format!("there is no method {}", self.method));
        }
        let questions: HashSet<&str> =
            questionnaire.items().chain(&questionnaire.respondent).map(|item| item.code.as_str()).collect();
        for (key, name) in self.columns.named() {
            if name.is_some_and(|name| questions.contains(name)) {
                let message = "a question has this code; the column cannot hold both";
                found.push(format!("columns.{key}"), "duplicate", message);
            }
        }
        let units = self.resolve_units(register, &mut found);
        found.into_result(units)
    }

    fn resolve_units(&self, register: &[Unit], found: &mut LimitedFindings) -> Vec<Unit> {
        let (level, on) = (&self.units.level, self.units.on);
        let mut existing: HashMap<&Code, &Unit> = register
            .iter()
            .filter(|unit| unit.row.level == *level && unit.row.is_valid_on(on))
            .map(|unit| (unit.code(), unit))
            .collect();
        for code in self.units.targets.keys().filter(|code| !existing.contains_key(code)) {
            let message = format!("the register has no {level} {code} on {on}");
            found.push(format!("units.targets.{code}"), "unknown_unit", message);
        }
        let listed = match &self.units.codes {
            UnitSelection::Listed(codes) => codes,
            UnitSelection::All => {
                let mut units: Vec<Unit> = existing.into_values().cloned().collect();
                units.sort_by(|a, b| a.code().cmp(b.code()));
                if units.is_empty() {
                    found.push("units.codes", "empty", format!("the register has no unit of level {level} on {on}"));
                } else if units.len() > Self::UNITS_MAX {
                    let message = format!("{} units; at most {} are taken", units.len(), Self::UNITS_MAX);
                    found.push("units.codes", "too_many", message);
                }
                return units;
            }
        };
        let mut units = Vec::new();
        for (position, code) in listed.iter().enumerate() {
            if let Some(unit) = existing.remove(code) {
                units.push(unit.clone());
            } else {
                let message = format!("the register has no {level} {code} on {on}; import it, or mend units.on");
                found.push(format!("units.codes[{position}]"), "unknown_unit", message);
            }
        }
        units
    }
}
