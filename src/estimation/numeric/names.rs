//! A column of names, each name kept once.

use std::collections::HashMap;

/// Names by row; rows may have none.
#[derive(Debug, Clone, Default)]
pub struct NameColumn {
    names: Vec<String>,
    numbers: Vec<u32>,
    known: HashMap<String, u32>,
}

/// The number of no name.
const MISSING: u32 = u32::MAX;

impl NameColumn {
    /// Adds a row; `None` where nothing stands there.
    pub fn push(&mut self, name: Option<&str>) {
        let number = match name {
            None => MISSING,
            Some(name) => self.known.get(name).copied().unwrap_or_else(|| {
                // There are fewer names than rows, and rows are limited to far fewer than 2^32.
                let number = u32::try_from(self.names.len()).unwrap_or(MISSING - 1);
                self.names.push(name.to_owned());
                self.known.insert(name.to_owned(), number);
                number
            }),
        };
        self.numbers.push(number);
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// How many different names there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// The number of a row's name, from 0 in the order in which names were first seen; nothing where it has none.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<usize> {
        let number = self.numbers[row];
        (number != MISSING).then_some(number as usize)
    }

    /// How many rows have no name.
    #[must_use]
    pub fn count_missing(&self) -> u64 {
        self.numbers.iter().filter(|number| **number == MISSING).count() as u64
    }

    /// The name of a number.
    #[must_use]
    pub fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", String::as_str)
    }

    /// The number of a name; nothing where no row has it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.known.get(name).map(|number| *number as usize)
    }

    /// The names of several columns together, where a row has one of each: `D01 × F`.
    #[must_use]
    pub fn crossed(columns: &[&Self], and: &str) -> Self {
        let mut crossed = Self::default();
        let mut name = String::new();
        for row in 0..columns.first().map_or(0, |column| column.len()) {
            name.clear();
            let mut is_whole = true;
            for (position, column) in columns.iter().enumerate() {
                if position > 0 {
                    name.push_str(and);
                }
                match column.number(row) {
                    Some(number) => name.push_str(column.name(number)),
                    None => is_whole = false,
                }
            }
            crossed.push(is_whole.then_some(name.as_str()));
        }
        crossed
    }

    /// The numbers in the order of their names.
    #[must_use]
    pub fn in_order(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..self.names.len()).collect();
        numbers.sort_by(|a, b| self.names[*a].cmp(&self.names[*b]));
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_as_they_come_and_crossed_where_none_is_missing() {
        let mut column = NameColumn::default();
        for name in [Some("b"), Some("a"), None, Some("b")] {
            column.push(name);
        }
        assert_eq!((0..4).map(|row| column.number(row)).collect::<Vec<_>>(), [Some(0), Some(1), None, Some(0)]);
        assert_eq!((column.in_order(), column.find("a"), column.find("c")), (vec![1, 0], Some(1), None));
        let crossed = NameColumn::crossed(&[&column, &column], " × ");
        assert_eq!((crossed.name(0), crossed.name(1), crossed.number(2)), ("b × b", "a × a", None));
    }
}
