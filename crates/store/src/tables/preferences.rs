//! What people want to be told, by their ids.

use portcullis_model::Preferences;

use super::{Stored, to_body};
use crate::db::Value;

impl Stored for Preferences {
    const COLUMNS: &'static [&'static str] = &["body"];

    fn values(&self) -> Vec<Value> {
        vec![to_body(self)]
    }
}
