//! Registered resources: unique by type and id, as written.

use portcullis_model::Resource;

use super::{Family, Reading, Stored, body, to_body};
use crate::{
    StoreError,
    db::{Row, Value},
};

impl Stored for Resource {
    const FAMILY: Family = Family::Resources;
    const COLUMNS: &'static [&'static str] = &["resource_type", "resource_id", "body"];

    fn values(&self) -> Vec<Value> {
        vec![
            (*self.resource_type).into(),
            (*self.resource_id).into(),
            to_body(self),
        ]
    }

    fn read(row: &Row, _: &mut Reading) -> Result<Self, StoreError> {
        body(row, Self::COLUMNS.len())
    }
}
