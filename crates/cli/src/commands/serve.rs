//! `portcullis serve`: the portal, the API and the decision point.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_app::{
    App,
    sync::SyncSource,
    tasks::{run_delivery, run_expiry, run_reminders},
    token::LinkTo,
};
use portcullis_model::{Actor, ConnectorId, Purpose, Refusal, SystemActor, User, World};
use portcullis_store::{CommitError, Committed};
use portcullis_web::{Access, Tls, Token, Web};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use super::{import, sign_in_link};
use crate::{
    bound::{First, Unbound},
    config::{Config, Where},
    failure::{BadUsage, Outcome},
    log::start_telling,
    open::{self, Missing},
    output::{self, Format},
};

/// Serve the portal, the API and the decision point
///
/// People sign in by an identity provider of the configuration; until there is one, by a link that is
/// printed here once, or that `portcullis sign-in-link` makes. Programs ask with tokens, which people
/// make on their account page or `portcullis token` makes.
///
///   [[sign_in.oidc]]
///   name = "okta"
///   issuer = "https://example.okta.com"
///   client_id = "…"
///   client_secret = "file:okta-secret"
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
EXAMPLES:
  portcullis serve
  portcullis serve --config /etc/portcullis.toml
  portcullis serve --database postgres://portcullis@db/portcullis --listen 0.0.0.0:8080"
)]
pub(super) struct Serve {
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Port to listen on, of this machine only: short for --listen 127.0.0.1:PORT
    #[arg(long, value_name = "PORT", conflicts_with = "listen")]
    port: Option<u16>,
    #[command(flatten)]
    place: Where,
}

/// Everything that serves, as some settings say.
struct Composed {
    config: Config,
    /// Stays taken while what serves there is made anew, so that nobody who comes meanwhile is refused.
    listener: std::net::TcpListener,
    web: Web,
    tls: Option<Tls>,
    /// What reads the certificate again.
    keeping: JoinSet<()>,
}

impl Serve {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let (mut asked, mut stops) = (hung_up()?, stops()?);
        let config = self.settings()?;
        let _told = start_telling(&config)?;
        let mut next = self.compose(config, None, &asked).await?;
        loop {
            let Composed {
                config,
                listener,
                web,
                tls,
                keeping: _keeping,
            } = next;
            let drain = config.limits.drain();
            let taken = TcpListener::from_std(listener.try_clone()?)?;
            let again = self.again(config.server.listen.value, listener, &mut asked);
            match until_stopped(format, (taken, tls), web, drain, &mut stops, again).await? {
                None => return Ok(Outcome::Done),
                Some(composed) => next = composed,
            }
        }
    }

    fn settings(&self) -> Result<Config> {
        let port = self.port.map(|port| format!("127.0.0.1:{port}"));
        let listen = self.listen.clone().or(port);
        let config = Config::load(&self.place, listen.as_deref())?.whole()?;
        let address = config.server.listen.value;
        if !address.ip().is_loopback() && !config.lets_anybody_in() {
            return Err(BadUsage(format!(
                "{}: listening on {address} is for other machines, and nothing says who is let in from there; add [[sign_in.oidc]] or a [[token]] to the configuration, set `public_url` to the `https` address people come by, or listen on 127.0.0.1",
                config.server.listen.source
            ))
            .into());
        }
        Ok(config)
    }

    /// Waits until somebody asks for the settings to be read again, and all of them can be followed. What is
    /// wrong with them is told, and all stays as it is.
    async fn again(
        &self,
        address: SocketAddr,
        listener: std::net::TcpListener,
        asked: &mut watch::Receiver<()>,
    ) -> Composed {
        loop {
            if asked.changed().await.is_err() {
                return std::future::pending().await;
            }
            let composed = async {
                let config = self.settings()?;
                self.compose(config, Some((address, &listener)), asked)
                    .await
            };
            match composed.await {
                Ok(composed) => {
                    tracing::info!("the settings were read again");
                    return composed;
                }
                Err(error) => tell(&format!("{error:#}"), AS_BEFORE),
            }
        }
    }

    /// Makes everything as the settings say; `listening` is where it listens so far.
    async fn compose(
        &self,
        config: Config,
        listening: Option<(SocketAddr, &std::net::TcpListener)>,
        asked: &watch::Receiver<()>,
    ) -> Result<Composed> {
        // Without data nobody could ask anything, unless the data is what the policy file says.
        let missing = match config.decisions.policy.value {
            Some(_) => Missing::Create,
            None => Missing::Refuse,
        };
        let sinks = config.sinks()?;
        let app = open::app(&config, &sinks, missing, async |store, world| {
            config.policy.with_people((store, world), First::Bind).await
        })
        .await?;
        bring_in(&config, &app).await?;
        let tokens = usable(&config, &app).await?;
        let (tls, keeping) = certified(&config, asked)?;
        let address = config.server.listen.value;
        let listener = match listening {
            Some((before, listener)) if before == address => listener.try_clone()?,
            _ => bind(address).await?,
        };
        let world = app.world();
        if world.user_count() == 0 {
            let place = self.place.again();
            eprintln!("nobody is known yet; `portcullis init EMAIL{place}` makes the first admin");
        } else if !config.knows_people() && listening.is_none() {
            first_way_in(&config, listener.local_addr()?, &app).await?;
        }
        let decisions = config.decision_point();
        let key = open::signing_key(config.signing_key(), &app).await?;
        let (access, limits) = (
            Access::Ways(Box::new(config.ways(tokens)?)),
            config.limits.to_web(),
        );
        let web = Web::limited(app.telling(sinks), access, key, decisions, limits);
        Ok(Composed {
            config,
            listener,
            web,
            tls,
            keeping,
        })
    }
}

const AS_BEFORE: &str = "the settings before stay in force";

/// Takes an address to listen on.
async fn bind(address: SocketAddr) -> Result<std::net::TcpListener> {
    let taken = TcpListener::bind(address).await;
    taken.and_then(TcpListener::into_std).map_err(|error| {
        anyhow!("{address} cannot be listened on: {error}; choose another with --listen")
    })
}

/// Says how the first admin gets in, where nothing is set up and none ever did.
async fn first_way_in(config: &Config, address: SocketAddr, app: &App) -> Result<()> {
    let (world, now) = (app.world(), app.now());
    let has_way_in = |user: &User| {
        let mut credentials = world.credentials_of(user.id);
        let lets_in = |it: &Purpose| matches!(it, Purpose::Session(_) | Purpose::Token { .. });
        credentials.any(|c| lets_in(&c.purpose) && c.validity.contains(now))
    };
    let admins = world.admins(None, now);
    let Some(first) = admins
        .first()
        .filter(|_| !admins.iter().any(|it| has_way_in(it)))
    else {
        return Ok(());
    };
    let context = app.context(Actor::System(SystemActor::Operator));
    let base = sign_in_link::base(config, address);
    if config.server.public_url.value.is_none() && !address.ip().is_loopback() {
        eprintln!(
            "nobody can sign in: {address} is not this machine, and no `public_url` says under which `https` address people come; set it, or listen on 127.0.0.1"
        );
        return Ok(());
    }
    let (url, _) = sign_in_link::make(app, context, (first.id, LinkTo::SignIn), &base).await?;
    eprintln!(
        "nobody has signed in yet; this link lets `{}` in, once, within 15 minutes:\n  {url}",
        first.login
    );
    Ok(())
}

/// Brings in the policy file of the configuration. People may since it was last taken have renamed,
/// deleted or made what it names: then that is left out, the rest of the file is taken, and it is
/// told. Where the file cannot be taken at all, what it said last stays in force; one that was never
/// taken stops the start, since there is nothing to go on with.
async fn bring_in(config: &Config, app: &App) -> Result<()> {
    let Some(file) = config.decisions.policy.value.as_deref() else {
        return Ok(());
    };
    let read = match import::read_policy(file) {
        Ok(read) => read,
        // A file that cannot be read is as good a reason to stay as one that cannot be taken.
        Err(error) if keeps_anything(&app.world(), ConnectorId::POLICY) => {
            tell(&format!("{error:#}"), LAST);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let policy = SyncSource::new(read);
    let actor = Actor::Connector(ConnectorId::POLICY);
    let whole = app.commit(app.context(actor), policy.clone(), None);
    let Some(refusal) = refused_by(whole.await)? else {
        return Ok(());
    };
    let refused = import::refused(file, &refusal);
    // Another file may have been brought in by hand under the same name.
    if !policy.source.was_taken(&app.world(), ConnectorId::POLICY) {
        return Err(anyhow!(refused));
    }
    let rest = app.commit(app.context(actor), policy.leaving_out(), None);
    let instead = match refused_by(rest.await)? {
        None => "all else that it says is taken",
        Some(_) => LAST,
    };
    tell(&refused, instead);
    Ok(())
}

const LAST: &str = "what it said when it was last taken stays in force";

fn tell(what: &str, instead: &str) {
    tracing::error!("{what}; {instead}");
    eprintln!("{what}; {instead}");
}

/// Whether anything was ever taken from a source.
fn keeps_anything(world: &World, source: ConnectorId) -> bool {
    let own = |kept: Option<ConnectorId>| kept == Some(source);
    world.groups().any(|group| own(group.source))
        || world.users().any(|user| own(user.source))
        || world.resources().any(|resource| own(resource.source))
}

/// What was refused, if it was.
fn refused_by(committed: Result<Committed, CommitError>) -> Result<Option<Refusal>> {
    match committed {
        Ok(_) => Ok(None),
        Err(CommitError::Refused(refusal)) => Ok(Some(refusal)),
        Err(error) => Err(error.into()),
    }
}

/// The tokens that may be used. One for somebody unknown would never work: better told now than found
/// out later. One whose login has come to somebody else is left out, and the others go on.
async fn usable(config: &Config, app: &App) -> Result<Vec<Token>> {
    let world = app.world();
    let mut usable = Vec::new();
    for token in &config.tokens {
        match token.bound((app.store(), &world), First::Bind).await? {
            Ok(token) => usable.push(token),
            Err((Unbound::Unknown(_), sentence)) => return Err(BadUsage(sentence).into()),
            Err((Unbound::Moved(_), sentence)) => tracing::error!("{sentence}"),
        }
    }
    Ok(usable)
}

/// How long requests under way get once no more are taken.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until it is asked to stop, or until `again`, whose answer is the answer, with the background tasks; says
/// on stdout, in one line, where it listens once it does.
pub(super) async fn until_stopped<T>(
    format: Format,
    (listener, tls): (TcpListener, Option<Tls>),
    web: Web,
    drain: Duration,
    stops: &mut watch::Receiver<u32>,
    again: impl Future<Output = T>,
) -> Result<Option<T>> {
    let app = web.app().clone();
    let sinks = app.sinks().to_vec();
    let passing = tokio::spawn(run_expiry(app.clone()));
    let (tell, stop) = watch::channel(false);
    let reminding = tokio::spawn(run_reminders(app.clone(), sinks.clone()));
    let delivering = tokio::spawn(run_delivery(app.clone(), sinks, stop.clone()));
    let scheme = tls.as_ref().map_or("http", |_| "https");
    let url = format!("{scheme}://{}", listener.local_addr()?);
    let (mut stopping, face) = (stop.clone(), web.clone());
    let serving = tokio::spawn(portcullis_web::serve_over(listener, tls, web, async move {
        // The sender lives as long as the program: an error cannot mean anything but the end.
        let _ = stopping.wait_for(|stop| *stop).await;
    }));
    let told = match format {
        Format::Text => format!("listening on {url}"),
        Format::Json => serde_json::json!({ "listening": url }).to_string(),
    };
    // Nobody may read it any more where it is said again.
    if let Err(error) = output::line(&told) {
        tracing::debug!(%error, "nobody reads where this listens");
    }
    tokio::pin!(serving);
    let mut next = tokio::select! {
        ended = &mut serving => {
            ended?;
            return Ok(None);
        }
        _ = stops.changed() => None,
        next = again => Some(next),
    };
    if next.is_none() {
        eprintln!("stopping; once more stops at once");
        face.drain();
    }
    // Whoever sends people here need not go elsewhere while it begins again.
    let drain = next.as_ref().map_or(drain, |_| Duration::ZERO);
    let stopping = async {
        tokio::time::sleep(drain).await;
        tell.send_replace(true);
        let ended = async { tokio::join!(&mut serving, delivering).0 };
        tokio::time::timeout(GRACE, ended).await.unwrap_or(Ok(()))
    };
    tokio::select! {
        ended = stopping => ended?,
        // Also where it was to begin again.
        _ = stops.changed() => next = None,
    }
    // Whoever was not done by then is not waited for.
    serving.abort();
    passing.abort();
    reminding.abort();
    // What cannot be given back runs out.
    let _ = app.store().give_turns_back(app.instance()).await;
    Ok(next)
}

/// How often the program was asked to stop: by Ctrl-C, or by the signal with which a service manager asks.
pub(super) fn stops() -> Result<watch::Receiver<u32>> {
    let (tell, told) = watch::channel(0);
    #[cfg(unix)]
    let mut asked = {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, end) = (SignalKind::interrupt(), SignalKind::terminate());
        (signal(interrupt)?, signal(end)?)
    };
    tokio::spawn(async move {
        loop {
            #[cfg(unix)]
            tokio::select! {
                _ = asked.0.recv() => {}
                _ = asked.1.recv() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
            tell.send_modify(|times| *times += 1);
        }
    });
    Ok(told)
}

/// TLS with the certificate of the configuration, and what reads it again as long as it is kept.
fn certified(config: &Config, asked: &watch::Receiver<()>) -> Result<(Option<Tls>, JoinSet<()>)> {
    let mut keeping = JoinSet::new();
    let Some(files) = config.tls.files() else {
        return Ok((None, keeping));
    };
    let tls = files.tls()?;
    keeping.spawn(files.keep(tls.clone(), asked.clone()));
    Ok((Some(tls), keeping))
}

/// Tells each signal to read the settings again.
fn hung_up() -> Result<watch::Receiver<()>> {
    let (tell, told) = watch::channel(());
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut hang_up = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hang_up.recv().await.is_some() {
                tracing::info!("asked to read the settings again");
                tell.send_replace(());
            }
        });
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        let _tell = tell;
        std::future::pending::<()>().await;
    });
    Ok(told)
}
