//! The largest difference between what is found and what is expected.

use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

/// The largest difference seen in one case.
pub(crate) struct Largest {
    case: String,
    tolerance: f64,
    difference: f64,
    compared: usize,
}

impl Largest {
    pub(crate) fn new(case: impl Into<String>) -> Self {
        Self::within(TOLERANCE, case)
    }

    pub(crate) fn within(tolerance: f64, case: impl Into<String>) -> Self {
        Self { case: case.into(), tolerance, difference: 0.0, compared: 0 }
    }

    pub(crate) fn compare(&mut self, found: f64, expected: &Value, what: &str) {
        let expected = expected.as_f64().unwrap_or_else(|| panic!("{what} has no reference value"));
        let difference = (found - expected).abs();
        assert!(difference <= self.tolerance, "{}, {what}: {found} instead of {expected}", self.case);
        self.difference = self.difference.max(difference);
        self.compared += 1;
    }

    /// The same where differences count in parts of `size`.
    pub(crate) fn compare_sized(&mut self, found: f64, expected: &Value, size: f64, what: &str) {
        let expected = expected.as_f64().unwrap_or_else(|| panic!("{what} has no reference value"));
        self.compare(found / size, &Value::from(expected / size), what);
    }

    /// The same where relative differences count, unless 0 is expected.
    pub(crate) fn compare_relative(&mut self, found: f64, expected: &Value, what: &str) {
        let size = expected.as_f64().map(f64::abs).filter(|size| *size > 0.0).unwrap_or(1.0);
        self.compare_sized(found, expected, size, what);
    }

    pub(crate) fn report(&self, compared: usize) {
        println!("| {} | {} | {:.1e} |", self.case, self.compared, self.difference);
        assert_eq!(self.compared, compared);
    }
}
