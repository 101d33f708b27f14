//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Every check takes the tree and adds what it finds to [`Problems`]; all of them run and all problems are told
//! at once. A new check is a file here and a line in [`check_tree`].

mod layers;
mod links;
mod purity;
mod rust;
mod text;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::repo;

const HELP: &str = "\
Usage: cargo xtask tidy

Checks the rules of the house in every file that is committed or would be:
  layers   crates depend one way: rules ← model ← store, connect, … ← app ← web ← cli
  purity   no I/O, clock or async in rules and model; SQL in store, HTTP client in connect, HTTP server in web,
           environment in cli
  size     no Rust file over 800 lines (over 400 is told as a warning)
  text     no unfinished work, no paths of one machine, no package registry in lock files
  links    every link of README.md and docs/ leads to a file and a heading that exist

Exit status: 0 when there is nothing to tell but warnings, 1 otherwise.";

/// Entry point of the command.
pub(crate) fn main(args: &[String]) -> Result<()> {
    if crate::wants_help(args) {
        eprintln!("{HELP}");
        return Ok(());
    }
    if let Some(arg) = args.first() {
        bail!("there is no option `{arg}`; see `cargo xtask tidy --help`");
    }
    check(&repo::root())
}

/// Checks the tree at `root`, prints what it finds, and fails when there is more than warnings.
pub(crate) fn check(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let problems = check_tree(&tree);
    for warning in &problems.warnings {
        eprintln!("warning: {warning}");
    }
    for error in &problems.errors {
        eprintln!("tidy: {error}");
    }
    match problems.errors.len() {
        0 => Ok(()),
        1 => bail!("tidy found one problem"),
        count => bail!("tidy found {count} problems"),
    }
}

fn check_tree(tree: &Tree) -> Problems {
    let mut problems = Problems::default();
    layers::check(tree, &mut problems);
    purity::check(tree, &mut problems);
    text::check(tree, &mut problems);
    links::check(tree, &mut problems);
    problems
}

/// The text files of the repository.
struct Tree {
    root: PathBuf,
    files: Vec<File>,
}

struct File {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

impl Tree {
    fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for path in repo::files(root)? {
            let bytes =
                std::fs::read(root.join(&path)).with_context(|| path.display().to_string())?;
            // What is not text (images, fonts) has nothing these checks look for.
            if let Ok(text) = String::from_utf8(bytes) {
                let path = path.to_string_lossy().replace('\\', "/");
                files.push(File { path, text });
            }
        }
        Ok(Self {
            root: root.to_path_buf(),
            files,
        })
    }

    /// Files whose path ends in `.extension`.
    fn with_extension(&self, extension: &str) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            .filter(move |file| file.extension() == Some(extension))
    }
}

impl File {
    fn extension(&self) -> Option<&str> {
        Path::new(&self.path).extension()?.to_str()
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The folder of the crate, `store` for `crates/store/src/lib.rs`.
    fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }
}

/// What the checks found.
#[derive(Default)]
struct Problems {
    errors: Vec<String>,
    warnings: Vec<String>,
}

impl Problems {
    fn error(&mut self, place: impl std::fmt::Display, what: impl std::fmt::Display) {
        self.errors.push(format!("{place}: {what}"));
    }

    fn warn(&mut self, place: impl std::fmt::Display, what: impl std::fmt::Display) {
        self.warnings.push(format!("{place}: {what}"));
    }
}

/// Helpers for the tests of the checks.
#[cfg(test)]
mod testing {
    use super::*;

    /// Writes a small tree and returns the errors the check finds in it.
    pub(super) fn errors(check: fn(&Tree, &mut Problems), files: &[(&str, &str)]) -> Vec<String> {
        problems(check, files).errors
    }

    pub(super) fn problems(check: fn(&Tree, &mut Problems), files: &[(&str, &str)]) -> Problems {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let mut problems = Problems::default();
        check(&Tree::read(folder.path()).expect("readable"), &mut problems);
        problems
    }
}
