//! Access: the codes of those who send answers for others, a device at a counter or a person who enters forms.

use super::Mode;
use crate::foundation::Code;

/// What a code gives access to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// A device at an office, on which visitors answer.
    Kiosk,
    /// Somebody who asks people, or enters what they wrote.
    Collector,
}

impl AccessKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Kiosk, Self::Collector];

    /// Its name in storage and commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Collector => "collector",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether answers in this mode may come over such an access.
    #[must_use]
    pub fn takes(self, mode: Mode) -> bool {
        match self {
            Self::Kiosk => mode == Mode::Kiosk,
            Self::Collector => matches!(mode, Mode::Interviewer | Mode::Telephone | Mode::Paper),
        }
    }
}

/// Who may send answers for others, in which wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// What it is.
    pub kind: AccessKind,
    /// Its name: the device or the person, as the office calls it. It is kept with each answer.
    pub name: Code,
    /// The wave.
    pub wave: Code,
    /// The only unit that it may answer for; a device has one, a collector may have.
    pub unit: Option<Code>,
    /// Whether it was taken back.
    pub revoked: bool,
}
