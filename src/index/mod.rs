//! From estimates to indices by a named, versioned method, which is data.
//!
//! Start reading at [`WaveResults`].

mod results;

pub use results::{FactorResult, IndexKind, Indices, ItemResult, UnitResults, WaveResults};
