//! Values from any self-describing format: what two readers could understand differently is refused.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    sync::Arc,
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

use super::{Number, Value};

/// A key that a map gives twice is refused: readers differ in which one they take.
///
/// ```
/// use portcullis_rules::Value;
/// let read = |text: &str| serde_json::from_str::<Value>(text);
/// assert_eq!(read("[1.0, null]").unwrap(), Value::from(vec![Value::from(1), Value::Null]));
/// assert!(read(r#"{"role": "guest", "role": "admin"}"#).is_err());
/// ```
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = BTreeMap::<Arc<str>, Value>::new();
        while let Some(key) = entries.next_key::<Box<str>>()? {
            match all.entry(key.into()) {
                Entry::Vacant(place) => place.insert(entries.next_value()?),
                Entry::Occupied(given) => {
                    let twice = format!("the key `{}` is given twice", given.key());
                    return Err(A::Error::custom(twice));
                }
            };
        }
        Ok(Value::Object(Arc::new(all)))
    }
}
