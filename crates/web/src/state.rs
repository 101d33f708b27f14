//! What every handler shares.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use portcullis_app::{App, decide::Decider, pool::Busy};
use portcullis_model::{Actor, Credential, Id, Position, Timestamp, User, World};
use portcullis_rules::Budget;
use portcullis_store::{CredentialUse, StoreError, WorldId};
use tokio::sync::Semaphore;

use crate::{
    auth::{Access, Authenticator, Provider, SigningKey, StepUp},
    decision_log::DecisionLog,
    error::Failure,
    http::Proxies,
    limits::{Limits, Rates},
};

/// What every handler shares. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    authenticator: Authenticator,
    past: Mutex<HashMap<WorldId, Arc<World>>>,
    past_loads: Semaphore,
    decision_log: DecisionLog,
    public_url: Option<String>,
    limits: Limits,
    rates: Rates,
    draining: AtomicBool,
}

/// How the decision point works.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// Which part of the decisions is logged, from 0 to 1.
    pub log_sample: f64,
    /// The names of properties whose values the log may hold; of others only the names are kept.
    pub log_properties: Vec<String>,
    /// The address under which enforcement points reach this server: `https://…`.
    pub public_url: Option<String>,
}

/// How many past worlds are kept at hand.
const PAST_KEPT: usize = 4;

impl Web {
    /// Puts the parts together. `key` signs what browsers hold; a new one makes it worthless.
    #[must_use]
    pub fn new(app: App, access: Access, key: SigningKey, decisions: Decisions) -> Self {
        Self::limited(app, access, key, decisions, Limits::default())
    }

    /// The same, with other limits than the usual.
    #[must_use]
    pub fn limited(
        app: App,
        access: Access,
        key: SigningKey,
        decisions: Decisions,
        limits: Limits,
    ) -> Self {
        let (past, past_loads) = (Mutex::default(), Semaphore::new(1));
        Self {
            inner: Arc::new(Inner {
                decision_log: DecisionLog::new(
                    app.store().clone(),
                    decisions.log_sample,
                    decisions.log_properties,
                ),
                app,
                authenticator: Authenticator::new(access, key),
                past,
                past_loads,
                public_url: decisions.public_url,
                rates: Rates::new(&limits),
                limits,
                draining: AtomicBool::new(false),
            }),
        }
    }

    /// The program behind the face.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.inner.app
    }

    /// From now on says that it is not ready, so that what stands before it looks elsewhere. It goes on
    /// answering.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Release);
    }

    /// Whether it was told to say that it is not ready.
    pub(crate) fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Acquire)
    }

    /// That what this process knows may no longer hold, where it could not look for too long.
    pub(crate) fn fresh(&self) -> Result<(), Failure> {
        let (confirmed, bound) = (self.app().live().confirmed(), self.limits().stale_after);
        match confirmed.older_than(bound, Instant::now()) {
            Some(age) => Err(Failure::Stale { age, bound }),
            None => Ok(()),
        }
    }

    /// Waits for a moment until this process knows what others have written up to now: somebody
    /// brings what may just have been made on the command line or on another server.
    pub(crate) async fn catch_up(&self) {
        /// Other servers' writes are seen within a second; longer than this nobody waits.
        const PATIENCE: Duration = Duration::from_secs(3);
        let app = self.app();
        if let Ok(head) = app.store().position_at(app.now()).await
            && head > app.world().position()
        {
            // Where it does not come in time, the answer is as if nobody had waited.
            let _ = app.live().at_least(head, PATIENCE).await;
        }
    }

    /// When credentials were last used, as far as that is known.
    pub(crate) async fn uses_of(
        &self,
        credentials: &[Id<Credential>],
    ) -> Result<HashMap<Id<Credential>, CredentialUse>, StoreError> {
        let store = self.app().store();
        self.authenticator().uses().write(store).await?;
        let uses = store.uses_of(credentials).await?;
        Ok(uses.into_iter().map(|it| (it.credential, it)).collect())
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.inner.rates
    }

    /// Runs what takes long for somebody, so often and within a budget.
    pub(crate) async fn costly<T: Send + 'static>(
        &self,
        user: Id<User>,
        work: impl FnOnce(&Budget) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.inner.rates.costly(user)?;
        let done = self.app().pool().run(Actor::User(user), work).await;
        done.map_err(|Busy| Failure::Busy)
    }

    pub(crate) fn authenticator(&self) -> &Authenticator {
        &self.inner.authenticator
    }

    pub(crate) fn decider(&self) -> &Decider {
        self.inner.app.decider()
    }

    pub(crate) fn decision_log(&self) -> &DecisionLog {
        &self.inner.decision_log
    }

    /// The identity providers there are, also those that nobody signs in by.
    pub(crate) fn every_provider(&self) -> Arc<[Provider]> {
        self.inner.authenticator.providers().all()
    }

    /// The identity providers that people may sign in by.
    pub(crate) fn providers(&self) -> Vec<Provider> {
        let all = self.every_provider();
        all.iter().filter(|it| it.is_on).cloned().collect()
    }

    /// The one of that name.
    pub(crate) fn provider(&self, name: &str) -> Option<Provider> {
        let mut all = self.providers().into_iter();
        all.find(|provider| provider.oidc.name().as_str() == name)
    }

    /// Knows from now on the identity providers that are set up in the portal now.
    pub(crate) async fn refresh_providers(&self) -> Result<(), StoreError> {
        match self.authenticator().access().ways() {
            Some(ways) => {
                let known = self.authenticator().providers();
                let _turn = known.turn().await;
                let (world, store) = (self.app().world(), self.app().store());
                known.refresh(ways, &world, store).await
            }
            None => Ok(()),
        }
    }

    /// When somebody has to prove anew who they are, where this is no demo.
    pub(crate) fn step_up(&self) -> Option<&StepUp> {
        self.inner
            .authenticator
            .access()
            .ways()
            .map(|ways| &ways.step_up)
    }

    pub(crate) fn proxies(&self) -> &Proxies {
        self.inner.authenticator.access().proxies()
    }

    pub(crate) fn public_url(&self) -> Option<&str> {
        self.inner.public_url.as_deref()
    }

    /// Whom the demo's switcher offers, each with a note on what to try as them.
    pub(crate) fn personas(&self) -> &[(Id<User>, String)] {
        self.inner.authenticator.access().personas()
    }

    /// The world that was current at `at`, loaded once and kept for a while. One load at a time:
    /// one from long ago shares little with the current one, and costs as much memory.
    pub(crate) async fn past(&self, at: Timestamp) -> Result<Arc<World>, StoreError> {
        let position = self.app().store().position_at(at).await?;
        self.past_position(position).await
    }

    /// The world right after `position`, kept as by [`Web::past`].
    pub(crate) async fn past_position(&self, position: Position) -> Result<Arc<World>, StoreError> {
        let now = self.app().world();
        if position == now.position() {
            return Ok(now);
        }
        // Where the history changes, what is kept of the one before is not found.
        let id = self.app().store().world_id(position).await?;
        let kept = || self.inner.past.lock().ok()?.get(&id?).cloned();
        if let Some(world) = kept() {
            return Ok(world);
        }
        let _turn = self.inner.past_loads.acquire().await;
        if let Some(world) = kept() {
            return Ok(world);
        }
        let (id, world) = self.app().live().past(position).await?;
        let world = Arc::new(world);
        if let Ok(mut past) = self.inner.past.lock() {
            if past.len() >= PAST_KEPT {
                past.clear();
            }
            past.insert(id, Arc::clone(&world));
        }
        Ok(world)
    }
}
