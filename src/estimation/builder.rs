//! Building a sample: from kept tallies and the log of responses, or from responses alone.

use std::collections::BTreeMap;

use super::EstimationError;
use super::sample::{Domain, Sample, SharedStratum};
use super::tally::{TallySums, check_ratings};
use crate::foundation::Weight;
use crate::statistics::{PairSums, StratumMoments};

/// One response as the sample sees it.
#[derive(Debug, Clone, Copy)]
pub struct Respondent<'a> {
    /// The levels that it belongs to (its unit; its sex; …), each once; everybody belongs to the sample as a whole.
    pub levels: &'a [usize],
    /// Its stratum.
    pub stratum: &'a str,
    /// Its primary sampling unit within the stratum; none when the respondent is one.
    pub psu: Option<&'a str>,
    /// Its weight.
    pub weight: Weight,
    /// One rating a rated item, 0 where it was not answered.
    pub ratings: &'a [u8],
}

/// Collects what a [`Sample`] is made of. The result is the same, bit for bit, in whatever order things are added.
///
/// Two ways in. From files: [`Self::add_response`] for each response. From storage: [`Self::add_tally`] for each kept
/// tally of a primary sampling unit, and [`Self::add_logged_response`] for each response of the log.
#[derive(Debug)]
pub struct SampleBuilder {
    items: usize,
    satisfied_from: u8,
    /// The sample as a whole, then each level.
    domains: Vec<DomainSums>,
    strata: BTreeMap<String, StratumSums>,
}

#[derive(Debug)]
struct DomainSums {
    tally: TallySums,
    /// `Σ_k w_k d_k d_kᵀ` over respondents, for design effects.
    pairs: PairSums,
}

#[derive(Debug, Default)]
struct StratumSums {
    /// By primary sampling unit, then by domain.
    clusters: BTreeMap<String, BTreeMap<usize, TallySums>>,
    /// How many respondents are their own primary sampling unit.
    elements: u64,
    /// The moments of these, by domain.
    element_sums: BTreeMap<usize, PsuSums>,
}

/// Moments of the primary sampling units of one stratum that have a member of a domain.
#[derive(Debug)]
struct PsuSums {
    moments: StratumMoments,
    /// How many have a respondent who answered the item, item by item.
    answering: Vec<u64>,
}

impl PsuSums {
    fn new(items: usize) -> Self {
        Self { moments: StratumMoments::new(3 * items), answering: vec![0; items] }
    }

    fn add(&mut self, totals: &[i64], answers: impl Iterator<Item = bool>) -> Result<(), EstimationError> {
        for (count, answered) in self.answering.iter_mut().zip(answers) {
            *count += u64::from(answered);
        }
        Ok(self.moments.add_psu(totals)?)
    }
}

impl SampleBuilder {
    /// An empty sample with this many rated items and levels, where ratings from `satisfied_from` on count as satisfied.
    pub fn new(items: usize, satisfied_from: u8, levels: usize) -> Result<Self, EstimationError> {
        let domain = DomainSums { tally: TallySums::new(items)?, pairs: PairSums::new(3 * items) };
        let mut builder = Self { items, satisfied_from, domains: vec![domain], strata: BTreeMap::new() };
        (0..levels).try_for_each(|_| builder.add_level().map(drop))?;
        Ok(builder)
    }

    /// Adds a level and returns its number. Levels are numbered from 0 in the order in which they are added.
    pub fn add_level(&mut self) -> Result<usize, EstimationError> {
        let (tally, pairs) = (TallySums::new(self.items)?, PairSums::new(3 * self.items));
        self.domains.push(DomainSums { tally, pairs });
        Ok(self.domains.len() - 2)
    }

    /// Adds the kept tally of the members of all `levels` in one primary sampling unit.
    pub fn add_tally(
        &mut self,
        levels: &[usize],
        stratum: &str,
        psu: &str,
        tally: &TallySums,
    ) -> Result<(), EstimationError> {
        self.check_levels(levels)?;
        let items = self.items;
        let cluster = entry(entry_or_default(&mut self.strata, stratum), psu);
        for domain in domains_of(levels) {
            add_to(cluster, domain, items, |sums| sums.add(tally))?;
            self.domains[domain].tally.add(tally)?;
        }
        Ok(())
    }

    /// Adds a response from the log of storage: everything that its primary sampling unit's tally does not hold.
    pub fn add_logged_response(&mut self, respondent: &Respondent) -> Result<(), EstimationError> {
        self.check_levels(respondent.levels)?;
        check_ratings(respondent.ratings, self.items)?;
        let indicators = indicators(respondent.ratings, self.satisfied_from);
        for domain in domains_of(respondent.levels) {
            self.domains[domain].pairs.add_outer(&indicators, respondent.weight.billionths())?;
        }
        if respondent.psu.is_none() { self.add_element(respondent, &indicators) } else { Ok(()) }
    }

    /// Adds a response with everything that it contributes; its primary sampling unit must have no kept tally.
    pub fn add_response(&mut self, respondent: &Respondent) -> Result<(), EstimationError> {
        self.add_logged_response(respondent)?;
        let Some(psu) = respondent.psu else { return Ok(()) };
        let Respondent { levels, stratum, weight, ratings, .. } = *respondent;
        let items = self.items;
        let cluster = entry(entry_or_default(&mut self.strata, stratum), psu);
        for domain in domains_of(levels) {
            add_to(cluster, domain, items, |sums| sums.add_response(weight, ratings))?;
            self.domains[domain].tally.add_response(weight, ratings)?;
        }
        Ok(())
    }

    fn add_element(&mut self, respondent: &Respondent, indicators: &[i64]) -> Result<(), EstimationError> {
        let Respondent { levels, stratum, weight, ratings, .. } = *respondent;
        let billionths = weight.billionths();
        let weighted = |indicator: &i64| indicator.checked_mul(billionths).ok_or(EstimationError::Overflow);
        let totals: Vec<i64> = indicators.iter().map(weighted).collect::<Result<_, _>>()?;
        let items = self.items;
        let stratum = entry_or_default(&mut self.strata, stratum);
        stratum.elements += 1;
        for domain in domains_of(levels) {
            let sums = stratum.element_sums.entry(domain).or_insert_with(|| PsuSums::new(items));
            sums.add(&totals, ratings.iter().map(|rating| *rating > 0))?;
            self.domains[domain].tally.add_response(weight, ratings)?;
        }
        Ok(())
    }

    fn check_levels(&self, levels: &[usize]) -> Result<(), EstimationError> {
        match levels.iter().find(|level| **level + 1 >= self.domains.len()) {
            Some(found) => Err(EstimationError::Level { found: *found }),
            None => Ok(()),
        }
    }

    /// Forms all covariances. From here on, reading costs the same for any number of responses.
    pub fn finish(self) -> Result<Sample, EstimationError> {
        let mut domains = Vec::with_capacity(self.domains.len());
        for sums in self.domains {
            domains.push(Domain::new(sums.tally, &sums.pairs, self.satisfied_from)?);
        }
        let mut shared = Vec::new();
        for stratum in self.strata.into_values() {
            shared.extend(stratum.finish(self.items, self.satisfied_from, &mut domains)?);
        }
        Ok(Sample::new(domains, shared))
    }
}

impl StratumSums {
    /// Adds the stratum to the domains that have members in it; returns what covariances between levels need of it.
    fn finish(
        self,
        items: usize,
        satisfied_from: u8,
        domains: &mut [Domain],
    ) -> Result<Option<SharedStratum>, EstimationError> {
        let mut sums = self.element_sums;
        let mut rows: Vec<Vec<(usize, Vec<i64>)>> = Vec::new();
        for cluster in self.clusters.into_values() {
            let mut row = Vec::new();
            for (domain, tally) in cluster.into_iter().filter(|(_, tally)| tally.responses() > 0) {
                let totals = tally.totals(satisfied_from)?;
                let answers = (0..items).map(|item| tally.answered(item) > 0);
                sums.entry(domain).or_insert_with(|| PsuSums::new(items)).add(&totals, answers)?;
                row.push((domain, totals));
            }
            if !row.is_empty() {
                rows.push(row);
            }
        }
        let psus = rows.len() as u64 + self.elements;
        for (domain, sums) in &sums {
            domains[*domain].add_stratum(&sums.moments, psus, &sums.answering);
        }
        let is_shared = sums.keys().filter(|domain| **domain > 0).count() > 1;
        let totals = sums.into_iter().map(|(domain, sums)| (domain, sums.moments.sums().to_vec()));
        Ok(is_shared.then(|| SharedStratum::new(psus, rows, totals)))
    }
}

fn domains_of(levels: &[usize]) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(levels.iter().map(|level| level + 1))
}

fn add_to(
    cluster: &mut BTreeMap<usize, TallySums>,
    domain: usize,
    items: usize,
    add: impl FnOnce(&mut TallySums) -> Result<(), EstimationError>,
) -> Result<(), EstimationError> {
    use std::collections::btree_map::Entry;
    match cluster.entry(domain) {
        Entry::Occupied(mut sums) => add(sums.get_mut()),
        Entry::Vacant(place) => add(place.insert(TallySums::new(items)?)),
    }
}

fn entry<'a>(stratum: &'a mut StratumSums, psu: &str) -> &'a mut BTreeMap<usize, TallySums> {
    entry_or_default(&mut stratum.clusters, psu)
}

/// The value under `key`; the key is copied only when it is new.
fn entry_or_default<'a, V: Default>(map: &'a mut BTreeMap<String, V>, key: &str) -> &'a mut V {
    if !map.contains_key(key) {
        map.insert(key.to_owned(), V::default());
    }
    map.get_mut(key).expect("the key was put in when it was missing")
}

/// The vector `d_k` of a response: satisfied, answered and rating of each item, without its weight.
fn indicators(ratings: &[u8], satisfied_from: u8) -> Vec<i64> {
    let satisfied = ratings.iter().map(|rating| i64::from(*rating >= satisfied_from));
    let answered = ratings.iter().map(|rating| i64::from(*rating > 0));
    satisfied.chain(answered).chain(ratings.iter().map(|rating| i64::from(*rating))).collect()
}
