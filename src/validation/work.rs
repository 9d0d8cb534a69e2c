//! The puzzle before an answer over the open link: it costs a person a second and a flood of answers a machine each.
//!
//! The puzzle is the answer's own id, so nothing is handed out, kept or timed: it can be solved without a network, and a solution
//! serves for one answer only, which may be sent as often as it takes.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Whether SHA-256 of `wave:id:work` begins with so many zero bits.
pub(super) fn is_done(wave: &str, id: Uuid, work: u64, bits: u8) -> bool {
    let hash = Sha256::digest(format!("{wave}:{id}:{work}"));
    let (whole, rest) = (usize::from(bits / 8), bits % 8);
    hash[..whole].iter().all(|byte| *byte == 0) && (rest == 0 || hash[whole].leading_zeros() >= rest.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_is_found_at_about_the_expected_price_and_serves_for_one_answer() {
        let id = Uuid::from_u128(7);
        let work = (0..20_000).find(|work| is_done("w", id, *work, 10)).unwrap();
        assert!(is_done("w", id, work, 9) && is_done("w", id, work, 0));
        let others = (0..100).filter(|other| is_done("w", Uuid::from_u128(100 + other), work, 10)).count();
        assert!(others < 3, "{others}");
        assert!(!is_done("v", id, work, 10));
    }

    #[test]
    fn the_hash_is_that_of_the_documented_text() {
        // printf 'w:00000000-0000-0000-0000-000000000007:WORK' | sha256sum
        let hash = |work: u64| Sha256::digest(format!("w:00000000-0000-0000-0000-000000000007:{work}"));
        for work in 0..5_000 {
            let start = u128::from_be_bytes(hash(work)[..16].try_into().unwrap());
            let bits = u8::try_from(start.leading_zeros()).unwrap();
            assert!(is_done("w", Uuid::from_u128(7), work, bits) && !is_done("w", Uuid::from_u128(7), work, bits + 1));
        }
    }
}
