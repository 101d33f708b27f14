//! The attributes of a resource, read from JSON text straight into the engine's values.

use std::fmt;

use portcullis_rules::{Attributes, Value, strict};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// Names with their values, sorted by name.
pub(crate) struct Given(Vec<(String, Value)>);

impl Given {
    /// Reads a JSON map.
    ///
    /// # Errors
    /// Says what is wrong with the text; a name written twice is, because only one of its values would count.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if text == "{}" {
            return Ok(Self(Vec::new()));
        }
        strict::from_str(text)
            .map_err(|error| format!("the attributes are not a JSON map that can be used: {error}"))
    }
}

impl Attributes for Given {
    fn get(&self, name: &str) -> Option<&Value> {
        let found = self.0.binary_search_by(|(n, _)| n.as_str().cmp(name));
        found.ok().map(|i| &self.0[i].1)
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from names to values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
        let mut entries: Vec<(String, Value)> = Vec::new();
        while let Some((name, value)) = map.next_entry()? {
            entries.push((name, value));
        }
        entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Given(entries))
    }
}
