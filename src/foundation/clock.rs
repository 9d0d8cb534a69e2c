//! The clock as a parameter: nothing below `app` asks the machine for the time.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// Tells the time in the province's own time zone.
pub trait Clock: Send + Sync {
    /// The present moment, with the offset in which dates are meant.
    fn now(&self) -> DateTime<FixedOffset>;

    /// Today's date where the survey is held.
    fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }
}

/// The machine's clock, read in a fixed offset from UTC (Vietnam: seven hours, no summer time).
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    offset: FixedOffset,
}

impl SystemClock {
    /// A clock whose dates change at midnight in `offset`.
    #[must_use]
    pub fn new(offset: FixedOffset) -> Self {
        Self { offset }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock enters")]
    fn now(&self) -> DateTime<FixedOffset> {
        Utc::now().with_timezone(&self.offset)
    }
}

/// A clock that stands still, for tests and for the demonstration's data.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub DateTime<FixedOffset>);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<FixedOffset> {
        self.0
    }
}
