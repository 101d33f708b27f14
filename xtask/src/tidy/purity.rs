//! Absences that hold in the sources, tests aside.

use super::rust::{code_outside_tests, lines_with, lines_with_std};
use super::{File, Problems, Tree};

/// Crates that do no I/O, read no clock and wait for nothing.
const PURE: &[&str] = &["rules", "model", "code"];

/// Words that have no place in a pure crate.
const IMPURE: &[&str] = &[
    "async fn",
    "async move",
    "tokio",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
];

/// Modules of std that have no place in a pure crate.
const IMPURE_STD: &[&str] = &["fs", "net", "process", "thread"];

/// Crates that may read the environment they run in.
const ENVIRONMENT: &[&str] = &["cli", "testkit"];

/// Words that belong in the crates named.
const PLACES: &[(&str, &[&str])] = &[
    ("sqlx", &["store", "data", "testkit"]),
    ("axum", &["web"]),
    ("reqwest", &["connect", "testkit"]),
];

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    for file in tree.with_extension("rs") {
        if let Some(of) = file.crate_name()
            && !is_test(&file.path)
        {
            absences(file, of, problems);
        }
    }
}

/// Integration tests, and unit tests in files of their own.
fn is_test(path: &str) -> bool {
    path.contains("/tests/")
        || path.contains("/benches/")
        || path.contains("/examples/")
        || path.ends_with("/tests.rs")
        || path.ends_with("_tests.rs")
}

fn absences(file: &File, of: &str, problems: &mut Problems) {
    let code = code_outside_tests(&file.text);
    let mut tell = |lines: Vec<usize>, what: String| {
        for line in lines {
            problems.error(format_args!("{}:{line}", file.path), &what);
        }
    };
    if PURE.contains(&of) {
        for word in IMPURE {
            tell(
                lines_with(&code, word),
                format!("`{word}` in `{of}`, which is pure"),
            );
        }
        for module in IMPURE_STD {
            tell(
                lines_with_std(&code, module),
                format!("`std::{module}` in `{of}`, which is pure"),
            );
        }
    }
    if !ENVIRONMENT.contains(&of) {
        tell(
            lines_with_std(&code, "env"),
            format!("the environment is read in {} only", ENVIRONMENT.join(", ")),
        );
    }
    for (word, places) in PLACES {
        if !places.contains(&of) {
            tell(
                lines_with(&code, word),
                format!("`{word}` belongs in {} only", places.join(", ")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::errors;
    use super::*;

    fn source(path: &str, text: &str) -> Vec<String> {
        errors(check, &[(path, text)])
    }

    #[test]
    fn pure_crates_have_no_clock_files_network_or_async() {
        for text in [
            "async fn f() {}",
            "use std::fs;",
            "use std::{collections::BTreeMap, net::IpAddr};",
            "let now = SystemTime::now();",
            "let now = jiff::Timestamp::now();",
            "use tokio::sync;",
        ] {
            assert_eq!(source("crates/model/src/lib.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn tests_and_comments_of_pure_crates_are_free() {
        let text = "//! No `std::fs` here.\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        assert_eq!(
            source("crates/rules/src/lib.rs", text),
            Vec::<String>::new()
        );
        assert_eq!(
            source("crates/rules/tests/it/main.rs", "use std::fs;"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_has_a_place_is_told_elsewhere_with_its_line() {
        let told = source(
            "crates/app/src/lib.rs",
            "fn f() {}\nuse std::env;\nuse sqlx::Row;\nuse axum::Router;\n",
        );
        assert_eq!(told.len(), 3, "{told:#?}");
        assert!(told[0].starts_with("crates/app/src/lib.rs:2: "));
        assert_eq!(
            source("crates/cli/src/config.rs", "use std::env;"),
            Vec::<String>::new()
        );
        assert_eq!(
            source("crates/store/src/lib.rs", "use sqlx::Row;"),
            Vec::<String>::new()
        );
    }
}
