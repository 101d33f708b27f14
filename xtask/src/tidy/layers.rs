//! Which crate may depend on which, and which outside crate belongs where: read from the manifests.

use super::{Problems, Tree};

/// Our crates from the bottom up. A crate may depend on those of lower levels only.
///
/// A new crate gets a line here, at the level its reason for being gives it.
const LEVELS: &[(&str, u8)] = &[
    ("rules", 0),
    ("model", 1),
    ("store", 2),
    ("code", 2),
    ("data", 2),
    ("app", 3),
    ("connect", 4),
    ("sandbox", 4),
    ("web", 5),
    ("cli", 6),
    ("testkit", 6),
];

/// Who may use these crates of ours at all, and as what.
const SANDBOX_USERS: &[&str] = &["cli", "testkit"];

/// Outside crates that live in one place. Dev-dependencies are free.
///
/// `data` may hold SQL for its SQL backend; `testkit` is a dev-dependency everywhere.
const PLACES: &[(&str, &[&str])] = &[
    ("sqlx", &["store", "data", "testkit"]),
    ("axum", &["web"]),
    ("reqwest", &["connect", "testkit"]),
    ("clap", &["cli"]),
];

/// Outside crates that would bring I/O, a clock or randomness into the pure crates.
const IMPURE: &[&str] = &[
    "tokio",
    "async-std",
    "futures",
    "sqlx",
    "reqwest",
    "hyper",
    "axum",
    "getrandom",
    "rand",
    "tracing-subscriber",
];

pub(super) fn check(tree: &Tree, problems: &mut Problems) {
    for file in tree.files.iter().filter(|file| file.name() == "Cargo.toml") {
        let Some(from) = file.crate_name() else {
            continue;
        };
        let manifest: toml::Table = match toml::from_str(&file.text) {
            Ok(manifest) => manifest,
            Err(error) => {
                problems.error(
                    &file.path,
                    format_args!("is not valid TOML: {}", error.message()),
                );
                continue;
            }
        };
        let Some(level) = level(from) else {
            problems.error(
                &file.path,
                format_args!(
                    "crate `{from}` has no level; give it one in xtask/src/tidy/layers.rs"
                ),
            );
            continue;
        };
        for dependency in dependencies(&manifest) {
            let name = dependency.name.as_str();
            match name.strip_prefix("portcullis-") {
                Some(to) => ours(&file.path, from, level, to, dependency.dev, problems),
                None if !dependency.dev => outside(&file.path, from, name, problems),
                None => {}
            }
        }
    }
}

fn ours(path: &str, from: &str, level_from: u8, to: &str, dev: bool, problems: &mut Problems) {
    if to == "testkit" {
        if !dev {
            problems.error(path, "`testkit` may only be a dev-dependency");
        }
        return;
    }
    if to == "sandbox" && !SANDBOX_USERS.contains(&from) {
        problems.error(path, "`sandbox` is for `cli` (demo) and `testkit` only");
        return;
    }
    match level(to) {
        // `web` is above `sandbox` for nobody: they share a level and do not see each other.
        Some(level_to) if level_to < level_from => {}
        Some(_) => problems.error(
            path,
            format_args!("`{from}` may not depend on `{to}`: dependencies point down, rules ← model ← store … ← app ← connect ← web ← cli"),
        ),
        None => problems.error(path, format_args!("depends on `{to}`, which has no level in xtask/src/tidy/layers.rs")),
    }
}

fn outside(path: &str, from: &str, name: &str, problems: &mut Problems) {
    if let Some((_, places)) = PLACES.iter().find(|(owned, _)| *owned == name)
        && !places.contains(&from)
    {
        problems.error(
            path,
            format_args!("`{name}` belongs in {} only", places.join(", ")),
        );
    }
    if matches!(from, "rules" | "model" | "code") && IMPURE.contains(&name) {
        problems.error(
            path,
            format_args!("`{from}` is pure and may not depend on `{name}`"),
        );
    }
}

/// How far up a crate of ours is, whether it is there yet or not.
pub(super) fn level(name: &str) -> Option<u8> {
    LEVELS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, level)| *level)
}

struct Dependency {
    /// The package, not the name it is renamed to.
    name: String,
    dev: bool,
}

/// All dependencies of a manifest, those for one platform or the build script included.
fn dependencies(manifest: &toml::Table) -> Vec<Dependency> {
    let platforms = manifest
        .get("target")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flat_map(|targets| targets.values().filter_map(toml::Value::as_table));
    std::iter::once(manifest)
        .chain(platforms)
        .flat_map(|table| {
            ["dependencies", "build-dependencies", "dev-dependencies"].map(|kind| (kind, table))
        })
        .filter_map(|(kind, table)| Some((kind, table.get(kind)?.as_table()?)))
        .flat_map(|(kind, table)| {
            table.iter().map(move |(key, value)| Dependency {
                name: value
                    .get("package")
                    .and_then(toml::Value::as_str)
                    .unwrap_or(key)
                    .to_owned(),
                dev: kind == "dev-dependencies",
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::errors;
    use super::*;

    fn manifest(of: &str, text: &str) -> Vec<String> {
        errors(check, &[(&format!("crates/{of}/Cargo.toml"), text)])
    }

    #[test]
    fn the_allowed_directions_pass() {
        let store = "[dependencies]\nportcullis-model.workspace = true\nsqlx = '1'\n[dev-dependencies]\nportcullis-testkit.workspace = true\nreqwest = '1'";
        assert_eq!(manifest("store", store), Vec::<String>::new());
        let cli = "[dependencies]\nportcullis-sandbox = {}\nportcullis-web = {}\nclap = '4'";
        assert_eq!(manifest("cli", cli), Vec::<String>::new());
    }

    #[test]
    fn a_dependency_upwards_or_sideways_is_told() {
        for (of, to) in [
            ("model", "store"),
            ("store", "app"),
            ("connect", "web"),
            ("app", "connect"),
            ("web", "cli"),
            ("web", "sandbox"),
            ("app", "sandbox"),
        ] {
            for kind in [
                "dependencies",
                "build-dependencies",
                "target.'cfg(unix)'.dependencies",
            ] {
                let text = format!("[{kind}]\nportcullis-{to} = {{}}");
                assert_eq!(manifest(of, &text).len(), 1, "{of} -> {to} as {kind}");
            }
        }
    }

    #[test]
    fn testkit_is_for_tests() {
        assert!(
            manifest("web", "[dependencies]\nportcullis-testkit = {}")[0]
                .contains("dev-dependency")
        );
    }

    #[test]
    fn outside_crates_stay_in_their_place_even_renamed() {
        assert_eq!(manifest("app", "[dependencies]\nsqlx = '1'").len(), 1);
        assert_eq!(manifest("store", "[dependencies]\nreqwest = '1'").len(), 1);
        assert_eq!(
            manifest(
                "model",
                "[dependencies]\nfast = { package = 'tokio', version = '1' }"
            )
            .len(),
            1
        );
    }

    #[test]
    fn a_crate_without_a_level_is_told() {
        assert!(manifest("billing", "[dependencies]")[0].contains("has no level"));
    }
}
