//! Users: unique by login and e-mail address, called by their login.

use portcullis_model::{Email, User};

use super::{Stored, to_body};
use crate::db::Value;

impl Stored for User {
    const COLUMNS: &'static [&'static str] = &[
        "login_key",
        "email_key",
        "name_key",
        "label",
        "kind",
        "body",
    ];

    fn values(&self) -> Vec<Value> {
        vec![
            self.login.key().into(),
            self.email.as_ref().map(Email::key).into(),
            self.name.key().into(),
            self.login.as_str().into(),
            self.kind.as_str().into(),
            to_body(self),
        ]
    }
}
