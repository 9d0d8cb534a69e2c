//! How much each part of an index counts, where its method weighs groups.

use crate::index::{Group, GroupItems, Tree};
use crate::survey::Wave;
use crate::web::Language;

/// Parts that are named.
const NAMED_MAX: usize = 40;

/// A factor, or an item that a group names, and its share of the whole index, 0–1.
struct NamedShare {
    name: String,
    share: f64,
}

/// What each factor and item counts in the whole index, in words; nothing where no groups are weighed.
pub(super) fn weights(wave: &Wave, tree: &Tree, language: Language) -> Option<String> {
    let Tree::Groups(groups) = tree else { return None };
    let mut parts = Vec::new();
    add(&mut parts, groups, 1.0, wave, language);
    let words = |part: &NamedShare| format!("{} {}", part.name, language.format_percent(part.share, 1));
    let mut named: Vec<String> = parts.iter().take(NAMED_MAX).map(words).collect();
    if parts.len() > NAMED_MAX {
        named.push("…".to_owned());
    }
    Some(named.join("; "))
}

/// Adds what is in groups that together count `share`. A method's groups lie six deep at most.
fn add(parts: &mut Vec<NamedShare>, groups: &[Group], share: f64, wave: &Wave, language: Language) {
    let all: f64 = groups.iter().map(|group| group.weight).sum();
    for group in groups {
        let share = share * group.weight / all;
        match &group.of {
            GroupItems::Groups(groups) => add(parts, groups, share, wave, language),
            GroupItems::Factor(code) => {
                let factor = wave.questionnaire.factors.iter().find(|factor| factor.code == *code);
                let name = factor.map_or(code.as_str(), |factor| factor.title.get(language.tag())).to_owned();
                parts.push(NamedShare { name, share });
            }
            GroupItems::Items(items) => {
                let of_items: f64 = items.iter().map(|(_, weight)| weight).sum();
                for (code, weight) in items {
                    let item = wave.questionnaire.rated_items().find(|item| item.code == *code);
                    let text = item.map_or(code.as_str(), |item| item.text.get(language.tag()));
                    parts.push(NamedShare { name: format!("“{text}”"), share: share * weight / of_items });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::WaveState;
    use crate::survey::sample::{code, wave};

    #[test]
    fn what_a_part_counts_is_its_share_of_the_whole_however_deep_it_lies() {
        let wave = wave(WaveState::Released);
        let group = |weight, of| Group { weight, of };
        let factor = &wave.questionnaire.factors[0];
        let item = wave.questionnaire.rated_items().next().unwrap();
        let inner = vec![
            group(1.0, GroupItems::Factor(factor.code.clone())),
            group(3.0, GroupItems::Items(vec![(item.code.clone(), 2.0), (code("gone"), 1.0)])),
        ];
        let tree = Tree::Groups(vec![
            group(7.0, GroupItems::Groups(inner)),
            group(3.0, GroupItems::Factor(factor.code.clone())),
        ]);
        let (title, text) = (factor.title.get("en"), item.text.get("en"));
        let told = weights(&wave, &tree, Language::English).unwrap();
        assert_eq!(told, format!("{title} 17.5%; “{text}” 35.0%; “gone” 17.5%; {title} 30.0%"));
        assert!(weights(&wave, &Tree::Items, Language::English).is_none());
        let many = Tree::Groups(vec![group(1.0, GroupItems::Factor(code("x"))); NAMED_MAX + 1]);
        assert!(weights(&wave, &many, Language::English).unwrap().ends_with("; …"));
    }
}
