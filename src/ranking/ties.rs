//! Which ranked units do not clearly differ, in little memory however many there are.

use serde::{Deserialize, Serialize};

/// Which of the other ranked units one does not clearly differ from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// Those at these positions among the ranked units, best first: the first and the last of each run.
    Runs(Vec<[usize; 2]>),
    /// Those whose joint intervals overlap with this one, which is in the unit of the estimates. `None` where its error is not
    /// known: then all of them.
    Interval(Option<[f64; 2]>),
}

impl Ties {
    /// Those at these positions, in order.
    #[must_use]
    pub fn at(positions: impl IntoIterator<Item = usize>) -> Self {
        let mut runs: Vec<[usize; 2]> = Vec::new();
        for position in positions {
            match runs.last_mut() {
                Some(run) if run[1] + 1 == position => run[1] = position,
                _ => runs.push([position, position]),
            }
        }
        Self::Runs(runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_one_after_the_other_are_one_run() {
        assert_eq!(Ties::at([0, 1, 2, 5, 7, 8]), Ties::Runs(vec![[0, 2], [5, 5], [7, 8]]));
        assert_eq!(Ties::at([]), Ties::Runs(vec![]));
    }
}
