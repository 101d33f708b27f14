//! The packages as the compilers take them, with keys and descriptions that would like to break out.
//!
//! A language whose tools are not on the machine is left out, and that is said.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;
mod npm;
mod others;
mod tools;

use hostile::{any_keys, hostile, key, keys};
use portcullis_code::packages::{Keys, Language};
use proptest::prelude::ProptestConfig;
use tools::is_there;

#[test]
fn npm_takes_hostile_keys() {
    if is_there("node", &["--version"], Language::Npm) {
        npm::npm(&hostile());
        npm::npm(&Keys::new());
    }
}

#[test]
fn python_takes_hostile_keys() {
    if is_there(
        "python3",
        &["-c", "import enum; enum.StrEnum"],
        Language::Python,
    ) {
        others::python(&hostile());
        others::python(&Keys::new());
    }
}

#[test]
fn rust_takes_hostile_keys() {
    if is_there("rustc", &["--version"], Language::Rust) {
        others::rust(&hostile());
        others::rust(&Keys::new());
    }
}

#[test]
fn go_takes_hostile_keys() {
    if is_there("go", &["version"], Language::Go) {
        let plain = ["query:some-object", "ADMIN", "é"]
            .map(|name| (name.to_owned(), key("What it is for", Some("use another"))));
        others::go_is_formatted(&keys(plain));
        others::go_is_formatted(&Keys::new());
        others::go(&hostile());
        others::go(&Keys::new());
    }
}

#[test]
fn rust_speaks_serde_where_asked() {
    if is_there("cargo", &["--version"], Language::Rust) {
        others::rust_with_serde(&hostile());
    }
}

proptest::proptest! {
    // Each case asks every compiler there is for a package of up to 60 keys.
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_out(keys in any_keys()) {
        if is_there("node", &["--version"], Language::Npm) { npm::npm(&keys); }
        if is_there("python3", &["-c", "import enum; enum.StrEnum"], Language::Python) { others::python(&keys); }
        if is_there("rustc", &["--version"], Language::Rust) { others::rust(&keys); }
        if is_there("go", &["version"], Language::Go) { others::go(&keys); }
    }
}
