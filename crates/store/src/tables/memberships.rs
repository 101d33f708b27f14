//! People in groups: one direct fact of each kind for a user and a group.
//!
//! The one family without a body: a million of these are loaded at start. As JSON each takes 300
//! bytes, and parsing a million takes 0.64 s of processor time before anything else is done.

use portcullis_model::{Expiry, Id, Membership, Timestamp, Validity};
use uuid::Uuid;

use super::{Reading, Stored, kind, until};
use crate::{
    StoreError, actor,
    db::{Row, Value},
};

impl Stored for Membership {
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
    // Two values for each row in place of nine: sqlx copies each value of a SQLite row on its own.
    // Loading a million takes 15.7 G instructions so, and 20.1 G with nine columns.
    const SELECT: &'static [&'static str] = &[
        "CAST({}id || {}user_id || {}group_id || COALESCE({}request_id, CAST('' AS BLOB)) AS BLOB)",
        "{}kind || ' ' || {}valid_from || ' ' || COALESCE(CAST({}valid_until AS TEXT), '') \
         || ' ' || {}granted_by || ' ' || {}reason",
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
            kind.as_str().into(),
            validity.from.micros().into(),
            until(validity.until),
            reason.as_str().into(),
            actor::to_text(*granted_by).into(),
            request.map(Id::uuid).into(),
        ]
    }

    fn read(row: &Row, reading: &mut Reading) -> Result<Self, StoreError> {
        let bad = || StoreError::corrupt("membership", "its columns are not as written");
        let (ids, rest) = row.bytes(0)?.as_chunks::<16>();
        let id = |index: usize| ids.get(index).copied().map(Uuid::from_bytes);
        if !rest.is_empty() {
            return Err(bad());
        }
        let mut parts = row.text(1)?.splitn(5, ' ');
        let mut part = || parts.next().ok_or_else(bad);
        let instant = |text: &str| text.parse().map(Timestamp::from_micros).map_err(|_| bad());
        Ok(Self {
            id: Id::new(id(0).ok_or_else(bad)?),
            user: Id::new(id(1).ok_or_else(bad)?),
            group: Id::new(id(2).ok_or_else(bad)?),
            request: id(3).map(Id::new),
            kind: kind(part()?)?,
            validity: Validity {
                from: instant(part()?)?,
                until: match part()? {
                    "" => Expiry::NEVER,
                    end => Expiry::at(instant(end)?),
                },
            },
            granted_by: actor::from_text(part()?)?,
            reason: reading.reason(part()?)?,
        })
    }
}
