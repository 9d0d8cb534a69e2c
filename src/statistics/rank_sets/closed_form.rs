//! Rank sets that need no random numbers.

use std::collections::HashMap;

use super::draws::check_level;
use super::sets::Rule;
use super::{Comparison, CriticalValue, RankSetError, RankSets};
use crate::statistics::quantile::{normal_quantile, student_t_quantile};

/// How joint intervals share the error among units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JointIntervals {
    /// Each at level^(1/units): exact for independent estimates, and on the safe side for any that are jointly normal
    /// (Šidák 1967, Journal of the American Statistical Association 62, 626–633).
    Sidak,
    /// Each at 1 − (1 − level)/units: on the safe side for any estimates, a little wider.
    Bonferroni,
}

impl Comparison<'_> {
    /// Joint rank sets by Holm's procedure on the two-sided t tests of all pairs.
    ///
    /// ```text
    /// p_ij = P(|T_df_ij| > |θ_i − θ_j| / sd_ij),   sd_ij² = Σ_ii + Σ_jj − 2 Σ_ij,   m = number of pairs
    /// sorted p_(1) ≤ p_(2) ≤ …: pairs are told apart as long as (m − k + 1) p_(k) ≤ 1 − level
    /// low_i = 1 + #{j found better},   high_i = units − #{j found worse}
    /// ```
    ///
    /// All sets hold the true rank together with probability ≥ `level`, under any dependence, as far as the p values are right
    /// (z tests where variances are taken as known). Where `sd_ij` is 0 the pair is not told apart. Exact estimates are
    /// told apart without a test and are not counted in m where they differ.
    ///
    /// Nothing is sorted or kept per pair: with r pairs told apart all those beyond the point of (1 − level)/(m − r) are
    /// told apart too, and the procedure ends where there are no more; that is where it ends for sorted p-values.
    ///
    /// Source: Holm (1979), Scandinavian Journal of Statistics 6, 65–70; R `p.adjust(method = "holm")`.
    pub fn holm(&self, level: f64) -> Result<RankSets<'_>, RankSetError> {
        check_level(level)?;
        let pairs = self.units() * self.units().saturating_sub(1) / 2;
        let mut critical = Vec::new();
        let mut told_apart = self.certain_pairs();
        while told_apart < pairs {
            let value = normal_quantile(0.5 * (1.0 - level) / (pairs - told_apart) as f64);
            critical.push(CriticalValue::exact(value));
            let now = self.pairs_beyond(value);
            if now == told_apart {
                break;
            }
            told_apart = now;
        }
        let decisive = critical.last().map_or(f64::INFINITY, |critical| critical.value);
        Ok(RankSets::joint(self, critical, Rule::Difference(decisive)))
    }

    /// Joint rank sets by overlap of joint intervals (Klein, Wright and Wieczorek).
    ///
    /// ```text
    /// θ_i ± t_i se_i,   P(|T_df_i| > t_i) = 1 − level^(1/units)  (Šidák)   or   (1 − level)/units  (Bonferroni)
    /// low_i = 1 + #{j whose interval lies above i's},   high_i = units − #{j whose interval lies below i's}
    /// ```
    ///
    /// Explained in one sentence and wider than the other sets: two intervals that overlap may differ significantly.
    /// Correlation between units is not used. The critical value given is that of known variances. Of estimates that are given as
    /// independent no pair is looked at: n log n steps for n units. By Bonferroni's rule they hold for correlated ones, too.
    ///
    /// Source: Klein, Wright and Wieczorek (2020), Journal of the Royal Statistical Society C 69, 589–606.
    pub fn joint_intervals(&self, level: f64, kind: JointIntervals) -> Result<RankSets<'_>, RankSetError> {
        check_level(level)?;
        let units = self.units() as f64;
        let error = match kind {
            JointIntervals::Sidak => -(level.ln() / units).exp_m1(),
            JointIntervals::Bonferroni => (1.0 - level) / units,
        };
        if units < 1.0 {
            return Ok(RankSets::joint(self, Vec::new(), Rule::Overlap(Vec::new())));
        }
        let z = normal_quantile(0.5 * error);
        // Many units have the same degrees of freedom.
        let mut times: HashMap<u64, f64> = HashMap::from([(f64::INFINITY.to_bits(), z)]);
        let mut reach = Vec::with_capacity(self.units());
        for (variance, df) in self.variances.iter().zip(self.df()) {
            let times = times.entry(df.to_bits()).or_insert_with(|| student_t_quantile(0.5 * error, *df));
            reach.push(*times * variance.sqrt());
        }
        Ok(RankSets::joint(self, vec![CriticalValue::exact(z)], Rule::Overlap(reach)))
    }

    /// How many pairs are told apart at the critical value `c`.
    fn pairs_beyond(&self, c: f64) -> usize {
        (0..self.units()).map(|i| (0..i).filter(|j| self.differ(i, *j, c)).count()).sum()
    }
}
