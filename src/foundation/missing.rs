//! Tells "there is no such thing" from a failure, so that the edge can answer each as it should.

/// An error of a use case that may mean no more than that what was asked for does not exist. The HTTP kit answers by it
/// without knowing the use cases.
pub trait MaybeMissing: std::error::Error + Send + Sync + 'static {
    /// Whether there is no such thing; otherwise something failed.
    fn is_missing(&self) -> bool;

    /// Whether whoever asks may not have it, and somebody else may.
    fn is_refused(&self) -> bool {
        false
    }

    /// Whether it may succeed in a while as it is: what it needs is away.
    fn is_outage(&self) -> bool {
        false
    }
}
