//! No two files of a crate need each other, directly or round others: each can be read after those it uses.
//!
//! What counts as a use is told in `modules`: a file that names a function, a type or a constant defined in another.
//! So a parent that declares its children and passes their names on (`mod`, `pub use`) uses none of them, and a child
//! may use what the parent defines. But when the parent uses the child as well, the two are one thing: what both need
//! goes to a file of its own, or the parent keeps `mod` and `pub use` only.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::modules::{Use, crates};
use super::{Problems, Tree};

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    for of in crates(tree) {
        for circle in circles(&by_file(&of.uses())) {
            let steps: Vec<String> = circle
                .iter()
                .map(|step| format!("{}:{} uses `{}`", step.from.path, step.line, step.path))
                .collect();
            problems.error(
                &circle[0].from.path,
                format_args!("is in a circle: {}", steps.join(", ")),
            );
        }
    }
}

/// One use of each file by each, by the file that uses and the one it uses.
type Uses<'a, 'b> = BTreeMap<&'b str, BTreeMap<&'b str, &'b Use<'a>>>;

fn by_file<'a, 'b>(uses: &'b [Use<'a>]) -> Uses<'a, 'b> {
    let mut by_file = Uses::new();
    for step in uses {
        let (from, to) = (step.from.path.as_str(), step.to.path.as_str());
        if !step.passed_on {
            let of = by_file.entry(from).or_default();
            of.entry(to).or_insert(step);
        }
    }
    by_file
}

/// For each use that is part of a circle the shortest one; each circle once.
fn circles<'a, 'b>(uses: &Uses<'a, 'b>) -> Vec<Vec<&'b Use<'a>>> {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for step in uses.values().flat_map(BTreeMap::values) {
        let Some(back) = shortest(uses, &step.to.path, &step.from.path) else {
            continue;
        };
        let circle: Vec<&Use<'a>> = std::iter::once(*step).chain(back).collect();
        let files: BTreeSet<&str> = circle.iter().map(|step| step.from.path.as_str()).collect();
        if known.insert(files) {
            found.push(circle);
        }
    }
    found
}

/// The fewest uses that lead from one file to another.
fn shortest<'a, 'b>(uses: &Uses<'a, 'b>, start: &str, end: &str) -> Option<Vec<&'b Use<'a>>> {
    let mut reached: BTreeMap<&str, &'b Use<'a>> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(file) = waiting.pop_front() {
        for (to, step) in uses.get(file).into_iter().flatten() {
            if *to != start && !reached.contains_key(to) {
                reached.insert(to, step);
                waiting.push_back(to);
            }
        }
    }
    let mut steps = Vec::new();
    let mut file = end;
    while file != start {
        let step = reached.get(file)?;
        steps.push(*step);
        file = &step.from.path;
    }
    steps.reverse();
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::super::testing::errors;
    use super::*;

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<(String, &str)> = files
            .iter()
            .map(|(path, text)| (format!("crates/store/src/{path}"), *text))
            .collect();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        errors(check, &files)
    }

    #[test]
    fn two_files_that_use_each_other_are_told_once() {
        let told = told(&[
            ("lib.rs", "mod log; mod writer;"),
            ("log.rs", "use crate::writer::Job;\npub struct Log;"),
            ("writer.rs", "pub struct Job;\nfn f() { super::log::Log }"),
        ]);
        assert_eq!(
            told,
            [
                "crates/store/src/log.rs: is in a circle: crates/store/src/log.rs:1 uses `crate::writer::Job`, \
                 crates/store/src/writer.rs:2 uses `super::log::Log`"
            ]
        );
    }

    #[test]
    fn a_circle_round_a_third_is_told() {
        let told = told(&[
            ("main.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use crate::c::*; pub struct B;"),
            ("c.rs", "use crate::{a::A as X}; pub struct C;"),
        ]);
        assert_eq!(told.len(), 1, "{told:#?}");
    }

    #[test]
    fn a_parent_that_only_passes_names_on_is_in_no_circle() {
        let files = [
            ("lib.rs", "pub use self::a::make; mod a; mod b;"),
            ("a.rs", "pub fn make() {}"),
            // Through the root, to `a` and not to the root.
            ("b.rs", "fn f() { crate::make() }"),
        ];
        assert_eq!(told(&files), Vec::<String>::new());
        let used = [
            ("lib.rs", "mod db; pub struct Engine;"),
            ("db/mod.rs", "pub mod conn;"),
            ("db/conn.rs", "use crate::Engine;"),
        ];
        assert_eq!(told(&used), Vec::<String>::new());
    }

    #[test]
    fn a_parent_and_a_child_that_use_each_other_are_told() {
        for parent in [
            "mod a; pub struct P; fn f() { a::make() }",
            "mod a; use a::make; pub struct P;",
            "mod a; pub use a::make; pub struct P; fn f() { make() }",
            "mod a; use self::a::*; pub struct P;",
        ] {
            for child in ["use super::P;", "use super::*;", "use crate::{P as Q};"] {
                let child = format!("{child} pub fn make() {{}}");
                let told = told(&[("lib.rs", parent), ("a.rs", &child)]);
                assert_eq!(told.len(), 1, "{parent} {child}: {told:#?}");
            }
        }
    }

    #[test]
    fn tests_comments_ids_inline_modules_and_other_crates_close_no_circle() {
        let files = [
            ("lib.rs", "mod a; pub struct P; fn f() { a::make() }"),
            (
                "a.rs",
                "//! [`crate::P`]\nuse other::P; pub fn make(of: Id<crate::P>) { inner::g() }\n\
                 mod inner { pub fn g() {} fn h() { super::make() } }\n\
                 #[cfg(test)]\nmod tests { use crate::P; }",
            ),
        ];
        assert_eq!(told(&files), Vec::<String>::new());
    }
}
