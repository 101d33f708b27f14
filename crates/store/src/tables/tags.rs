//! Tags: unique by name.

use portcullis_model::Tag;

use super::{Stored, to_body};
use crate::db::Value;

impl Stored for Tag {
    const COLUMNS: &'static [&'static str] = &["name_key", "label", "body"];

    fn values(&self) -> Vec<Value> {
        vec![
            self.name.key().into(),
            self.name.as_str().into(),
            to_body(self),
        ]
    }
}
