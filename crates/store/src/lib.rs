//! All SQL: SQLite and PostgreSQL behind one small façade.
#![allow(missing_docs, clippy::all, unused, reason = "stub")]
use portcullis_model::*;
use std::{sync::Arc, time::Duration};
#[derive(Clone)]
pub struct Store;
#[derive(Debug, thiserror::Error)]
#[error("store")]
pub struct StoreError;
#[derive(Debug)]
pub struct NotYet;
pub struct LogEntry {
    pub position: Position,
    pub at: Timestamp,
    pub actor: Actor,
    pub operation: String,
    pub undoes: Option<Position>,
    pub undone_by: Option<Position>,
    pub change: Option<Arc<ChangeSet>>,
}
impl Store {
    pub async fn entry(&self, _p: Position) -> Result<Option<LogEntry>, StoreError> {
        unimplemented!()
    }
    pub async fn position_at(&self, _t: Timestamp) -> Result<Position, StoreError> {
        unimplemented!()
    }
    pub async fn load_at_position(&self, _p: Position) -> Result<World, StoreError> {
        unimplemented!()
    }
}
#[derive(Clone)]
pub struct Live;
pub struct Idempotency;
pub struct Effect;
pub struct Proposal {
    pub build: Box<dyn FnOnce(&World, &Context) -> Result<ChangeSet, Refusal> + Send>,
    pub idempotency: Option<Idempotency>,
    pub effects: Option<fn(&ChangeSet, &World) -> Vec<Effect>>,
}
pub struct Committed {
    pub position: Position,
    pub at: Timestamp,
    pub change: Arc<ChangeSet>,
    pub world: Arc<World>,
}
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    #[error(transparent)]
    Refused(Refusal),
    #[error("key")]
    KeyReused,
    #[error(transparent)]
    Unavailable(StoreError),
}
impl Live {
    pub fn world(&self) -> Arc<World> {
        unimplemented!()
    }
    pub fn subscribe(&self) -> tokio::sync::watch::Receiver<Position> {
        unimplemented!()
    }
    pub async fn commit(&self, _c: Context, _p: Proposal) -> Result<Committed, CommitError> {
        unimplemented!()
    }
    pub async fn at_least(&self, _p: Position, _d: Duration) -> Result<Arc<World>, NotYet> {
        unimplemented!()
    }
    pub fn store(&self) -> &Store {
        unimplemented!()
    }
}
