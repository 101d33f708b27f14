//! For each language its names and its files.

use std::collections::BTreeMap;

use super::{Keys, Names, Published, Version, go, identifier, npm, python, rust};
use crate::Findings;

/// For whom a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// JavaScript with types, as ES module and as CommonJS.
    Npm,
    /// Python 3.11 and later.
    Python,
    /// Rust 1.60 and later.
    Rust,
    /// Go 1.18 and later.
    Go,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Npm, Self::Python, Self::Rust, Self::Go];

    /// What it is called.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Python => "Python",
            Self::Rust => "Rust",
            Self::Go => "Go",
        }
    }

    /// What a key is called there; none where it is a string only.
    #[must_use]
    pub fn identifier(self, key: &str) -> Option<String> {
        match self {
            Self::Npm => None,
            Self::Python => Some(identifier::screaming(key)),
            Self::Rust => Some(identifier::variant(key)),
            Self::Go => Some(identifier::pascal(key)),
        }
    }
}

/// Two keys that would be one name in a language, each an error at the later one's place.
#[must_use]
pub fn collisions(keys: &Keys, languages: &[Language]) -> Findings {
    let mut findings = Findings::default();
    let mut pairs: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for language in languages {
        let mut known: BTreeMap<String, &str> = BTreeMap::new();
        for key in keys.keys() {
            let Some(name) = language.identifier(key) else {
                continue;
            };
            let said = format!("`{name}` in {}", language.as_str());
            if let Some(other) = known.get(&name) {
                pairs.entry((other, key)).or_default().push(said);
            } else {
                known.insert(name, key);
            }
        }
    }
    for ((one, other), said) in pairs {
        let (Some(first), Some(second)) = (keys.get(one), keys.get(other)) else {
            continue;
        };
        let place = (&first.place).max(&second.place);
        let message = format!("`{one}` and `{other}` are both {}", said.join(", "));
        let hint = "rename one; letters and digits make the name, everything else separates words";
        findings.error(place, "identifier-collision", message, hint);
    }
    findings
}

/// The package of a language by paths of files.
///
/// # Errors
/// The [`collisions`] there are.
pub fn package(
    language: Language,
    names: &Names,
    keys: &Keys,
    version: Version,
) -> Result<BTreeMap<String, String>, Findings> {
    let found = collisions(keys, &[language]);
    if found.has_errors() {
        return Err(found);
    }
    let published = Published::new(names, keys, version).text();
    Ok(match language {
        Language::Npm => npm::files(names, keys, version, published),
        Language::Python => python::files(names, keys, version, published),
        Language::Rust => rust::files(names, keys, version, published),
        Language::Go => go::files(names, keys, version, published),
    })
}
