//! Sessions, tokens and links that sign in, by the digests of their secrets.

use portcullis_model::Credential;

use super::{Stored, to_body, until};
use crate::db::Value;

impl Stored for Credential {
    const COLUMNS: &'static [&'static str] = &["user_id", "digest", "until", "body"];

    fn values(&self) -> Vec<Value> {
        vec![
            self.user.uuid().into(),
            self.digest.to_string().into(),
            until(self.validity.until),
            to_body(self),
        ]
    }
}
