//! Who belongs where: the combinations of levels, and of levels of the margins, that occur in the sample.

use std::collections::{BTreeSet, HashMap};

/// All combinations, each under a number.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// The levels, then the group.
    numbers: HashMap<Vec<u32>, u32>,
    kept: Vec<Cell>,
    groups: HashMap<Vec<u32>, u32>,
    kept_groups: Vec<Vec<u32>>,
    /// The key under way, so that looking a known cell up allocates nothing.
    key: Vec<u32>,
}

#[derive(Debug)]
struct Cell {
    levels: Vec<u32>,
    group: u32,
}

impl Cells {
    /// The number of the cell of these levels and this level of each margin, a new one if it is new.
    pub(super) fn number(&mut self, levels: &[usize], margins: &[u32]) -> u32 {
        let group = self.group_number(margins);
        self.key.clear();
        self.key.extend(levels.iter().map(|level| to_u32(*level)));
        self.key.push(group);
        if let Some(number) = self.numbers.get(&self.key) {
            return *number;
        }
        let number = to_u32(self.kept.len());
        self.numbers.insert(self.key.clone(), number);
        self.kept.push(Cell { levels: self.key[..levels.len()].to_vec(), group });
        number
    }

    fn group_number(&mut self, margins: &[u32]) -> u32 {
        if let Some(number) = self.groups.get(margins) {
            return *number;
        }
        let number = to_u32(self.kept_groups.len());
        self.groups.insert(margins.to_vec(), number);
        self.kept_groups.push(margins.to_vec());
        number
    }

    /// Numbers the groups in the order of their levels, whatever the order in which they were met.
    pub(super) fn sort_groups(&mut self) {
        let mut order: Vec<u32> = (0..to_u32(self.kept_groups.len())).collect();
        order.sort_by(|a, b| self.kept_groups[*a as usize].cmp(&self.kept_groups[*b as usize]));
        let mut ranks = vec![0; order.len()];
        for (rank, old) in (0..).zip(&order) {
            ranks[*old as usize] = rank;
        }
        self.kept_groups.sort();
        self.kept.iter_mut().for_each(|cell| cell.group = ranks[cell.group as usize]);
        self.groups.values_mut().for_each(|group| *group = ranks[*group as usize]);
    }

    /// The groups: a level of each margin.
    pub(super) fn groups(&self) -> &[Vec<u32>] {
        &self.kept_groups
    }

    /// A number for each cell that does not tell in which order cells and levels were met; cells that differ in neither the
    /// group nor any of these `levels` share it. Groups are to be sorted before.
    pub(super) fn ranks(&self, levels: &[usize]) -> Vec<u32> {
        let positions: HashMap<u32, usize> = levels.iter().map(|level| to_u32(*level)).zip(0..).collect();
        let key = |cell: &Cell| {
            let mut wanted: Vec<usize> = cell.levels.iter().filter_map(|level| positions.get(level).copied()).collect();
            wanted.sort_unstable();
            (wanted, cell.group)
        };
        let keys: Vec<_> = self.kept.iter().map(key).collect();
        let distinct: BTreeSet<_> = keys.iter().collect();
        let ranks: HashMap<_, u32> = distinct.into_iter().zip(0..).collect();
        keys.iter().map(|key| ranks[key]).collect()
    }

    /// The group that a cell belongs to.
    pub(super) fn group(&self, cell: u32) -> usize {
        self.kept[cell as usize].group as usize
    }

    /// The levels of a cell.
    pub(super) fn levels(&self, cell: u32) -> &[u32] {
        &self.kept[cell as usize].levels
    }

    /// The domains that a cell belongs to: everybody, which is 0, and each level, which is one more than its number.
    pub(super) fn domains(&self, cell: u32) -> impl Iterator<Item = usize> {
        std::iter::once(0).chain(self.kept[cell as usize].levels.iter().map(|level| *level as usize + 1))
    }
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).expect("levels and cells are far fewer than 2^32: each needs a response or a column")
}
