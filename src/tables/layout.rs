//! How a file is written, told from its beginning: its encoding, what parts its cells, what ends its lines.

/// How many bytes of a file are looked at: the header of some hundred questions, and their words below it.
pub(super) const HEAD_LENGTH: usize = 1 << 20;
/// What parts cells, unless the file itself says so.
const SEPARATORS: [u8; 3] = *b",;\t";
/// How a line that names the separator begins; Excel reads and writes such lines.
const SEPARATOR_LINE: &[u8] = b"sep=";

/// How a text file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// What parts cells.
    pub(super) separator: u8,
    /// Whether the first line only names the separator.
    pub(super) has_separator_line: bool,
    /// Whether lines end with a carriage return alone, as old Macintosh files do.
    pub(super) ends_lines_with_returns: bool,
}

impl Layout {
    /// Looks at the first bytes of a file; an error names what is no text in UTF-8 and how to mend it.
    pub(super) fn of(head: &[u8]) -> Result<Self, String> {
        if let Some(what) = other_format(head) {
            return Err(format!("this is {what}, and not CSV in UTF-8; save the file as \"CSV UTF-8\""));
        }
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let start = head.iter().take_while(|byte| byte.is_ascii_whitespace() && **byte != b'\t').count();
        let head = &head[start..];
        let (first, ends_lines_with_returns) = first_line(head);
        if let Some(separator) = named_separator(first) {
            return Ok(Self { separator, has_separator_line: true, ends_lines_with_returns });
        }
        // The first of the most frequent ones.
        let count = |separator: u8| outside_quotes(first).filter(|byte| *byte == separator).count();
        let separator = SEPARATORS.into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',');
        Ok(Self { separator, has_separator_line: false, ends_lines_with_returns })
    }
}

/// What a file is that is no text in UTF-8, as far as its beginning tells.
fn other_format(head: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 8] = [
        (b"PK\x03\x04", "a workbook (.xlsx, .ods) or another zipped file"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
        (b"\xff\xfe", "text in UTF-16"),
        (b"\xfe\xff", "text in UTF-16"),
        (b"PAR1", "Parquet, which `plumbline estimate` reads by the ending .parquet"),
        (b"\x1f\x8b", "a compressed file (.gz)"),
        (b"%PDF", "a PDF"),
        (b"{\\rtf", "a text document (.rtf)"),
    ];
    if let Some((_, what)) = known.iter().find(|(start, _)| head.starts_with(start)) {
        return Some(what);
    }
    // Plain letters in UTF-16 have a zero byte each, on one side or the other.
    let start = &head[..head.len().min(512)];
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    (start.len() >= 4 && zeros(0).max(zeros(1)) * 4 >= start.len()).then_some("text in UTF-16")
}

/// The first line, and whether a carriage return alone ends it; quotes hold lines together.
fn first_line(head: &[u8]) -> (&[u8], bool) {
    let mut is_quoted = false;
    for (position, byte) in head.iter().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => return (&head[..position], false),
            b'\r' if !is_quoted => return (&head[..position], !matches!(head.get(position + 1), Some(b'\n') | None)),
            _ => {}
        }
    }
    (head, false)
}

fn outside_quotes(line: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut is_quoted = false;
    line.iter().copied().filter(move |byte| {
        is_quoted ^= *byte == b'"';
        !is_quoted && *byte != b'"'
    })
}

/// The separator that a line of its own names: `sep=;`.
fn named_separator(line: &[u8]) -> Option<u8> {
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (start, named) = line.split_at_checked(SEPARATOR_LINE.len())?;
    match named {
        _ if !start.eq_ignore_ascii_case(SEPARATOR_LINE) => None,
        b"\\t" => Some(b'\t'),
        [separator @ (b',' | b';' | b'\t' | b'|' | b':' | b'^' | b'~')] => Some(*separator),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_the_most_frequent_in_the_header_outside_quotes_or_what_a_line_names() {
        for (head, separator, has_line) in [
            ("a,b\n1;2;3,4", b',', false),
            ("a;b;c\n1,2;3", b';', false),
            ("a\tb\n", b'\t', false),
            ("\u{feff}\"a,b,c\";d\r\n", b';', false),
            ("\"a;b\n;;;;\",c\n", b',', false),
            ("one\n1;2\n", b',', false),
            ("", b',', false),
            ("\n\na;b\n", b';', false),
            ("sep=;\na,b,c\n", b';', true),
            ("\"SEP=|\"\r\na|b\n", b'|', true),
            ("sep=\t\na\tb", b'\t', true),
            ("sep=x\n", b',', false),
        ] {
            let layout = Layout::of(head.as_bytes()).unwrap();
            assert_eq!((layout.separator, layout.has_separator_line), (separator, has_line), "{head:?}");
        }
    }

    #[test]
    fn a_lone_carriage_return_ends_lines_where_it_ends_the_first() {
        for (head, expected) in [("a,b\r1,2\r", true), ("a,b\r\n1,2", false), ("\"a\rb\",c\n1,2\r", false)] {
            assert_eq!(Layout::of(head.as_bytes()).unwrap().ends_lines_with_returns, expected, "{head:?}");
        }
    }

    #[test]
    fn what_is_no_text_in_utf8_is_named() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        for (head, named) in [
            (b"PK\x03\x04\x14\x00".to_vec(), ".xlsx"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1".to_vec(), ".xls"),
            (utf16("\u{feff}a,b\n"), "UTF-16"),
            (utf16("unit,q1\n080,5\n"), "UTF-16"),
            (b"\x00u\x00n\x00i\x00t".to_vec(), "UTF-16"),
            (b"PAR1".to_vec(), "Parquet"),
        ] {
            let message = Layout::of(&head).unwrap_err();
            assert!(message.contains(named) && message.contains("CSV UTF-8"), "{message}");
        }
    }
}
