//! The files of a crate as modules, and what each uses of the others: read from the paths in the code.
//!
//! A path counts where it ends: `crate::ui::map::draw` is a use of `ui/map.rs` and not of `ui/mod.rs`, and a name that
//! a module passes on (`pub use`) is a use of the file that defines it. Methods are not seen, as they name no module,
//! and tests are left out. `Id<crate::Request>` is no use: an id can be read without what it names.

use std::collections::{BTreeMap, BTreeSet};

use super::rust::{code_outside_tests, line_of};
use super::{File, Tree};

/// How often a name is followed from one `use` to the next.
const MOST_HOPS: u32 = 16;

/// One crate, by the module paths of its files; the root's is empty.
pub(super) struct Crate<'a> {
    modules: BTreeMap<Vec<String>, Module<'a>>,
}

struct Module<'a> {
    file: &'a File,
    paths: Vec<Path>,
    /// What `use` brings into the file: the name, and the path it stands for.
    imports: BTreeMap<String, Vec<String>>,
    /// The modules whose names are brought in by `use …::*`.
    globs: Vec<Vec<String>>,
    /// The words outside of `use`.
    words: BTreeSet<String>,
    /// The names of its items and methods.
    defined: BTreeSet<String>,
}

/// A path in the code.
struct Path {
    line: usize,
    parts: Vec<String>,
    /// The inline modules it stands in.
    inside: Vec<String>,
    kind: Kind,
}

#[derive(Clone, PartialEq)]
enum Kind {
    /// In an expression, a type, an attribute, a macro.
    Plain,
    /// A private `use`.
    Import,
    /// A `pub use`, by the name it gives.
    PassOn(String),
    /// A `use …::*`.
    Glob { public: bool },
}

/// One file's use of another.
pub(super) struct Use<'a> {
    pub(super) from: &'a File,
    pub(super) line: usize,
    /// As written, groups written out: `super::map::draw`.
    pub(super) path: String,
    pub(super) to: &'a File,
    /// The file names it only to pass it on to others.
    pub(super) passed_on: bool,
}

/// Every crate of the tree: what hangs below a `lib.rs` or a `main.rs`, test binaries included.
pub(super) fn crates(tree: &Tree) -> impl Iterator<Item = Crate<'_>> {
    tree.with_extension("rs")
        .filter(|file| matches!(file.name(), "lib.rs" | "main.rs"))
        .map(|root| Crate::read(tree, root))
}

impl<'a> Crate<'a> {
    fn read(tree: &'a Tree, root: &'a File) -> Self {
        let folder = root.path.strip_suffix(root.name()).unwrap_or_default();
        let modules = tree
            .with_extension("rs")
            .filter_map(|file| {
                let inside = file.path.strip_prefix(folder)?;
                Some((module_path(inside, file, root)?, Module::read(file)))
            })
            .collect();
        Self { modules }
    }

    /// What files of this crate use of each other, a file's use of another once for each path it writes.
    pub(super) fn uses(&self) -> Vec<Use<'a>> {
        let mut uses = Vec::new();
        for (name, module) in &self.modules {
            for path in &module.paths {
                let passed_on = match &path.kind {
                    Kind::PassOn(name) => !module.words.contains(name),
                    Kind::Glob { public } => *public,
                    Kind::Plain | Kind::Import => false,
                };
                if let Some(to) = self.target(name, path)
                    && to.path != module.file.path
                {
                    uses.push(Use {
                        from: module.file,
                        line: path.line,
                        path: path.parts.join("::"),
                        to,
                        passed_on,
                    });
                }
            }
        }
        uses
    }

    /// The file that defines what `path` names; `None` when that is a module, or in another crate.
    fn target(&self, name: &[String], path: &Path) -> Option<&'a File> {
        let at = [name, path.inside.as_slice()].concat();
        let mut full = self.absolute(&at, &path.parts, MOST_HOPS)?;
        if let Kind::Glob { .. } = path.kind {
            full.push("*".to_owned());
        }
        self.definition(&full, MOST_HOPS)
    }

    /// `parts` as written in the module `at`, from the root of the crate; `None` when they lead to another crate.
    fn absolute(&self, at: &[String], parts: &[String], hops: u32) -> Option<Vec<String>> {
        let (first, rest) = parts.split_first()?;
        let hops = hops.checked_sub(1)?;
        let start = match first.as_str() {
            "crate" => Vec::new(),
            "self" => at.to_vec(),
            "super" => {
                let mut start = at.split_last()?.1.to_vec();
                let ups = rest.iter().take_while(|part| *part == "super").count();
                start.truncate(start.len().checked_sub(ups)?);
                start.extend_from_slice(&rest[ups..]);
                return Some(start);
            }
            child => {
                let below = [at, &[child.to_owned()]].concat();
                if self.module(&below).is_some() {
                    below
                } else {
                    let imported = self.module(at)?.imports.get(child)?;
                    // `use time::Time as time` must not ask for itself for ever.
                    if imported.first() == Some(first) {
                        return None;
                    }
                    self.absolute(at, imported, hops)?
                }
            }
        };
        Some([&start, rest].concat())
    }

    fn definition(&self, full: &[String], hops: u32) -> Option<&'a File> {
        let hops = hops.checked_sub(1)?;
        let depth = (0..=full.len())
            .rev()
            .find(|depth| self.module(&full[..*depth]).is_some())?;
        let (at, rest) = full.split_at(depth);
        let module = self.module(at)?;
        let item = rest.first()?;
        if let Some(import) = module.imports.get(item) {
            let import = self.absolute(at, import, hops)?;
            return self.definition(&[&import, &rest[1..]].concat(), hops);
        }
        if module.defined.contains(item) {
            return Some(module.file);
        }
        let behind_glob = module.globs.iter().find_map(|glob| {
            let glob = self.absolute(at, glob, hops)?;
            let target = self.module(&glob)?;
            (target.defined.contains(item) || target.imports.contains_key(item))
                .then(|| self.definition(&[&glob, rest].concat(), hops))?
        });
        behind_glob.or(Some(module.file))
    }

    fn module(&self, path: &[String]) -> Option<&Module<'a>> {
        self.modules.get(path)
    }
}

/// `ui/map.rs` is `ui::map`, `ui/mod.rs` is `ui`, the root is empty; another root is no module of this one.
fn module_path(inside: &str, file: &File, root: &File) -> Option<Vec<String>> {
    if file.path == root.path {
        return Some(Vec::new());
    }
    if matches!(file.name(), "lib.rs" | "main.rs") {
        return None;
    }
    let path = inside.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    Some(path.split('/').map(str::to_owned).collect())
}

impl<'a> Module<'a> {
    fn read(file: &'a File) -> Self {
        let code = code_outside_tests(&file.text);
        let mut reader = Reader {
            code: &code,
            tokens: tokens(&code),
            at: 0,
            paths: Vec::new(),
            imports: BTreeMap::new(),
            globs: Vec::new(),
            words: BTreeSet::new(),
            defined: BTreeSet::new(),
        };
        reader.read();
        Self {
            file,
            paths: reader.paths,
            imports: reader.imports,
            globs: reader.globs,
            words: reader.words,
            defined: reader.defined,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    /// `::`
    Then,
    Sign(char),
}

/// The tokens of code whose comments and strings are blanked, with where they stand.
fn tokens(code: &str) -> Vec<(usize, Token<'_>)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = code[at..].chars().next() {
        let start = at;
        if c.is_alphabetic() || c == '_' {
            let length = code[at..]
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(code.len() - at);
            at += length;
            tokens.push((start, Token::Word(&code[start..at])));
        } else if code[at..].starts_with("::") {
            at += 2;
            tokens.push((start, Token::Then));
        } else {
            at += c.len_utf8();
            if !c.is_whitespace() {
                tokens.push((start, Token::Sign(c)));
            }
        }
    }
    tokens
}

struct Reader<'a> {
    code: &'a str,
    tokens: Vec<(usize, Token<'a>)>,
    at: usize,
    paths: Vec<Path>,
    imports: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    words: BTreeSet<String>,
    defined: BTreeSet<String>,
}

/// What stands before the name of an item.
const DEFINES: &[&str] = &[
    "fn", "struct", "enum", "union", "trait", "type", "const", "static",
];

impl<'a> Reader<'a> {
    fn token(&self, ahead: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + ahead).map(|(_, token)| *token)
    }

    fn before(&self) -> Option<Token<'a>> {
        let at = self.at.checked_sub(1)?;
        self.tokens.get(at).map(|(_, token)| *token)
    }

    fn line(&self) -> usize {
        self.tokens
            .get(self.at)
            .map_or(0, |(at, _)| line_of(self.code, *at))
    }

    fn read(&mut self) {
        let mut depth = 0_u32;
        // Inline modules, and how deep their braces lie.
        let mut inside: Vec<(String, u32)> = Vec::new();
        let names = |inside: &[(String, u32)]| -> Vec<String> {
            inside.iter().map(|(name, _)| name.clone()).collect()
        };
        while let Some(token) = self.token(0) {
            match token {
                Token::Word("use") if self.token(1) != Some(Token::Sign('<')) => {
                    // `pub use`, `pub(crate) use`
                    let public =
                        matches!(self.before(), Some(Token::Word("pub") | Token::Sign(')')));
                    self.at += 1;
                    self.tree(&[], public, &names(&inside));
                }
                Token::Word("mod") => {
                    if let (Some(Token::Word(name)), Some(Token::Sign('{'))) =
                        (self.token(1), self.token(2))
                    {
                        inside.push((name.to_owned(), depth));
                    }
                    self.at += 2;
                }
                Token::Word(word) => {
                    self.words.insert(word.to_owned());
                    if let Some(Token::Word(keyword)) = self.before()
                        && DEFINES.contains(&keyword)
                    {
                        self.defined.insert(word.to_owned());
                    }
                    let starts = !matches!(self.before(), Some(Token::Then | Token::Sign('.')));
                    if starts && self.token(1) == Some(Token::Then) {
                        self.path(&names(&inside));
                    } else {
                        self.at += 1;
                    }
                }
                Token::Then => self.at += 1,
                Token::Sign(sign) => {
                    self.at += 1;
                    match sign {
                        '{' => depth += 1,
                        '}' => {
                            depth = depth.saturating_sub(1);
                            inside.pop_if(|(_, outside)| *outside == depth);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// A path outside of `use`, from its first word.
    fn path(&mut self, inside: &[String]) {
        let line = self.line();
        let by_id = self.before() == Some(Token::Sign('<'))
            && matches!(
                self.at.checked_sub(2).map(|at| self.tokens[at].1),
                Some(Token::Word("Id"))
            );
        let mut parts = Vec::new();
        while let Some(Token::Word(word)) = self.token(0) {
            parts.push(word.to_owned());
            self.words.insert(word.to_owned());
            self.at += 1;
            match (self.token(0), self.token(1)) {
                (Some(Token::Then), Some(Token::Word(_))) => self.at += 1,
                _ => break,
            }
        }
        if by_id {
            return;
        }
        self.paths.push(Path {
            line,
            parts,
            inside: inside.to_vec(),
            kind: Kind::Plain,
        });
    }

    /// One part of a `use`, to the comma, brace or semicolon that ends it.
    fn tree(&mut self, prefix: &[String], public: bool, inside: &[String]) {
        let mut parts = prefix.to_vec();
        loop {
            match self.token(0) {
                Some(Token::Word(word)) => {
                    if word != "self" || prefix.is_empty() {
                        parts.push(word.to_owned());
                    }
                    if self.token(1) != Some(Token::Then) {
                        return self.name(parts, public, inside);
                    }
                    self.at += 2;
                }
                Some(Token::Sign('*')) => {
                    self.paths.push(Path {
                        line: self.line(),
                        parts: parts.clone(),
                        inside: inside.to_vec(),
                        kind: Kind::Glob { public },
                    });
                    self.globs.push(parts);
                    self.at += 1;
                    return;
                }
                Some(Token::Sign('{')) => {
                    self.at += 1;
                    while !matches!(self.token(0), None | Some(Token::Sign('}'))) {
                        if self.token(0) == Some(Token::Sign(',')) {
                            self.at += 1;
                        } else {
                            self.tree(&parts, public, inside);
                        }
                    }
                    self.at += 1;
                    return;
                }
                // A path that starts with `::` is of another crate; anything else is not Rust.
                Some(_) => self.at += 1,
                None => return,
            }
        }
    }

    /// The last word of a `use`, with what it is called here.
    fn name(&mut self, parts: Vec<String>, public: bool, inside: &[String]) {
        let line = self.line();
        self.at += 1;
        let mut name = parts.last().cloned().unwrap_or_default();
        if let (Some(Token::Word("as")), Some(Token::Word(alias))) = (self.token(0), self.token(1))
        {
            alias.clone_into(&mut name);
            self.at += 2;
        }
        if inside.is_empty() {
            self.imports.insert(name.clone(), parts.clone());
        }
        let kind = if public {
            Kind::PassOn(name)
        } else {
            Kind::Import
        };
        self.paths.push(Path {
            line,
            parts,
            inside: inside.to_vec(),
            kind,
        });
    }
}
