//! The packages for Python, Rust and Go, used by a program of each.

use std::{fs, path::Path, process::Command};

use portcullis_code::packages::{Keys, Language};

use crate::tools::{generated, printed, run, write};

const IN_PYTHON: &str = r#"
import json, pathlib, sys, tomllib
from backoffice_permissions import BackOfficePermission
import backoffice_permissions
assert backoffice_permissions.__all__ == ["BackOfficePermission"]
keys = json.loads(pathlib.Path("keys.json").read_text(encoding="utf-8"))
assert [str(it) for it in BackOfficePermission] == keys
for key in keys:
    assert BackOfficePermission(key) == key
try:
    BackOfficePermission("no such key")
    raise SystemExit("it took a wrong key")
except (ValueError, TypeError):  # without any key it is a TypeError
    pass
project = tomllib.loads(pathlib.Path("pyproject.toml").read_text())
assert project["project"]["version"] == "2.1.0"
assert pathlib.Path("backoffice_permissions/py.typed").exists()
for it in BackOfficePermission:
    print(it.encode().hex())
"#;

pub(crate) fn python(keys: &Keys) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), generated(Language::Python, keys));
    let list: Vec<&String> = keys.keys().collect();
    fs::write(
        folder.path().join("keys.json"),
        serde_json::to_string(&list).unwrap(),
    )
    .unwrap();
    fs::write(folder.path().join("test.py"), IN_PYTHON).unwrap();
    let told = run(Command::new("python3")
        .args(["-B", "-W", "error", "test.py"])
        .current_dir(folder.path()));
    assert_eq!(told, printed(keys));
}

const IN_RUST: &str = r#"
use backoffice_permissions::{BackOfficePermission, UnknownBackOfficePermission};
fn main() {
    for it in BackOfficePermission::ALL {
        let key = it.to_string();
        assert_eq!(key.parse(), Ok(*it));
        let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
        println!("{hex}");
    }
    let wrong = "no such key".parse::<BackOfficePermission>();
    assert_eq!(wrong, Err(UnknownBackOfficePermission));
}
"#;

pub(crate) fn rust(keys: &Keys) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), generated(Language::Rust, keys));
    fs::write(folder.path().join("main.rs"), IN_RUST).unwrap();
    let rustc = |args: &[&str]| {
        run(Command::new("rustc")
            .args(["--edition", "2021", "-D", "warnings"])
            .args(args)
            .current_dir(folder.path()))
    };
    rustc(&[
        "--crate-type",
        "rlib",
        "--crate-name",
        "backoffice_permissions",
        "--check-cfg",
        "cfg(feature,values(\"serde\"))",
        "src/lib.rs",
    ]);
    rustc(&[
        "--extern",
        "backoffice_permissions=libbackoffice_permissions.rlib",
        "main.rs",
    ]);
    assert_eq!(
        run(&mut Command::new(folder.path().join("main"))),
        printed(keys)
    );
    let rustdoc = |args: &[&str]| {
        let args = args.iter().copied().chain([
            "--edition",
            "2021",
            "--crate-name",
            "backoffice_permissions",
            "src/lib.rs",
        ]);
        run(Command::new("rustdoc")
            .args(args)
            .current_dir(folder.path()))
    };
    rustdoc(&[
        "-D",
        "warnings",
        "--check-cfg",
        "cfg(feature,values(\"serde\"))",
    ]);
    assert!(
        rustdoc(&["--test"]).contains("running 0 tests"),
        "no description is a program"
    );
}

const SERDE_MANIFEST: &str = r#"
[package]
name = "uses"
version = "0.0.0"
edition = "2021"

[dependencies]
serde = { version = "1", default-features = false }
backoffice-permissions = { path = "keys", features = ["serde"] }

[workspace]
"#;
const IN_SERDE: &str = r#"
use backoffice_permissions::BackOfficePermission;
use serde::{Deserialize, Serialize, de::value::{Error, StrDeserializer}};

struct Shown(BackOfficePermission);
impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.serialize(f)
    }
}
fn read(key: &str) -> Result<BackOfficePermission, Error> {
    BackOfficePermission::deserialize(StrDeserializer::new(key))
}
fn main() {
    for it in BackOfficePermission::ALL {
        assert_eq!(read(it.as_str()), Ok(*it));
        assert_eq!(Shown(*it).to_string(), it.as_str());
    }
    assert!(read("no such key").is_err());
}
"#;

/// With serde, to text and back. The crates come from where cargo keeps what it has downloaded.
pub(crate) fn rust_with_serde(keys: &Keys) {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("keys"), generated(Language::Rust, keys));
    write(
        folder.path(),
        [
            ("Cargo.toml".to_owned(), SERDE_MANIFEST.to_owned()),
            ("src/main.rs".to_owned(), IN_SERDE.to_owned()),
        ],
    );
    let target = folder.path().join("target");
    run(Command::new("cargo")
        .args(["run", "--offline", "--quiet", "--target-dir"])
        .arg(target)
        .current_dir(folder.path()));
}

const IN_GO: &str = r#"package main

import (
	"fmt"

	permissions "example.com/backoffice-permissions/v2"
)

func main() {
	for _, it := range permissions.All() {
		if !it.IsValid() {
			panic(it)
		}
		fmt.Printf("%x\n", string(it))
	}
	if permissions.BackOfficePermission("no such key").IsValid() {
		panic("it took a wrong key")
	}
}
"#;

pub(crate) fn go(keys: &Keys) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), generated(Language::Go, keys));
    write(
        folder.path(),
        [("cmd/main.go".to_owned(), IN_GO.to_owned())],
    );
    let go = |args: &[&str]| go_command(folder.path(), args);
    go(&["vet", "./..."]);
    assert_eq!(go(&["run", "./cmd"]), printed(keys));
}

fn go_command(folder: &Path, args: &[&str]) -> String {
    let mut go = Command::new("go");
    go.args(args).current_dir(folder);
    run(go.envs([
        ("GOPROXY", "off"),
        ("GOTOOLCHAIN", "local"),
        ("GOFLAGS", "-mod=mod"),
    ]))
}

/// Ordinary keys need no formatter. Quotes are another matter: in comments it makes them round.
pub(crate) fn go_is_formatted(keys: &Keys) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), generated(Language::Go, keys));
    assert_eq!(go_command(folder.path(), &["fmt", "./..."]), "");
}
