//! Facts, world, change sets and the guard: who has access to what, why and until when.
//!
//! Everything here is a pure function of its arguments. This crate does no I/O, reads no clock,
//! makes no random numbers and has no `async fn`: `now` and new ids come in with the [`Context`].
//!
//! The parts, in reading order:
//! * records ([`User`], [`Group`], [`App`], [`Tag`], [`Membership`], [`Inclusion`],
//!   [`Entitlement`], [`Request`], [`Resource`]) are the facts, parsed at the edge and valid
//!   inside;
//! * [`World`] indexes all current facts and answers every question about them;
//! * [`ChangeSet`] is the one form in which anything is changed: it can be applied to a copy
//!   of the world, previewed as a [`Diff`], inverted and committed;
//! * [`guard()`] says whether an actor may make a change, and is the only place that says so.

#![warn(missing_docs)]

mod actor;
pub mod change;
pub mod connector;
pub mod context;
pub mod credential;
pub mod decide;
pub mod entitlement;
mod fact;
mod group;
pub mod guard;
pub mod id;
mod letters;
mod membership;
mod membership_kind;
pub mod name;
pub mod operation;
mod pending;
pub mod portal;
pub mod preferences;
mod provider;
pub mod record;
mod record_kind;
pub mod refusal;
pub mod request;
pub mod steady;
pub mod tag;
pub mod time;
mod user;
mod words;
pub mod world;

pub use actor::{Actor, SystemActor};
pub use change::{Change, ChangeSet, Edit, EditKind, Outline, Position};
pub use connector::ConnectorId;
pub use context::{Clock, Context, Ids, Means, Policy};
pub use credential::{Credential, Digest, Purpose, Scope, Session};
pub use entitlement::{Entitlement, EntitlementKind, Grant, Permission};
pub use fact::{Closed, Fact};
pub use guard::{Action, Allowed, Relation, Target, guard, in_person, may, still_there};
pub use id::Id;
pub use name::{Description, Email, Login, Name, Reason};
pub use operation::OperationName;
pub use pending::Pending;
pub use preferences::{NoticeKind, Preferences};
pub use provider::{LinkBy, Provider, ProviderState, Unknown};
pub use record::{
    App, Group, GroupKind, Identity, Inclusion, Membership, MembershipKind, Record, Resource,
    Sourced, User, UserKind,
};
pub use record_kind::RecordKind;
pub use refusal::{FieldError, Noun, Refusal, RefusalCode};
pub use request::{Granted, Request, State, Wants};
pub use tag::{Constraints, Tag};
pub use time::{Expiry, Timestamp, Validity};
pub use world::{Diff, World};
