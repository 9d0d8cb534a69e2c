//! Rust source as words and signs: enough to see imports, macros and functions, blind to comments and literals.

use crate::source::SourceFile;

/// A word, a number, `::` or one other sign. A literal text or character becomes `""`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// What is written.
    pub(crate) text: &'a str,
    /// The line, from 1.
    pub(crate) line: usize,
}

/// What stands before an item that is there for tests only.
const CFG_TEST: &[&str] = &["#", "[", "cfg", "(", "test", ")", "]"];

/// The tokens of a file.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(first) = source[at..].chars().next() {
        let (length, text) = next_token(&source[at..], first);
        if let Some(text) = text {
            found.push(Token { text, line });
        }
        line += source[at..at + length].matches('\n').count();
        at += length;
    }
    found
}

/// The tokens of a file without its tests: nothing of a test file, no item under `#[cfg(test)]`.
pub(crate) fn shipped_tokens(file: &SourceFile) -> Vec<Token<'_>> {
    if file.is_test {
        return Vec::new();
    }
    let all = tokens(&file.text);
    let mut kept = Vec::with_capacity(all.len());
    let mut at = 0;
    while at < all.len() {
        if texts_at(&all, at, CFG_TEST) {
            at = item_end(&all, at + CFG_TEST.len());
        } else {
            kept.push(all[at]);
            at += 1;
        }
    }
    kept
}

/// The names of the modules with files of their own that a file declares under `#[cfg(test)]`.
pub(crate) fn test_modules(source: &str) -> Vec<&str> {
    let all = tokens(source);
    let mut names = Vec::new();
    for start in (0..all.len()).filter(|at| texts_at(&all, *at, CFG_TEST)) {
        let item = &all[start..item_end(&all, start + CFG_TEST.len())];
        if let [.., keyword, name, end] = item
            && keyword.text == "mod"
            && end.text == ";"
        {
            names.push(name.text);
        }
    }
    names
}

/// Whether the tokens from `at` on read as `texts`.
pub(crate) fn texts_at(tokens: &[Token<'_>], at: usize, texts: &[&str]) -> bool {
    tokens.len() >= at + texts.len() && tokens[at..].iter().zip(texts).all(|(token, text)| token.text == *text)
}

/// Whether this is a word (identifier, keyword or number).
pub(crate) fn is_word(token: &str) -> bool {
    token.starts_with(is_word_character)
}

/// The position after the bracket that closes the one at `open`.
pub(crate) fn after_group(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The position after the item that starts at `at`: its `;`, or its body's `}`.
fn item_end(tokens: &[Token<'_>], mut at: usize) -> usize {
    let mut ends_with_semicolon = false;
    while let Some(token) = tokens.get(at) {
        match token.text {
            "use" | "const" | "static" | "type" => ends_with_semicolon = true,
            "fn" | "mod" | "impl" => ends_with_semicolon = false,
            ";" => return at + 1,
            "{" if !ends_with_semicolon => return after_group(tokens, at),
            "(" | "[" | "{" => {
                at = after_group(tokens, at);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    at
}

/// The length in bytes of what `rest` starts with, and its token unless it is a space or a comment.
fn next_token(rest: &str, first: char) -> (usize, Option<&str>) {
    if first.is_whitespace() {
        return (first.len_utf8(), None);
    }
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), None);
    }
    if rest.starts_with("/*") {
        return (block_comment_length(rest), None);
    }
    if let Some(length) = literal_length(rest) {
        return (length, Some("\"\""));
    }
    let length = match first {
        _ if is_word_character(first) => rest.find(|c| !is_word_character(c)).unwrap_or(rest.len()),
        ':' if rest.starts_with("::") => 2,
        _ => first.len_utf8(),
    };
    (length, Some(&rest[..length]))
}

/// Whether names and numbers may contain it.
fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The length of the block comment that `rest` starts with; block comments nest.
fn block_comment_length(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let step = match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of the text or character literal that `rest` starts with, if it does.
fn literal_length(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).unwrap_or_default();
        after.starts_with('"')
            || (prefix.ends_with('r') && after.trim_start_matches('#').starts_with('"') && after.starts_with('#'))
    });
    match prefix {
        Some(prefix) if prefix.ends_with('r') => {
            let hashes = rest[prefix.len()..].bytes().take_while(|byte| *byte == b'#').count();
            let start = prefix.len() + hashes + 1;
            let end = format!("\"{}", "#".repeat(hashes));
            Some(rest[start..].find(&end).map_or(rest.len(), |found| start + found + end.len()))
        }
        Some(prefix) => Some(quoted_length(rest, prefix.len(), b'"')),
        None if rest.starts_with("b'") => Some(quoted_length(rest, 1, b'\'')),
        None if rest.starts_with('\'') => character_length(rest),
        None => None,
    }
}

/// The length of a quoted literal whose opening quote stands at `open`.
fn quoted_length(rest: &str, open: usize, quote: u8) -> usize {
    let bytes = rest.as_bytes();
    let mut at = open + 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// The length of a character literal; none for a lifetime such as `'a`.
fn character_length(rest: &str) -> Option<usize> {
    let mut characters = rest[1..].chars();
    let first = characters.next()?;
    (first == '\\' || characters.next() == Some('\'')).then(|| quoted_length(rest, 0, b'\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source).iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_literals_hide_what_they_say() {
        let table: [(&str, &[&str]); 9] = [
            ("a // b\nc", &["a", "c"]),
            ("a /* b /* c */ d */ e", &["a", "e"]),
            (r#"f("x \" y")"#, &["f", "(", "\"\"", ")"]),
            (r##"r#"a " b"# x"##, &["\"\"", "x"]),
            (r"'{' '\'' b'\\' x", &["\"\"", "\"\"", "\"\"", "x"]),
            ("&'a str", &["&", "'", "a", "str"]),
            ("'é' đ", &["\"\"", "đ"]),
            ("crate::a", &["crate", "::", "a"]),
            ("r#type b\"x\" brand", &["r", "#", "type", "\"\"", "brand"]),
        ];
        for (source, expected) in table {
            assert_eq!(texts(source), expected, "{source}");
        }
    }

    #[test]
    fn lines_are_counted_through_literals_and_comments() {
        let found = tokens("a\n/* \n */ \"\n\" b");
        assert_eq!(found.last(), Some(&Token { text: "b", line: 4 }));
    }

    #[test]
    fn tests_are_not_shipped() {
        let shipped = |text: &str, is_test: bool| {
            let file = SourceFile { path: "src/web/form.rs".to_owned(), text: text.to_owned(), is_test };
            shipped_tokens(&file).iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
        };
        let table = [
            ("a #[cfg(test)] mod tests { fn b() { c } } d", "a d"),
            ("a #[cfg(test)] mod tests; d", "a d"),
            ("a #[cfg(test)] use b::{c, d}; e", "a e"),
            ("a #[cfg(test)] #[expect(x)] pub(crate) fn f(x: [u8; 3]) { y } z", "a z"),
            ("a #[cfg(test)] const X: [u8; 2] = [1, 2]; z", "a z"),
            ("a #[cfg(unix)] mod b { c }", "a # [ cfg ( unix ) ] mod b { c }"),
        ];
        for (source, expected) in table {
            assert_eq!(shipped(source, false), expected, "{source}");
            assert_eq!(shipped(source, true), "", "{source}");
        }
    }
}
