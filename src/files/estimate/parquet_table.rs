//! Rows from a Parquet file: the wanted columns, side by side and some rows at a time.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};

use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;

use super::EstimateError;
use super::parquet_column::Column;
use super::row::{BATCHES_AHEAD, Field, KEY_END, Plain, Reader, Row, Wanted};
use crate::tables::clean;

struct ParquetRow<'a> {
    /// By the column's place in the header; nothing for columns that are not wanted.
    columns: &'a [Option<Column>],
    row: usize,
    /// Rows of the batches before.
    before: u64,
}

impl Row for ParquetRow<'_> {
    fn field(&self, column: usize) -> Field<'_> {
        self.columns[column].as_ref().map_or(Field::Missing, |column| column.field(self.row))
    }

    fn plain(&self, column: usize) -> Plain {
        if let Some(Column::Plain(values)) = &self.columns[column] { values[self.row] } else { Plain::Other }
    }

    fn push_key(&self, column: usize, key: &mut Vec<u8>) {
        // What kind of field it is comes first: a missing one has no bytes of its own.
        match self.field(column) {
            Field::Missing => key.push(0),
            Field::Text(value) => {
                key.push(1);
                key.extend_from_slice(value.as_bytes());
                key.push(KEY_END);
            }
            Field::Integer(value) => {
                key.push(2);
                key.extend_from_slice(&value.to_le_bytes());
            }
            Field::Number(value) => {
                key.push(3);
                key.extend_from_slice(&value.to_bits().to_le_bytes());
            }
        }
    }

    fn position(&self) -> String {
        format!("row {}", self.before + self.row as u64 + 1)
    }
}

/// Rows that are decoded together, whatever the size of a row group.
const ROWS_PER_BATCH: usize = 4_096;
/// The most bytes that the wanted columns of a row group may have once they are decompressed. A page of each column is held
/// whole while its rows are read. Most programs write pages of 1 MiB, but some one page a row group, and how long pages are
/// stands nowhere before them: only that they are no longer than the column is.
const GROUP_BYTES_MAX: u64 = 4 << 30;

/// The wanted columns of some rows, by the column's place in the header, and how many rows there are.
type Batch = Result<(Vec<Option<Column>>, usize), ParquetError>;

/// Reads a file to its end; decodes on a thread of its own, a few batches ahead of `reader`. `progress` gets about how
/// many bytes were read so far.
pub(super) fn read(
    path: &Path,
    file: File,
    reader: &mut impl Reader,
    progress: &mut impl FnMut(u64),
) -> Result<(), EstimateError> {
    let wrong = |cause: ParquetError| EstimateError::Parquet { path: path.display().to_string(), cause };
    let length = file.metadata().map_or(0, |file| file.len());
    let file = undamaged(|| SerializedFileReader::new(file)).map_err(wrong)?;
    let schema = file.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<String> =
        schema.columns().iter().map(|column| clean(&column.path().string()).into_owned()).collect();
    let wanted = reader.header(&names)?;
    check_groups(file.metadata(), &wanted, GROUP_BYTES_MAX).map_err(wrong)?;
    let all = u64::try_from(file.metadata().file_metadata().num_rows()).unwrap_or(0).max(1);
    let (sender, batches) = sync_channel(BATCHES_AHEAD);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let sender = sender;
            if let Err(cause) = undamaged(|| decode(&file, &wanted, &sender)) {
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

/// Fails where the wanted columns of a row group may need more memory than `max` bytes, before anything is read of them.
fn check_groups(metadata: &ParquetMetaData, wanted: &[Wanted], max: u64) -> Result<(), ParquetError> {
    for (number, group) in metadata.row_groups().iter().enumerate() {
        let size = |wanted: &Wanted| u64::try_from(group.column(wanted.column).uncompressed_size()).unwrap_or(0);
        let bytes: u64 = wanted.iter().map(size).fold(0, u64::saturating_add);
        if bytes > max {
            return Err(ParquetError::General(format!(
                "row group {} has {} MiB in the columns that are wanted, which may all be needed at once; at most {} are taken; \
                 write row groups of fewer rows (a million, say)",
                number + 1,
                bytes >> 20,
                max >> 20
            )));
        }
    }
    Ok(())
}

/// The parser panics where some bytes of a file are not as they must be; that is an error of the file.
fn undamaged<T>(parse: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let damaged = |_| Err(ParquetError::General("the file is damaged".to_owned()));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(parse)).unwrap_or_else(damaged)
}

/// Decodes the wanted columns side by side, batch after batch, until nobody listens.
fn decode(
    file: &SerializedFileReader<File>,
    wanted: &[Wanted],
    sender: &SyncSender<Batch>,
) -> Result<(), ParquetError> {
    let schema = file.metadata().file_metadata().schema_descr_ptr();
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group)?;
        let mut readers = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let description = schema.column(wanted.column);
            Column::check_type(&description)?;
            readers.push((*wanted, group.get_column_reader(wanted.column)?, description));
        }
        let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        while left > 0 {
            let rows = left.min(ROWS_PER_BATCH);
            let mut columns: Vec<Option<Column>> = (0..schema.num_columns()).map(|_| None).collect();
            for (wanted, reader, description) in &mut readers {
                columns[wanted.column] = Some(Column::read(reader, rows, description, wanted.has_ratings)?);
            }
            if sender.send(Ok((columns, rows))).is_err() {
                return Ok(());
            }
            left -= rows;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use parquet::data_type::Int32Type;
    use parquet::file::metadata::ColumnChunkMetaData;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    #[test]
    fn a_row_group_that_may_need_too_much_memory_is_refused_by_its_number_before_it_is_read() {
        let file = tempfile::tempfile().unwrap();
        let schema = parse_message_type("message m { required int32 a; required int32 b; }").unwrap();
        let mut writer = SerializedFileWriter::new(&file, schema.into(), std::sync::Arc::default()).unwrap();
        for rows in [10, 100_000] {
            let values: Vec<i32> = (0..rows).collect();
            let mut group = writer.next_row_group().unwrap();
            while let Some(mut column) = group.next_column().unwrap() {
                column.typed::<Int32Type>().write_batch(&values, None, None).unwrap();
                column.close().unwrap();
            }
            group.close().unwrap();
        }
        writer.close().unwrap();
        let file = SerializedFileReader::new(file).unwrap();
        let wanted = [0, 1].map(|column| Wanted { column, has_ratings: true });
        let check =
            |wanted: &[Wanted], max| check_groups(file.metadata(), wanted, max).map_err(|error| error.to_string());
        let size = |group: usize| {
            file.metadata().row_group(group).columns().iter().map(ColumnChunkMetaData::uncompressed_size).sum::<i64>()
        };
        let all = u64::try_from(size(1)).unwrap();
        assert!(all >= 800_000);
        assert_eq!(check(&wanted, all), Ok(()));
        assert_eq!(check(&wanted[..1], all / 2 + 100), Ok(()));
        assert!(check(&wanted, all - 1).unwrap_err().contains("row group 2 has"));
        assert_eq!(check(&wanted, GROUP_BYTES_MAX), Ok(()));
    }
}
