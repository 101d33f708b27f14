//! The identity providers there are: those of the configuration and those that were set up in the
//! portal. Where two are called alike, or are one provider, the configuration's counts.

use std::sync::{Arc, PoisonError, RwLock};

use portcullis_connect::{
    http::Http,
    oidc::{self, ClientSecret},
};
use portcullis_model::{self as model, ProviderState, World};
use portcullis_store::{Store, StoreError};

use super::access::{Provider, Ways};

/// What is asked for at a provider beside `openid`.
const SCOPES: [&str; 2] = ["profile", "email"];

/// The identity providers.
#[derive(Debug, Default)]
pub(crate) struct Providers {
    made: RwLock<Made>,
    /// Of two who make them anew the later waits, and looks at what is then.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Made {
    /// What they were made of.
    of: Vec<model::Provider>,
    all: Arc<[Provider]>,
}

impl Providers {
    /// Those of the configuration alone.
    pub(super) fn of(ways: Option<&Ways>) -> Self {
        let all = ways.map_or_else(|| Arc::from([]), |ways| ways.providers.as_slice().into());
        let made = Made {
            of: Vec::new(),
            all,
        };
        Self {
            made: made.into(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Held by whoever makes them anew, before they look at what there is.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// All there are, also those that nobody signs in by.
    pub(crate) fn all(&self) -> Arc<[Provider]> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&made.all)
    }

    /// Makes anew those that were set up in the portal, where they are others than before. One whose
    /// secret cannot be read is left out, and tried again.
    pub(crate) async fn refresh(
        &self,
        ways: &Ways,
        world: &World,
        store: &Store,
    ) -> Result<(), StoreError> {
        let Some(http) = &ways.http else {
            return Ok(());
        };
        let wanted: Vec<_> = world.providers().cloned().collect();
        if self.made.read().unwrap_or_else(PoisonError::into_inner).of == wanted {
            return Ok(());
        }
        let all = every(&ways.providers, http, &wanted, store).await?;
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        *made = Made {
            of: wanted,
            all: all.into(),
        };
        Ok(())
    }
}

/// Those of the configuration, and after them those that were set up in the portal.
async fn every(
    configured: &[Provider],
    http: &Http,
    records: &[model::Provider],
    store: &Store,
) -> Result<Vec<Provider>, StoreError> {
    let mut all = configured.to_vec();
    for record in records {
        let is_there = |it: &Provider| {
            it.oidc.name() == record.name || it.oidc.issuer_as_written() == &*record.issuer
        };
        if !all.iter().any(is_there) {
            all.extend(made(record, http, store).await?);
        }
    }
    Ok(all)
}

/// The identity providers that people sign in by, as a server with these settings would have them.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn providers_of(
    ways: &Ways,
    world: &World,
    store: &Store,
) -> Result<Vec<Provider>, StoreError> {
    let records: Vec<_> = world.providers().cloned().collect();
    let Some(http) = &ways.http else {
        return Ok(ways.providers.clone());
    };
    let mut all = every(&ways.providers, http, &records, store).await?;
    all.retain(|it| it.is_on);
    Ok(all)
}

/// A provider that was set up in the portal, where its settings are right and its secret is there.
async fn made(
    record: &model::Provider,
    http: &Http,
    store: &Store,
) -> Result<Option<Provider>, StoreError> {
    let secret = match record.secret {
        None => None,
        Some(id) => match store.provider_secret(id).await? {
            Some(secret) => Some(ClientSecret::new(secret)),
            None => {
                tracing::warn!(provider = %record.name, "its secret is not there any more: set it anew");
                return Ok(None);
            }
        },
    };
    let settings = oidc::Settings {
        name: record.name,
        issuer: record.issuer.to_string(),
        client_id: record.client_id.to_string(),
        client_secret: secret,
        scopes: SCOPES.map(str::to_owned).into(),
        audiences: Vec::new(),
        acr_values: Vec::new(),
    };
    let oidc = oidc::Provider::new(settings, http.clone());
    let oidc = oidc.map_err(|why| tracing::warn!(provider = %record.name, "{why}"));
    Ok(oidc.ok().map(|oidc| Provider {
        title: record.title.to_string(),
        oidc,
        link_by: record.link_by,
        unknown: record.unknown,
        groups: None,
        record: Some(Arc::new(record.clone())),
        is_on: record.state == ProviderState::On,
    }))
}
