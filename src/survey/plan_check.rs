//! A plan against what it names: the questionnaire, the method and the register.

use std::collections::{HashMap, HashSet};

use super::{ItemKind, Plan, PlannedMargin, Questionnaire, Unit, UnitSelection};
use crate::foundation::{Code, Findings, LimitedFindings};

impl Plan {
    /// The measured units, in the plan's order (by code when it says `all`), as the register has them on the plan's day.
    ///
    /// Findings: `unknown_method`, `unknown_unit` (not in the register on that day), `empty`, `too_many`, `duplicate`
    /// (a column of the plan has the name of a question), and of a calibration's margin `unknown_question` (not a single
    /// choice of the respondent), `optional` (it may be left unanswered), `unknown_option`, `missing` (a level that can be
    /// answered has no count).
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
        for (position, margin) in self.calibration.iter().flat_map(|plan| &plan.margins).enumerate() {
            check_margin(margin, &format!("calibration.margin[{position}]"), (questionnaire, &units), &mut found);
        }
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

/// A margin must count every level that a response can have, and no other.
fn check_margin(
    margin: &PlannedMargin,
    path: &str,
    (questionnaire, units): (&Questionnaire, &[Unit]),
    found: &mut LimitedFindings,
) {
    let mut possible: Vec<Vec<&str>> = vec![Vec::new()];
    for column in &margin.columns {
        let Some(values) = values_of(column, path, (questionnaire, units), found) else { return };
        let with = |mut level: Vec<_>, value| {
            level.push(value);
            level
        };
        possible = possible.iter().flat_map(|level| values.iter().map(|value| with(level.clone(), *value))).collect();
    }
    let counted: HashSet<Vec<&str>> =
        margin.levels.iter().map(|level| level.values.iter().map(String::as_str).collect()).collect();
    let known: HashSet<&Vec<&str>> = possible.iter().collect();
    for level in counted.iter().filter(|level| !known.contains(level)) {
        found.push(format!("{path}.levels"), "unknown_option", format!("no response can be {}", level.join(", ")));
    }
    for level in possible.iter().filter(|level| !counted.contains(*level)) {
        found.push(format!("{path}.levels"), "missing", format!("there is no count of {}", level.join(", ")));
    }
}

/// What a column of a margin may hold: the codes of the measured units, or of the options of a question.
fn values_of<'a>(
    column: &str,
    path: &str,
    (questionnaire, units): (&'a Questionnaire, &'a [Unit]),
    found: &mut LimitedFindings,
) -> Option<Vec<&'a str>> {
    if column == PlannedMargin::UNIT {
        return Some(units.iter().map(|unit| unit.code().as_str()).collect());
    }
    let mut refuse = |code, message: &str| {
        found.push(format!("{path}.columns"), code, format!("{column}: {message}"));
        None
    };
    let Some(item) = questionnaire.respondent.iter().find(|item| item.code.as_str() == column) else {
        return refuse("unknown_question", "this must be unit, or a question about the respondent");
    };
    let ItemKind::SingleChoice { options } = &item.kind else {
        return refuse("unknown_question", "only a question with one answer out of several can be a margin");
    };
    if !item.required || item.shown_if.is_some() {
        return refuse("optional", "who leaves this unanswered could not be weighted; make the question required");
    }
    Some(options.iter().map(|option| option.code.as_str()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::Finding;
    use crate::survey::sample::{code, day, wave};
    use crate::survey::{UnitId, WaveState};

    /// The plan of the small wave for a whole level, and so many units that differ by their codes alone.
    fn whole_level(count: usize) -> (Plan, Vec<Unit>) {
        let wave = wave(WaveState::Draft);
        let mut plan = wave.plan;
        plan.units.codes = UnitSelection::All;
        let unit = |number: usize| {
            let mut unit = wave.units[0].clone();
            unit.id = UnitId(i64::try_from(number).unwrap());
            unit.row.code = code(&format!("{number:05}"));
            unit
        };
        (plan, (0..count).rev().map(unit).collect())
    }

    fn checked(plan: &Plan, register: &[Unit]) -> Result<Vec<Unit>, Finding> {
        let questionnaire = wave(WaveState::Draft).questionnaire;
        plan.check_against(&questionnaire, register, true).map_err(|mut findings| {
            assert_eq!(findings.0.len(), 1, "{findings}");
            findings.0.remove(0)
        })
    }

    #[test]
    fn a_whole_level_is_measured_up_to_the_limit_and_in_the_order_of_codes() {
        let (plan, register) = whole_level(Plan::UNITS_MAX);
        let units = checked(&plan, &register).unwrap();
        assert!(units.len() == Plan::UNITS_MAX && units.is_sorted_by_key(|unit| unit.code().clone()));
        let (plan, register) = whole_level(Plan::UNITS_MAX + 1);
        let Finding { path, code, message } = checked(&plan, &register).unwrap_err();
        assert_eq!((path.as_str(), code), ("units.codes", "too_many"));
        assert_eq!(message, "20001 units; at most 20000 are taken");
    }

    #[test]
    fn a_level_without_a_unit_on_the_day_is_told_with_level_and_day() {
        let (plan, _) = whole_level(1);
        let Finding { path, code, message } = checked(&plan, &[]).unwrap_err();
        assert_eq!((path.as_str(), code), ("units.codes", "empty"));
        assert_eq!(message, "the register has no unit of level district on 2024-11-01");
    }

    #[test]
    fn a_unit_is_measured_on_the_last_day_of_its_validity_and_not_the_day_after() {
        let (mut plan, register) = whole_level(1);
        plan.units.codes = UnitSelection::Listed(vec![code("00000")]);
        plan.units.on = day(2025, 6, 30);
        assert_eq!(checked(&plan, &register).unwrap().len(), 1);
        plan.units.on = day(2025, 7, 1);
        let Finding { path, code, message } = checked(&plan, &register).unwrap_err();
        assert_eq!((path.as_str(), code), ("units.codes[0]", "unknown_unit"));
        assert_eq!(message, "the register has no district 00000 on 2025-07-01; import it, or mend units.on");
    }

    #[test]
    fn a_unit_of_another_level_is_not_meant_by_its_code() {
        let (mut plan, mut register) = whole_level(1);
        register[0].row.level = code("commune");
        plan.units.codes = UnitSelection::Listed(vec![code("00000")]);
        assert_eq!(checked(&plan, &register).unwrap_err().code, "unknown_unit");
    }
}
