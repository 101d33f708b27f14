//! The package for npm: ES module, CommonJS and types.

use std::collections::BTreeMap;

use super::{
    KEYS_FILE, Keys, Names, Version,
    text::{Escape, in_block, literal, remarks},
};

const HEADER: &str = "// The keys of all permissions. Generated; changes are lost.\n";

pub(super) fn files(
    names: &Names,
    keys: &Keys,
    version: Version,
    published: String,
) -> BTreeMap<String, String> {
    let types = types(names, keys);
    BTreeMap::from([
        ("package.json".to_owned(), manifest(names, version)),
        ("index.js".to_owned(), module(names, keys)),
        ("index.cjs".to_owned(), common(names, keys)),
        ("index.d.ts".to_owned(), types.clone()),
        ("index.d.cts".to_owned(), types),
        (KEYS_FILE.to_owned(), published),
    ])
}

/// The order of conditions counts: the first that fits is taken, and `types` comes before code.
fn manifest(names: &Names, version: Version) -> String {
    let name = names.npm();
    format!(
        r#"{{
  "name": "{name}",
  "version": "{version}",
  "description": "The keys of all permissions, with types.",
  "license": "UNLICENSED",
  "type": "module",
  "sideEffects": false,
  "main": "./index.cjs",
  "module": "./index.js",
  "types": "./index.d.ts",
  "exports": {{
    ".": {{
      "import": {{ "types": "./index.d.ts", "default": "./index.js" }},
      "require": {{ "types": "./index.d.cts", "default": "./index.cjs" }}
    }},
    "./{KEYS_FILE}": "./{KEYS_FILE}",
    "./package.json": "./package.json"
  }},
  "files": ["index.js", "index.cjs", "index.d.ts", "index.d.cts", "{KEYS_FILE}"]
}}
"#
    )
}

fn list(keys: &Keys) -> String {
    let lines = keys
        .keys()
        .map(|key| format!("  {},\n", literal(key, Escape::JavaScript)));
    lines.collect()
}

fn module(names: &Names, keys: &Keys) -> String {
    let (array, guard, list) = (names.array(), names.guard(), list(keys));
    format!(
        "{HEADER}
export const {array} = Object.freeze([
{list}]);

const known = new Set({array});

export function {guard}(value) {{
  return known.has(value);
}}
"
    )
}

fn common(names: &Names, keys: &Keys) -> String {
    let (array, guard, list) = (names.array(), names.guard(), list(keys));
    format!(
        "{HEADER}\"use strict\";

const {array} = Object.freeze([
{list}]);

const known = new Set({array});

function {guard}(value) {{
  return known.has(value);
}}

exports.{array} = {array};
exports.{guard} = {guard};
"
    )
}

fn types(names: &Names, keys: &Keys) -> String {
    let (array, union, guard) = (names.array(), names.union(), names.guard());
    let mut list = String::new();
    for (key, it) in keys {
        let (description, deprecated) = remarks(it, in_block);
        let deprecated = deprecated.map(|why| format!("@deprecated {why}"));
        let said: Vec<_> = description.into_iter().chain(deprecated).collect();
        if !said.is_empty() {
            list += "  /**\n";
            list.extend(said.iter().map(|line| format!("   * {line}\n")));
            list += "   */\n";
        }
        list += &format!("  {},\n", literal(key, Escape::JavaScript));
    }
    format!(
        "{HEADER}
/** All keys, in order. */
export declare const {array}: readonly [
{list}];

/** One of the keys. */
export type {union} = (typeof {array})[number];

/** Whether a value is one of the keys. */
export declare function {guard}(value: unknown): value is {union};
"
    )
}
