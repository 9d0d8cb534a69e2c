//! The strata and stages of a sample that lies in memory, and the covariance of totals under them.

use super::names::NameColumn;
use crate::estimation::EstimationError;
use crate::statistics::{LonelyPsu, StageCovariance, StratumSize, SymmetricMatrix};

/// Where each respondent stands: a column a stage.
#[derive(Debug, Clone, Default)]
pub struct PlaceColumns {
    /// The stratum; nothing where there is but one.
    pub stratum: Option<NameColumn>,
    /// The sampling units of each stage, the first stage first; without any, each respondent is one.
    pub stages: Vec<NameColumn>,
    /// How many units there are to draw from at each stage, as far as corrections are wanted.
    pub populations: Vec<Vec<f64>>,
}

/// Strata, their units, the strata within those, and so on; rows stand in the order of their places.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    strata: Vec<Stratum>,
    lonely: Vec<String>,
    /// Of each row its position in that order.
    pub(super) position: Vec<u32>,
    /// Of each position its row.
    pub(super) row: Vec<u32>,
    /// Of each position the number of its primary sampling unit, ascending.
    pub(super) psu: Vec<u32>,
    /// Of each position the number of its stratum, ascending.
    pub(super) stratum: Vec<u32>,
}

/// What was drawn at one stage from one unit of the stage above, or from the population.
#[derive(Debug, Clone)]
struct Stratum {
    end: u32,
    size: StratumSize,
    /// Without any, each row is a unit.
    units: Vec<Unit>,
}

#[derive(Debug, Clone)]
struct Unit {
    end: u32,
    /// What was drawn within it, where that matters.
    below: Option<Stratum>,
}

/// Some rows, by position in ascending order, each with `width` numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scores<'a> {
    pub(super) positions: &'a [u32],
    pub(super) values: &'a [f64],
    pub(super) width: usize,
}

impl Scores<'_> {
    /// Those before a position, and the others.
    fn split(self, end: u32) -> (Self, Self) {
        let count = self.positions.partition_point(|position| *position < end);
        let (before, after) = self.positions.split_at(count);
        let (values_before, values_after) = self.values.split_at(count * self.width);
        (
            Self { positions: before, values: values_before, width: self.width },
            Self { positions: after, values: values_after, width: self.width },
        )
    }

    fn add_to(self, sums: &mut [f64]) {
        for values in self.values.chunks(self.width) {
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
    }
}

impl Tree {
    /// Puts `count` rows in order and finds what was drawn where.
    pub(super) fn new(places: &PlaceColumns, count: usize) -> Result<Self, EstimationError> {
        let mut row: Vec<u32> = (0..u32::try_from(count).map_err(|_| EstimationError::Overflow)?).collect();
        let number = |column: &NameColumn, row: u32| column.number(row as usize);
        row.sort_by_cached_key(|row| {
            let stratum = places.stratum.as_ref().and_then(|column| number(column, *row));
            (stratum, places.stages.iter().map(|column| number(column, *row)).collect::<Vec<_>>(), *row)
        });
        let mut position = vec![0; count];
        for (at, row) in (0..).zip(&row) {
            position[*row as usize] = at;
        }
        let mut builder = Builder { places, row: &row, lonely: Vec::new() };
        let same = |row: u32| places.stratum.as_ref().and_then(|column| number(column, row));
        let mut strata = Vec::new();
        let (mut psu, mut stratum_of) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut begin = 0;
        while begin < count {
            let end = begin + row[begin..].iter().take_while(|other| same(**other) == same(row[begin])).count();
            let stratum = builder.stratum(begin, end, 0)?;
            let mut ends = stratum.units.iter().map(|unit| unit.end as usize);
            let mut unit_end = ends.next();
            let mut unit = psu.last().map_or(0, |last| last + 1);
            let number = u32::try_from(strata.len()).map_err(|_| EstimationError::Overflow)?;
            for at in begin..end {
                if at > begin && unit_end.is_none_or(|unit_end| at >= unit_end) {
                    unit += 1;
                    unit_end = ends.next();
                }
                psu.push(unit);
                stratum_of.push(number);
            }
            strata.push(stratum);
            begin = end;
        }
        let lonely = builder.lonely;
        Ok(Self { strata, lonely, position, row, psu, stratum: stratum_of })
    }

    /// The strata in which a single unit was drawn, of whatever stage.
    pub(super) fn lonely(&self) -> &[String] {
        &self.lonely
    }

    /// The sizes of the first stage's strata.
    pub(super) fn sizes(&self) -> Vec<StratumSize> {
        self.strata.iter().map(|stratum| stratum.size).collect()
    }

    /// The number of each row's primary sampling unit.
    pub(super) fn psu_by_row(&self) -> Vec<usize> {
        self.position.iter().map(|position| self.psu[*position as usize] as usize).collect()
    }

    /// Primary sampling units with one of these rows less strata with one.
    pub(super) fn df(&self, rows: impl Iterator<Item = usize>) -> u64 {
        let positions = self.positions_of(rows);
        count(&positions, &self.psu) - count(&positions, &self.stratum)
    }

    /// Primary sampling units with one of these rows.
    pub(super) fn sampling_units(&self, rows: impl Iterator<Item = usize>) -> u64 {
        count(&self.positions_of(rows), &self.psu)
    }

    fn positions_of(&self, rows: impl Iterator<Item = usize>) -> Vec<u32> {
        let mut positions: Vec<u32> = rows.map(|row| self.position[row]).collect();
        positions.sort_unstable();
        positions
    }

    /// The covariance of the totals of the scores; nothing where lonely strata leave none.
    ///
    /// Of strata in which nobody has a score nothing is counted, as R does with a subset.
    pub(super) fn covariance(&self, scores: Scores<'_>, rule: LonelyPsu) -> Option<SymmetricMatrix> {
        let mut stage = StageCovariance::new(scores.width, rule, 1.0);
        let mut later = SymmetricMatrix::zeros(scores.width);
        let mut rest = scores;
        for stratum in &self.strata {
            let (inside, after) = rest.split(stratum.end);
            rest = after;
            if !inside.positions.is_empty() {
                stratum.add(inside, rule, &mut stage, &mut later)?;
            }
        }
        let mut sum = stage.finish()?;
        sum.add_scaled(&later, 1.0);
        Some(sum)
    }
}

/// How many different numbers stand at these positions, which are in order, as the numbers are.
fn count(positions: &[u32], of: &[u32]) -> u64 {
    let mut numbers: Vec<u32> = positions.iter().map(|position| of[*position as usize]).collect();
    numbers.dedup();
    numbers.len() as u64
}

impl Stratum {
    /// Adds its units to their stage, and what was drawn within them to `later`.
    fn add(
        &self,
        scores: Scores<'_>,
        rule: LonelyPsu,
        stage: &mut StageCovariance,
        later: &mut SymmetricMatrix,
    ) -> Option<()> {
        if self.units.is_empty() {
            stage.add_units(scores.values, self.size);
            return Some(());
        }
        let mut totals = Vec::new();
        let mut rest = scores;
        for unit in &self.units {
            let (inside, after) = rest.split(unit.end);
            rest = after;
            if inside.positions.is_empty() {
                continue;
            }
            let mut sums = vec![0.0; scores.width];
            inside.add_to(&mut sums);
            totals.extend(sums);
            if let Some(below) = unit.below.as_ref().filter(|_| self.size.fraction() > 0.0) {
                let mut within = StageCovariance::new(scores.width, rule, 1.0);
                let mut deeper = SymmetricMatrix::zeros(scores.width);
                below.add(inside, rule, &mut within, &mut deeper)?;
                later.add_scaled(&within.finish()?, self.size.fraction());
                later.add_scaled(&deeper, self.size.fraction());
            }
        }
        stage.add_units(&totals, self.size);
        Some(())
    }
}

struct Builder<'a> {
    places: &'a PlaceColumns,
    row: &'a [u32],
    lonely: Vec<String>,
}

impl Builder<'_> {
    /// What was drawn after `depth` units, at the positions from `begin` to before `end`.
    fn stratum(&mut self, begin: usize, end: usize, depth: usize) -> Result<Stratum, EstimationError> {
        let end_number = |end: usize| u32::try_from(end).map_err(|_| EstimationError::Overflow);
        let population = self.population(begin, end, depth)?;
        let Some(names) = self.places.stages.get(depth) else {
            let drawn = (end - begin) as u64;
            let size = self.size(begin, depth, StratumSize { drawn, population })?;
            return Ok(Stratum { end: end_number(end)?, size, units: Vec::new() });
        };
        let is_last = self.places.stages.len() == 1 + depth && self.places.populations.len() <= 1 + depth;
        let has_below = population.is_some() && !is_last;
        let name_of = |at: usize| names.number(self.row[at] as usize);
        let (mut units, mut at) = (Vec::new(), begin);
        while at < end {
            let unit_end = at + (at..end).take_while(|other| name_of(*other) == name_of(at)).count();
            let below = if has_below { Some(self.stratum(at, unit_end, 1 + depth)?) } else { None };
            units.push(Unit { end: end_number(unit_end)?, below });
            at = unit_end;
        }
        let size = self.size(begin, depth, StratumSize { drawn: units.len() as u64, population })?;
        Ok(Stratum { end: end_number(end)?, size, units })
    }

    fn size(&mut self, begin: usize, depth: usize, size: StratumSize) -> Result<StratumSize, EstimationError> {
        let within = || self.name(begin, depth);
        if let Some(population) = size.population.filter(|population| *population < size.drawn as f64) {
            return Err(EstimationError::Drawn { within: within(), drawn: size.drawn, population });
        }
        if size.drawn == 1 && size.correction() > 0.0 {
            let name = within();
            self.lonely.push(name);
        }
        Ok(size)
    }

    /// Of how many units those after `depth` units were drawn; all rows must say the same.
    fn population(&self, begin: usize, end: usize, depth: usize) -> Result<Option<f64>, EstimationError> {
        let Some(column) = self.places.populations.get(depth) else { return Ok(None) };
        let of = |at: usize| column[self.row[at] as usize];
        let found = of(begin);
        match (begin..end).map(of).find(|other| other.total_cmp(&found).is_ne()) {
            None => Ok(Some(found)),
            Some(other) => Err(EstimationError::Populations {
                within: self.name(begin, depth),
                found: Some(found),
                other: Some(other),
            }),
        }
    }

    /// The stratum and the first `units` units, for people.
    fn name(&self, at: usize, units: usize) -> String {
        let row = self.row[at] as usize;
        let columns = self.places.stratum.iter().chain(self.places.stages.iter().take(units));
        let names: Vec<&str> = columns.filter_map(|column| Some(column.name(column.number(row)?))).collect();
        names.join(" / ")
    }
}
