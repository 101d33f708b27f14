//! The REST API.

mod contract;
pub(crate) mod document;
mod faults;
mod lists;
pub(crate) mod matrix;
mod names;
mod questions;
mod reads;
mod requests;
mod rules;
mod strict;
mod tables;
mod writes;

use serde_json::Value;

/// The value with every id made alike, for snapshots and for comparing what was to be made with
/// what was.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) if text.parse::<uuid::Uuid>().is_ok() => Value::from("[id]"),
        Value::Array(all) => all.iter().map(plain).collect(),
        Value::Object(all) => all
            .iter()
            .map(|(key, value)| match key.as_str() {
                "request_id" => (key.clone(), Value::from("[id]")),
                _ => (key.clone(), plain(value)),
            })
            .collect(),
        other => other.clone(),
    }
}
