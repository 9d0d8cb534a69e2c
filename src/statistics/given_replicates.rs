//! Replicate weights that came with the data: how their spread becomes a variance, by the types of R's `svrepdesign`.

use std::str::FromStr;

/// How replicate weights were made; the names are R's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReplicateKind {
    /// The jackknife without strata.
    Jk1,
    /// The jackknife with strata; each replicate has a scale of its own.
    Jkn,
    /// The jackknife of paired units.
    Jk2,
    /// Any bootstrap whose replicates count alike.
    Bootstrap,
    /// Balanced half samples.
    Brr,
    /// Fay's half samples: half of the units have `ρ` times their weight, the others `2 − ρ` times.
    Fay {
        /// `ρ`, from 0 to below 1.
        rho: f64,
    },
    /// Successive differences, as of the American Community Survey.
    SuccessiveDifference,
    /// Whatever its scales say.
    Other,
}

/// Why replicate weights have no scale.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReplicateScaleError {
    /// No kind has this name.
    #[error("there is no type {0:?}; take JK1, JKn, JK2, bootstrap, BRR, Fay, successive-difference or other")]
    Unknown(String),
    /// Fay's method without its factor, or another one with it.
    #[error("the type Fay, and it alone, needs rho, from 0 to below 1")]
    Rho,
    /// A variance needs two replicates at least.
    #[error("there must be at least two replicates, not {0}")]
    TooFew(usize),
    /// The scales of replicates are not as many as they are.
    #[error("rscales has {found} numbers for {expected} replicates; give one for each")]
    Scales {
        /// How many were given.
        found: usize,
        /// How many replicates there are.
        expected: usize,
    },
    /// The stratified jackknife does not say what its replicates count.
    #[error("the type JKn needs rscales, one for each replicate; (n − 1) / n with n the sampling units of its stratum")]
    NoScales,
    /// A type that fixes its scale was given another one.
    #[error("the type {0} has a scale of its own; leave out scale and rscales, or take the type other")]
    FixedScale(&'static str),
    /// A scale is negative or no number.
    #[error("scale and rscales must be finite and not negative, with one of them above 0; one is {0}")]
    NotAScale(f64),
}

impl ReplicateKind {
    /// The kind of this name; `rho` is for Fay's alone.
    pub fn named(name: &str, rho: Option<f64>) -> Result<Self, ReplicateScaleError> {
        let kind: Self = name.parse()?;
        match (kind, rho) {
            (Self::Fay { .. }, Some(rho)) if (0.0..1.0).contains(&rho) => Ok(Self::Fay { rho }),
            (Self::Fay { .. }, _) | (_, Some(_)) => Err(ReplicateScaleError::Rho),
            (kind, None) => Ok(kind),
        }
    }

    /// Its name in R.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jk1 => "JK1",
            Self::Jkn => "JKn",
            Self::Jk2 => "JK2",
            Self::Bootstrap => "bootstrap",
            Self::Brr => "BRR",
            Self::Fay { .. } => "Fay",
            Self::SuccessiveDifference => "successive-difference",
            Self::Other => "other",
        }
    }
}

impl FromStr for ReplicateKind {
    type Err = ReplicateScaleError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let fay = Self::Fay { rho: 0.0 };
        let all = [Self::Jk1, Self::Jkn, Self::Jk2, Self::Bootstrap, Self::Brr, fay, Self::SuccessiveDifference];
        let found = all.into_iter().chain([Self::Other]).find(|kind| kind.as_str() == name);
        found.ok_or_else(|| ReplicateScaleError::Unknown(name.to_owned()))
    }
}

/// What each replicate counts.
///
/// ```text
/// V = scale · Σ_r c_r (θ_r − m)(θ_r − m)ᵀ,    m the estimate (mse), or the mean of the replicates with c_r > 0
///
/// JK1         scale (R − 1) / R, c = 1, unless given          BRR  scale 1 / R
/// JKn         c given, scale 1 unless given                   Fay  scale 1 / (R (1 − ρ)²)
/// bootstrap   scale 1 / (R − 1), c = 1, unless given          JK2  scale 1
/// successive-difference   scale 4 / R                         other  as given, 1 unless given
/// ```
///
/// Source: R `survey::svrepdesign`, `svrVar`; Wolter (2007), Introduction to Variance Estimation.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicateScales {
    scale: f64,
    scales: Vec<f64>,
    mse: bool,
}

impl ReplicateScales {
    /// The scales of `count` replicates of a kind.
    pub fn new(
        kind: ReplicateKind,
        count: usize,
        scale: Option<f64>,
        scales: Option<&[f64]>,
        mse: bool,
    ) -> Result<Self, ReplicateScaleError> {
        if count < 2 {
            return Err(ReplicateScaleError::TooFew(count));
        }
        if let Some(scales) = scales.filter(|scales| scales.len() != count) {
            return Err(ReplicateScaleError::Scales { found: scales.len(), expected: count });
        }
        let (is_given, replicates) = (scale.is_some() || scales.is_some(), count as f64);
        let usual = match kind {
            ReplicateKind::Jkn if scales.is_none() => return Err(ReplicateScaleError::NoScales),
            ReplicateKind::Brr
            | ReplicateKind::Fay { .. }
            | ReplicateKind::Jk2
            | ReplicateKind::SuccessiveDifference
                if is_given =>
            {
                return Err(ReplicateScaleError::FixedScale(kind.as_str()));
            }
            ReplicateKind::Jkn | ReplicateKind::Jk2 | ReplicateKind::Other => 1.0,
            ReplicateKind::Jk1 => (replicates - 1.0) / replicates,
            ReplicateKind::Bootstrap => 1.0 / (replicates - 1.0),
            ReplicateKind::Brr => 1.0 / replicates,
            ReplicateKind::Fay { rho } => 1.0 / (replicates * (1.0 - rho).powi(2)),
            ReplicateKind::SuccessiveDifference => 4.0 / replicates,
        };
        let scale = scale.unwrap_or(usual);
        let scales = scales.map_or_else(|| vec![1.0; count], <[f64]>::to_vec);
        let is_wrong = |scale: &&f64| !(scale.is_finite() && **scale >= 0.0);
        if let Some(wrong) = scales.iter().chain([&scale]).find(is_wrong) {
            return Err(ReplicateScaleError::NotAScale(*wrong));
        }
        if scale <= 0.0 || scales.iter().all(|scale| *scale <= 0.0) {
            return Err(ReplicateScaleError::NotAScale(0.0));
        }
        Ok(Self { scale, scales, mse })
    }

    /// How many replicates there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.scales.len()
    }

    /// What all replicates are multiplied by.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The scale of each replicate, `c_r`.
    #[must_use]
    pub fn scales(&self) -> &[f64] {
        &self.scales
    }

    /// The covariance of two statistics from their values under each replicate and under the weights themselves.
    ///
    /// NaN where a replicate has no value: a variance that leaves replicates out is another one.
    #[must_use]
    pub fn covariance(&self, (a, of_a): (&[f64], f64), (b, of_b): (&[f64], f64)) -> f64 {
        let centre = |values: &[f64], estimate: f64| {
            if self.mse {
                return estimate;
            }
            let counted = values.iter().zip(&self.scales).filter(|(_, scale)| **scale > 0.0);
            let (sum, count) = counted.fold((0.0, 0.0), |(sum, count), (value, _)| (sum + value, count + 1.0));
            sum / count
        };
        let (centre_a, centre_b) = (centre(a, of_a), centre(b, of_b));
        let product = |((a, b), scale): ((&f64, &f64), &f64)| {
            if *scale > 0.0 { scale * (a - centre_a) * (b - centre_b) } else { 0.0 }
        };
        self.scale * a.iter().zip(b).zip(&self.scales).map(product).sum::<f64>()
    }
}

/// A column that keeps less than this part of its length beside those before it follows from them (R's tolerance).
const FOLLOWS: f64 = 1e-5;

/// The rank of the matrix whose columns are given, by Gram and Schmidt, each step twice: R's `qr(tol = 1e-05)$rank`.
///
/// Degrees of freedom of replicate weights are their rank less 1 (R's `degf`).
#[must_use]
pub fn rank_of(columns: impl IntoIterator<Item = Vec<f64>>) -> u64 {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    for mut rest in columns {
        let length = dot(&rest, &rest).sqrt();
        for _ in 0..2 {
            for direction in &basis {
                let along = dot(direction, &rest);
                rest.iter_mut().zip(direction).for_each(|(rest, direction)| *rest -= along * direction);
            }
        }
        let left = dot(&rest, &rest).sqrt();
        if left > FOLLOWS * length && length > 0.0 {
            basis.push(rest.into_iter().map(|rest| rest / left).collect());
        }
    }
    basis.len() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_has_the_scale_of_r() {
        let scale = |name: &str, rho| {
            ReplicateScales::new(ReplicateKind::named(name, rho).unwrap(), 16, None, None, false).unwrap().scale()
        };
        for (name, rho, expected) in [
            ("JK1", None, 15.0 / 16.0),
            ("JK2", None, 1.0),
            ("bootstrap", None, 1.0 / 15.0),
            ("BRR", None, 1.0 / 16.0),
            ("Fay", Some(0.5), 0.25),
            ("successive-difference", None, 0.25),
            ("other", None, 1.0),
        ] {
            assert!((scale(name, rho) - expected).abs() < 1e-15, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        assert!(matches!(ReplicateKind::named("jkn", None), Err(ReplicateScaleError::Unknown(_))));
        for (name, rho) in [("Fay", None), ("Fay", Some(1.0)), ("BRR", Some(0.5))] {
            assert_eq!(ReplicateKind::named(name, rho), Err(ReplicateScaleError::Rho), "{name}");
        }
        let new =
            |kind, scale, scales: Option<&[f64]>| ReplicateScales::new(kind, 3, scale, scales, false).unwrap_err();
        assert_eq!(new(ReplicateKind::Jkn, None, None), ReplicateScaleError::NoScales);
        assert_eq!(new(ReplicateKind::Brr, Some(1.0), None), ReplicateScaleError::FixedScale("BRR"));
        assert_eq!(new(ReplicateKind::Jkn, None, Some(&[1.0])), ReplicateScaleError::Scales { found: 1, expected: 3 });
        assert_eq!(new(ReplicateKind::Jk1, Some(-1.0), None), ReplicateScaleError::NotAScale(-1.0));
        assert_eq!(new(ReplicateKind::Other, None, Some(&[0.0; 3])), ReplicateScaleError::NotAScale(0.0));
        let few = ReplicateScales::new(ReplicateKind::Brr, 1, None, None, false);
        assert_eq!(few, Err(ReplicateScaleError::TooFew(1)));
    }

    #[test]
    fn columns_that_follow_from_others_do_not_count() {
        let columns =
            [vec![1.0, 0.0, 1.0], vec![0.0, 2.0, 0.0], vec![3.0, 2.0, 3.0], vec![0.0; 3], vec![1.0, 0.0, -1.0]];
        assert_eq!(rank_of(columns), 3);
        assert_eq!(rank_of([]), 0);
    }

    proptest! {
        #[test]
        fn about_the_estimate_the_variance_is_no_smaller_than_about_the_mean(
            values in prop::collection::vec(-10.0_f64..10.0, 2..30), estimate in -10.0_f64..10.0,
        ) {
            let of = |mse| {
                let scales = ReplicateScales::new(ReplicateKind::Bootstrap, values.len(), None, None, mse).unwrap();
                scales.covariance((&values, estimate), (&values, estimate))
            };
            prop_assert!(of(true) >= of(false) - 1e-12);
            let twice = values.iter().map(|value| 2.0 * value).collect::<Vec<_>>();
            let scales = ReplicateScales::new(ReplicateKind::Bootstrap, values.len(), None, None, true).unwrap();
            let covariance = scales.covariance((&values, estimate), (&twice, 2.0 * estimate));
            prop_assert!((covariance - 2.0 * of(true)).abs() < 1e-9 * (1.0 + covariance.abs()));
        }
    }
}
