//! The package for Python: a `StrEnum` with types.

use std::collections::BTreeMap;

use super::{
    KEYS_FILE, Keys, Names, Version, identifier,
    text::{Escape, in_line, literal, remarks},
};

pub(super) fn files(
    names: &Names,
    keys: &Keys,
    version: Version,
    published: String,
) -> BTreeMap<String, String> {
    let module = names.python_module();
    BTreeMap::from([
        ("pyproject.toml".to_owned(), project(names, version)),
        (format!("{module}/__init__.py"), init(names, keys)),
        (format!("{module}/py.typed"), String::new()),
        (format!("{module}/{KEYS_FILE}"), published),
    ])
}

fn project(names: &Names, version: Version) -> String {
    let (name, module) = (names.python(), names.python_module());
    format!(
        "[build-system]
requires = [\"setuptools>=61\"]
build-backend = \"setuptools.build_meta\"

[project]
name = \"{name}\"
version = \"{version}\"
description = \"The keys of all permissions, with types.\"
requires-python = \">=3.11\"

[tool.setuptools]
packages = [\"{module}\"]

[tool.setuptools.package-data]
{module} = [\"py.typed\", \"{KEYS_FILE}\"]
"
    )
}

fn init(names: &Names, keys: &Keys) -> String {
    let union = names.union();
    // What is said of a key stands in comments, far below the lines that may name a file's encoding.
    let mut list = String::new();
    for (key, it) in keys {
        let (description, deprecated) = remarks(it, in_line);
        let deprecated = deprecated.map(|why| format!("Deprecated: {why}"));
        let said = description.into_iter().chain(deprecated);
        list.extend(said.map(|line| format!("    #: {line}\n")));
        let name = identifier::screaming(key);
        list += &format!("    {name} = {}\n", literal(key, Escape::Wide));
    }
    format!(
        "\"\"\"The keys of all permissions. Generated; changes are lost.\"\"\"

from enum import StrEnum

__all__ = [\"{union}\"]


class {union}(StrEnum):
    \"\"\"One of the keys.\"\"\"

{list}"
    )
}
