//! The module for Go: typed constants.

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
    let package = names.go_package();
    // From the second major version on it is part of the path.
    let suffix = match version.major {
        0 | 1 => String::new(),
        major => format!("/v{major}"),
    };
    let module = format!("module {}{suffix}\n\ngo 1.18\n", names.go());
    BTreeMap::from([
        ("go.mod".to_owned(), module),
        (format!("{package}.go"), source(names, keys)),
        (KEYS_FILE.to_owned(), published),
    ])
}

fn source(names: &Names, keys: &Keys) -> String {
    let (package, union) = (names.go_package(), names.union());
    let mut constants = String::new();
    for (key, it) in keys {
        let name = format!("{union}{}", identifier::pascal(key));
        let literal = literal(key, Escape::Wide);
        let (description, deprecated) = remarks(it, in_line);
        constants += &format!("// {name} is {literal}.");
        constants.extend(description.map(|line| format!(" {line}")));
        constants += "\n";
        constants.extend(deprecated.map(|why| format!("//\n// Deprecated: {why}\n")));
        constants += &format!("const {name} {union} = {literal}\n\n");
    }
    let names: Vec<_> = keys
        .keys()
        .map(|key| format!("{union}{}", identifier::pascal(key)))
        .collect();
    let list: String = names.iter().map(|name| format!("\t\t{name},\n")).collect();
    let all = match list.as_str() {
        "" => "{}".to_owned(),
        list => format!("{{\n{list}\t}}"),
    };
    let case = match names.as_slice() {
        [] => String::new(),
        names => format!("\tcase {}:\n\t\treturn true\n", names.join(",\n\t\t")),
    };
    format!(
        "// Package {package} has the keys of all permissions. Generated; changes are lost.
package {package}

// {union} is one of the keys.
type {union} string

{constants}// All answers all keys, in order.
func All() []{union} {{
\treturn []{union}{all}
}}

// IsValid reports whether it is one of the keys.
func (permission {union}) IsValid() bool {{
\tswitch permission {{
{case}\t}}
\treturn false
}}
"
    )
}
