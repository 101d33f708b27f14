//! When sessions and tokens were last used. Kept in memory and written now and then, so that a request
//! costs no statement; where a session seems idle, the database is asked what other servers saw.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use portcullis_model::{Credential, Id, Timestamp};
use portcullis_store::{CredentialUse, Store, StoreError};

/// A use is noted again after so many seconds.
const NOTED_SECONDS: i64 = 60;

/// The longest description of a client that is kept, in letters.
const LONGEST: usize = 200;

/// The last uses this server knows of.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<HashMap<Id<Credential>, Known>>);

#[derive(Debug)]
struct Known {
    at: Timestamp,
    unwritten: Option<CredentialUse>,
}

impl Uses {
    fn known(&self) -> MutexGuard<'_, HashMap<Id<Credential>, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a credential was used.
    pub(super) fn note(
        &self,
        credential: Id<Credential>,
        now: Timestamp,
        from: impl FnOnce() -> (String, String),
    ) {
        let mut known = self.known();
        let before = known.get(&credential).map(|known| known.at);
        if before.is_some_and(|at| at.plus_seconds(NOTED_SECONDS) > now) {
            return;
        }
        let (address, agent) = from();
        let unwritten = Some(CredentialUse {
            credential,
            at: now,
            address,
            agent: agent.chars().take(LONGEST).collect(),
        });
        known.insert(credential, Known { at: now, unwritten });
    }

    /// Whether nothing was heard of a credential since `since`, here or on another server.
    pub(super) async fn is_idle(
        &self,
        store: &Store,
        credential: Id<Credential>,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let at = self.known().get(&credential).map(|known| known.at);
        if at.is_some_and(|at| at >= since) {
            return Ok(false);
        }
        let kept = store.uses_of(&[credential]).await?;
        Ok(kept.first().is_none_or(|kept| kept.at < since))
    }

    /// Writes what is new; what could not be written is tried again.
    pub(crate) async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let unwritten = |known: &mut Known| known.unwritten.take();
        let uses: Vec<_> = self.known().values_mut().filter_map(unwritten).collect();
        if uses.is_empty() {
            return Ok(());
        }
        let written = store.keep_uses(uses.clone()).await;
        if written.is_err() {
            let mut known = self.known();
            for it in uses {
                let entry = known.entry(it.credential);
                let at = it.at;
                entry
                    .or_insert(Known {
                        at,
                        unwritten: None,
                    })
                    .unwritten
                    .get_or_insert(it);
            }
        }
        written
    }

    /// Forgets credentials that are no more.
    pub(crate) fn forget(&self, is_there: impl Fn(Id<Credential>) -> bool) {
        self.known().retain(|credential, _| is_there(*credential));
    }
}
