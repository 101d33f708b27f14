//! `portcullis demo`: a whole company to look around in, on this machine only.

mod personas;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::{Result, anyhow};
use clap::Args;
use portcullis_app::{
    App, RandomIds, SystemClock,
    deliver::{LogSink, Sink},
};
use portcullis_model::{Policy, Position, User};
use portcullis_store::Live;
use portcullis_web::{Access, Web};
use tokio::net::TcpListener;

use super::serve;
use crate::{
    config::{self, Config},
    failure::{BadUsage, Outcome},
    log::start_telling,
    open::{self, Missing},
    output::{self, Format},
};

/// Look around in a sample company, on this machine only
///
/// Makes a company of invented people with eighteen months of history, and serves it on loopback
/// without sign-in: a switcher at the top of every page chooses whom you are. Programs send
/// `Authorization: Bearer demo-<login>`. Everything is gone afterwards unless --data is given.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis demo
  portcullis demo --people 1000 --port 9000
  portcullis demo --data demo.sqlite                        keep it for the next time
  portcullis import org org.json --data org.sqlite && portcullis demo --data org.sqlite")]
pub(super) struct Demo {
    /// How many people the company has
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(30..=20_000))]
    people: u32,
    /// The port to listen on; 0 takes any [default: 8080, or the next free one]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// The address to listen on, of this machine only: short for --port with another loopback address
    #[arg(long, value_name = "ADDR", conflicts_with = "port")]
    listen: Option<SocketAddr>,
    /// SQLite file for everything; served as it is if it holds data already
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Another seed makes another company
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Kept for scripts: no browser is ever opened
    #[arg(long, hide = true)]
    no_open: bool,
}

/// How many ports are tried after the usual one.
const MORE_PORTS: u16 = 20;

impl Demo {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let listener = self.listen().await?;
        let folder = match &self.data {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("portcullis-demo-").tempdir().map_err(|error| {
                anyhow!("there is no room for temporary files: {error}; give a place with --data FILE")
            })?),
        };
        let file = match (&self.data, &folder) {
            (Some(file), _) => file.clone(),
            (None, Some(folder)) => folder.path().join("demo.sqlite"),
            (None, None) => PathBuf::from("demo.sqlite"),
        };
        let config = Config::without_file(file)?.whole()?;
        let _told = start_telling(&config)?;

        let store = open::store(&config.database.place().value, Missing::Create).await?;
        // Its history is told to nobody.
        let history = Live::start(store.clone()).await?;
        let found = history.world().position() > Position::default();
        let personas = if found {
            Vec::new()
        } else {
            self.generate(&history).await?
        };
        let sinks = outside(&config)?;
        let live = Live::with_sinks(store, config::effects(&sinks)).await?;
        let app = App::new(
            live,
            Arc::new(SystemClock),
            Arc::new(RandomIds),
            config.settings(Policy::default()),
        );
        let personas = if found {
            personas::pick(&app.world(), app.now())
        } else {
            personas
        };
        hints(&self, &app, &personas, found);
        let key = open::signing_key(config.signing_key(), &app).await?;
        let (access, decisions) = (Access::Demo(personas), config.decision_point());
        let web = Web::limited(
            app.telling(sinks),
            access,
            key,
            decisions,
            config.limits.to_web(),
        );
        let (mut stops, never) = (serve::stops()?, std::future::pending::<()>());
        let listening = (listener, None);
        serve::until_stopped(format, listening, web, Duration::ZERO, &mut stops, never).await?;
        // The temporary folder goes when it is dropped, after the last write.
        drop(folder);
        Ok(Outcome::Done)
    }

    async fn listen(&self) -> Result<TcpListener> {
        let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let addresses: Vec<_> = match (self.listen, self.port) {
            (Some(address), _) if !address.ip().is_loopback() => {
                return Err(BadUsage(format!(
                    "{address} lets other machines in, and the demo asks nobody who they are; listen on 127.0.0.1"
                ))
                .into());
            }
            (Some(address), _) => vec![address],
            (None, Some(port)) => vec![here(port)],
            (None, None) => (8080..=8080 + MORE_PORTS).map(here).collect(),
        };
        let mut wrong = String::new();
        for address in addresses {
            match TcpListener::bind(address).await {
                Ok(listener) => return Ok(listener),
                Err(error) => wrong = format!("{address} cannot be listened on: {error}"),
            }
        }
        Err(anyhow!(
            "{wrong}; choose another with --port or --listen, or --port 0 for any"
        ))
    }

    async fn generate(&self, live: &Live) -> Result<Vec<(portcullis_model::Id<User>, String)>> {
        let working = output::spinner("making up a company");
        let people = usize::try_from(self.people)?;
        let (seed, now) = (self.seed, open::now());
        let sample =
            tokio::task::spawn_blocking(move || portcullis_sandbox::generate(people, seed, now))
                .await?;
        let sample = sample.map_err(|refusal| {
            anyhow!("the sample company breaks a rule of its own: {refusal}; try another --seed and report this one")
        })?;
        working.finish_and_clear();
        let bar = output::bar(sample.steps.len(), "living eighteen months");
        portcullis_sandbox::commit(live, sample.steps, |done| bar.set_position(done as u64))
            .await?;
        bar.finish_and_clear();
        Ok(sample
            .personas
            .into_iter()
            .map(|persona| (persona.user, persona.note))
            .collect())
    }
}

/// The sinks of the environment; without any, the program's own log, so that there is something to see on the page of
/// deliveries.
fn outside(config: &Config) -> Result<Vec<Arc<dyn Sink>>> {
    let mut sinks = config.sinks()?;
    if sinks.is_empty() {
        sinks.push(Arc::new(LogSink));
    }
    Ok(sinks)
}

fn hints(demo: &Demo, app: &App, personas: &[(portcullis_model::Id<User>, String)], found: bool) {
    let world = app.world();
    let what = format!(
        "{}, {}, {} of history",
        output::count(world.user_count(), "user", "users"),
        output::count(world.group_count(), "group", "groups"),
        output::count(
            usize::try_from(world.position().0).unwrap_or_default(),
            "entry",
            "entries"
        ),
    );
    if found {
        eprintln!("serving the data that is there: {what}");
        let administered = world.users().any(|user| world.is_admin(user.id, app.now()));
        if !administered && let Some(data) = &demo.data {
            eprintln!(
                "nobody administers it; `portcullis init EMAIL --data {}` makes somebody an admin",
                data.display()
            );
        }
    } else {
        eprintln!("made a company: {what}");
    }
    eprintln!("look at it as:");
    for (user, note) in personas {
        if let Some(user) = world.user(*user) {
            eprintln!("  {:<18} {note}", user.login.as_str());
        }
    }
    match &demo.data {
        Some(data) => eprintln!("everything is in `{}`; Ctrl-C stops", data.display()),
        None => eprintln!("nothing is kept (give --data FILE to keep it); Ctrl-C stops"),
    }
}
