//! Writes rows as Parquet, a row group after the other, compressed with Zstandard.

use std::io::Write;
use std::sync::Arc;

use chrono::NaiveDate;
use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::cell::Cell;
use super::column::{Column, Kind};
use super::csvw::table_schema;

/// Rows that are held until they are written together.
const ROWS_PER_GROUP: usize = 1 << 17;
/// Under which name the file says what its columns are: a table schema as of CSV on the Web.
const SCHEMA_KEY: &str = "csvw:tableSchema";
/// Days are counted from this one.
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("1970 began");

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
    YesNo(Vec<Option<bool>>),
    Date(Vec<Option<i32>>),
}

impl Values {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Code => Self::Text(Vec::new()),
            Kind::Count => Self::Count(Vec::new()),
            Kind::Number => Self::Number(Vec::new()),
            Kind::YesNo => Self::YesNo(Vec::new()),
            Kind::Date => Self::Date(Vec::new()),
        }
    }
}

impl<W: Write + Send> ParquetRows<W> {
    /// Begins a file of these columns.
    pub(super) fn new(sink: W, columns: &[Column]) -> Result<Self, ParquetError> {
        let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
        let schema = Type::group_type_builder("rows").with_fields(fields).build()?;
        let about = KeyValue::new(SCHEMA_KEY.to_owned(), table_schema(columns).to_string());
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(vec![about]))
            .build();
        let file = SerializedFileWriter::new(sink, Arc::new(schema), Arc::new(properties))?;
        Ok(Self { file, columns: columns.iter().map(|column| Values::new(column.kind)).collect(), rows: 0 })
    }

    /// Adds a row: a cell a column, of its kind.
    pub(super) fn push(&mut self, cells: &[Cell<'_>]) -> Result<(), ParquetError> {
        for (values, cell) in self.columns.iter_mut().zip(cells) {
            match (values, cell) {
                (Values::Text(values), Cell::Text(text)) => values.push(text.map(ByteArray::from)),
                (Values::Count(values), Cell::Count(count)) => {
                    let signed = |count| i64::try_from(count).map_err(|_| too_large("a count"));
                    values.push(count.map(signed).transpose()?);
                }
                (Values::Number(values), Cell::Number(number)) => values.push(*number),
                (Values::YesNo(values), Cell::YesNo(is_so)) => values.push(*is_so),
                (Values::Date(values), Cell::Date(day)) => {
                    let days = |day: NaiveDate| i32::try_from((day - EPOCH).num_days()).map_err(|_| too_large("a day"));
                    values.push(day.map(days).transpose()?);
                }
                _ => return Err(ParquetError::General("a value is of another kind than its column".to_owned())),
            }
        }
        self.rows += 1;
        if self.rows == ROWS_PER_GROUP { self.write_group() } else { Ok(()) }
    }

    /// Writes what waits, and returns where it was written to.
    pub(super) fn finish(mut self) -> Result<W, ParquetError> {
        self.write_group()?;
        self.file.into_inner()
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
                Values::YesNo(values) => write_column::<BoolType>(&mut group, values)?,
                Values::Date(values) => write_column::<Int32Type>(&mut group, values)?,
            }
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

fn too_large(what: &str) -> ParquetError {
    ParquetError::General(format!("{what} is too large to be written"))
}

fn field(column: &Column) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text | Kind::Code => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Count => (PhysicalType::INT64, None),
        Kind::Number => (PhysicalType::DOUBLE, None),
        Kind::YesNo => (PhysicalType::BOOLEAN, None),
        Kind::Date => (PhysicalType::INT32, Some(LogicalType::Date)),
    };
    let field = Type::primitive_type_builder(&column.id, physical).with_repetition(Repetition::OPTIONAL);
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
