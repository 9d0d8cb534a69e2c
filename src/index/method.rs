//! Methods as data: how answers become the four indices, and by which of them units are ranked.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Criteria, IndexKind};
use crate::estimation::{Measure, Statistic};
use crate::foundation::{Code, Text};
use crate::survey::Scale;

/// A named, versioned method. No change may be shown between results of two versions.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// Its name, such as `sipas-top2`.
    pub name: Code,
    /// Its version, such as `2017`.
    pub version: Code,
    /// Its title by language.
    pub title: Text,
    /// The index that units are ranked by.
    pub headline: IndexKind,
    /// The lowest rating that counts as satisfied; the questionnaire's own where the method does not fix it.
    pub satisfied_from: Option<u8>,
    /// How each index is formed.
    pub index: Definitions,
}

/// How each of the four indices is formed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definitions {
    /// See [`IndexKind::Items`].
    pub items: Definition,
    /// See [`IndexKind::Factors`].
    pub factors: Definition,
    /// See [`IndexKind::Pooled`].
    pub pooled: Definition,
    /// See [`IndexKind::Score`].
    pub score: Definition,
}

/// How one index is formed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What is measured of each item.
    pub measure: Measure,
    /// What counts alike in the average.
    pub average: Average,
    /// How the average is mapped to points; not at all where nothing is said.
    pub rescale: Option<Rescale>,
}

/// What counts alike in an average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Average {
    /// Each item.
    Items,
    /// Each factor, and each item within its factor.
    Factors,
    /// Each answer.
    Answers,
}

/// A linear map: `from[0]` becomes `to[0]`, `from[1]` becomes `to[1]`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rescale {
    /// Two values of the average.
    pub from: [f64; 2],
    /// What they become.
    pub to: [f64; 2],
}

/// Why a text is not a [`Method`].
#[derive(Debug, thiserror::Error)]
pub enum MethodError {
    /// Not TOML of the right shape.
    #[error("the method cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// The threshold tells nothing apart.
    #[error("satisfied_from must be 2 to 5, not {found}")]
    SatisfiedFrom {
        /// What was found.
        found: u8,
    },
    /// The two values to rescale from must differ, and all four be finite.
    #[error("rescale needs two different finite values to map from, and two finite values to map to")]
    Rescale,
}

static BUILT_IN: LazyLock<Vec<Method>> = LazyLock::new(|| {
    [include_str!("methods/sipas-top2@2017.toml"), include_str!("methods/sipas-mean@2023.toml")]
        .into_iter()
        .map(|text| Method::from_toml(text).expect("a test reads every built-in method"))
        .collect()
});

impl Method {
    /// The built-in methods.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &BUILT_IN
    }

    /// The built-in method with this full name, such as `sipas-top2@2017`.
    #[must_use]
    pub fn named(full_name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|method| method.full_name() == full_name)
    }

    /// Reads and checks a method.
    pub fn from_toml(text: &str) -> Result<Self, MethodError> {
        let method: Self = toml::from_str(text)?;
        if let Some(found) = method.satisfied_from.filter(|rating| !(2..=5).contains(rating)) {
            return Err(MethodError::SatisfiedFrom { found });
        }
        let definitions = IndexKind::ALL.map(|kind| method.definition(kind));
        for Rescale { from, to } in definitions.into_iter().filter_map(|definition| definition.rescale) {
            let finite = from.iter().chain(&to).all(|value| value.is_finite());
            if !finite || (from[1] - from[0]).abs() < f64::EPSILON {
                return Err(MethodError::Rescale);
            }
        }
        Ok(method)
    }

    /// Its name and version, such as `sipas-top2@2017`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The lowest rating that counts as satisfied in results by this method.
    #[must_use]
    pub fn satisfied_from(&self, scale: &Scale) -> u8 {
        self.satisfied_from.unwrap_or(scale.satisfied_from)
    }

    /// How the index of this kind is formed.
    #[must_use]
    pub fn definition(&self, kind: IndexKind) -> &Definition {
        match kind {
            IndexKind::Items => &self.index.items,
            IndexKind::Factors => &self.index.factors,
            IndexKind::Pooled => &self.index.pooled,
            IndexKind::Score => &self.index.score,
        }
    }

    /// The index of this kind as a statistic of these criteria; nothing where there is nothing to average.
    #[must_use]
    pub fn statistic(&self, kind: IndexKind, criteria: &Criteria) -> Option<Statistic> {
        let Definition { measure, average, rescale } = *self.definition(kind);
        let items = criteria.items.len();
        let all: Vec<usize> = (0..items).collect();
        let groups: Vec<&[usize]> =
            criteria.factors.iter().map(|(_, items)| items.as_slice()).filter(|items| !items.is_empty()).collect();
        if all.is_empty() || (average == Average::Factors && groups.is_empty()) {
            return None;
        }
        let statistic = match average {
            Average::Items => Statistic::average(items, measure, &[all]),
            Average::Factors => Statistic::average(items, measure, &groups),
            Average::Answers => Statistic::pooled(items, measure, &all),
        };
        let statistic = statistic.with_unasked(criteria.unasked);
        Some(match rescale {
            Some(Rescale { from, to }) => statistic.rescaled(from, to),
            None => statistic,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::UnaskedItems;

    const TOP2: &str = include_str!("methods/sipas-top2@2017.toml");

    #[test]
    fn both_built_in_methods_are_found_by_their_full_name() {
        let headline = |name| Method::named(name).map(|method| method.headline);
        assert_eq!(headline("sipas-top2@2017"), Some(IndexKind::Items));
        assert_eq!(headline("sipas-mean@2023"), Some(IndexKind::Score));
        assert_eq!(headline("sipas-top2"), None);
        assert_eq!(Method::all().len(), 2);
    }

    #[test]
    fn every_built_in_method_has_its_title_in_vi_en_and_cs() {
        for method in Method::all() {
            assert!(["vi", "en", "cs"].iter().all(|language| method.title.has(language)), "{}", method.full_name());
        }
    }

    #[test]
    fn a_method_may_fix_what_counts_as_satisfied() {
        for (line, taken) in [("1", false), ("2", true), ("5", true), ("6", false)] {
            let text = TOP2.replace("headline =", &format!("satisfied_from = {line}\nheadline ="));
            assert_eq!(Method::from_toml(&text).is_ok(), taken, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (from, to) in [
            ("from = [1, 5]", "from = [5, 5]"),
            ("from = [1, 5]", "from = [1, inf]"),
            ("headline = \"items\"", "headline = \"median\""),
            ("measure = \"share\"", "measure = \"share\", weight = 2"),
            ("version = \"2017\"", "version = \"a b\""),
        ] {
            assert!(TOP2.contains(from));
            assert!(Method::from_toml(&TOP2.replacen(from, to, 1)).is_err(), "{to}");
        }
    }

    #[test]
    fn nothing_to_average_is_no_statistic() {
        let method = Method::named("sipas-top2@2017").unwrap();
        let code = |text: &str| Code::new(text).unwrap();
        let without_factors =
            Criteria { items: vec![code("q01")], factors: vec![(code("f"), vec![])], unasked: UnaskedItems::default() };
        assert_eq!(method.statistic(IndexKind::Factors, &without_factors), None);
        assert!(method.statistic(IndexKind::Items, &without_factors).is_some());
        let empty = Criteria { items: vec![], factors: vec![], unasked: UnaskedItems::default() };
        assert!(IndexKind::ALL.iter().all(|kind| method.statistic(*kind, &empty).is_none()));
    }
}
