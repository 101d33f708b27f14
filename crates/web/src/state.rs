//! What every handler shares.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use portcullis_app::{App, decide::Decider};
use portcullis_model::{Id, Position, User, World};
use tokio::sync::Semaphore;

use crate::authzen::DecisionLog;

/// How people and programs prove who they are.
#[derive(Clone, Debug)]
pub enum Access {
    /// A persona switcher stands for sign-in, and `Authorization: Bearer demo-<login>`; answered on
    /// loopback only.
    Demo,
    /// Bearer tokens from the configuration.
    Tokens(Vec<Token>),
}

/// A bearer token, known by its SHA-256 only.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is called in the log.
    pub name: String,
    /// The SHA-256 of the token.
    pub sha256: [u8; 32],
    /// Whom it stands for.
    pub subject: TokenSubject,
}

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSubject {
    /// A user, by login: may do what the user may.
    User(String),
    /// An enforcement point: may ask for decisions and nothing else.
    Decisions,
}

/// What every handler shares. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    access: Access,
    secret: [u8; 32],
    personas: Vec<(Id<User>, String)>,
    past: Mutex<HashMap<Position, Arc<World>>>,
    past_loads: Semaphore,
    decision_log: DecisionLog,
    public_url: Option<String>,
}

/// How the decision point works.
#[derive(Clone, Debug)]
pub struct Decisions {
    /// The types of subject that are users of the store.
    pub subject_types: Vec<String>,
    /// Which part of the decisions is logged, from 0 to 1.
    pub log_sample: f64,
    /// The names of properties whose values the log may hold; of others only the names are kept.
    pub log_properties: Vec<String>,
    /// The address under which enforcement points reach this server: `https://…`.
    pub public_url: Option<String>,
}

impl Default for Decisions {
    fn default() -> Self {
        Self {
            subject_types: vec!["user".into()],
            log_sample: 0.0,
            log_properties: Vec::new(),
            public_url: None,
        }
    }
}

/// How many past worlds are kept at hand.
const PAST_KEPT: usize = 4;

impl Web {
    /// Puts the parts together. `secret` signs what browsers hold; a new one signs everybody out.
    /// `personas` are offered by the demo's switcher, each with a note on what to try as them.
    #[must_use]
    pub fn new(
        app: App,
        access: Access,
        secret: [u8; 32],
        personas: Vec<(Id<User>, String)>,
    ) -> Self {
        Self::with_decisions(app, access, secret, personas, Decisions::default())
    }

    /// As [`Web::new`], with a decision point of these settings.
    #[must_use]
    pub fn with_decisions(
        app: App,
        access: Access,
        secret: [u8; 32],
        personas: Vec<(Id<User>, String)>,
        decisions: Decisions,
    ) -> Self {
        let (past, past_loads) = (Mutex::default(), Semaphore::new(1));
        let decision_log = DecisionLog::new(app.store().clone(), &decisions);
        let app = app.with_subject_types(decisions.subject_types);
        Self {
            inner: Arc::new(Inner {
                app,
                access,
                secret,
                personas,
                past,
                past_loads,
                decision_log,
                public_url: decisions.public_url,
            }),
        }
    }

    /// The program behind the face.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.inner.app
    }

    /// How people and programs prove who they are.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.inner.access
    }

    pub(crate) fn decider(&self) -> &Decider {
        self.inner.app.decider()
    }

    pub(crate) fn decision_log(&self) -> &DecisionLog {
        &self.inner.decision_log
    }

    pub(crate) fn public_url(&self) -> Option<&str> {
        self.inner.public_url.as_deref()
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.inner.secret
    }

    pub(crate) fn personas(&self) -> &[(Id<User>, String)] {
        &self.inner.personas
    }

    /// The world that was current at `at`, loaded once and kept for a while. One load at a time:
    /// a past world costs as much memory as the current one.
    pub(crate) async fn past(
        &self,
        at: portcullis_model::Timestamp,
    ) -> Result<Arc<World>, portcullis_store::StoreError> {
        let position = self.inner.app.store().position_at(at).await?;
        self.past_position(position).await
    }

    /// The world right after `position`, kept as by [`Web::past`].
    pub(crate) async fn past_position(
        &self,
        position: Position,
    ) -> Result<Arc<World>, portcullis_store::StoreError> {
        let store = self.inner.app.store();
        let kept = |web: &Self| {
            web.inner
                .past
                .lock()
                .ok()
                .and_then(|past| past.get(&position).cloned())
        };
        if position == self.inner.app.world().position() {
            return Ok(self.inner.app.world());
        }
        if let Some(world) = kept(self) {
            return Ok(world);
        }
        let _turn = self.inner.past_loads.acquire().await;
        if let Some(world) = kept(self) {
            return Ok(world);
        }
        let world = Arc::new(store.load_at_position(position).await?);
        if let Ok(mut past) = self.inner.past.lock() {
            if past.len() >= PAST_KEPT {
                past.clear();
            }
            past.insert(position, Arc::clone(&world));
        }
        Ok(world)
    }
}
