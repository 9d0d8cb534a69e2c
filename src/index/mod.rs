//! From estimates to indices by a named, versioned method, which is data.
//!
//! A [`Method`] is read from TOML (`method_file.rs`; the files of the built-in ones are in `methods/`) and is a list of [`Index`]es:
//! what is measured, a weighted tree that averages it, a unit. [`compute`] applies it to a sample. The room knows
//! nothing of storage, HTTP, or of how the sample was collected. Start reading at [`Method`] and [`WaveResults`].

mod built_in;
mod compute;
mod criteria;
mod definition;
mod figures;
mod method;
mod method_file;
mod results;
mod rows;

pub use compute::{compute, compute_domain, compute_units, covariance_of, put_together, wanted_covariances};
pub use criteria::Criteria;
pub use definition::{Group, GroupItems, Index, IndexMeasure, IndexUnit, Tree};
pub use figures::{FACTOR_SHARE, ITEM_SCORE, ITEM_SHARE};
pub use method::{ITEM_NPS, Method, net_promoter_score};
pub use results::{FactorResult, IndexResult, ItemResult, OpenLinkResults, Unanswered, UnitResults, WaveResults};
pub use rows::EstimateRow;
