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
