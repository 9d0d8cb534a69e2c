//! A release among all of its wave.

use std::sync::Arc;

use super::ReleaseFacts;

/// One of the releases of a wave, and what became of it. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// All releases, the first one first.
    all: Arc<[ReleaseFacts]>,
    at: usize,
}

impl Published {
    /// The release of this `number`, or the latest one; nothing where there is none.
    #[must_use]
    pub fn among(all: &Arc<[ReleaseFacts]>, number: Option<i32>) -> Option<Self> {
        let at = match number {
            Some(number) => all.iter().position(|facts| facts.number == number)?,
            None => all.len().checked_sub(1)?,
        };
        Some(Self { all: Arc::clone(all), at })
    }

    /// The facts of this one.
    #[must_use]
    pub fn facts(&self) -> &ReleaseFacts {
        &self.all[self.at]
    }

    /// The release before it, which it corrects.
    #[must_use]
    pub fn corrected(&self) -> Option<&ReleaseFacts> {
        self.all[..self.at].last()
    }

    /// The latest release, where that is not this one: it was corrected since.
    #[must_use]
    pub fn corrected_by(&self) -> Option<&ReleaseFacts> {
        self.all[self.at + 1..].last()
    }

    /// A name for everything that may be said of it, which is another one as soon as it is corrected.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.facts().content_hash, self.all.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::sample::releases;

    #[test]
    fn the_latest_release_is_the_one_unless_another_is_named() {
        let three = releases(3);
        let number = |asked| Published::among(&three, asked).map(|published| published.facts().number);
        assert_eq!([None, Some(1), Some(3), Some(4), Some(0)].map(number), [Some(3), Some(1), Some(3), None, None]);
        assert_eq!(Published::among(&releases(0), None), None);
    }

    #[test]
    fn what_a_release_corrects_is_the_one_before_and_what_corrects_it_the_latest() {
        let three = releases(3);
        let told = |number: i32| {
            let published = Published::among(&three, Some(number)).unwrap();
            [published.corrected(), published.corrected_by()].map(|facts| facts.map(|facts| facts.number))
        };
        assert_eq!([1, 2, 3].map(told), [[None, Some(3)], [Some(1), Some(3)], [Some(2), None]]);
    }

    #[test]
    fn a_correction_gives_what_was_published_before_another_key() {
        let key = |all: &Arc<[ReleaseFacts]>, number| Published::among(all, Some(number)).unwrap().key();
        assert_eq!(key(&releases(1), 1), key(&releases(1), 1));
        assert_ne!(key(&releases(1), 1), key(&releases(2), 1));
        assert_ne!(key(&releases(2), 1), key(&releases(2), 2));
    }
}
