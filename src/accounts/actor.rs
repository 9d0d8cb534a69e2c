//! Whoever asks something of the platform.

use std::fmt;

use crate::foundation::Code;
use crate::survey::{Access, AccessKind};

/// Whoever asks something of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody of whom nothing is known.
    Anonymous,
    /// Whoever holds the open code of an invitation.
    Invited {
        /// The wave that the code is for.
        wave: Code,
        /// The unit that it lets rate.
        unit: Code,
    },
    /// A device at a counter, on which visitors answer.
    Device(Access),
    /// Somebody who asks people, or enters what they wrote.
    Collector(Access),
    /// Whoever shows the administrator's token.
    Administrator,
    /// Whoever runs a command on the machine that holds the database, and the program's own upkeep.
    Operator,
}

impl Actor {
    /// Whoever holds this access.
    #[must_use]
    pub fn with(access: Access) -> Self {
        match access.kind {
            AccessKind::Kiosk => Self::Device(access),
            AccessKind::Collector => Self::Collector(access),
        }
    }

    /// What it is, by name.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Invited { .. } => "invited",
            Self::Device(_) => "device",
            Self::Collector(_) => "collector",
            Self::Administrator => "administrator",
            Self::Operator => "operator",
        }
    }

    /// The access of a device or a collector.
    #[must_use]
    pub fn access(&self) -> Option<&Access> {
        match self {
            Self::Device(access) | Self::Collector(access) => Some(access),
            _ => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("nobody known"),
            Self::Invited { wave, .. } => write!(f, "somebody invited to {wave}"),
            Self::Device(access) => write!(f, "the device {} of {}", access.name, access.wave),
            Self::Collector(access) => write!(f, "the collector {} of {}", access.name, access.wave),
            Self::Administrator => f.write_str("the administrator"),
            Self::Operator => f.write_str("the operator"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::survey::sample::code;

    fn access(kind: AccessKind) -> Access {
        Access { kind, name: code("lan"), wave: code("laocai-2024"), unit: None, revoked: false }
    }

    #[test]
    fn whoever_holds_an_access_is_what_its_kind_says_and_keeps_it() {
        let [device, collector] = [AccessKind::Kiosk, AccessKind::Collector].map(|kind| Actor::with(access(kind)));
        assert_eq!((device.as_str(), collector.as_str()), ("device", "collector"));
        assert_eq!(device.access(), Some(&access(AccessKind::Kiosk)));
        assert_eq!(collector.access(), Some(&access(AccessKind::Collector)));
    }

    #[test]
    fn only_devices_and_collectors_hold_an_access() {
        let invited = Actor::Invited { wave: code("laocai-2024"), unit: code("082") };
        for actor in [Actor::Anonymous, invited, Actor::Administrator, Actor::Operator] {
            assert_eq!(actor.access(), None, "{actor}");
        }
    }

    #[test]
    fn everybody_has_a_name_of_their_own_and_words_that_say_for_which_wave() {
        let invited = Actor::Invited { wave: code("laocai-2024"), unit: code("082") };
        let held = AccessKind::ALL.map(|kind| Actor::with(access(kind)));
        let of_a_wave: Vec<Actor> = held.into_iter().chain([invited]).collect();
        for actor in &of_a_wave {
            assert!(actor.to_string().contains("laocai-2024"), "{actor}");
        }
        let others = [Actor::Anonymous, Actor::Administrator, Actor::Operator];
        let names: BTreeSet<_> = of_a_wave.iter().chain(&others).map(Actor::as_str).collect();
        assert_eq!(names.len(), 6, "{names:?}");
    }
}
