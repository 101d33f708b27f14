//! The crate for Rust: an enum, with serde where that is asked for.

use std::collections::BTreeMap;

use super::{
    KEYS_FILE, Keys, Names, Version, identifier,
    text::{Escape, in_markdown, literal as quoted, remarks},
};

pub(super) fn files(
    names: &Names,
    keys: &Keys,
    version: Version,
    published: String,
) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("Cargo.toml".to_owned(), manifest(names, version)),
        ("src/lib.rs".to_owned(), source(names, keys)),
        (KEYS_FILE.to_owned(), published),
    ])
}

fn manifest(names: &Names, version: Version) -> String {
    let name = names.rust();
    format!(
        "[package]
name = \"{name}\"
version = \"{version}\"
edition = \"2021\"
rust-version = \"1.60\"
description = \"The keys of all permissions, as an enum.\"

[features]
serde = [\"dep:serde\"]

[dependencies]
serde = {{ version = \"1\", default-features = false, optional = true }}
"
    )
}

/// What is the same for every type that is called `Type`; paths are whole, so that its name hides nothing.
const REST: &str = r#"
impl ::core::fmt::Display for Type {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text is none of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownType;

impl ::core::fmt::Display for UnknownType {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str("there is no such permission")
    }
}

impl ::std::error::Error for UnknownType {}

#[cfg(feature = "serde")]
impl ::serde::Serialize for Type {
    fn serialize<S: ::serde::Serializer>(&self, to: S) -> ::core::result::Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl<'de> ::serde::Deserialize<'de> for Type {
    fn deserialize<D: ::serde::Deserializer<'de>>(
        from: D,
    ) -> ::core::result::Result<Self, D::Error> {
        struct TypeVisitor;
        impl ::serde::de::Visitor<'_> for TypeVisitor {
            type Value = Type;
            fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str("the key of a permission")
            }
            fn visit_str<E: ::serde::de::Error>(
                self,
                text: &str,
            ) -> ::core::result::Result<Type, E> {
                text.parse().map_err(E::custom)
            }
        }
        from.deserialize_str(TypeVisitor)
    }
}
"#;

fn source(names: &Names, keys: &Keys) -> String {
    let union = names.union();
    let (mut variants, mut all) = (String::new(), String::new());
    let (mut to, mut from) = (String::new(), String::new());
    for (key, it) in keys {
        let name = identifier::variant(key);
        let literal = quoted(key, Escape::Braces);
        let (description, deprecated) = remarks(it, in_markdown);
        let said = description.map_or_else(String::new, |line| format!(": {line}"));
        variants += &format!("    /// Key {}{said}\n", in_markdown(key));
        if let Some(why) = deprecated {
            variants += &format!(
                "    #[deprecated(note = {})]\n",
                quoted(&why, Escape::Braces)
            );
        }
        variants += &format!("    {name},\n");
        all += &format!("        Self::{name},\n");
        to += &format!("            Self::{name} => {literal},\n");
        from += &format!("            {literal} => ::core::result::Result::Ok(Self::{name}),\n");
    }
    let rest = REST.replace("Type", union);
    format!(
        "//! The keys of all permissions. Generated; changes are lost.
#![forbid(unsafe_code)]
#![allow(deprecated, non_camel_case_types, rustdoc::bare_urls)]

/// One of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum {union} {{
{variants}}}

impl {union} {{
    /// All keys, in order.
    pub const ALL: &'static [Self] = &[
{all}    ];

    /// The key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {{
        match self {{
{to}        }}
    }}
}}

impl ::core::str::FromStr for {union} {{
    type Err = Unknown{union};

    fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {{
        match text {{
{from}            _ => ::core::result::Result::Err(Unknown{union}),
        }}
    }}
}}
{rest}"
    )
}
