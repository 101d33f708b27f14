//! What groups confer: each thing once for a group.

use portcullis_model::Entitlement;

use super::{Stored, to_body, until};
use crate::db::Value;

impl Stored for Entitlement {
    const COLUMNS: &'static [&'static str] = &[
        "group_id",
        "kind",
        "grant_key",
        "valid_from",
        "valid_until",
        "body",
    ];

    fn values(&self) -> Vec<Value> {
        vec![
            self.group.uuid().into(),
            self.grant.kind().as_str().into(),
            self.grant.key().into(),
            self.validity.from.micros().into(),
            until(self.validity.until),
            to_body(self),
        ]
    }
}
