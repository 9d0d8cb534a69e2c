//! Rows from a Parquet file: the wanted columns of one row group at a time.

use std::fs::File;
use std::path::Path;

use parquet::basic::{ConvertedType, LogicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::schema::types::ColumnDescriptor;

use super::EstimateError;
use super::table::{Field, Reader, Row};

/// One column of a row group; nothing where a value is missing.
enum Column {
    Text(Vec<Option<String>>),
    Integer(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
}

struct ParquetRow<'a> {
    /// By the column's place in the header; nothing for columns that are not wanted.
    columns: &'a [Option<Column>],
    row: usize,
    /// Rows of the row groups before.
    before: u64,
}

impl Row for ParquetRow<'_> {
    fn field(&self, column: usize) -> Field<'_> {
        match &self.columns[column] {
            Some(Column::Text(values)) => values[self.row].as_deref().map_or(Field::Missing, text),
            Some(Column::Integer(values)) => values[self.row].map_or(Field::Missing, Field::Integer),
            Some(Column::Number(values)) => {
                values[self.row].filter(|value| !value.is_nan()).map_or(Field::Missing, Field::Number)
            }
            None => Field::Missing,
        }
    }

    fn position(&self) -> String {
        format!("row {}", self.before + self.row as u64 + 1)
    }
}

fn text(value: &str) -> Field<'_> {
    match value.trim() {
        "" => Field::Missing,
        value => Field::Text(value),
    }
}

/// Reads a file to its end. `progress` is told about how many bytes were read so far.
pub(super) fn read(
    path: &Path,
    file: File,
    reader: &mut impl Reader,
    progress: &mut impl FnMut(u64),
) -> Result<(), EstimateError> {
    let wrong = |cause: ParquetError| EstimateError::Parquet { path: path.display().to_string(), cause };
    let length = file.metadata().map_or(0, |file| file.len());
    let file = SerializedFileReader::new(file).map_err(wrong)?;
    let schema = file.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
    let wanted = reader.header(&names)?;
    let all = u64::try_from(file.metadata().file_metadata().num_rows()).unwrap_or(0).max(1);
    let mut before = 0;
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group).map_err(wrong)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let mut columns: Vec<Option<Column>> = names.iter().map(|_| None).collect();
        for column in &wanted {
            let read = read_column(group.as_ref(), *column, rows, &schema.column(*column)).map_err(wrong)?;
            columns[*column] = Some(read);
        }
        for row in 0..rows {
            reader.row(&ParquetRow { columns: &columns, row, before })?;
        }
        before += rows as u64;
        // Row groups hold about the same bytes a row.
        progress((u128::from(length) * u128::from(before) / u128::from(all)).try_into().unwrap_or(length));
    }
    Ok(())
}

fn read_column(
    group: &dyn RowGroupReader,
    column: usize,
    rows: usize,
    description: &ColumnDescriptor,
) -> Result<Column, ParquetError> {
    let unsupported = |what: &str| {
        Err(ParquetError::General(format!(
            "column {:?} holds {what}; use text or numbers",
            description.path().string()
        )))
    };
    if description.max_rep_level() > 0 {
        return unsupported("lists");
    }
    if matches!(description.logical_type_ref(), Some(LogicalType::Decimal { .. }))
        || description.converted_type() == ConvertedType::DECIMAL
    {
        return unsupported("decimals");
    }
    let level = description.max_def_level();
    match group.get_column_reader(column)? {
        ColumnReader::Int32ColumnReader(reader) => Ok(Column::Integer(values(reader, rows, level, i64::from)?)),
        ColumnReader::Int64ColumnReader(reader) => Ok(Column::Integer(values(reader, rows, level, |value| value)?)),
        ColumnReader::BoolColumnReader(reader) => Ok(Column::Integer(values(reader, rows, level, i64::from)?)),
        ColumnReader::FloatColumnReader(reader) => Ok(Column::Number(values(reader, rows, level, f64::from)?)),
        ColumnReader::DoubleColumnReader(reader) => Ok(Column::Number(values(reader, rows, level, |value| value)?)),
        ColumnReader::ByteArrayColumnReader(reader) => {
            let texts = values(reader, rows, level, |value: ByteArray| value)?;
            let as_text = |value: Option<ByteArray>| match value {
                Some(value) => value.as_utf8().map(|text| Some(text.to_owned())),
                None => Ok(None),
            };
            Ok(Column::Text(texts.into_iter().map(as_text).collect::<Result<_, _>>()?))
        }
        ColumnReader::Int96ColumnReader(_) => unsupported("timestamps"),
        ColumnReader::FixedLenByteArrayColumnReader(_) => unsupported("bytes of a fixed length"),
    }
}

/// All values of a column in a row group; a value is there where its definition level is the highest.
fn values<D: DataType, V>(
    mut reader: ColumnReaderImpl<D>,
    rows: usize,
    level: i16,
    convert: impl Fn(D::T) -> V,
) -> Result<Vec<Option<V>>, ParquetError> {
    let (mut levels, mut found) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let definitions = if level > 0 { Some(&mut levels) } else { None };
        let (records, _, _) = reader.read_records(rows - read, definitions, None, &mut found)?;
        if records == 0 {
            return Err(ParquetError::EOF(format!("a row group ends after {read} of {rows} rows")));
        }
        read += records;
    }
    let mut found = found.into_iter();
    if level == 0 {
        return Ok(found.map(|value| Some(convert(value))).collect());
    }
    let value = |defined: &i16| if *defined == level { found.next().map(&convert) } else { None };
    Ok(levels.iter().map(value).collect())
}
