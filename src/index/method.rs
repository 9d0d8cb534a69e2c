//! Methods as data: how answers become the four indices, and by which of them units are ranked.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Criteria, IndexKind};
use crate::estimation::{Measure, Statistic};
use crate::foundation::{Code, Text};

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
    /// The points that 0 and 1 become; nothing where the average stays as it is.
    pub points: Option<[f64; 2]>,
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

/// Why a text is not a [`Method`].
#[derive(Debug, thiserror::Error)]
pub enum MethodError {
    /// Not TOML of the right shape.
    #[error("the method cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// Two different finite numbers of points are needed.
    #[error("points must be two different finite numbers, what 0 and 1 become, such as [0, 100]")]
    Points,
    /// An average of ratings on several scales has no meaning.
    #[error("an index takes a share or a score; ratings on several scales have no average")]
    Rating,
    /// Answers on several scales cannot be added up.
    #[error("all answers together can be averaged as shares only, since their scales may differ")]
    PooledScores,
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
        for Definition { measure, average, points } in IndexKind::ALL.iter().filter_map(|kind| method.definition(*kind))
        {
            match (measure, average) {
                (Measure::Rating, _) => return Err(MethodError::Rating),
                (Measure::Score, Average::Answers) => return Err(MethodError::PooledScores),
                _ => {}
            }
            let differ = |[low, high]: &[f64; 2]| (high - low).is_finite() && (high - low).abs() > f64::EPSILON;
            if !points.as_ref().is_none_or(differ) {
                return Err(MethodError::Points);
            }
        }
        Ok(method)
    }

    /// Its name and version, such as `sipas-top2@2017`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// How the index of this kind is formed; nothing of one that is the same by every method.
    #[must_use]
    pub fn definition(&self, kind: IndexKind) -> Option<&Definition> {
        match kind {
            IndexKind::Items => Some(&self.index.items),
            IndexKind::Factors => Some(&self.index.factors),
            IndexKind::Pooled => Some(&self.index.pooled),
            IndexKind::Score => Some(&self.index.score),
            IndexKind::Nps => None,
        }
    }

    /// The index of this kind as a statistic of these criteria; nothing where there is nothing to average.
    #[must_use]
    pub fn statistic(&self, kind: IndexKind, criteria: &Criteria) -> Option<Statistic> {
        let Some(Definition { measure, average, points }) = self.definition(kind) else {
            return net_promoter_score(criteria, &criteria.nps_items);
        };
        let all: Vec<usize> = (0..criteria.items.len()).collect();
        let groups: Vec<&[usize]> =
            criteria.factors.iter().map(|(_, items)| items.as_slice()).filter(|items| !items.is_empty()).collect();
        if all.is_empty() || (*average == Average::Factors && groups.is_empty()) {
            return None;
        }
        let statistic = match average {
            Average::Items => Statistic::average(&criteria.scales, *measure, &[all]),
            Average::Factors => Statistic::average(&criteria.scales, *measure, &groups),
            Average::Answers => Statistic::pooled(&criteria.scales, *measure, &all),
        };
        let statistic = statistic.with_unasked(criteria.unasked);
        Some(match points {
            Some(points) => statistic.rescaled(*points),
            None => statistic,
        })
    }
}

/// The net promoter score of some rated items, in points from −100 to 100: promoters less detractors, of a hundred; the mean over
/// the items where they are several. Nothing where none of them makes one.
#[must_use]
pub fn net_promoter_score(criteria: &Criteria, items: &[usize]) -> Option<Statistic> {
    let positions: Vec<usize> = items.iter().filter_map(|item| criteria.nps_position(*item)).collect();
    if positions.is_empty() {
        return None;
    }
    let mean = Statistic::average(&criteria.scales, Measure::Rating, &[positions]);
    Some(mean.with_unasked(criteria.unasked).rescaled([0.0, 100.0]))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn what_cannot_be_meant_is_refused() {
        for (from, to) in [
            ("points = [0, 100]", "points = [5, 5]"),
            ("points = [0, 100]", "points = [1, inf]"),
            ("measure = \"score\", average = \"items\"", "measure = \"rating\", average = \"items\""),
            ("measure = \"score\", average = \"items\"", "measure = \"score\", average = \"answers\""),
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
        let one = Criteria::on_five_points(vec![code("q01")]);
        let without_factors = Criteria { factors: vec![(code("f"), vec![])], ..one };
        assert_eq!(method.statistic(IndexKind::Factors, &without_factors), None);
        assert!(method.statistic(IndexKind::Items, &without_factors).is_some());
        let empty = Criteria::on_five_points(vec![]);
        assert!(IndexKind::ALL.iter().all(|kind| method.statistic(*kind, &empty).is_none()));
    }
}
