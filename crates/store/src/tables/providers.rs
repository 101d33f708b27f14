//! Identity providers that were set up in the portal, by their names.

use portcullis_model::Provider;

use super::{Stored, to_body};
use crate::db::Value;

impl Stored for Provider {
    const COLUMNS: &'static [&'static str] = &["name", "body"];

    fn values(&self) -> Vec<Value> {
        vec![self.name.as_str().into(), to_body(self)]
    }
}
