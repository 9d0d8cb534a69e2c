//! Rust source as words and signs, without comments and literals: for what may be said anywhere, in macros too.

use std::ops::Range;
use std::str::FromStr;

use proc_macro2::{Spacing, TokenStream, TokenTree};

use crate::source::SourceFile;

/// A word, a number, `::` or one other sign. A literal text or character becomes `""`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// The text in the source.
    pub(crate) text: &'a str,
    /// The line, from 1.
    pub(crate) line: usize,
}

/// What precedes an item that is for tests only.
const CFG_TEST: &[&str] = &["#", "[", "cfg", "(", "test", ")", "]"];

/// Where a token is in its file; no range for a literal text or character.
#[derive(Debug)]
pub(crate) struct TokenSpan {
    range: Option<Range<usize>>,
    line: usize,
}

/// The tokens of a file.
pub(crate) fn tokens(file: &SourceFile) -> Vec<Token<'_>> {
    let token = |span: &TokenSpan| {
        let text = span.range.clone().map_or("\"\"", |range| &file.text[range]);
        Token { text, line: span.line }
    };
    file.token_spans().iter().map(token).collect()
}

/// Where the tokens of a source are.
pub(crate) fn spans(source: &str) -> Vec<TokenSpan> {
    let stream = TokenStream::from_str(source).map_err(|error| format!("{error} in:\n{source}"));
    let stream = stream.expect("what is compiled is Rust");
    let mut found = Vec::new();
    flatten(source, stream, &mut found);
    found
}

/// Adds the places of a stream's tokens; the content of a group is between its brackets.
fn flatten(source: &str, stream: TokenStream, found: &mut Vec<TokenSpan>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let mut range = tree.span().byte_range();
        let text = &source[range.clone()];
        // A doc comment is read as an attribute, whose tokens all lie where the comment is.
        if text.starts_with("//") || text.starts_with("/*") {
            continue;
        }
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                found.push(TokenSpan { range: Some(range.start..range.start + 1), line });
                flatten(source, group.stream(), found);
                found.push(TokenSpan { range: Some(range.end - 1..range.end), line: group.span_close().start().line });
            }
            TokenTree::Literal(_) if !text.starts_with(|first: char| first.is_ascii_digit()) => {
                found.push(TokenSpan { range: None, line });
            }
            TokenTree::Punct(sign) if sign.as_char() == ':' && sign.spacing() == Spacing::Joint => {
                let second = trees.next_if(|next| matches!(next, TokenTree::Punct(next) if next.as_char() == ':'));
                range.end += usize::from(second.is_some());
                found.push(TokenSpan { range: Some(range), line });
            }
            _ => found.push(TokenSpan { range: Some(range), line }),
        }
    }
}

/// The tokens of a file without its tests: nothing of a test file, no item under `#[cfg(test)]`.
pub(crate) fn shipped_tokens(file: &SourceFile) -> Vec<Token<'_>> {
    if file.is_test {
        return Vec::new();
    }
    let all = tokens(file);
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
pub(crate) fn test_modules(file: &SourceFile) -> Vec<&str> {
    let all = tokens(file);
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

/// The position after the bracket that closes the one at `open`.
fn after_group(tokens: &[Token<'_>], open: usize) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile::new("src/web/form.rs".to_owned(), text.to_owned())
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
            ("r#type b\"x\" brand", &["r#type", "\"\"", "brand"]),
        ];
        for (source, expected) in table {
            let file = file(source);
            let found: Vec<&str> = tokens(&file).iter().map(|token| token.text).collect();
            assert_eq!(found, expected, "{source}");
        }
    }

    #[test]
    fn lines_are_counted_through_literals_and_comments() {
        let file = file("a\n/* \n */ \"\n\" b");
        assert_eq!(tokens(&file).last(), Some(&Token { text: "b", line: 4 }));
    }

    #[test]
    fn tests_are_not_shipped() {
        let shipped = |text: &str, is_test: bool| {
            let mut file = file(text);
            file.is_test = is_test;
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
