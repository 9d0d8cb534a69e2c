//! Rows from a Parquet file: the wanted columns, side by side and some rows at a time.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};

use parquet::basic::{ConvertedType, LogicalType, Type as PhysicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::schema::types::ColumnDescriptor;

use super::EstimateError;
use super::table::{BATCHES_AHEAD, Field, Reader, Row};

/// Some values of one column; nothing where a value is missing.
enum Column {
    Text(Vec<Option<String>>),
    Integer(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
}

struct ParquetRow<'a> {
    /// By the column's place in the header; nothing for columns that are not wanted.
    columns: &'a [Option<Column>],
    row: usize,
    /// Rows of the batches before.
    before: u64,
}

impl Row for ParquetRow<'_> {
    fn field(&self, column: usize) -> Field<'_> {
        match &self.columns[column] {
            Some(Column::Text(values)) => values[self.row].as_deref().map_or(Field::Missing, text),
            Some(Column::Integer(values)) => values[self.row].map_or(Field::Missing, Field::Integer),
            Some(Column::Number(values)) => {
                // Adding 0 makes one zero of the two.
                values[self.row]
                    .filter(|value| !value.is_nan())
                    .map_or(Field::Missing, |value| Field::Number(value + 0.0))
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

/// Rows that are decoded together: they bound the memory, whatever the size of a row group.
const ROWS_PER_BATCH: usize = 4_096;

/// The wanted columns of some rows, by the column's place in the header, and how many rows there are.
type Batch = Result<(Vec<Option<Column>>, usize), ParquetError>;

/// Reads a file to its end; decodes on a thread of its own, a few batches ahead of `reader`. `progress` is told about how
/// many bytes were read so far.
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
    let (sender, batches) = sync_channel(BATCHES_AHEAD);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let sender = sender;
            if let Err(cause) = decode(&file, &wanted, &sender) {
                // Nobody listens any more where a row before it was wrong.
                drop(sender.send(Err(cause)));
            }
        });
        let mut before = 0;
        for batch in batches {
            let (columns, rows) = batch.map_err(wrong)?;
            (0..rows).try_for_each(|row| reader.row(&ParquetRow { columns: &columns, row, before }))?;
            before += rows as u64;
            // All rows take about the same bytes.
            progress((u128::from(length) * u128::from(before) / u128::from(all)).try_into().unwrap_or(length));
        }
        Ok(())
    })
}

/// Decodes the wanted columns side by side, batch after batch, until nobody listens.
fn decode(file: &SerializedFileReader<File>, wanted: &[usize], sender: &SyncSender<Batch>) -> Result<(), ParquetError> {
    let schema = file.metadata().file_metadata().schema_descr_ptr();
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group)?;
        let mut readers = Vec::with_capacity(wanted.len());
        for column in wanted {
            let description = schema.column(*column);
            check_type(&description)?;
            readers.push((*column, group.get_column_reader(*column)?, description));
        }
        let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        while left > 0 {
            let rows = left.min(ROWS_PER_BATCH);
            let mut columns: Vec<Option<Column>> = (0..schema.num_columns()).map(|_| None).collect();
            for (column, reader, description) in &mut readers {
                columns[*column] = Some(read_column(reader, rows, description)?);
            }
            if sender.send(Ok((columns, rows))).is_err() {
                return Ok(());
            }
            left -= rows;
        }
    }
    Ok(())
}

/// Columns hold one text or number a row.
fn check_type(description: &ColumnDescriptor) -> Result<(), ParquetError> {
    let what = match description.physical_type() {
        _ if description.max_rep_level() > 0 => "lists",
        _ if matches!(description.logical_type_ref(), Some(LogicalType::Decimal { .. })) => "decimals",
        _ if description.converted_type() == ConvertedType::DECIMAL => "decimals",
        _ if is_time(description) => "dates or times",
        PhysicalType::INT96 => "timestamps",
        PhysicalType::FIXED_LEN_BYTE_ARRAY => "bytes of a fixed length",
        _ => return Ok(()),
    };
    Err(ParquetError::General(format!("column {:?} holds {what}; use text or numbers", description.path().string())))
}

/// Whether the numbers of a column are days, or parts of a second.
fn is_time(description: &ColumnDescriptor) -> bool {
    use ConvertedType::{DATE, TIME_MICROS, TIME_MILLIS, TIMESTAMP_MICROS, TIMESTAMP_MILLIS};
    let logical = description.logical_type_ref();
    matches!(logical, Some(LogicalType::Date | LogicalType::Time(_) | LogicalType::Timestamp(_)))
        || [DATE, TIME_MICROS, TIME_MILLIS, TIMESTAMP_MICROS, TIMESTAMP_MILLIS].contains(&description.converted_type())
}

/// Whether the whole numbers of a column have no sign.
fn is_unsigned(description: &ColumnDescriptor) -> bool {
    matches!(description.logical_type_ref(), Some(LogicalType::Integer(whole)) if !whole.is_signed)
        || [ConvertedType::UINT_32, ConvertedType::UINT_64].contains(&description.converted_type())
}

fn read_column(reader: &mut ColumnReader, rows: usize, description: &ColumnDescriptor) -> Result<Column, ParquetError> {
    let (level, is_unsigned) = (description.max_def_level(), is_unsigned(description));
    match reader {
        ColumnReader::Int32ColumnReader(reader) if is_unsigned => {
            Ok(Column::Integer(values(reader, rows, level, |value| i64::from(value.cast_unsigned()))?))
        }
        ColumnReader::Int64ColumnReader(reader) if is_unsigned => {
            Ok(Column::Text(values(reader, rows, level, |value| value.cast_unsigned().to_string())?))
        }
        ColumnReader::Int32ColumnReader(reader) => Ok(Column::Integer(values(reader, rows, level, i64::from)?)),
        ColumnReader::Int64ColumnReader(reader) => Ok(Column::Integer(values(reader, rows, level, |value| value)?)),
        // As CSV has them: yes is no rating of 1.
        ColumnReader::BoolColumnReader(reader) => {
            Ok(Column::Text(values(reader, rows, level, |value| value.to_string())?))
        }
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
        ColumnReader::Int96ColumnReader(_) | ColumnReader::FixedLenByteArrayColumnReader(_) => {
            Err(ParquetError::General("a column is neither text nor a number".to_owned()))
        }
    }
}

/// The next values of a column; a value is there where its definition level is the highest.
fn values<D: DataType, V>(
    reader: &mut ColumnReaderImpl<D>,
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
            return Err(ParquetError::EOF("a row group ends before all of its rows".to_owned()));
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
