//! All SQL: SQLite and PostgreSQL behind one small façade.
//!
//! A [`Store`] is a database: it loads worlds (the current one, or that of any past position or
//! time) and answers what is asked of history. [`Live`] is the current world of this process and
//! the one way to write it: a [`Proposal`] is built and guarded on the newest world, and committed
//! together with the log entry and what must happen outside, in one transaction.
//!
//! What must not live here: what may be changed by whom (that is `portcullis_model::guard`), and
//! the clock (`now` comes with each `Context`).

mod actor;
mod audit_events;
mod backup;
mod batch;
mod body;
mod bound_users;
mod bulk;
mod chain;
mod commit_span;
mod compared;
mod confirmed;
mod constraints;
mod current;
mod db;
mod engine;
mod error;
mod follower;
mod history;
mod idempotency;
mod job;
mod labels;
mod live;
mod load;
mod log;
mod log_list;
mod lookups;
mod migrate;
mod new_body;
mod origins;
mod outbox;
mod page;
mod past;
#[cfg(test)]
mod plans;
mod proposal;
mod query;
mod replay;
mod requests;
mod secrets;
mod sign_in;
mod store;
mod subjects;
mod tables;
mod turns;
mod uses;
mod versions;
mod writer;

pub use audit_events::{AuditEvent, AuditEventFilter};
pub use compared::Compared;
pub use confirmed::Confirmed;
pub use db::redact_url;
pub use engine::Engine;
pub use error::{CommitError, NotYet, StoreError};
pub use history::{HistoryOf, HistoryRow, InclusionRow, Mark};
pub use live::Live;
pub use log::{EntryPart, LogEntry, Verified};
pub use log_list::LogFilter;
pub use outbox::{
    Due, Effect, EffectSource, EffectState, LeaseTerms, Leased, Outbox, OutboxCount, OutboxFilter,
    OutboxRow, Settlement,
};
pub use page::{BadCursor, Cursor, Page};
pub use past::WorldId;
pub use proposal::{Build, Committed, Idempotency, Judged, Proposal, Replay};
pub use requests::{RequestFilter, RequestStatus};
pub use store::Store;
pub use subjects::{Subject, SubjectKind};
pub use uses::CredentialUse;
