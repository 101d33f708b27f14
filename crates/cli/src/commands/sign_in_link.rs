//! `portcullis sign-in-link`: a way in where there is no identity provider, or none that works.

use std::{
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::Result;
use clap::Args;
use portcullis_app::{
    App,
    secret::Secret,
    token::{IssueLink, LinkTo},
};
use portcullis_connect::{http::Url, is_loopback};
use portcullis_model::{Context, Id, Timestamp, User};
use serde::Serialize;

use crate::{
    config::{Config, Where},
    failure::Outcome,
    open::{self, Missing},
    output::{self, Format},
    tell,
};

/// Make a link that signs somebody in once, within a quarter of an hour
///
/// Whoever opens it first is signed in as that person, so hand it over as you would a key. It works
/// on the machine the server runs on, or under its `https` address.
#[derive(Args, Debug)]
#[command(after_help = "\
EXAMPLES:
  portcullis sign-in-link ana
  portcullis sign-in-link ana --invitation
  portcullis sign-in-link ana --url http://127.0.0.1:9000
  portcullis sign-in-link ana --json")]
pub(super) struct SignInLink {
    /// The login of the person, or their id
    login: String,
    /// Make an invitation instead, good for a week: whoever opens it first signs in with an account of their own, which is
    /// linked to that person
    #[arg(long)]
    invitation: bool,
    /// Where people reach the server, where neither `public_url` nor `listen` of the configuration says so
    #[arg(long, value_name = "URL", value_parser = address)]
    url: Option<String>,
    #[command(flatten)]
    place: Where,
}

#[derive(Serialize)]
struct Done {
    login: String,
    url: String,
    until: Timestamp,
}

impl SignInLink {
    pub(super) async fn run(self, format: Format) -> Result<Outcome> {
        let config = Config::load(&self.place, None)?;
        let (app, context) = open::for_operator(&config, Missing::Refuse).await?;
        let world = app.world();
        let user = tell::user(&world, &self.login)?;
        let base = match &self.url {
            Some(url) => url.clone(),
            None => {
                if config.server.public_url.value.is_none() && matches!(format, Format::Text) {
                    tell_if_silent(config.server.listen.value);
                }
                base(&config, config.server.listen.value)
            }
        };
        let to = match self.invitation {
            true => LinkTo::Bind,
            false => LinkTo::SignIn,
        };
        let (url, until) = make(&app, context, (user.id, to), &base).await?;
        let done = Done {
            login: user.login.to_string(),
            url,
            until,
        };
        output::result(format, &done, |done| {
            let what = match to {
                LinkTo::SignIn => "signs {} in once",
                LinkTo::Bind => "lets {} say once with which account they sign in",
            };
            let what = what.replace("{}", &done.login);
            format!("{}\n{what}, until {}", done.url, tell::time(done.until))
        })?;
        Ok(Outcome::Done)
    }
}

/// An address under which somebody may sign in.
fn address(text: &str) -> Result<String, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("write the address without a user".to_owned());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("write the scheme, the host and the port only".to_owned());
    }
    let plain = url.origin().ascii_serialization();
    match url.scheme() {
        "https" => Ok(plain),
        "http" if is_loopback(&url) => Ok(plain),
        _ => Err("write an https address, or one of this machine".to_owned()),
    }
}

/// Says so where nothing listens at the address that the link leads to.
fn tell_if_silent(address: SocketAddr) {
    let here = here(address);
    if TcpStream::connect_timeout(&here, PATIENCE).is_err() {
        eprintln!(
            "nothing answers at {here}; where the server has another address, say it: --url http://127.0.0.1:PORT"
        );
    }
}

/// How this machine reaches what listens at `address`.
fn here(address: SocketAddr) -> SocketAddr {
    match address.ip().is_unspecified() {
        true => SocketAddr::from(([127, 0, 0, 1], address.port())),
        false => address,
    }
}

/// For so long an answer of this machine is waited for.
const PATIENCE: Duration = Duration::from_millis(300);

/// The address under which people reach the server.
pub(super) fn base(config: &Config, address: SocketAddr) -> String {
    let public = config.server.public_url.value.clone();
    let scheme = config.tls.scheme();
    let base = public.unwrap_or_else(|| format!("{scheme}://{}", here(address)));
    base.trim_end_matches('/').to_owned()
}

/// A link for somebody, and until when it works.
pub(super) async fn make(
    app: &App,
    context: Context,
    (user, to): (Id<User>, LinkTo),
    base: &str,
) -> Result<(String, Timestamp)> {
    let secret = Secret::new("");
    let until = context.now.plus_seconds(to.seconds());
    let digest = secret.digest();
    app.commit(context, IssueLink { user, to, digest }, None)
        .await?;
    Ok((format!("{base}{}{}", to.path(), secret.reveal()), until))
}
