//! CSV as Parquet: text, whole numbers, numbers and nulls.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

/// Writes the rows of a CSV file as Parquet, ten a group: items as whole numbers, weights as numbers, the rest as text.
pub(crate) fn write_parquet(csv: &str, file: &Path) {
    write_parquet_in_groups(csv, file, 10);
}

/// [`write_parquet`] with so many rows a group.
pub(crate) fn write_parquet_in_groups(csv: &str, file: &Path, rows_per_group: usize) {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let fields = header.iter().map(|name| match name.as_bytes()[0] {
        b'q' => format!("optional int32 {name};"),
        b'w' => format!("required double {name};"),
        _ => format!("optional binary {name} (STRING);"),
    });
    let schema = format!("message rows {{ {} }}", fields.collect::<String>());
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let properties = Arc::new(WriterProperties::default());
    let mut writer = SerializedFileWriter::new(File::create(file).unwrap(), schema, properties).unwrap();
    for rows in rows.chunks(rows_per_group) {
        let mut group = writer.next_row_group().unwrap();
        for (column, name) in header.iter().enumerate() {
            let cells = rows.iter().map(|row| Some(&row[column]).filter(|cell| !cell.is_empty()));
            match name.as_bytes()[0] {
                b'q' => write::<Int32Type>(&mut group, cells.map(|cell| cell.map(|cell| cell.parse().unwrap())), true),
                b'w' => {
                    write::<DoubleType>(&mut group, cells.map(|cell| cell.map(|cell| cell.parse().unwrap())), false);
                }
                _ => write::<ByteArrayType>(&mut group, cells.map(|cell| cell.map(ByteArray::from)), true),
            }
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn write<D: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    cells: impl Iterator<Item = Option<D::T>>,
    is_optional: bool,
) {
    let cells: Vec<Option<D::T>> = cells.collect();
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let present: Vec<D::T> = cells.into_iter().flatten().collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<D>().write_batch(&present, is_optional.then_some(&levels), None).unwrap();
    column.close().unwrap();
}
