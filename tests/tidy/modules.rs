//! The modules of `src` as `syn` reads them: what each defines, imports and names, and where a name comes from.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemMod, ItemUse, Macro, Meta, Path, UseTree, VisRestricted, Visibility};

use crate::source::{SourceFile, SourceTree};

/// The names from the crate's root down to a module or an item.
type Names = Vec<String>;

/// Imports of imports are followed this far; a chain that is longer is an import of itself.
const IMPORTS_FOLLOWED_MAX: usize = 16;

/// A path that a file names.
#[derive(Debug)]
pub(crate) struct Named {
    /// The module that names it.
    module: Names,
    path: Names,
    /// The line, from 1.
    pub(crate) line: usize,
    /// Whether the path is re-exported: `pub use`.
    pub(crate) is_reexport: bool,
}

impl Named {
    /// The path from the crate's root; nothing where it begins with a name of its own module or of another crate.
    pub(crate) fn rooted(&self) -> Option<Names> {
        let mut path = self.module.clone();
        let mut is_rooted = false;
        for name in &self.path {
            match name.as_str() {
                "crate" | "plumbline" if !is_rooted => path.clear(),
                "self" => {}
                "super" => drop(path.pop()?),
                _ if !is_rooted => return None,
                name => path.push(name.to_owned()),
            }
            is_rooted = true;
        }
        Some(path)
    }
}

/// The content of one module, without its tests.
#[derive(Debug, Default)]
struct Module {
    /// The path of its file.
    file: String,
    /// The items that it defines.
    defined: BTreeSet<String>,
    /// The paths that it imports, by the names that it gives them.
    imported: BTreeMap<String, Names>,
    /// The modules of which it imports everything.
    globs: Vec<Names>,
}

/// All modules of `src` except tests.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    by_path: BTreeMap<Names, Module>,
    /// What each file names.
    named: BTreeMap<String, Vec<Named>>,
}

impl Modules {
    /// Reads all files in `src`.
    pub(crate) fn read(tree: &SourceTree) -> Self {
        let mut reader = Reader::default();
        for file in tree.rust_files().filter(|file| !file.is_test && file.path.starts_with("src/")) {
            reader.read(file);
        }
        reader.modules
    }

    /// What a file names.
    pub(crate) fn named_in(&self, file: &str) -> &[Named] {
        self.named.get(file).map_or(&[], Vec::as_slice)
    }

    /// The file that defines what is named; nothing for modules, and for what comes from other crates.
    pub(crate) fn definition(&self, named: &Named) -> Option<&str> {
        let module = self.find(&named.module, &named.path, IMPORTS_FOLLOWED_MAX)?;
        Some(&self.by_path.get(&module)?.file)
    }

    /// The module that defines what `path` means in the module `from`.
    fn find(&self, from: &[String], path: &[String], imports_left: usize) -> Option<Names> {
        let mut current = from.to_vec();
        for (at, name) in path.iter().enumerate() {
            let rest = &path[at + 1..];
            match name.as_str() {
                "crate" => current.clear(),
                "self" => {}
                "super" => drop(current.pop()?),
                name => {
                    let child = [current.as_slice(), &[name.to_owned()]].concat();
                    let is_module = self.by_path.contains_key(&child);
                    if !is_module || rest.is_empty() {
                        let found = self.find_item(&current, name, rest, imports_left);
                        // Items that a macro defines are not seen. A first name that is not found is another crate's.
                        let is_unseen = at > 0 && !is_module && !self.imports(&current, name);
                        return found.or_else(|| is_unseen.then_some(current));
                    }
                    current = child;
                }
            }
        }
        None
    }

    /// Whether `module` imports something as `name`.
    fn imports(&self, module: &[String], name: &str) -> bool {
        self.by_path.get(module).is_some_and(|module| module.imported.contains_key(name))
    }

    /// The module that defines an item that is known in `module` as `name`, or what follows behind that name.
    fn find_item(&self, module: &[String], name: &str, rest: &[String], imports_left: usize) -> Option<Names> {
        let own = self.by_path.get(module)?;
        if own.defined.contains(name) {
            return Some(module.to_vec());
        }
        let imports_left = imports_left.checked_sub(1)?;
        if let Some(path) = own.imported.get(name) {
            return self.find(module, &[path.as_slice(), rest].concat(), imports_left);
        }
        let knows = |found: &Names| self.by_path.get(found).is_some_and(|module| module.defined.contains(name));
        own.globs.iter().find_map(|glob| {
            let path = [glob.as_slice(), &[name.to_owned()], rest].concat();
            self.find(module, &path, imports_left).filter(knows)
        })
    }
}

/// Visits files and notes what they define, import and name.
#[derive(Default)]
struct Reader {
    modules: Modules,
    /// The file being read.
    file: String,
    /// The module being read.
    at: Names,
}

impl Reader {
    fn read(&mut self, file: &SourceFile) {
        let module = file.path.trim_start_matches("src/").trim_end_matches(".rs");
        let module = module.strip_suffix("/mod").unwrap_or(module);
        self.file.clone_from(&file.path);
        self.at = if module == "lib" { Names::new() } else { module.split('/').map(ToOwned::to_owned).collect() };
        self.module();
        self.visit_file(&file.syntax());
    }

    fn module(&mut self) -> &mut Module {
        let module = self.modules.by_path.entry(self.at.clone()).or_default();
        module.file.clone_from(&self.file);
        module
    }

    fn note(&mut self, path: Names, line: usize, is_reexport: bool) {
        let named = Named { module: self.at.clone(), path, line, is_reexport };
        self.modules.named.entry(self.file.clone()).or_default().push(named);
    }

    /// Notes every path of an import, and the names that they get.
    fn import(&mut self, tree: &UseTree, before: &[String], is_reexport: bool) {
        let path = |name: &Ident| [before, &[text(name)]].concat();
        match tree {
            UseTree::Path(tree) => self.import(&tree.tree, &path(&tree.ident), is_reexport),
            UseTree::Name(tree) => self.import_name(path(&tree.ident), None, &tree.ident, is_reexport),
            UseTree::Rename(tree) => self.import_name(path(&tree.ident), Some(&tree.rename), &tree.ident, is_reexport),
            UseTree::Glob(glob) => {
                self.module().globs.push(before.to_vec());
                let everything = [before, &["*".to_owned()]].concat();
                self.note(everything, glob.star_token.span.start().line, is_reexport);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before, is_reexport)),
        }
    }

    fn import_name(&mut self, mut path: Names, rename: Option<&Ident>, last: &Ident, is_reexport: bool) {
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let Some(name) = rename.map(text).or_else(|| path.last().cloned()) else { return };
        self.module().imported.insert(name, path.clone());
        self.note(path, last.span().start().line, is_reexport);
    }

    /// Notes the paths in what is passed to a macro or an attribute, which is read as tokens.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let is_sign =
            |at: usize, wanted: char| matches!(trees.get(at), Some(TokenTree::Punct(sign)) if sign.as_char() == wanted);
        let mut at = 0;
        while let Some(tree) = trees.get(at) {
            let start = at;
            at += 1;
            match tree {
                TokenTree::Group(group) => self.read_tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let mut path = vec![text(first)];
                    while let (true, true, Some(TokenTree::Ident(word))) =
                        (is_sign(at, ':'), is_sign(at + 1, ':'), trees.get(at + 2))
                    {
                        path.push(text(word));
                        at += 3;
                    }
                    let is_method = start > 0 && is_sign(start - 1, '.');
                    let is_field = is_sign(at, ':') && !is_sign(at + 1, ':');
                    if !is_method && !is_field {
                        self.note(path, first.span().start().line, false);
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let (name, attributes) = match item {
            Item::Const(item) => (Some(&item.ident), &item.attrs),
            Item::Enum(item) => (Some(&item.ident), &item.attrs),
            Item::Fn(item) => (Some(&item.sig.ident), &item.attrs),
            Item::Impl(item) => (None, &item.attrs),
            Item::Macro(item) => (item.ident.as_ref(), &item.attrs),
            Item::Mod(item) => (None, &item.attrs),
            Item::Static(item) => (Some(&item.ident), &item.attrs),
            Item::Struct(item) => (Some(&item.ident), &item.attrs),
            Item::Trait(item) => (Some(&item.ident), &item.attrs),
            Item::Type(item) => (Some(&item.ident), &item.attrs),
            Item::Union(item) => (Some(&item.ident), &item.attrs),
            Item::Use(item) => (None, &item.attrs),
            _ => return,
        };
        if is_for_tests(attributes) {
            return;
        }
        if let Some(name) = name.map(text) {
            self.module().defined.insert(name);
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if is_for_tests(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.content.is_some() {
            self.at.push(text(&item.ident));
            self.module();
            visit::visit_item_mod(self, item);
            self.at.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if let (None, Some(first)) = (path.leading_colon, path.segments.first()) {
            let line = first.ident.span().start().line;
            self.note(path.segments.iter().map(|segment| text(&segment.ident)).collect(), line, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.read_tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.read_tokens(list.tokens.clone());
        }
    }

    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}
}

/// The name without `r#`.
fn text(name: &Ident) -> String {
    name.unraw().to_string()
}

/// Whether an item is for tests only: `#[cfg(test)]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        matches!(&attribute.meta, Meta::List(list)
            if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
    })
}
