//! One file a table. `migrations/` makes them.

#![expect(unreachable_pub, reason = "sea-orm's derives write `pub` items; the room re-exports none of them")]

pub(super) mod access;
pub(super) mod daily_count;
pub(super) mod form_entry;
pub(super) mod free_text;
pub(super) mod inbox;
pub(super) mod invitation;
pub(super) mod invitation_count;
pub(super) mod invitation_draw;
pub(super) mod job;
pub(super) mod job_progress;
pub(super) mod lineage;
pub(super) mod product;
pub(super) mod questionnaire;
pub(super) mod received;
pub(super) mod recording;
pub(super) mod recount_due;
pub(super) mod release;
pub(super) mod setting;
pub(super) mod sheaf;
pub(super) mod tally;
pub(super) mod tally_version;
pub(super) mod unit;
pub(super) mod wave;
pub(super) mod wave_unit;
