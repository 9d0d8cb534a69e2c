//! Draws a sample from a frame: strata by themselves, stage by stage, and who is invited with which weight.

use std::collections::{BTreeMap, HashMap};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::frame_file::{FrameRow, join};
use super::{DrawMethod, Frame, Placement, SampleDesign};
use crate::foundation::{Code, Finding, Findings, Weight};
use crate::statistics::{Selected, draw_equal, draw_systematic, random_order};

/// One person to invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    /// The unit that is rated.
    pub unit: Code,
    /// The place in the sample that the answer will have.
    pub placement: Placement,
    /// Where the sheet belongs, in words.
    pub locality: String,
    /// 0 for who is invited at once; reserves are counted from 1, in the order in which they step in.
    pub reserve: u32,
}

/// What was drawn at a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageCount {
    /// The column of the stage.
    pub column: String,
    /// How many clusters were drawn.
    pub drawn: usize,
    /// How many of them were taken with certainty.
    pub certain: usize,
    /// How many parents had fewer clusters than were to be taken.
    pub short: usize,
}

/// A drawn sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnSample {
    /// Who is invited, and who stands by: by stratum, and within it as the clusters were drawn.
    pub invitees: Vec<Invitee>,
    /// What was drawn at each stage.
    pub stages: Vec<StageCount>,
}

/// The most people of a draw, reserves included.
pub const INVITEES_MAX: usize = 200_000;

impl Frame {
    /// Draws the sample of `design`. `is_measured` tells the units of the wave.
    ///
    /// Each list that is drawn from has random numbers of its own, from the seed, the stage and the names of stratum and
    /// parents: whatever else the frame holds does not change what is drawn from it.
    ///
    /// Findings: `unknown_unit`, `too_many`, `too_long` (the name of a stratum), `out_of_range` (a weight), `too_few` (a group
    /// in which an answer could not hide).
    pub fn draw(&self, design: &SampleDesign, is_measured: impl Fn(&str) -> bool) -> Result<DrawnSample, Findings> {
        if let Some(row) = self.rows.iter().find(|row| !is_measured(row.unit.as_str())) {
            let path = crate::tables::cell_path(row.line, &design.unit);
            return Err(Finding::new(path, "unknown_unit", format!("the wave measures no unit {}", row.unit)).into());
        }
        let stage =
            |stage: &super::SampleStage| StageCount { column: stage.column.clone(), drawn: 0, certain: 0, short: 0 };
        let mut drawing = Drawing {
            design,
            sample: DrawnSample { invitees: Vec::new(), stages: design.stages.iter().map(stage).collect() },
        };
        for rows in self.rows.chunk_by(|a, b| a.stratum == b.stratum) {
            let branch = Branch {
                path: vec![rows[0].stratum.as_str()],
                stratum: rows[0].stratum.clone(),
                psu: None,
                probability: 1.0,
            };
            drawing.descend(&rows.iter().collect::<Vec<_>>(), &branch)?;
        }
        check_groups(&drawing.sample.invitees, design.smallest_group)?;
        Ok(drawing.sample)
    }
}

/// Where a draw has come to.
#[derive(Clone)]
struct Branch<'f> {
    /// The stratum and the clusters below it.
    path: Vec<&'f str>,
    /// The stratum for variances: with it the names of clusters that were certain.
    stratum: Code,
    /// The sampling unit for variances: the first cluster that was not certain.
    psu: Option<Code>,
    /// The probability to have come here.
    probability: f64,
}

struct Drawing<'d> {
    design: &'d SampleDesign,
    sample: DrawnSample,
}

impl Drawing<'_> {
    /// Draws from the clusters of a parent, and from theirs.
    fn descend<'f>(&mut self, rows: &[&'f FrameRow], branch: &Branch<'f>) -> Result<(), Findings> {
        let level = branch.path.len() - 1;
        let stage = &self.design.stages[level];
        let clusters = clusters(rows, level);
        let take = stage.take_of(branch.path[level]);
        let is_last = level + 1 == self.design.stages.len();
        let are_people = is_last && self.design.people.is_none();
        let all = if are_people { take + self.design.reserves } else { take };
        let mut rng = self.stream(&branch.path);
        let drawn = match stage.method {
            DrawMethod::Equal => draw_equal(clusters.len(), all, &mut rng),
            DrawMethod::Pps => {
                let size = |rows: &Vec<&FrameRow>| rows.iter().map(|row| row.sizes[level]).sum();
                draw_systematic(&clusters.iter().map(|(_, rows)| size(rows)).collect::<Vec<_>>(), all, &mut rng)
            }
        };
        let standing_by = reserves(drawn.len(), take, &mut rng);
        let kept = (drawn.len() - standing_by.len()) as f64 / (drawn.len().max(1)) as f64;
        let count = &mut self.sample.stages[level];
        count.drawn += drawn.len() - standing_by.len();
        count.short += usize::from(clusters.len() < take);
        count.certain += drawn.iter().filter(|selected| selected.probability >= 1.0 && standing_by.is_empty()).count();
        for (at, Selected { position, probability }) in drawn.into_iter().enumerate() {
            let (code, rows) = &clusters[position];
            let mut branch = branch.clone();
            branch.path.push(code.as_str());
            branch.probability *= probability * kept;
            if are_people {
                self.invite(rows[0], &branch, standing_by.get(&at).copied().unwrap_or(0))?;
                continue;
            }
            branch.settle(code, probability, rows[0])?;
            if is_last { self.invite_people(rows[0], &branch)? } else { self.descend(rows, &branch)? }
        }
        Ok(())
    }

    /// The random numbers of a list.
    fn stream(&self, path: &[&str]) -> ChaCha8Rng {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.design.seed.to_le_bytes());
        for name in path {
            hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
        }
        ChaCha8Rng::from_seed(*hasher.finalize().as_bytes())
    }

    /// Invites people of a place that was drawn.
    fn invite_people(&mut self, row: &FrameRow, branch: &Branch<'_>) -> Result<(), Findings> {
        let Some(people) = &self.design.people else { return Ok(()) };
        let there = usize::try_from(row.people).unwrap_or(usize::MAX);
        let take = people.take.min(there);
        let standing_by = self.design.reserves.min(there - take);
        let mut branch = branch.clone();
        branch.probability *= take as f64 / row.people as f64;
        for number in 0..take + standing_by {
            let reserve = u32::try_from((number + 1).saturating_sub(take)).unwrap_or(u32::MAX);
            self.invite(row, &branch, reserve)?;
        }
        Ok(())
    }

    fn invite(&mut self, row: &FrameRow, branch: &Branch<'_>, reserve: u32) -> Result<(), Findings> {
        if self.sample.invitees.len() == INVITEES_MAX {
            let message = format!("a draw invites at most {INVITEES_MAX} people; make it smaller, or draw in parts");
            return Err(Finding::new("", "too_many", message).into());
        }
        let placement =
            Placement { stratum: branch.stratum.clone(), psu: branch.psu.clone(), weight: weight(row, branch)? };
        let locality = row.locality.clone();
        self.sample.invitees.push(Invitee { unit: row.unit.clone(), placement, locality, reserve });
        Ok(())
    }
}

impl Branch<'_> {
    /// A cluster that is certain adds nothing to the variance: it is a stratum, and what is drawn below it are the sampling
    /// units. The first one that is not certain is the sampling unit.
    fn settle(&mut self, cluster: &Code, probability: f64, row: &FrameRow) -> Result<(), Findings> {
        if self.psu.is_some() {
            return Ok(());
        }
        if probability < 1.0 {
            self.psu = Some(cluster.clone());
            return Ok(());
        }
        self.stratum = join([self.stratum.as_str(), cluster.as_str()].into_iter()).ok_or_else(|| {
            let message = format!(
                "{cluster} is certain and so a stratum of its own; with {} its name has more than 64 characters",
                self.stratum
            );
            Finding::new(format!("line {}", row.line), "too_long", message)
        })?;
        Ok(())
    }
}

/// The clusters of a list of rows, in the order of their first rows.
fn clusters<'f>(rows: &[&'f FrameRow], level: usize) -> Vec<(&'f Code, Vec<&'f FrameRow>)> {
    let mut positions: HashMap<&Code, usize> = HashMap::new();
    let mut clusters: Vec<(&Code, Vec<&FrameRow>)> = Vec::new();
    for row in rows {
        let code = &row.clusters[level];
        let position = *positions.entry(code).or_insert_with(|| {
            clusters.push((code, Vec::new()));
            clusters.len() - 1
        });
        clusters[position].1.push(row);
    }
    clusters
}

/// Which of `drawn` people, by position, stand by, each with its turn. Those who are invited are a systematic sample of
/// all, so that both are spread over the list; the turns are random.
fn reserves(drawn: usize, take: usize, rng: &mut ChaCha8Rng) -> HashMap<usize, u32> {
    if drawn <= take {
        return HashMap::new();
    }
    let mut stands_by = vec![true; drawn];
    for invited in draw_equal(drawn, take, rng) {
        stands_by[invited.position] = false;
    }
    let others: Vec<usize> = (0..drawn).filter(|position| stands_by[*position]).collect();
    let turns = random_order(others.len(), rng);
    others.into_iter().zip(turns).map(|(at, turn)| (at, u32::try_from(turn + 1).unwrap_or(u32::MAX))).collect()
}

/// The inverse of the probability to be invited, times the weight that the row brings along.
fn weight(row: &FrameRow, branch: &Branch<'_>) -> Result<Weight, Findings> {
    let billionths = (row.weight.value() / branch.probability * Weight::SCALE as f64).round();
    let whole = if (1.0..=Weight::MAX.billionths() as f64).contains(&billionths) { to_whole(billionths) } else { 0 };
    Weight::from_billionths(whole).ok().filter(|weight| !weight.is_zero()).ok_or_else(|| {
        let weight = billionths / Weight::SCALE as f64;
        let message = format!("whoever is invited here would have the weight {weight}; weights go up to 1000000");
        Finding::new(format!("line {}", row.line), "out_of_range", message).into()
    })
}

#[expect(clippy::cast_possible_truncation, reason = "the number lies in the range of weights, below 2^53")]
fn to_whole(billionths: f64) -> i64 {
    billionths as i64
}

/// An answer hides among those who share its unit, stratum, sampling unit and weight.
fn check_groups(invitees: &[Invitee], smallest: usize) -> Result<(), Findings> {
    let mut groups: BTreeMap<(&Code, &Code, Option<&Code>, Weight), usize> = BTreeMap::new();
    for invitee in invitees {
        let Placement { stratum, psu, weight } = &invitee.placement;
        *groups.entry((&invitee.unit, stratum, psu.as_ref(), *weight)).or_default() +=
            usize::from(invitee.reserve == 0);
    }
    let small = groups.iter().filter(|(_, people)| **people < smallest);
    let Some(((unit, stratum, psu, weight), people)) = small.clone().min_by_key(|(_, people)| **people) else {
        return Ok(());
    };
    let message = format!(
        "{} of {} groups have fewer than {smallest} people, the smallest {people}: unit {unit}, stratum {stratum}, sampling \
         unit {}, weight {weight}. Their answers could be tied to them. Invite more people of a branch, make weights equal, \
         or lower smallest_group",
        small.count(),
        groups.len(),
        psu.map_or("none", |psu| psu.as_str()),
    );
    Err(Finding::new("smallest_group", "too_few", message).into())
}
