//! What no committed file may contain: unfinished work, paths of one machine, a registry's address.

use super::rust::{code, line_of, lines_with};
use super::{File, Problems, Tree};

/// Written in two halves, here and in the tests, so that this file passes its own check.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];

const UNFINISHED_MACROS: &[&str] = &[concat!("to", "do!("), concat!("unimpl", "emented!(")];

const MACHINE_PATHS: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Where words and paths are somebody else's: data of the outside world, vendored files, locks, licences.
const NOT_OURS: &[&str] = &[
    "/vendor/",
    "/fixtures/",
    "/vectors/",
    ".min.js",
    "-lock.json",
    ".lock",
    ".snap",
];

/// The only source of crates, as Cargo.lock writes it.
const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    for file in &tree.files {
        registry(file, problems);
        machine_paths(file, problems);
        if !NOT_OURS.iter().any(|part| file.path.contains(part)) && file.name() != "LICENSE" {
            unfinished(file, problems);
        }
    }
}

fn unfinished(file: &File, problems: &mut Problems) {
    for word in UNFINISHED {
        for line in lines_with(&file.text, word) {
            problems.error(
                format_args!("{}:{line}", file.path),
                format_args!("`{word}`: do it, or open an issue"),
            );
        }
    }
    if file.extension() == Some("rs") {
        let code = code(&file.text);
        for word in UNFINISHED_MACROS {
            for line in lines_with(&code, word) {
                problems.error(
                    format_args!("{}:{line}", file.path),
                    format_args!("`{word}…)` is unfinished work"),
                );
            }
        }
    }
}

fn machine_paths(file: &File, problems: &mut Problems) {
    for path in MACHINE_PATHS {
        for (at, _) in file.text.match_indices(path) {
            // The start of a path, not the middle of another (or of a URL).
            let starts = !file.text[..at].chars().next_back().is_some_and(|c| {
                c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '}' | '~' | '*')
            });
            if starts {
                let line = line_of(&file.text, at);
                problems.error(
                    format_args!("{}:{line}", file.path),
                    format_args!("`{path}` is a path of one machine"),
                );
            }
        }
    }
}

/// Lock files and package managers' settings name packages, never the registry of one machine.
fn registry(file: &File, problems: &mut Problems) {
    let wrong: fn(&str) -> bool = match file.name() {
        "package-lock.json" | "npm-shrinkwrap.json" => |line| {
            line.trim_start()
                .strip_prefix("\"resolved\"")
                .is_some_and(|value| value.contains("://"))
        },
        "Cargo.lock" => |line| line.starts_with("source = ") && line != CRATES_IO,
        ".npmrc" | ".yarnrc" | ".yarnrc.yml" => {
            |line| line.contains("registry") && line.contains("://")
        }
        "uv.lock" | "poetry.lock" | "pdm.lock" | "pip.conf" | "Pipfile" | "Pipfile.lock" => {
            |line| line.contains("://")
        }
        name if name.starts_with("requirements") || name == "pyproject.toml" => {
            |line| line.contains("index-url") || line.contains("find-links")
        }
        "config.toml" if file.path.ends_with(".cargo/config.toml") => {
            |line| line.contains("replace-with") || line.contains("registry")
        }
        _ => return,
    };
    for (index, line) in file.text.lines().enumerate() {
        if wrong(line) {
            problems.error(
                format_args!("{}:{}", file.path, index + 1),
                "names a package registry; whoever installs chooses that",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::errors;
    use super::*;

    fn told(path: &str, text: &str) -> usize {
        errors(check, &[(path, text)]).len()
    }

    #[test]
    fn unfinished_work_is_told_in_every_language() {
        for (path, text) in [
            ("crates/web/src/lib.rs", concat!("// TO", "DO: later")),
            ("crates/web/src/lib.rs", concat!("fn f() { to", "do!() }")),
            ("e2e/a.mjs", concat!("// FIX", "ME")),
        ] {
            assert_eq!(told(path, text), 1, "{text}");
        }
        assert_eq!(told("a.md", concat!("MASTO", "DON and to", "do lists")), 0);
        assert_eq!(told("web/vendor/htmx.js", concat!("// TO", "DO")), 0);
    }

    #[test]
    fn paths_of_one_machine_are_told_but_not_parts_of_others() {
        assert_eq!(told("a.sh", concat!("cd /wo", "rk/main")), 1);
        assert_eq!(told("a.json", concat!("{\"home\": \"/ro", "ot/x\"}")), 1);
        assert_eq!(
            told(
                "a.md",
                concat!("https://example.com/wo", "rk/ and target/ro", "ot/")
            ),
            0
        );
    }

    #[test]
    fn lock_files_and_settings_name_no_registry() {
        let resolved = "{\n  \"resolved\": \"https://registry.example/x.tgz\",\n  \"funding\": \"https://example.com\"\n}";
        assert_eq!(told("e2e/package-lock.json", resolved), 1);
        assert_eq!(
            told("e2e/.npmrc", "omit-lockfile-registry-resolved=true"),
            0
        );
        assert_eq!(told("e2e/.npmrc", "registry=https://registry.example/"), 1);
        assert_eq!(told("Cargo.lock", CRATES_IO), 0);
        assert_eq!(
            told(
                "Cargo.lock",
                "source = \"registry+https://mirror.example/index\""
            ),
            1
        );
        assert_eq!(
            told(
                "bindings/python/requirements.txt",
                "--index-url https://x.example/simple\nsix==1"
            ),
            1
        );
        assert_eq!(
            told(
                ".cargo/config.toml",
                "[source.crates-io]\nreplace-with = 'mirror'"
            ),
            1
        );
    }
}
