//! Keys of a plan that have another name now. The old one is read as before.

use toml::Table;

use crate::foundation::Keys;
use crate::foundation::LimitedFindings;

/// A key of a plan that has another name now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenamedKey {
    /// The table that holds it; empty for the document itself.
    pub table: &'static str,
    /// Its old name.
    pub old: &'static str,
    /// Its name.
    pub new: &'static str,
}

const TARGET_MARGIN: RenamedKey = RenamedKey { table: "", old: "wished_margin", new: "target_margin" };
const PROOF_OF_WORK: RenamedKey = RenamedKey { table: "open_link", old: "work_bits", new: "proof_of_work_bits" };

impl RenamedKey {
    const ALL: [Self; 2] = [TARGET_MARGIN, PROOF_OF_WORK];

    /// The keys of a plan that are written under their old names.
    #[must_use]
    pub fn in_plan(text: &str) -> Vec<Self> {
        let Ok(plan) = text.parse::<Table>() else { return Vec::new() };
        let table =
            |name: &str| if name.is_empty() { Some(&plan) } else { plan.get(name).and_then(toml::Value::as_table) };
        let is_old = |key: &Self| table(key.table).is_some_and(|table| table.contains_key(key.old));
        Self::ALL.into_iter().filter(is_old).collect()
    }
}

/// Gives the margin that is aimed at its new name.
pub(super) fn rename_target_margin(keys: &mut Keys, found: &mut LimitedFindings) {
    keys.rename(TARGET_MARGIN.old, TARGET_MARGIN.new, found);
}

/// Gives the difficulty of the puzzle its new name.
pub(super) fn rename_proof_of_work(keys: &mut Keys, found: &mut LimitedFindings) {
    keys.rename(PROOF_OF_WORK.old, PROOF_OF_WORK.new, found);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Plan;
    use crate::survey::WaveState;
    use crate::survey::sample::wave;

    #[test]
    fn old_names_are_read_and_told_and_both_at_once_are_refused() {
        let mut plan = wave(WaveState::Open).plan;
        plan.target_margin = 0.04;
        plan.open_link.proof_of_work_bits = 8;
        let new = plan.to_toml();
        assert!(new.contains("target_margin = 0.04") && new.contains("proof_of_work_bits = 8"), "{new}");
        assert_eq!(RenamedKey::in_plan(&new), []);
        let old = new.replace("target_margin", "wished_margin").replace("proof_of_work_bits", "work_bits");
        assert_eq!(RenamedKey::in_plan(&old), RenamedKey::ALL);
        assert_eq!(Plan::from_toml(&old).unwrap(), plan);
        let both = format!("wished_margin = 0.05\n{new}");
        let refused = Plan::from_toml(&both).unwrap_err();
        assert_eq!((refused.0[0].path.as_str(), refused.0[0].code), ("wished_margin", "duplicate"));
    }
}
