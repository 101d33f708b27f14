//! From the configuration to a store, a world, a running program.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use portcullis_app::{App, Clock as _, RandomIds, SystemClock, deliver::Sink};
use portcullis_model::{Actor, Context, Policy, SystemActor, Timestamp, World};
use portcullis_store::{Live, Store};
use portcullis_web::SigningKey;

use crate::{
    config::{self, Config, Place},
    log::start_log,
};

/// Whether a SQLite file may be made where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It is made.
    Create,
    /// There is nothing to answer from.
    Refuse,
    /// It is as if it were there and empty, and no file is made.
    Pretend,
}

/// Now, by the machine's clock.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// Opens the store.
pub(crate) async fn store(place: &Place, missing: Missing) -> Result<Store> {
    if let Some(file) = place.file().filter(|file| !file.exists()) {
        match missing {
            Missing::Create => {}
            Missing::Pretend => return Ok(Store::open("sqlite::memory:").await?),
            Missing::Refuse => {
                return Err(anyhow!(
                    "there is no data at `{}`; name it with --data FILE or --database URL, or start with `portcullis init EMAIL`",
                    file.display()
                ));
            }
        }
    }
    Ok(Store::open(&place.url()).await?)
}

/// The running program without its faces, which tells `sinks` what is committed.
pub(crate) async fn app(
    config: &Config,
    sinks: &[Arc<dyn Sink>],
    missing: Missing,
    policy: impl AsyncFnOnce(&Store, &World) -> Result<Policy>,
) -> Result<App> {
    let store = store(&config.database.place().value, missing).await?;
    let live = Live::with_sinks(store, config::effects(sinks)).await?;
    let policy = policy(live.store(), &live.world()).await?;
    Ok(App::new(
        live,
        Arc::new(SystemClock),
        Arc::new(RandomIds),
        config.settings(policy),
    ))
}

/// The running program, for the operator on the command line, and the context they act in.
pub(crate) async fn for_operator(config: &Config, missing: Missing) -> Result<(App, Context)> {
    start_log(config);
    let policy = async |_: &Store, _: &World| Ok(config.policy.without_people());
    let app = app(config, &config.sinks()?, missing, policy).await?;
    let context = app.context(Actor::System(SystemActor::Operator));
    Ok((app, context))
}

/// The key that signs what browsers hold: of the configured secret, or else of one that is made
/// once and kept in the database, so that restarts and replicas accept what each other handed out.
pub(crate) async fn signing_key(configured: Option<SigningKey>, app: &App) -> Result<SigningKey> {
    if let Some(key) = configured {
        return Ok(key);
    }
    let mut candidate = [0; 32];
    getrandom::fill(&mut candidate).map_err(|error| {
        anyhow!("the operating system gives no random bytes: {error}; try again when it has started fully")
    })?;
    let key = SigningKey::new(&app.store().signing_secret(candidate).await?);
    key.ok_or_else(|| anyhow!("the signing secret is too short; make a longer one"))
}

/// A world and the time it is asked about.
pub(crate) struct Asked {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) at: Timestamp,
}

/// The world at `at`, or now.
pub(crate) async fn world(config: &Config, at: Option<Timestamp>) -> Result<Asked> {
    let store = store(&config.database.place().value, Missing::Refuse).await?;
    let now = now();
    let (world, at) = match at {
        Some(at) if at < now => (store.load_at(at).await?.0, at),
        at => (store.load().await?, at.unwrap_or(now)),
    };
    Ok(Asked { store, world, at })
}
