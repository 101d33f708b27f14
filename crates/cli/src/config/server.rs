//! Where the program listens and what it says of itself.

use std::net::SocketAddr;

use portcullis_connect::http::Url;
use portcullis_web::{Proxies, SigningKey};
use toml::de::DeValue;

use super::{
    secret::Secret,
    section::section,
    value::{Value, Written},
};

section! {
    /// Where the program listens and what it says of itself.
    Server, prefix "" {
        /// the address to listen on; for others than loopback something must say who is let in from there
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
        /// what [the program's own log](logs.md) holds: `info`, `portcullis_store=debug,warn`
        log: LogLevels = LogLevels("warn".into());
        /// whether each line of it is a JSON object, for programs that collect them
        log_json: bool = false;
        /// the `https` address under which people and enforcement points reach this server; messages lead there, and [signing in](../how-to/sign-in.md) from other machines needs it
        public_url: Option<String> => "the address asked";
        /// the addresses and networks of [proxies](../how-to/deploy.md#behind-a-proxy) whose `Forwarded` or `X-Forwarded-For` and `-Proto` are believed
        trusted_proxies: ProxyList => "none";
        /// what signs sessions, form tokens and search pages, 32 bytes at least
        secret: Option<SigningSecret> => "made once, kept in the database";
    }
}

impl Server {
    /// What cannot be: whoever signs in under a public address does it over TLS.
    pub(super) fn faults(&self) -> Vec<String> {
        let url = self.public_url.value.as_deref();
        // Addresses are made of it as it is, and nothing is served below a path.
        let plain = |url: &str| {
            let read = url.parse::<Url>().ok();
            read.is_some_and(|read| {
                read.scheme() == "https"
                    && read.as_str().trim_end_matches('/') == url.trim_end_matches('/')
                    && read.path() == "/"
                    && read.query().is_none()
                    && read.fragment().is_none()
                    && read.username().is_empty()
            })
        };
        let wrong = url.filter(|url| !plain(url));
        let wrong = wrong.map(|url| {
            let source = &self.public_url.source;
            format!("{source}: `public_url`: `{url}` is no `https` address of a host and nothing more, such as https://access.example.com; write the one people come by, or leave it out")
        });
        wrong.into_iter().collect()
    }
}

/// What the program's own log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLevels(pub(crate) String);

impl Value for LogLevels {
    fn parse(text: &str, _: &Written<'_>) -> Result<Self, String> {
        match text.parse::<tracing_subscriber::filter::Targets>() {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(format!(
                "`{text}` is no log filter; write warn, info, or portcullis_store=debug,warn"
            )),
        }
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// The proxies that are believed, as they are written and as they are used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProxyList(pub(crate) Proxies, Vec<String>);

impl ProxyList {
    fn of(items: Vec<String>) -> Result<Self, String> {
        let proxies = Proxies::parse(items.iter().map(String::as_str))?;
        Ok(Self(proxies, items))
    }
}

impl Value for ProxyList {
    const WANTED: &'static str = Vec::<String>::WANTED;

    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        Self::of(Vec::parse(text, written)?)
    }

    fn of_toml(value: &DeValue<'_>, written: &Written<'_>) -> Option<Result<Self, String>> {
        Some(Vec::of_toml(value, written)?.and_then(Self::of))
    }

    fn shown(&self) -> String {
        self.1.shown()
    }
}

/// A secret that is long enough to sign with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SigningSecret(pub(super) Secret);

impl SigningSecret {
    /// The signing key it makes.
    pub(crate) fn key(&self) -> Option<SigningKey> {
        SigningKey::new(self.0.reveal().as_bytes())
    }
}

impl Value for SigningSecret {
    fn parse(text: &str, written: &Written<'_>) -> Result<Self, String> {
        let secret = Self(Secret::parse(text, written)?);
        match secret.key() {
            Some(_) => Ok(secret),
            None if secret.0.is_missing() => Ok(secret),
            None => Err(format!(
                "the secret is shorter than {} bytes; make one with `openssl rand -hex 32`",
                SigningKey::LEAST
            )),
        }
    }

    fn missing(&self) -> Option<&str> {
        self.0.missing()
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}
