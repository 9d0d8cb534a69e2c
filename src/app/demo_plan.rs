//! What the demonstration shows: two waves over the nine districts that Lào Cai had until 2025.

use chrono::{Days, NaiveDate};

/// The districts and communes of the province before 1 July 2025.
pub(super) const UNITS: &str = include_str!("demo/units-laocai-2024.csv");

const PLAN: &str = include_str!("demo/plan.toml");

/// One wave of the demonstration.
pub(super) struct DemoWave {
    pub(super) year: u16,
    pub(super) opens: NaiveDate,
    pub(super) closes: NaiveDate,
    /// How many answers each district should reach.
    pub(super) target: u32,
    /// How many answers are invented.
    pub(super) answers: usize,
    pub(super) released: bool,
}

/// `laocai-2023`, released; and `laocai-2024`, in the middle of its field and half collected.
pub(super) fn waves(today: NaiveDate) -> [DemoWave; 2] {
    let answers = 12_000;
    let districts = 9;
    let target = u32::try_from(answers / districts).unwrap_or(u32::MAX);
    [
        DemoWave {
            year: 2023,
            opens: today - Days::new(400),
            closes: today - Days::new(350),
            target,
            answers,
            released: true,
        },
        DemoWave {
            year: 2024,
            opens: today - Days::new(25),
            closes: today + Days::new(25),
            target: 2 * target,
            answers,
            released: false,
        },
    ]
}

impl DemoWave {
    pub(super) fn code(&self) -> String {
        format!("laocai-{}", self.year)
    }

    /// The plan's TOML.
    pub(super) fn plan(&self) -> String {
        PLAN.replace("{year}", &self.year.to_string())
            .replace("{opens}", &self.opens.to_string())
            .replace("{closes}", &self.closes.to_string())
            .replace("{target}", &self.target.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Plan;

    #[test]
    fn both_plans_are_valid_and_say_that_they_are_synthetic() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        for wave in waves(today) {
            let plan = Plan::from_toml(&wave.plan()).unwrap();
            assert!(plan.synthetic);
            assert_eq!(plan.code.as_str(), wave.code());
        }
    }
}
