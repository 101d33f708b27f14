//! Registered resources: unique by type and id, as written.

use portcullis_model::Resource;

use super::{Stored, to_body};
use crate::db::Value;

impl Stored for Resource {
    const COLUMNS: &'static [&'static str] = &["resource_type", "resource_id", "body"];

    fn values(&self) -> Vec<Value> {
        vec![
            (*self.resource_type).into(),
            (*self.resource_id).into(),
            to_body(self),
        ]
    }
}
