//! Rows written as CSV, with a header even where there is no row.

use std::io::Write;

use serde::Serialize;

/// Writes the names of the columns and the rows. A program that reads an empty list still finds every column; the names
/// of the columns are then taken from the default row.
pub fn write_csv<R: Serialize + Default>(
    target: impl Write,
    rows: impl IntoIterator<Item = R>,
) -> Result<(), csv::Error> {
    let mut rows = rows.into_iter().peekable();
    let mut writer = csv::Writer::from_writer(target);
    if rows.peek().is_none() {
        let mut default = csv::Writer::from_writer(Vec::new());
        default.serialize(R::default())?;
        let written = default.into_inner().map_err(csv::IntoInnerError::into_error)?;
        let header = csv::Reader::from_reader(&written[..]).byte_headers()?.clone();
        writer.write_byte_record(&header)?;
    }
    for row in rows {
        writer.serialize(row)?;
    }
    Ok(writer.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Default)]
    struct Place {
        code: String,
    }

    #[derive(Serialize, Default)]
    struct Count {
        n: u64,
        share: Option<f64>,
    }

    #[test]
    fn the_header_is_the_same_with_rows_and_without() {
        let written = |rows: Vec<(Place, Count)>| {
            let mut target = Vec::new();
            write_csv(&mut target, rows).unwrap();
            String::from_utf8(target).unwrap()
        };
        let row = (Place { code: "a,b".to_owned() }, Count { n: 2, share: None });
        assert_eq!(written(vec![row]), "code,n,share\n\"a,b\",2,\n");
        assert_eq!(written(Vec::new()), "code,n,share\n");
    }
}
