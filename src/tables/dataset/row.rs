//! Rows that know their columns, and the one place where both are declared.

use super::cell::Cell;
use super::column::Column;

/// A row of a table that goes out.
pub trait Row {
    /// The columns, in the order in which they are written.
    fn columns() -> Vec<Column>;

    /// Adds the row's values, one for each column.
    fn add_cells<'a>(&'a self, cells: &mut Vec<Cell<'a>>);

    /// The row's values, one for each column.
    fn cells(&self) -> Vec<Cell<'_>> {
        let mut cells = Vec::with_capacity(16);
        self.add_cells(&mut cells);
        cells
    }
}

impl<R: Row> Row for &R {
    fn columns() -> Vec<Column> {
        R::columns()
    }

    fn add_cells<'a>(&'a self, cells: &mut Vec<Cell<'a>>) {
        R::add_cells(self, cells);
    }
}

/// A row in two parts: the columns of the first, then those of the second.
impl<A: Row, B: Row> Row for (A, B) {
    fn columns() -> Vec<Column> {
        [A::columns(), B::columns()].concat()
    }

    fn add_cells<'a>(&'a self, cells: &mut Vec<Cell<'a>>) {
        self.0.add_cells(cells);
        self.1.add_cells(cells);
    }
}

/// Declares a struct whose fields are the columns of a table, each with its [`Concept`](super::Concept) behind `=>`.
///
/// A field's documentation is the column's description wherever somebody reads it; its type says what kind of values there are.
macro_rules! rows {
    (
        $(#[$about:meta])*
        $struct_visibility:vis struct $name:ident $(<$lifetime:lifetime>)? {
            $(
                $(#[doc = $line:tt])+
                $(#[schema $schema:tt])?
                $visibility:vis $field:ident: $type:ty => $concept:expr,
            )+
        }
    ) => {
        $(#[$about])*
        $struct_visibility struct $name $(<$lifetime>)? {
            $(
                $(#[doc = $line])+
                $(#[schema $schema])?
                $visibility $field: $type,
            )+
        }

        impl $(<$lifetime>)? $crate::tables::Row for $name $(<$lifetime>)? {
            fn columns() -> Vec<$crate::tables::Column> {
                vec![$(
                    $crate::tables::Column::new(
                        stringify!($field),
                        <$type as $crate::tables::Value>::KIND,
                        &[$($line),+],
                        $concept,
                    )
                ),+]
            }

            fn add_cells<'cells>(&'cells self, cells: &mut Vec<$crate::tables::Cell<'cells>>) {
                cells.extend([$($crate::tables::Value::cell(&self.$field)),+]);
            }
        }
    };
}

pub(crate) use rows;
