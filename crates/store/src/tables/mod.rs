//! One module per family of records: its columns, how a record becomes a row and a row a record.
//! All families share the shape `id, added_pos, removed_pos, …` that [`crate::versions`] writes.

mod apps;
mod entitlements;
mod groups;
mod identities;
pub(crate) mod inclusions;
pub(crate) mod memberships;
pub(crate) mod requests;
mod resources;
mod tags;
mod users;

use std::collections::HashSet;

use portcullis_model::{
    App, Change, Edit, Entitlement, Expiry, Group, Identity, Inclusion, Membership, MembershipKind,
    Reason, Record, Request, Resource, Tag, Timestamp, User,
};
use serde::de::DeserializeOwned;

use crate::{
    Engine, StoreError,
    db::{Row, Value},
};

/// A record that has a table.
pub(crate) trait Stored: Record + DeserializeOwned + 'static {
    /// Which table.
    const FAMILY: Family;
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

/// The families, in the order in which a world takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Users,
    Tags,
    Apps,
    Groups,
    Inclusions,
    Memberships,
    Entitlements,
    Requests,
    Resources,
    Identities,
}

/// One expression for each family, with `$T` as its records' type.
macro_rules! each {
    ($family:expr, $T:ident => $do:expr) => {
        each!($family, $T => $do; Users: User, Tags: Tag, Apps: App, Groups: Group,
            Inclusions: Inclusion, Memberships: Membership, Entitlements: Entitlement,
            Requests: Request, Resources: Resource, Identities: Identity)
    };
    ($family:expr, $T:ident => $do:expr; $($Family:ident: $Record:ident),*) => {
        match $family {
            $(Family::$Family => {
                type $T = $Record;
                $do
            })*
        }
    };
}

impl Family {
    pub(crate) const ALL: [Self; 10] = [
        Self::Users,
        Self::Tags,
        Self::Apps,
        Self::Groups,
        Self::Inclusions,
        Self::Memberships,
        Self::Entitlements,
        Self::Requests,
        Self::Resources,
        Self::Identities,
    ];

    pub(crate) const fn table(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Tags => "tags",
            Self::Apps => "apps",
            Self::Groups => "groups",
            Self::Inclusions => "inclusions",
            Self::Memberships => "memberships",
            Self::Entitlements => "entitlements",
            Self::Requests => "requests",
            Self::Resources => "resources",
            Self::Identities => "identities",
        }
    }

    pub(crate) const fn columns(self) -> &'static [&'static str] {
        each!(self, T => T::COLUMNS)
    }

    /// What to select for [`Family::read`].
    pub(crate) fn select(self, engine: Engine) -> String {
        each!(self, T => T::select(engine, ""))
    }

    /// How many columns [`Family::select`] is.
    pub(crate) const fn width(self) -> usize {
        each!(self, T => T::SELECT.len())
    }

    /// What a world holds of the family, beyond being current.
    pub(crate) const fn in_world(self) -> &'static str {
        match self {
            Self::Requests => " AND status = 'pending'",
            _ => "",
        }
    }

    /// The record in a row of [`Family::select`], as the edit that creates it.
    pub(crate) fn read(self, row: &Row, reading: &mut Reading) -> Result<Change, StoreError> {
        each!(self, T => Ok(Edit::<T>::create(T::read(row, reading)?).into()))
    }
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

const fn kind_text(kind: MembershipKind) -> &'static str {
    match kind {
        MembershipKind::Member => "member",
        MembershipKind::Owner => "owner",
    }
}

fn kind(text: &str) -> Result<MembershipKind, StoreError> {
    match text {
        "member" => Ok(MembershipKind::Member),
        "owner" => Ok(MembershipKind::Owner),
        other => Err(StoreError::corrupt("kind", format!("`{other}` is none"))),
    }
}
