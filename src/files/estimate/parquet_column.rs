//! Values of one column of a Parquet file.

use parquet::basic::{ConvertedType, LogicalType, Type as PhysicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;

use super::row::{Field, Plain, plain};
use crate::tables::clean;

/// Some values of one column; `None` where a value is missing.
pub(super) enum Column {
    /// All of them plainly small whole numbers, or missing.
    Plain(Vec<Plain>),
    /// Text.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
}

impl Column {
    /// Fails where a column holds other things than one text or number a row.
    pub(super) fn check_type(description: &ColumnDescriptor) -> Result<(), ParquetError> {
        let what = match description.physical_type() {
            _ if description.max_rep_level() > 0 => "lists",
            _ if matches!(description.logical_type_ref(), Some(LogicalType::Decimal { .. })) => "decimals",
            _ if description.converted_type() == ConvertedType::DECIMAL => "decimals",
            _ if is_time(description) => "dates or times",
            PhysicalType::INT96 => "timestamps",
            PhysicalType::FIXED_LEN_BYTE_ARRAY => "bytes of a fixed length",
            _ => return Ok(()),
        };
        Err(ParquetError::General(format!(
            "column {:?} holds {what}; use text or numbers",
            description.path().string()
        )))
    }

    /// The next values of a column; as small whole numbers where ratings are asked for and it plainly has such.
    pub(super) fn read(
        reader: &mut ColumnReader,
        rows: usize,
        description: &ColumnDescriptor,
        has_ratings: bool,
    ) -> Result<Self, ParquetError> {
        let wanted = Next { rows, level: description.max_def_level(), has_ratings };
        let is_unsigned = is_unsigned(description);
        match reader {
            ColumnReader::Int32ColumnReader(reader) if is_unsigned => {
                let whole = |value: i32| i64::from(value.cast_unsigned());
                wanted.of(reader, |value| plain_integer(whole(*value)), |values| Ok(Self::Integer(values.each(whole))))
            }
            ColumnReader::Int64ColumnReader(reader) if is_unsigned => {
                let text = |value: i64| value.cast_unsigned().to_string();
                wanted.of(reader, |value| plain_integer(*value), |values| Ok(Self::Text(values.each(text))))
            }
            ColumnReader::Int32ColumnReader(reader) => wanted.of(
                reader,
                |value| plain_integer(i64::from(*value)),
                |values| Ok(Self::Integer(values.each(i64::from))),
            ),
            ColumnReader::Int64ColumnReader(reader) => {
                wanted.of(reader, |value| plain_integer(*value), |values| Ok(Self::Integer(values.each(|value| value))))
            }
            // As CSV has them: yes is not a rating of 1.
            ColumnReader::BoolColumnReader(reader) => {
                wanted.of(reader, |_| Plain::Other, |values| Ok(Self::Text(values.each(|value| value.to_string()))))
            }
            ColumnReader::FloatColumnReader(reader) => wanted.of(
                reader,
                |value| plain_number(f64::from(*value)),
                |values| Ok(Self::Number(values.each(f64::from))),
            ),
            ColumnReader::DoubleColumnReader(reader) => {
                wanted.of(reader, |value| plain_number(*value), |values| Ok(Self::Number(values.each(|value| value))))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                wanted.of(reader, |value: &ByteArray| plain(value.data()), Values::texts)
            }
            ColumnReader::Int96ColumnReader(_) | ColumnReader::FixedLenByteArrayColumnReader(_) => {
                Err(ParquetError::General("a column is neither text nor a number".to_owned()))
            }
        }
    }

    /// The content of a row.
    pub(super) fn field(&self, row: usize) -> Field<'_> {
        match self {
            Self::Plain(values) => match values[row] {
                Plain::Value(value) => Field::Integer(value.into()),
                Plain::Nothing | Plain::Other => Field::Missing,
            },
            Self::Text(values) => values[row].as_deref().map_or(Field::Missing, text),
            Self::Integer(values) => values[row].map_or(Field::Missing, Field::Integer),
            Self::Number(values) => {
                // Adding 0 makes one zero of the two.
                values[row].filter(|value| !value.is_nan()).map_or(Field::Missing, |value| Field::Number(value + 0.0))
            }
        }
    }
}

fn text(value: &str) -> Field<'_> {
    match value.trim() {
        "" => Field::Missing,
        value => Field::Text(value),
    }
}

fn plain_integer(value: i64) -> Plain {
    i8::try_from(value).map_or(Plain::Other, Plain::Value)
}

fn plain_number(value: f64) -> Plain {
    if value.is_nan() {
        return Plain::Nothing;
    }
    #[expect(clippy::cast_possible_truncation, reason = "what does not come back is no small whole number")]
    let small = value as i8;
    // Adding 0 makes one zero of the two.
    if f64::from(small).total_cmp(&(value + 0.0)).is_eq() { Plain::Value(small) } else { Plain::Other }
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

/// What is wanted of a column next.
struct Next {
    rows: usize,
    /// A value is not missing where its definition level is this one, the highest.
    level: i16,
    has_ratings: bool,
}

impl Next {
    /// Reads values; as small whole numbers where all plainly are, otherwise as they are `typed`.
    fn of<D: DataType>(
        &self,
        reader: &mut ColumnReaderImpl<D>,
        plain: impl Fn(&D::T) -> Plain,
        typed: impl Fn(Values<D::T>) -> Result<Column, ParquetError>,
    ) -> Result<Column, ParquetError> {
        let (mut levels, mut found) = (Vec::new(), Vec::with_capacity(self.rows));
        let mut read = 0;
        while read < self.rows {
            let definitions = if self.level > 0 { Some(&mut levels) } else { None };
            let (records, _, _) = reader.read_records(self.rows - read, definitions, None, &mut found)?;
            if records == 0 {
                return Err(ParquetError::EOF("a row group ends before all of its rows".to_owned()));
            }
            read += records;
        }
        let values = Values { is_there: levels.iter().map(|level| *level == self.level).collect(), found };
        match values.plain(plain).filter(|_| self.has_ratings) {
            Some(plain) => Ok(Column::Plain(plain)),
            None => typed(values),
        }
    }
}

/// Values as they are in a file: those that are not missing, one after the other.
struct Values<T> {
    /// Of each row whether it has a value; empty where all have one.
    is_there: Vec<bool>,
    found: Vec<T>,
}

impl<T> Values<T> {
    /// What all values plainly are; `None` where one needs a closer look.
    fn plain(&self, plain: impl Fn(&T) -> Plain) -> Option<Vec<Plain>> {
        let plain = |value: &T| Some(plain(value)).filter(|plain| *plain != Plain::Other);
        let mut found = self.found.iter();
        if self.is_there.is_empty() {
            return found.map(plain).collect();
        }
        let of_row = |is_there: &bool| {
            if *is_there { found.next().map_or(Some(Plain::Nothing), plain) } else { Some(Plain::Nothing) }
        };
        self.is_there.iter().map(of_row).collect()
    }

    /// Of each row its value, converted.
    fn each<V>(self, convert: impl Fn(T) -> V) -> Vec<Option<V>> {
        let mut found = self.found.into_iter();
        if self.is_there.is_empty() {
            return found.map(|value| Some(convert(value))).collect();
        }
        let value = |is_there: &bool| if *is_there { found.next().map(&convert) } else { None };
        self.is_there.iter().map(value).collect()
    }
}

impl Values<ByteArray> {
    fn texts(self) -> Result<Column, ParquetError> {
        let text = |value: Option<ByteArray>| match value {
            Some(value) => value.as_utf8().map(|text| Some(clean(text).into_owned())),
            None => Ok(None),
        };
        Ok(Column::Text(self.each(|value| value).into_iter().map(text).collect::<Result<_, _>>()?))
    }
}
