//! Rows of headers below the first one, as Qualtrics writes them: the words of each question, then its name for each column.

use csv::{ByteRecord, ReaderBuilder};

use super::layout::Layout;

/// How the cells of the last of these rows begin; no answer begins so.
const MARK: &[u8] = b"{\"ImportId\"";
/// How many such rows there are.
const COUNT: u64 = 2;

/// Whether a file has such rows, and how many of its rows were read.
#[derive(Debug, Clone, Copy)]
pub(super) struct FurtherHeaders {
    are_there: bool,
    read: u64,
}

impl FurtherHeaders {
    /// Those of a file, as far as its first bytes tell.
    pub(super) fn of(head: &[u8], layout: Layout) -> Self {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(layout.separator).from_reader(head);
        let mut row = ByteRecord::new();
        let (mut are_there, mut before) = (false, COUNT + u64::from(layout.has_separator_line));
        while reader.read_byte_record(&mut row).unwrap_or(false) {
            let Some(first) = row.iter().find(|cell| !cell.trim_ascii().is_empty()) else { continue };
            if before == 0 {
                are_there = first.starts_with(MARK);
                break;
            }
            before -= 1;
        }
        Self { are_there, read: 0 }
    }

    /// Counts a row that is not blank, the header the first of them, and says whether it is one of these.
    pub(super) fn is_one_now(&mut self) -> bool {
        self.read += 1;
        self.are_there && (2..2 + COUNT).contains(&self.read)
    }

    /// What people should know.
    pub(super) fn told(self) -> Option<String> {
        let told = "Two more rows of headers, as Qualtrics writes them below the first, are passed over.";
        self.are_there.then(|| told.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_row_tells_whatever_parts_cells_and_stands_before() {
        let third = "\"{\"\"ImportId\"\":\"\"QID1\"\"}\",x\n";
        for (text, expected) in [
            (format!("a,b\nWhat?,\"How\nmuch?\"\n{third}1,2\n"), true),
            (format!("\u{feff}a;b\r\nx;y\r\n{}", third.replace(',', ";")), true),
            (format!("sep=,\na,b\n\nx,y\n{third}"), true),
            (format!("a,b\n{third}1,2\n"), false),
            (format!("a,b\n1,2\n3,4\n{third}"), false),
            ("a,b\n1,2\n".to_owned(), false),
            (String::new(), false),
        ] {
            let layout = Layout::of(text.as_bytes()).unwrap();
            assert_eq!(FurtherHeaders::of(text.as_bytes(), layout).are_there, expected, "{text}");
        }
    }
}
