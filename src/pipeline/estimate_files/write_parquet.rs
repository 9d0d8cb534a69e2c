//! Writes rows as one Parquet row group, compressed with Zstandard.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

/// A value of a row. Each row has the same kinds in the same order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    /// Text that may be missing.
    Text(Option<&'a str>),
    /// A whole number that may be missing.
    Count(Option<u64>),
    /// A number that may be missing.
    Number(Option<f64>),
}

/// A row whose columns are known without one.
pub(super) trait ParquetRow {
    /// The names of the columns.
    fn names() -> Vec<&'static str>;
    /// The values, in the same order.
    fn cells(&self) -> Vec<Cell<'_>>;
}

/// Writes rows; without any, a file without columns' values.
pub(super) fn write_parquet<R: ParquetRow>(sink: impl Write + Send, rows: &[R]) -> Result<(), ParquetError> {
    let cells: Vec<Vec<Cell<'_>>> = rows.iter().map(ParquetRow::cells).collect();
    let kind = |column: usize| cells.first().map_or(Cell::Text(None), |row| row[column]);
    let columns = R::names();
    let fields = columns.iter().enumerate().map(|(column, name)| field(name, kind(column)));
    let schema = Type::group_type_builder("rows").with_fields(fields.collect::<Result<_, _>>()?).build()?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut file = SerializedFileWriter::new(sink, Arc::new(schema), Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for column in 0..columns.len() {
        let values = cells.iter().map(|row| row[column]);
        match kind(column) {
            Cell::Count(_) => write_column::<Int64Type>(&mut group, values.map(count))?,
            Cell::Number(_) => write_column::<DoubleType>(&mut group, values.map(number))?,
            Cell::Text(_) => write_column::<ByteArrayType>(&mut group, values.map(text))?,
        }
    }
    group.close()?;
    file.close()?;
    Ok(())
}

fn field(name: &str, kind: Cell<'_>) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match kind {
        Cell::Text(_) => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        Cell::Count(_) => (PhysicalType::INT64, None),
        Cell::Number(_) => (PhysicalType::DOUBLE, None),
    };
    let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    Ok(Arc::new(field.with_logical_type(logical).build()?))
}

fn text(cell: Cell<'_>) -> Option<ByteArray> {
    if let Cell::Text(text) = cell { text.map(ByteArray::from) } else { None }
}

fn count(cell: Cell<'_>) -> Option<i64> {
    if let Cell::Count(Some(count)) = cell { i64::try_from(count).ok() } else { None }
}

fn number(cell: Cell<'_>) -> Option<f64> {
    if let Cell::Number(number) = cell { number } else { None }
}

fn write_column<D: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    values: impl Iterator<Item = Option<D::T>>,
) -> Result<(), ParquetError> {
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("there are more columns than the schema has".to_owned()));
    };
    column.typed::<D>().write_batch(&present, Some(&levels), None)?;
    column.close()
}
