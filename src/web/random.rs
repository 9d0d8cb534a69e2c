//! Randomness for forms.

use rand::TryRng;
use uuid::{Builder, Uuid};

/// Draws the identifier of a new submission.
///
/// # Errors
/// When the generator fails; the operating system's does so only when it has no entropy at all.
pub fn draw_id<R: TryRng>(generator: &mut R) -> Result<Uuid, R::Error> {
    let mut bytes = [0; 16];
    generator.try_fill_bytes(&mut bytes)?;
    Ok(Builder::from_random_bytes(bytes).into_uuid())
}
