//! The package for npm: run by Node.js both ways, its types checked by tsc.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use portcullis_code::packages::{Keys, Language};

use crate::tools::{generated, is_there, printed, run, write};

fn tsc() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bindings/js/node_modules/typescript/bin/tsc")
}

const IN_NODE: &str = r#"
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as module from "backoffice-permissions";
const own = JSON.parse(readFileSync("node_modules/backoffice-permissions/package.json", "utf8"));
for (const how of ["import", "require"]) assert.equal(Object.keys(own.exports["."][how])[0], "types");
for (const file of own.files) readFileSync(`node_modules/backoffice-permissions/${file}`);
const keys = JSON.parse(readFileSync("keys.json", "utf8"));
for (const it of [module, createRequire(import.meta.url)("backoffice-permissions")]) {
  assert.deepEqual(it.BACK_OFFICE_PERMISSIONS, keys);
  assert.ok(Object.isFrozen(it.BACK_OFFICE_PERMISSIONS));
  assert.throws(() => it.BACK_OFFICE_PERMISSIONS.push("x"));
  assert.deepEqual(Object.keys(it).sort(), ["BACK_OFFICE_PERMISSIONS", "isBackOfficePermission"]);
  for (const key of keys) assert.equal(it.isBackOfficePermission(key), true);
  for (const other of ["no such key", "hasOwnProperty", 1, null, undefined, {}, keys, keys.slice(0, 1)])
    assert.equal(it.isBackOfficePermission(other), false);
}
for (const key of module.BACK_OFFICE_PERMISSIONS) console.log(Buffer.from(key).toString("hex"));
"#;

const IMPORT: &str = r#"
import { BACK_OFFICE_PERMISSIONS, isBackOfficePermission, type BackOfficePermission } from "backoffice-permissions";
"#;
const REQUIRE: &str = r#"
import it = require("backoffice-permissions");
const { BACK_OFFICE_PERMISSIONS, isBackOfficePermission } = it;
type BackOfficePermission = it.BackOfficePermission;
"#;

pub(crate) fn npm(keys: &Keys) {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    write(
        &at("node_modules/backoffice-permissions"),
        generated(Language::Npm, keys),
    );
    let list: Vec<&String> = keys.keys().collect();
    let list = serde_json::to_string(&list).unwrap();
    fs::write(at("keys.json"), &list).unwrap();
    fs::write(at("test.mjs"), IN_NODE).unwrap();
    let told = run(Command::new("node")
        .arg("test.mjs")
        .current_dir(folder.path()));
    assert_eq!(told, printed(keys));
    if !is_there(
        "node",
        &[&tsc().to_string_lossy(), "--version"],
        Language::Npm,
    ) {
        return;
    }
    let uses = format!(
        "const all: readonly BackOfficePermission[] = {list};
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
export const same: Same<BackOfficePermission, (typeof list)[number]> = true;
export const element: Same<(typeof BACK_OFFICE_PERMISSIONS)[number], BackOfficePermission> = true;
// @ts-expect-error
export const wrong: BackOfficePermission = \"no such key\";
// @ts-expect-error
BACK_OFFICE_PERMISSIONS.push(all[0]);
export const narrowed = (value: unknown): BackOfficePermission | null => isBackOfficePermission(value) ? value : null;
"
    );
    let list = format!("const list = {list} as const;\n{uses}");
    let module = format!("{IMPORT}{list}");
    let common = format!("{REQUIRE}{list}");
    write(
        folder.path(),
        [
            ("test.mts".to_owned(), module),
            ("test.cts".to_owned(), common),
        ],
    );
    run(Command::new("node")
        .arg(tsc())
        .args([
            "--noEmit",
            "--strict",
            "--module",
            "nodenext",
            "--target",
            "es2022",
            "--skipLibCheck",
            "false",
            "--types",
            "",
        ])
        .args(["test.mts", "test.cts"])
        .current_dir(folder.path()));
}
