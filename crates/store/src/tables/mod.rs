//! One module per kind of record: its columns, how a record becomes a row and a row a record.
//! All tables share the shape `id, added_pos, removed_pos, …` that [`crate::versions`] writes.

mod apps;
mod credentials;
mod entitlements;
mod groups;
mod identities;
pub(crate) mod inclusions;
pub(crate) mod memberships;
mod preferences;
mod providers;
pub(crate) mod requests;
mod resources;
mod tags;
mod users;

use std::collections::HashSet;

use portcullis_model::{
    App, Change, Credential, Edit, Entitlement, Expiry, Group, Identity, Inclusion, Membership,
    MembershipKind, Preferences, Provider, Reason, Record, RecordKind, Request, Resource, Tag,
    Timestamp, User,
};
use serde::de::DeserializeOwned;

use crate::{
    Engine, StoreError,
    db::{Row, Value},
};

/// A record that has a table.
pub(crate) trait Stored: Record + DeserializeOwned + 'static {
    /// The columns of [`Stored::values`], in order.
    const COLUMNS: &'static [&'static str];
    /// What to select for [`Stored::read`], with `{}` before each column's name for the table's.
    const SELECT: &'static [&'static str] = &["{}body"];

    /// One value for each of the columns.
    fn values(&self) -> Vec<Value>;

    /// The record in a row that begins with what [`Stored::SELECT`] asks for.
    fn read(row: &Row, reading: &mut Reading) -> Result<Self, StoreError> {
        let _ = reading;
        body(row, 0)
    }

    /// The list of what to select from the table called `alias`.
    fn select(engine: Engine, alias: &str) -> String {
        let list = Self::SELECT.join(", ").replace("{}", alias);
        match engine {
            Engine::Sqlite => list,
            Engine::Postgres => list.replace(" BLOB", " BYTEA"),
        }
    }
}

/// What many rows have in common while they are read, so that it is kept once.
#[derive(Default)]
pub(crate) struct Reading {
    reasons: HashSet<Reason>,
}

impl Reading {
    /// Most reasons are one of a few (or empty); a million copies of them are 50 MB.
    fn reason(&mut self, text: &str) -> Result<Reason, StoreError> {
        if let Some(known) = self.reasons.get(text) {
            return Ok(known.clone());
        }
        let reason = Reason::parse(text).map_err(|e| StoreError::corrupt("reason", e))?;
        if self.reasons.len() < 4096 {
            self.reasons.insert(reason.clone());
        }
        Ok(reason)
    }
}

/// One expression for each kind of record, with `$T` as its type.
macro_rules! each {
    ($kind:expr, $T:ident => $do:expr) => {
        portcullis_model::records!(each!($kind, $T, $do))
    };
    (($kind:expr, $T:ident, $do:expr) $($(#[$doc:meta])* $Record:ident = $text:literal, $plural:literal;)+) => {
        match $kind {
            $(RecordKind::$Record => {
                type $T = $Record;
                $do
            })+
        }
    };
}

/// The same for a change, with the `$edit` that it is.
macro_rules! each_edit {
    ($change:expr, $edit:ident => $do:expr) => {
        portcullis_model::records!(each_edit!($change, $edit, $do))
    };
    (($change:expr, $edit:ident, $do:expr) $($(#[$doc:meta])* $Record:ident = $text:literal, $plural:literal;)+) => {
        match $change { $(portcullis_model::Change::$Record($edit) => $do,)+ }
    };
}
pub(crate) use each_edit;

/// The columns of a table beside those that all have.
pub(crate) fn columns(of: RecordKind) -> &'static [&'static str] {
    each!(of, T => T::COLUMNS)
}

/// What to select for [`read`].
pub(crate) fn select(of: RecordKind, engine: Engine) -> String {
    each!(of, T => T::select(engine, ""))
}

/// How many columns [`select`] is.
pub(crate) fn width(of: RecordKind) -> usize {
    each!(of, T => T::SELECT.len())
}

/// What a world holds of a kind, beyond being current.
pub(crate) const fn in_world(of: RecordKind) -> &'static str {
    match of {
        RecordKind::Request => " AND status = 'pending'",
        _ => "",
    }
}

/// The record in a row of [`select`], as the edit that creates it.
pub(crate) fn read(of: RecordKind, row: &Row, reading: &mut Reading) -> Result<Change, StoreError> {
    each!(of, T => Ok(Edit::<T>::create(T::read(row, reading)?).into()))
}

/// The record kept whole in the column at `index`.
fn body<T: DeserializeOwned>(row: &Row, index: usize) -> Result<T, StoreError> {
    serde_json::from_str(row.text(index)?)
        .map_err(|error| StoreError::corrupt(std::any::type_name::<T>(), error))
}

/// The whole record as text.
fn to_body<T: serde::Serialize>(record: &T) -> Value {
    // INVARIANT: records are trees of text, numbers and maps with text keys: they always serialize.
    serde_json::to_string(record).unwrap_or_default().into()
}

fn until(ends: Expiry) -> Value {
    ends.instant().map(Timestamp::micros).into()
}

fn kind(text: &str) -> Result<MembershipKind, StoreError> {
    MembershipKind::parse(text)
        .ok_or_else(|| StoreError::corrupt("kind", format!("`{text}` is none")))
}
