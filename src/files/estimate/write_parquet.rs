//! Writes rows as Parquet, a row group after the other, compressed with Zstandard.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::cell::{Cell, CellKind};

/// Rows that are held until they are written together.
const ROWS_PER_GROUP: usize = 1 << 17;

/// A Parquet file that is being written.
pub(super) struct ParquetRows<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Values>,
    rows: usize,
}

/// The values of a column that wait.
enum Values {
    Text(Vec<Option<ByteArray>>),
    Count(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
}

impl<W: Write + Send> ParquetRows<W> {
    /// Begins a file of these columns.
    pub(super) fn create(sink: W, columns: &[(&str, CellKind)]) -> Result<Self, ParquetError> {
        let fields = columns.iter().map(|(name, kind)| field(name, *kind));
        let schema = Type::group_type_builder("rows").with_fields(fields.collect::<Result<_, _>>()?).build()?;
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        let file = SerializedFileWriter::new(sink, Arc::new(schema), Arc::new(properties))?;
        let empty = |(_, kind): &(&str, CellKind)| match kind {
            CellKind::Text => Values::Text(Vec::new()),
            CellKind::Count => Values::Count(Vec::new()),
            CellKind::Number => Values::Number(Vec::new()),
        };
        Ok(Self { file, columns: columns.iter().map(empty).collect(), rows: 0 })
    }

    /// Adds a row: a cell a column, of its kind.
    pub(super) fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), ParquetError> {
        for (values, cell) in self.columns.iter_mut().zip(cells) {
            match (values, cell) {
                (Values::Text(values), Cell::Text(text)) => values.push(text.map(ByteArray::from)),
                (Values::Count(values), Cell::Count(count)) => {
                    values.push(count.and_then(|count| i64::try_from(count).ok()));
                }
                (Values::Number(values), Cell::Number(number)) => values.push(*number),
                _ => return Err(ParquetError::General("a value is of another kind than its column".to_owned())),
            }
        }
        self.rows += 1;
        if self.rows == ROWS_PER_GROUP { self.write_group() } else { Ok(()) }
    }

    /// Writes what waits, and ends the file.
    pub(super) fn finish(mut self) -> Result<(), ParquetError> {
        self.write_group()?;
        self.file.close()?;
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for values in &mut self.columns {
            match values {
                Values::Text(values) => write_column::<ByteArrayType>(&mut group, values)?,
                Values::Count(values) => write_column::<Int64Type>(&mut group, values)?,
                Values::Number(values) => write_column::<DoubleType>(&mut group, values)?,
            }
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

fn field(name: &str, kind: CellKind) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match kind {
        CellKind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        CellKind::Count => (PhysicalType::INT64, None),
        CellKind::Number => (PhysicalType::DOUBLE, None),
    };
    let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    Ok(Arc::new(field.with_logical_type(logical).build()?))
}

fn write_column<D: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    values: &mut Vec<Option<D::T>>,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let present: Vec<D::T> = values.drain(..).flatten().collect();
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("there are more columns than the schema has".to_owned()));
    };
    column.typed::<D>().write_batch(&present, Some(&levels), None)?;
    column.close()
}
