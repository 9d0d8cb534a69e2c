//! What who may.

use super::Actor;
use crate::foundation::Code;
use crate::survey::{Access, Wave, WaveState};

/// Something that not everybody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Know that a wave is there: its title, its days, what it asks.
    KnowWave,
    /// Answer, for oneself or for others.
    Answer,
    /// Say which stratum, PSU and weight an answer has.
    ChooseDesign,
    /// Key paper forms in, compare entries, settle differences.
    KeyForms,
    /// Look at the officers' pages.
    UseOffice,
    /// See how many answered and how precise the results are.
    SeeFieldwork,
    /// See estimates and ranks.
    SeeResults,
    /// Change what is measured and by whom: units, questionnaires, waves, invitations, devices, imports.
    Manage,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 8] = [
        Self::KnowWave,
        Self::Answer,
        Self::ChooseDesign,
        Self::KeyForms,
        Self::UseOffice,
        Self::SeeFieldwork,
        Self::SeeResults,
        Self::Manage,
    ];
}

/// On what: the whole platform, a wave, or a unit of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// The wave.
    pub wave: Option<&'a Wave>,
    /// The unit; where none is named, what is allowed must be allowed for at least one.
    pub unit: Option<&'a Code>,
}

impl<'a> Scope<'a> {
    /// A wave.
    #[must_use]
    pub fn of(wave: &'a Wave) -> Self {
        Self { wave: Some(wave), unit: None }
    }

    /// A unit of a wave.
    #[must_use]
    pub fn unit(wave: &'a Wave, unit: &'a Code) -> Self {
        Self { wave: Some(wave), unit: Some(unit) }
    }

    fn is_in(&self, state: WaveState) -> bool {
        self.wave.is_some_and(|wave| wave.state == state)
    }

    /// Whether it lies within this wave, and where only one unit is meant, within that one.
    fn is_within(&self, wave: &Code, unit: Option<&Code>) -> bool {
        let is_unit = match (unit, self.unit) {
            (Some(own), Some(asked)) => own == asked,
            (None, _) | (_, None) => true,
        };
        self.wave.is_some_and(|asked| asked.plan.code == *wave) && is_unit
    }

    fn is_of(&self, access: &Access) -> bool {
        !access.revoked && self.is_within(&access.wave, access.unit.as_ref())
    }
}

/// Whether `actor` may do this on `scope`: the one place that decides.
///
/// Everybody knows of a wave that is no draft, may answer it, and sees it when it is released; whether it takes answers now,
/// and over the open link, is the wave's own. Devices and collectors know of their wave while it is a draft, and answer where their
/// code was given for. All else is for the administrator, and for whoever holds the database.
#[must_use]
pub fn allows(actor: &Actor, permission: Permission, scope: &Scope<'_>) -> bool {
    if matches!(actor, Actor::Administrator | Actor::Operator) {
        return true;
    }
    let is_public = scope.wave.is_some() && !scope.is_in(WaveState::Draft);
    let is_own = actor.access().is_some_and(|access| scope.is_of(access));
    match permission {
        Permission::KnowWave => is_public || is_own,
        Permission::SeeResults | Permission::SeeFieldwork => scope.is_in(WaveState::Released),
        Permission::Answer => match actor {
            Actor::Invited { wave, unit } => is_public && scope.is_within(wave, Some(unit)),
            Actor::Device(_) | Actor::Collector(_) => is_public && is_own,
            _ => is_public,
        },
        Permission::KeyForms => is_own && matches!(actor, Actor::Collector(_)),
        Permission::ChooseDesign | Permission::UseOffice | Permission::Manage => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::AccessKind;
    use crate::survey::sample::{code, wave};

    fn access(kind: AccessKind, unit: Option<&str>, revoked: bool) -> Access {
        Access { kind, name: code("lan"), wave: code("laocai-2024"), unit: unit.map(code), revoked }
    }

    /// What `actor` may do, for each permission a letter a scope: of the own wave a draft, the unit 082 while it is open, the unit
    /// 085 while it is open, and when it is released; another wave; the whole platform.
    fn rights_of(actor: &Actor) -> Vec<String> {
        let [draft, open, _, released] = WaveState::ALL.map(wave);
        let mut other = open.clone();
        other.plan.code = code("other");
        let (own_unit, other_unit) = (code("082"), code("085"));
        let scopes = [
            Scope::unit(&draft, &own_unit),
            Scope::unit(&open, &own_unit),
            Scope::unit(&open, &other_unit),
            Scope::unit(&released, &own_unit),
            Scope::unit(&other, &own_unit),
            Scope::default(),
        ];
        let letter = |permission, scope| if allows(actor, permission, scope) { 'y' } else { '-' };
        let row = |permission| scopes.iter().map(|scope| letter(permission, scope)).collect();
        Permission::ALL.into_iter().map(row).collect()
    }

    #[test]
    fn everybody_may_what_the_table_says_and_nothing_else() {
        use AccessKind::{Collector, Kiosk};
        const NOBODY: &str = "------";
        const RELEASED: &str = "---y--";
        let table = [
            // Knows the wave, answers, chooses the design, keys forms, uses the office, sees fieldwork, results; manages.
            (Actor::Anonymous, ["-yyyy-", "-yyyy-", NOBODY, NOBODY, NOBODY, RELEASED, RELEASED, NOBODY]),
            (
                Actor::Invited { wave: code("laocai-2024"), unit: code("082") },
                ["-yyyy-", "-y-y--", NOBODY, NOBODY, NOBODY, RELEASED, RELEASED, NOBODY],
            ),
            (
                Actor::with(access(Kiosk, Some("082"), false)),
                ["yyyyy-", "-y-y--", NOBODY, NOBODY, NOBODY, RELEASED, RELEASED, NOBODY],
            ),
            (
                Actor::with(access(Collector, Some("082"), false)),
                ["yyyyy-", "-y-y--", NOBODY, "yy-y--", NOBODY, RELEASED, RELEASED, NOBODY],
            ),
            (
                Actor::with(access(Collector, None, false)),
                ["yyyyy-", "-yyy--", NOBODY, "yyyy--", NOBODY, RELEASED, RELEASED, NOBODY],
            ),
            (
                Actor::with(access(Collector, None, true)),
                ["-yyyy-", NOBODY, NOBODY, NOBODY, NOBODY, RELEASED, RELEASED, NOBODY],
            ),
            (Actor::Administrator, ["yyyyyy"; 8]),
            (Actor::Operator, ["yyyyyy"; 8]),
        ];
        for (actor, expected) in table {
            assert_eq!(rights_of(&actor), expected, "{actor}");
        }
    }

    #[test]
    fn a_closed_wave_is_known_and_shown_like_an_open_one() {
        let [_, open, closed, _] = WaveState::ALL.map(wave);
        let unit = code("082");
        let everybody = [
            Actor::Anonymous,
            Actor::Invited { wave: code("laocai-2024"), unit: unit.clone() },
            Actor::with(access(AccessKind::Kiosk, Some("082"), false)),
            Actor::with(access(AccessKind::Collector, None, false)),
        ];
        for (actor, permission) in
            everybody.iter().flat_map(|actor| Permission::ALL.map(|permission| (actor, permission)))
        {
            let [before, after] = [&open, &closed].map(|wave| allows(actor, permission, &Scope::unit(wave, &unit)));
            assert_eq!(before, after, "{actor}: {permission:?}");
        }
        assert!(
            !allows(&Actor::Anonymous, Permission::SeeResults, &Scope::of(&closed)),
            "nothing is shown before release"
        );
    }

    #[test]
    fn where_no_unit_is_named_whoever_has_one_of_the_wave_is_let_in() {
        let open = wave(WaveState::Open);
        let device = Actor::with(access(AccessKind::Kiosk, Some("082"), false));
        let invited = Actor::Invited { wave: code("laocai-2024"), unit: code("082") };
        for actor in [device, invited] {
            assert!(allows(&actor, Permission::Answer, &Scope::of(&open)), "{actor}");
            assert!(!allows(&actor, Permission::Answer, &Scope::default()), "{actor} on no wave at all");
        }
    }

    #[test]
    fn a_unit_of_the_same_code_in_another_wave_is_not_ones_own() {
        let mut other = wave(WaveState::Open);
        other.plan.code = code("laocai-2025");
        let unit = code("082");
        for kind in AccessKind::ALL {
            let actor = Actor::with(access(kind, Some("082"), false));
            for permission in [Permission::Answer, Permission::KeyForms] {
                assert!(!allows(&actor, permission, &Scope::unit(&other, &unit)), "{actor}: {permission:?}");
            }
        }
    }

    #[test]
    fn a_code_that_was_taken_back_gives_no_more_than_nobody_has() {
        let unit = code("082");
        for state in WaveState::ALL {
            let wave = wave(state);
            let scopes = [Scope::of(&wave), Scope::unit(&wave, &unit), Scope::default()];
            for (kind, scope) in AccessKind::ALL.into_iter().flat_map(|kind| scopes.map(|scope| (kind, scope))) {
                let revoked = Actor::with(access(kind, Some("082"), true));
                let more = Permission::ALL.into_iter().find(|permission| {
                    allows(&revoked, *permission, &scope) && !allows(&Actor::Anonymous, *permission, &scope)
                });
                assert_eq!(more, None, "{revoked} while the wave is {}", state.as_str());
            }
        }
    }
}
