//! Tags: unique by name.

use portcullis_model::Tag;

use super::{Family, Reading, Stored, body, to_body};
use crate::{
    StoreError,
    db::{Row, Value},
};

impl Stored for Tag {
    const FAMILY: Family = Family::Tags;
    const COLUMNS: &'static [&'static str] = &["name_key", "label", "body"];

    fn values(&self) -> Vec<Value> {
        vec![
            self.name.key().into(),
            self.name.as_str().into(),
            to_body(self),
        ]
    }

    fn read(row: &Row, _: &mut Reading) -> Result<Self, StoreError> {
        body(row, Self::COLUMNS.len())
    }
}
