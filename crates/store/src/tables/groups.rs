//! Groups, roles and app groups: unique by name among each other.

use portcullis_model::{Group, GroupKind, Id};

use super::{Family, Reading, Stored, body, to_body};
use crate::{
    StoreError,
    db::{Row, Value},
};

impl Stored for Group {
    const FAMILY: Family = Family::Groups;
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

    fn read(row: &Row, _: &mut Reading) -> Result<Self, StoreError> {
        body(row, Self::COLUMNS.len())
    }
}
