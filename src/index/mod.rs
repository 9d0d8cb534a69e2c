//! From estimates to indices by a named, versioned method, which is data.
//!
//! A [`Method`] is read from TOML and says how answers are averaged; [`compute`] applies it to a sample. The room knows
//! nothing of storage, HTTP, or of how the sample was collected. Start reading at [`Method`] and [`WaveResults`].

mod compute;
mod criteria;
mod method;
mod results;
mod rows;

pub use compute::{compute, compute_domain, compute_units, covariance_of, put_together, wanted_covariances};
pub use criteria::Criteria;
pub use method::{Average, Definition, Definitions, Method, MethodError, net_promoter_score};
pub use results::{
    FactorResult, IndexKind, Indices, ItemResult, OpenLinkResults, Unanswered, UnitResults, WaveResults,
};
pub use rows::EstimateRow;
