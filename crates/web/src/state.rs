//! What every handler shares.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use portcullis_app::App;
use portcullis_model::{Id, Position, Timestamp, User, World};
use portcullis_store::StoreError;
use tokio::sync::Semaphore;

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
        let (past, past_loads) = (Mutex::default(), Semaphore::new(1));
        Self {
            inner: Arc::new(Inner {
                app,
                access,
                secret,
                personas,
                past,
                past_loads,
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

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.inner.secret
    }

    pub(crate) fn personas(&self) -> &[(Id<User>, String)] {
        &self.inner.personas
    }

    /// The world that was current at `at`, loaded once and kept for a while.
    pub(crate) async fn past(&self, at: Timestamp) -> Result<Arc<World>, StoreError> {
        let position = self.inner.app.store().position_at(at).await?;
        self.at_position(position).await
    }

    /// The world after the commit at `position`, loaded once and kept for a while. One load at a
    /// time: a past world costs as much memory as the current one.
    pub(crate) async fn at_position(&self, position: Position) -> Result<Arc<World>, StoreError> {
        let kept = |web: &Self| {
            web.inner
                .past
                .lock()
                .ok()
                .and_then(|past| past.get(&position).cloned())
        };
        let current = self.inner.app.world();
        if position == current.position() {
            return Ok(current);
        }
        if let Some(world) = kept(self) {
            return Ok(world);
        }
        let _turn = self.inner.past_loads.acquire().await;
        if let Some(world) = kept(self) {
            return Ok(world);
        }
        let world = Arc::new(self.inner.app.store().load_at_position(position).await?);
        if let Ok(mut past) = self.inner.past.lock() {
            if past.len() >= PAST_KEPT {
                past.clear();
            }
            past.insert(position, Arc::clone(&world));
        }
        Ok(world)
    }
}
