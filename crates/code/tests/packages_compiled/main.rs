//! The packages as the compilers take them, with keys and descriptions that would like to break out.
//!
//! A language whose tools are not on the machine is left out, and that is said.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod npm;
mod others;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use portcullis_code::{
    Place,
    packages::{Key, Keys, Language, Names, Version, collisions, package},
};
use proptest::{prelude::ProptestConfig, strategy::Strategy};

const KEYS: &[&str] = &[
    "query:some-object",
    "ADMIN_OFFBOARDING",
    "\"",
    "'",
    "\\",
    "\\u0041",
    "\\x42",
    "\\N{DIGIT ONE}",
    "`${process.exit(1)}`",
    "*/ throw 1 /*",
    "\"\"\"",
    "'''",
    "{}",
    "{0}",
    "%s",
    "é",
    "日本",
    "😀",
    "self",
    "class",
    "None",
    "a-l-l",
    "type",
    "func",
    "2fa",
    ":",
    "#",
    "//",
    "<!--",
    "</script>",
    "__proto__",
    "constructor",
    "toString",
    "a'b\"c",
    "\\n",
    "\\u{1F600}",
    "$x",
    "\\\\",
    "mro",
    "_",
    "/*",
    "r\"x",
    "turned\u{202e}round",
    "line\u{2028}end",
    "nul\u{0}",
    "tab\there",
    "new\nline",
    "\u{7f}",
    "\u{feff}bom",
];
const TEXTS: &[&str] = &[
    "",
    "Plain",
    "*/ throw 1; /*",
    "*/",
    "**/",
    "*\\/",
    "*\u{200b}/ throw 1",
    "\"\"\"\nraise SystemExit(3)\n\"\"\"",
    "one\nthrow 1;\nraise 1\npanic!()",
    "a\r\nimport \"os\"",
    "\u{2028}throw 1",
    "\u{85}throw 1",
    "\u{b}raise 1",
    "@deprecated not so",
    "{@link x",
    "```\npanic!()\n```",
    "~~~ rust",
    "    panic!()",
    "\u{202e}evil",
    "\\",
    "ends with \\",
    "# -*- coding: ascii -*-",
    "go:embed x",
    "<script>alert(1)</script>",
    "[x](y) [y]",
    "\"; evil(",
    "#[cfg(any())]",
    "+build ignore",
    "Deprecated: no",
    "%s {} {0} ${x}",
    "/// x",
    "/* open",
    "\u{0}nul",
];

fn key(description: &str, deprecated: Option<&str>) -> Key {
    Key {
        place: Place::start(&"config/permissions.yaml".into()),
        description: description.to_owned(),
        deprecated: deprecated.map(str::to_owned),
    }
}

/// Those keys that have a name of their own in every language.
fn keys(all: impl IntoIterator<Item = (String, Key)>) -> Keys {
    let mut keys = Keys::new();
    for (name, key) in all {
        if keys.insert(name.clone(), key).is_none()
            && collisions(&keys, &Language::ALL).has_errors()
        {
            keys.remove(&name);
        }
    }
    keys
}

fn hostile() -> Keys {
    let some = |at: usize| TEXTS[at % TEXTS.len()];
    let all = KEYS.iter().enumerate().map(|(at, name)| {
        let deprecated = (at % 3 != 0).then(|| some(at * 7 + 1));
        ((*name).to_owned(), key(some(at), deprecated))
    });
    let keys = keys(all);
    assert_eq!(keys.len(), KEYS.len(), "none of them is left out");
    keys
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = proptest::prop_oneof![
        proptest::sample::select(KEYS).prop_map(str::to_owned),
        proptest::sample::select(TEXTS).prop_map(str::to_owned),
        proptest::arbitrary::any::<char>().prop_map(String::from),
        "[ -~]{1,5}",
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

fn any_keys() -> impl Strategy<Value = Keys> {
    let one = (any_text(), any_text(), proptest::option::of(any_text())).prop_map(
        |(name, description, deprecated)| (name, key(&description, deprecated.as_deref())),
    );
    proptest::collection::vec(one, 0..60).prop_map(keys)
}

/// Whether a tool is there; told where it is not.
fn is_there(command: &str, args: &[&str], language: Language) -> bool {
    let there = Command::new(command)
        .args(args)
        .output()
        .is_ok_and(|out| out.status.success());
    if !there {
        let args = args.join(" ");
        eprintln!(
            "SKIPPED: `{command} {args}` does not run here: the {} package is not compiled",
            language.as_str()
        );
    }
    there
}

fn write(folder: &Path, files: impl IntoIterator<Item = (String, String)>) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn run(command: &mut Command) -> String {
    let out = command.output().unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    assert!(out.status.success(), "{command:?}\n{said}");
    String::from_utf8(out.stdout).unwrap()
}

/// The keys as programs are to print them: the bytes of each in hexadecimal, a line each.
fn printed(keys: &Keys) -> String {
    keys.keys().fold(String::new(), |mut out, key| {
        key.bytes().for_each(|byte| _ = write!(out, "{byte:02x}"));
        out + "\n"
    })
}

fn generated(language: Language, keys: &Keys) -> impl Iterator<Item = (String, String)> {
    let version = Version {
        major: 2,
        minor: 1,
        patch: 0,
    };
    package(language, &Names::default(), keys, version)
        .unwrap()
        .into_iter()
}

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
