//! The use cases of the platform: here the other rooms work together on what the database has. Knows nothing of HTTP.
//!
//! [`Platform`] hands out services, each in a file of its own, over one context (`context.rs`): what a process works with, and on
//! whose behalf. A submission goes through `intake.rs` and `queue.rs`; a ranking comes out of `results.rs`, which reads a wave
//! (`readings.rs`), forms what it says (`forming.rs`, of many units `parts.rs`) and ranks it (`standings.rs`). Start reading at [`Platform`], or at the service that you are after.

mod administrators;
mod background;
mod collectors;
mod context;
mod counting;
mod counts;
mod doctor;
mod error;
mod forgetting;
mod forming;
mod gather;
mod import;
mod import_batches;
mod intake;
mod invitations;
mod jobs;
mod keying;
mod keys;
mod known_margins;
mod known_units;
mod known_waves;
mod methods;
mod monitor;
mod part_reader;
mod parts;
mod platform;
mod progress;
mod published;
mod queue;
mod readings;
mod recordings;
mod register;
mod release_formats;
mod releases;
mod results;
mod standings;
mod synthetic;
mod waves;

pub use administrators::Administrators;
pub use collectors::Collectors;
pub use counts::Counts;
pub use doctor::{Checkup, Doctor, Mismatch};
pub use error::{PipelineError, SubmitError};
pub use forgetting::HeldTraces;
pub use import::{ImportProgress, ImportedResponses, Imports};
pub use intake::{Accepted, Intake};
pub use invitations::{InvitationCard, Invitations, PreparedDraw, UnitInvitations};
pub use jobs::{Jobs, Tell};
pub use keying::{
    BatchState, Difference, Entered, FORM_NUMBER_MAX, Keying, Turn, TypedForm, WaitingForm, check_form_number,
};
pub use keys::{KeySource, Keys};
pub use monitor::Monitor;
pub use platform::{Platform, PlatformLimits};
pub use queue::IntakeLimits;
pub use recordings::{ImportedRecordings, Recordings};
pub use register::Register;
pub use results::Results;
pub use standings::{LeftOut, ShownRanking, Standings};
pub use synthetic::{Synthetic, SyntheticWave};
pub use waves::Waves;
