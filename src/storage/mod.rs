//! Where responses are kept, once and durably, with the tallies that follow them.
//!
//! The only room that knows sea-orm; SQLite and PostgreSQL run the same code, the engine is the URL. It does not know
//! HTTP, and it decides nothing about surveys: it stores what the rooms below made valid.
//! Start reading at [`Store`] and [`Store::insert_responses`]; `fold.rs` tells how tallies follow, and
//! `settle.rs` how the log does.

mod access;
mod address;
mod backup;
mod connections;
mod copy;
mod counting;
mod counts;
mod distribution;
mod entities;
mod entries;
mod error;
mod file;
mod fold;
mod forgetting;
mod holders;
mod hosts;
mod inbox;
mod invitations;
mod jobs;
mod kept_response;
mod layout;
mod new_response;
mod parts;
mod planner;
mod pool;
mod reader;
mod recordings;
mod recount;
mod register;
mod releases;
mod responses;
mod rows;
mod schema;
mod settings;
mod settle;
mod sheaves;
mod spending;
mod states;
mod states_anew;
mod store;
mod waves;
mod writer;

pub use access::KeptAccess;
pub use copy::CopyProgress;
pub use counting::{CountedResponse, UnitCounter, UnitCounts, WaveCounter};
pub use counts::{Signature, Snapshot};
pub use error::StorageError;
pub use holders::TraceHolder;
pub use invitations::{KeptInvitation, NewDraw, NewInvitation};
pub use jobs::NewJob;
pub use kept_response::KeptResponse;
pub use new_response::NewResponse;
pub use pool::PoolSizes;
pub use recordings::NewRecording;
pub use releases::KeptRelease;
pub use responses::Outcome;
pub use states::KeptRows;
pub use store::Store;
pub use waves::{StoredWave, WaveId};
