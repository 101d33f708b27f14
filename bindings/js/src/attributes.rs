//! The attributes of a resource, read from JSON text straight into the engine's values.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use portcullis_rules::{Attributes, Number, Value};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

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
        serde_json::from_str(text)
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
        let mut entries = Vec::new();
        while let Some((name, Read(value))) = map.next_entry::<String, Read>()? {
            entries.push((name, value));
        }
        entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        if let Some(twice) = entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let name = &twice[0].0;
            return Err(A::Error::custom(format_args!(
                "the attribute `{name}` is written twice"
            )));
        }
        Ok(Given(entries))
    }
}

/// A value as serde hands it over.
struct Read(Value);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any).map(Self)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Value, E> {
        Ok(n.into())
    }

    fn visit_f64<E: Error>(self, n: f64) -> Result<Value, E> {
        let number = Number::from_f64(n);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Read(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((name, Read(value))) = map.next_entry::<String, Read>()? {
            entries.insert(Arc::from(name), value);
        }
        Ok(Value::Object(Arc::new(entries)))
    }
}
