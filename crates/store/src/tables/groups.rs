//! Groups, roles and app groups: unique by name among each other.

use portcullis_model::{Group, GroupKind, Id};

use super::{Stored, to_body};
use crate::db::Value;

impl Stored for Group {
    const COLUMNS: &'static [&'static str] = &["name_key", "label", "kind", "app_id", "body"];

    fn values(&self) -> Vec<Value> {
        vec![
            self.name.key().into(),
            self.name.as_str().into(),
            match self.kind {
                GroupKind::Group => "group",
                GroupKind::Role => "role",
                GroupKind::App { .. } => "app",
            }
            .into(),
            self.app().map(Id::uuid).into(),
            to_body(self),
        ]
    }
}
