//! Files and functions stay short enough to be read at once.

use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use crate::source::{SourceTree, Violation};

/// The most lines of a source file.
const FILE_LINES_MAX: usize = 350;
/// The most lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;

/// A source file has at most [`FILE_LINES_MAX`] lines.
pub(crate) fn files_are_short(tree: &SourceTree) -> Vec<Violation> {
    let is_source = |extension: &&str| ["rs", "ts", "js"].contains(extension);
    tree.files()
        .filter(|file| file.path.rsplit('.').next().as_ref().is_some_and(is_source) && !file.path.contains("/dist/"))
        .filter_map(|file| {
            let lines = file.text.lines().count();
            let message =
                || format!("{lines} lines, at most {FILE_LINES_MAX} are allowed; split the file by what it is about");
            (lines > FILE_LINES_MAX).then(|| file.violation(FILE_LINES_MAX + 1, "file length", message()))
        })
        .collect()
}

/// A function has at most [`FUNCTION_LINES_MAX`] lines.
pub(crate) fn functions_are_short(tree: &SourceTree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.rust_files() {
        let mut functions = Functions(Vec::new());
        functions.visit_file(&file.syntax());
        for (name, first, last) in functions.0 {
            let lines = last - first + 1;
            if lines > FUNCTION_LINES_MAX {
                let message = format!("`{name}` has {lines} lines, at most {FUNCTION_LINES_MAX} are allowed");
                found.push(file.violation(first, "function length", message));
            }
        }
    }
    found
}

/// Every function that has a body: its name, the line of its `fn` and the line of its last brace.
struct Functions(Vec<(String, usize, usize)>);

impl Functions {
    fn note(&mut self, signature: &Signature, body: &Block) {
        let first = signature.fn_token.span.start().line;
        self.0.push((signature.ident.to_string(), first, body.brace_token.span.close().end().line));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(body) = &function.default {
            self.note(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::assert_reports;

    #[test]
    fn a_file_of_350_lines_is_fine_and_one_of_351_is_reported() {
        for path in ["src/web/mod.rs", "tests/it/main.rs", "migrations/src/lib.rs", "frontend/src/form.ts"] {
            assert_reports(files_are_short, &[(path, &"a\n".repeat(350))], &[]);
            assert_reports(files_are_short, &[(path, &"a\n".repeat(351))], &[&format!("{path}:351")]);
        }
    }

    #[test]
    fn data_and_built_files_may_be_long() {
        let long = "a\n".repeat(351);
        assert_reports(files_are_short, &[("Cargo.lock", &long), ("frontend/dist/form.js", &long)], &[]);
    }

    #[test]
    fn a_function_of_70_lines_is_fine_and_one_of_71_is_reported() {
        let of_lines = |lines: usize| format!("\nfn f(x: [u8; 2]) -> u8 {{\n{}}}\n", "g();\n".repeat(lines - 2));
        for path in ["src/web/mod.rs", "tests/it/main.rs"] {
            assert_reports(functions_are_short, &[(path, &of_lines(70))], &[]);
            assert_reports(functions_are_short, &[(path, &of_lines(71))], &[&format!("{path}:2")]);
        }
    }

    #[test]
    fn a_function_without_a_body_or_name_has_no_length() {
        let text = format!("trait T {{ fn f(&self); }}\ntype F = fn(u8) -> u8;\nmod m {{\n{}}}", "// a\n".repeat(80));
        assert_reports(functions_are_short, &[("src/web/mod.rs", &text)], &[]);
    }
}
