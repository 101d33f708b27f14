//! The map is true: what the documents name in backticks is there.
//!
//! - A **path** (it has a slash, or is the name of a source file) leads somewhere from the root, from `crates/`, or
//!   from a folder named before it in the same paragraph or table row, or that folder's `src/`. `<noun>` and `*` stand
//!   for any name, and `{read,write}` for each of those; one match is enough for the former, all are wanted of the
//!   latter. A path that starts with a slash is a URL's, and `target/` is made by the build.
//! - A **crate** (`portcullis-store`, or one that `layers` knows) has a manifest.
//! - A **Rust path** (`World::paths`) and a **type's name** (`ChangeSet`) are made of words of our sources.
//! - A **layer diagram** (a block with `←`) has crates at the ends of its lines and arrows.
//!
//! The change log is not checked, as it tells of what was.

use std::collections::BTreeSet;

use super::rust::line_of;
use super::{File, Problems, Tree, layers};

/// Names of files that whoever runs the program writes.
const THEIRS: &[&str] = &["portcullis.toml", "Org/Team"];

/// Folders of an access repository, which somebody has elsewhere.
const THEIR_FOLDERS: &[&str] = &["config", "."];

/// A name without a folder is a file's when it ends so.
const SOURCES: &[&str] = &["rs", "toml", "md", "mjs"];

/// A media type looks like a path.
const MEDIA: &[&str] = &[
    "application",
    "audio",
    "font",
    "image",
    "multipart",
    "text",
    "video",
];

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    let known = Known::read(tree);
    for file in tree.with_extension("md") {
        let at_root = !file.path.contains('/');
        if at_root && file.path != "CHANGELOG.md" || file.path.starts_with("docs/") {
            names(file, at_root, &known, problems);
            diagrams(file, &known, problems);
        }
    }
}

/// What there is to name.
struct Known<'a> {
    tree: &'a Tree,
    words: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn read(tree: &'a Tree) -> Self {
        let words = tree
            .files
            .iter()
            .filter(|file| matches!(file.extension(), Some("rs" | "js" | "mjs" | "ts" | "py")))
            .flat_map(|file| {
                file.text
                    .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            })
            .collect();
        Self { tree, words }
    }

    fn has_crate(&self, name: &str) -> bool {
        let manifest = format!("crates/{name}/Cargo.toml");
        self.tree.files.iter().any(|file| file.path == manifest)
    }

    /// The places `path` stands for when it is read from `base`.
    fn find(&self, base: &str, path: &str) -> bool {
        let path = format!("{base}{path}");
        if !path.contains(['<', '*']) {
            return self.tree.root.join(path).exists();
        }
        let wanted: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        self.tree.files.iter().any(|file| {
            let parts: Vec<&str> = file.path.split('/').collect();
            parts.len() >= wanted.len()
                && (parts.len() > wanted.len() || !path.ends_with('/'))
                && wanted
                    .iter()
                    .zip(parts)
                    .all(|(wanted, part)| fits(part, wanted))
        })
    }
}

/// Checks the words in backticks.
fn names(file: &File, at_root: bool, known: &Known<'_>, problems: &mut Problems) {
    // Folders named before in the same paragraph.
    let mut folders: Vec<String> = Vec::new();
    for (line, text) in outside_of_blocks(&file.text) {
        if text.trim().is_empty() || text.starts_with('|') {
            folders.clear();
        }
        for word in text.split('`').skip(1).step_by(2) {
            let problem = if is_path(word) {
                place(word, &mut folders, known)
            } else {
                name(word, at_root, known)
            };
            if let Some(problem) = problem {
                problems.error(format_args!("{}:{line}", file.path), problem);
            }
        }
    }
}

fn is_path(word: &str) -> bool {
    let first = word.split('/').next().unwrap_or_default();
    let signs = |c: char| c.is_ascii_alphanumeric() || "/._-<>{},*".contains(c);
    let is_file = || {
        word.rsplit_once('.')
            .is_some_and(|(_, extension)| SOURCES.contains(&extension))
    };
    word.chars().all(signs)
        && !word.starts_with(['/', '-'])
        && (word.contains('/') || is_file())
        && !MEDIA.contains(&first)
        && !THEIRS.contains(&word)
        && !THEIR_FOLDERS.contains(&first)
        && first != "target"
}

/// What is wrong with a path; a folder is kept for those that follow.
fn place(path: &str, folders: &mut Vec<String>, known: &Known<'_>) -> Option<String> {
    for path in without_braces(path) {
        let bases = ["", "crates/"].into_iter().map(str::to_owned);
        let below = folders
            .iter()
            .flat_map(|folder| [format!("{folder}/"), format!("{folder}/src/")]);
        let Some(base) = bases.chain(below).find(|base| known.find(base, &path)) else {
            return Some(format!("`{path}` is neither a file nor a folder"));
        };
        let found = format!("{base}{}", path.trim_end_matches('/'));
        if known.tree.root.join(&found).is_dir() {
            folders.push(found);
        }
    }
    None
}

/// `a/{b,c}.rs` as `a/b.rs` and `a/c.rs`.
fn without_braces(path: &str) -> Vec<String> {
    let parts = path.split_once('{').and_then(|(before, rest)| {
        let (inside, after) = rest.split_once('}')?;
        Some((before, inside, after))
    });
    let Some((before, inside, after)) = parts else {
        return vec![path.to_owned()];
    };
    inside
        .split(',')
        .flat_map(|one| without_braces(&format!("{before}{one}{after}")))
        .collect()
}

/// Whether `name` is one of those `pattern` stands for, where `<…>` and `*` are any text but none.
fn fits(name: &str, pattern: &str) -> bool {
    let Some(open) = pattern.find(['<', '*']) else {
        return name == pattern;
    };
    let Some(rest) = name.strip_prefix(&pattern[..open]) else {
        return false;
    };
    let after = match pattern[open..].find('>') {
        Some(close) if pattern[open..].starts_with('<') => &pattern[open + close + 1..],
        _ => &pattern[open + 1..],
    };
    (1..=rest.len()).any(|at| rest.is_char_boundary(at) && fits(&rest[at..], after))
}

/// What is wrong with a word that is no path.
fn name(word: &str, at_root: bool, known: &Known<'_>) -> Option<String> {
    for prefix in ["portcullis-", "portcullis_"] {
        if let Some(rest) = word.strip_prefix(prefix) {
            let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
            if !known.has_crate(name) {
                return Some(format!("there is no crate `{name}`"));
            }
        }
    }
    if at_root && layers::level(word).is_some() && !known.has_crate(word) {
        return Some(format!("there is no crate `{word}` yet"));
    }
    let path = word.trim_end_matches("()").trim_end_matches('!');
    let is_word = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let parts: Vec<&str> = path.split("::").collect();
    if !parts.iter().all(|part| is_word(part)) || parts.len() == 1 && !is_type(path) {
        return None;
    }
    let gone = parts
        .iter()
        .find(|part| !known.words.contains(*part) && !known.has_crate(part))?;
    Some(format!("nothing in the sources is called `{gone}`"))
}

/// `ChangeSet`: two capitals at least, each with small letters behind it.
fn is_type(word: &str) -> bool {
    let mut humps = 0;
    let mut before = None;
    for c in word.chars() {
        if c.is_ascii_lowercase() && before.is_none_or(|c: char| c.is_ascii_uppercase()) {
            humps += 1;
        }
        before = Some(c);
    }
    word.starts_with(|c: char| c.is_ascii_uppercase()) && humps > 1
}

/// Checks the ends of lines and arrows in blocks that draw what depends on what.
fn diagrams(file: &File, known: &Known<'_>, problems: &mut Problems) {
    let mut start = 0;
    for block in file.text.split("\n\n") {
        let first_line = line_of(&file.text, start);
        start += block.len() + 2;
        if !block.contains('←') {
            continue;
        }
        for (index, line) in block.lines().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            for (at, word) in words.iter().enumerate() {
                let drawn = |at: Option<usize>| {
                    let word = *words.get(at?)?;
                    word.chars()
                        .all(|c| "←─├┤┌┐└┘│".contains(c))
                        .then_some(word)
                };
                // What stands behind the right edge of a drawing is text.
                let behind = drawn(at.checked_sub(1))
                    .is_some_and(|word| !word.ends_with(['┐', '┤', '┘', '│']));
                let beside = behind || drawn(Some(at + 1)).is_some();
                let name = word.trim_end_matches(':');
                let is_name = name.chars().all(|c| c.is_ascii_lowercase());
                if is_name && (beside || name != *word) && !known.has_crate(name) {
                    problems.error(
                        format_args!("{}:{}", file.path, first_line + index),
                        format_args!("the diagram draws a crate `{name}`, which is not there"),
                    );
                }
            }
        }
    }
}

/// The lines that are in no fenced block, with their numbers from 1.
fn outside_of_blocks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_block = false;
    text.lines()
        .enumerate()
        .filter(move |(_, line)| {
            let fence = line.trim_start().starts_with("```");
            in_block ^= fence;
            !in_block && !fence
        })
        .map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::super::testing::errors;
    use super::*;

    fn told(document: &str) -> Vec<String> {
        told_in("ARCHITECTURE.md", document)
    }

    fn told_in(path: &str, document: &str) -> Vec<String> {
        errors(
            check,
            &[
                (path, document),
                ("deny.toml", ""),
                ("crates/web/Cargo.toml", ""),
                ("crates/web/src/api/groups/list.rs", "struct GroupList;"),
                ("crates/web/src/api/groups/show.rs", "fn show() {}"),
            ],
        )
    }

    #[test]
    fn paths_that_lead_somewhere_pass() {
        for document in [
            "`crates/web`, `crates/web/src/` and `deny.toml`",
            "`web/src/api/groups/list.rs`",
            "`web/src/api/<noun>/<verb>.rs`, `crates/*/Cargo.toml`",
            "`web/src/api/groups/{list,show}.rs`",
            "| `crates/web` | `api/groups/`, `list.rs` |",
            "A file in `web/src/api/groups/`,\nlike `show.rs`.",
            "`/groups/{id}`, `application/json`, `target/screens/`, `GET /x`, `a / b`, `portcullis.toml`, `config/people.yaml`, `./groups/a`",
            "```sh\n`gone/file.rs`\n```",
        ] {
            assert_eq!(told(document), Vec::<String>::new(), "{document}");
        }
    }

    #[test]
    fn paths_that_lead_nowhere_are_told_with_their_line() {
        for document in [
            "`crates/store`",
            "`store/src/lib.rs`",
            "`main.rs`",
            "`web/src/pages/<noun>.rs`",
            "`web/src/api/groups/{list,new}.rs`",
            "`web/src/api/<noun>/<verb>/`",
            // The folder is of another paragraph, or another row.
            "`crates/web`\n\n`api/groups/`",
            "| `crates/web` |\n| `api/groups/` |",
        ] {
            assert_eq!(told(document).len(), 1, "{document}");
        }
        assert_eq!(
            told("# Map\n\nsee `gone/file.rs`"),
            ["ARCHITECTURE.md:3: `gone/file.rs` is neither a file nor a folder"]
        );
        assert_eq!(told_in("docs/a/b.md", "`gone.rs`").len(), 1);
        assert_eq!(told_in("CHANGELOG.md", "`gone.rs`").len(), 0);
        assert_eq!(told_in("bench/README.md", "`gone.rs`").len(), 0);
    }

    #[test]
    fn crates_that_are_not_there_are_told() {
        for name in ["portcullis-connect", "portcullis_store::Live", "connect"] {
            assert_eq!(told(&format!("in `{name}`")).len(), 1, "{name}");
        }
        for name in ["portcullis-web", "portcullis_web=debug", "web"] {
            assert_eq!(told(&format!("in `{name}`")), Vec::<String>::new());
        }
        // Elsewhere it may be a field or a key.
        assert_eq!(told_in("docs/api.md", "`data`"), Vec::<String>::new());
    }

    #[test]
    fn rust_names_are_words_of_the_sources() {
        for name in [
            "web::GroupList::show()",
            "GroupList",
            "Role-",
            "Json",
            "JSON",
        ] {
            assert_eq!(told(&format!("`{name}`")), Vec::<String>::new());
        }
        for name in ["GroupTable", "GroupList::sort"] {
            assert_eq!(told(&format!("`{name}`")).len(), 1, "{name}");
        }
    }

    #[test]
    fn a_diagram_draws_crates_that_are_there() {
        let drawn =
            "text\n\n    model ← web ──┐   cli: for nobody\n      ├── app ────┤   not this\n\ntext";
        let told = told(drawn);
        assert_eq!(told.len(), 3, "{told:#?}");
        assert!(told[0].starts_with("ARCHITECTURE.md:3: "), "{told:#?}");
    }
}
