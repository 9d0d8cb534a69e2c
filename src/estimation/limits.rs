//! Limits of the room's input.

/// The most rated items of a questionnaire.
pub(super) const ITEMS_MAX: usize = 200;
/// The most levels of all margins of a calibration.
pub(super) const MARGIN_LEVELS_MAX: usize = 2_000;
