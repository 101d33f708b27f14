//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Every check takes the tree and adds what it finds to [`Problems`]; all of them run and all problems are told
//! at once. A new check is a file here and a line in [`check_tree`].

mod circles;
mod excerpts;
mod layers;
mod links;
mod map;
mod modules;
mod purity;
mod rust;
mod size;
mod text;
mod tree;
mod wings;

use std::path::Path;

use anyhow::{Result, bail};

use self::tree::{File, Problems, Tree};
use crate::repo;

const HELP: &str = "\
Usage: cargo xtask tidy

Checks the rules of the house in every file that is committed or would be:
  layers   crates depend one way: rules ← model ← store, … ← app ← connect ← web ← cli
  purity   no I/O, clock or async in rules and model; SQL in store, HTTP client in connect, HTTP server in web,
           environment in cli
  size     no Rust file over 500 lines (over 400 is told as a warning)
  circles  no two files of a crate need each other
  wings    pages, API and the other wings of web do not use one another
  text     no unfinished work, no paths of one machine, no package registry in lock files
  links    every link of README.md and docs/ leads to a file and a heading that exist
  excerpts code in documents that is said to stand in a file stands there
  map      every path, crate and type that README.md, docs/ and their like name is there

Exit status: 0 when there is nothing to tell but warnings, 1 otherwise.";

/// Entry point of the command.
pub(crate) fn main(args: &[String]) -> Result<()> {
    if crate::args::wants_help(args) {
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
    excerpts::check(tree, &mut problems);
    map::check(tree, &mut problems);
    size::check(tree, &mut problems);
    wings::check(tree, &mut problems);
    circles::check(tree, &mut problems);
    problems
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
