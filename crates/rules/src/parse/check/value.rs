//! Values that stand in conditions, and notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::Code;
use super::super::json::{Kind, Node};
use super::super::report::{Path, out_of_range};
use super::Checker;
use crate::value::{NumberError, Value};

impl Checker<'_> {
    pub(super) fn literal(&mut self, path: &Path<'_>, node: &Node) -> Option<Value> {
        Some(match &node.kind {
            Kind::Null => Value::Null,
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Number(n) => Value::Number(*n),
            Kind::BadNumber(written, error) => {
                self.bad_number(path, node, written, *error);
                return None;
            }
            Kind::String(text) => text.as_str().into(),
            Kind::Array(items) => {
                self.count(path, node, items.len())?;
                let values: Vec<_> = items
                    .iter()
                    .enumerate()
                    .filter_map(|(i, item)| self.literal(&path.index(i), item))
                    .collect();
                (values.len() == items.len()).then(|| values.into())?
            }
            Kind::Object(entries) => {
                self.count(path, node, entries.len())?;
                self.repeated_keys(path, entries)?;
                let values: BTreeMap<Arc<str>, Value> = entries
                    .iter()
                    .filter_map(|e| {
                        let value = self.literal(&path.key(&e.key), &e.value)?;
                        Some((e.key.as_str().into(), value))
                    })
                    .collect();
                (values.len() == entries.len()).then(|| Value::Object(Arc::new(values)))?
            }
        })
    }

    /// Notes keep their JSON as it is; only what JSON leaves open is refused.
    pub(super) fn meta(&mut self, path: &Path<'_>, node: &Node) -> Option<serde_json::Value> {
        Some(match &node.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool(b) => (*b).into(),
            Kind::Number(n) => serde_json::Value::Number(n.to_json()),
            Kind::BadNumber(written, error) => {
                self.bad_number(path, node, written, *error);
                return None;
            }
            Kind::String(text) => text.as_str().into(),
            Kind::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    values.extend(self.meta(&path.index(i), item));
                }
                (values.len() == items.len()).then_some(serde_json::Value::Array(values))?
            }
            Kind::Object(entries) => {
                self.repeated_keys(path, entries)?;
                let mut map = serde_json::Map::new();
                for entry in entries {
                    if let Some(value) = self.meta(&path.key(&entry.key), &entry.value) {
                        map.insert(entry.key.clone(), value);
                    }
                }
                (map.len() == entries.len()).then_some(serde_json::Value::Object(map))?
            }
        })
    }

    pub(super) fn bad_number(
        &mut self,
        path: &Path<'_>,
        node: &Node,
        written: &str,
        error: NumberError,
    ) {
        let message = out_of_range(written, error);
        self.diagnostic(Code::NumberOutOfRange, path, node.at, message);
    }
}
