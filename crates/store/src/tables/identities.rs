//! Who users are elsewhere: unique by connector and external id, as written.

use portcullis_model::Identity;

use super::{Stored, to_body};
use crate::db::Value;

impl Stored for Identity {
    const COLUMNS: &'static [&'static str] = &["user_id", "connector", "external_id", "body"];

    fn values(&self) -> Vec<Value> {
        vec![
            self.user.uuid().into(),
            self.connector.as_str().into(),
            (*self.external_id).into(),
            to_body(self),
        ]
    }
}
