//! Groups in groups: one of each kind between two.

use portcullis_model::Inclusion;

use super::{Stored, to_body, until};
use crate::db::Value;

impl Stored for Inclusion {
    const COLUMNS: &'static [&'static str] = &[
        "child_id",
        "target_id",
        "kind",
        "valid_from",
        "valid_until",
        "body",
    ];

    fn values(&self) -> Vec<Value> {
        vec![
            self.child.uuid().into(),
            self.target.uuid().into(),
            self.kind.as_str().into(),
            self.validity.from.micros().into(),
            until(self.validity.until),
            to_body(self),
        ]
    }
}
