//! People in groups: one direct fact of each kind for a user and a group.
//!
//! The one family without a body: a million of these are loaded at start, and reading columns is
//! several times faster than parsing JSON (measured by `examples/load_bench.rs`).

use portcullis_model::{Id, Membership};

use super::{Family, Reading, Stored, kind, kind_text, until, validity};
use crate::{
    StoreError, actor,
    db::{Row, Value},
};

impl Stored for Membership {
    const FAMILY: Family = Family::Memberships;
    const COLUMNS: &'static [&'static str] = &[
        "user_id",
        "group_id",
        "kind",
        "valid_from",
        "valid_until",
        "reason",
        "granted_by",
        "request_id",
    ];

    fn values(&self) -> Vec<Value> {
        // Without `..`: a field the model gains must find its column here.
        let Self {
            id: _,
            user,
            group,
            kind,
            validity,
            reason,
            granted_by,
            request,
        } = self;
        vec![
            user.uuid().into(),
            group.uuid().into(),
            kind_text(*kind).into(),
            validity.from.micros().into(),
            until(validity.until),
            reason.as_str().into(),
            actor::to_text(*granted_by).into(),
            request.map(Id::uuid).into(),
        ]
    }

    fn read(row: &Row, reading: &mut Reading) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.uuid(0)?),
            user: Id::new(row.uuid(1)?),
            group: Id::new(row.uuid(2)?),
            kind: kind(row.text(3)?)?,
            validity: validity(row, 4)?,
            reason: reading.reason(row.text(6)?)?,
            granted_by: actor::from_text(row.text(7)?)?,
            request: row.opt_uuid(8)?.map(Id::new),
        })
    }
}
