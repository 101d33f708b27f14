//! Cloudflare Access: whoever comes through it brings an assertion that it signed (`Cf-Access-Jwt-Assertion`).

use std::{fmt, sync::Arc, time::Duration};

use portcullis_model::{ConnectorId, Timestamp};

use crate::{
    http::{Http, Url},
    proof::{Claims, Expected, KeySource, Kind, Token, in_time, is_endpoint},
};

pub use crate::proof::{Fault, Proved};

/// The header that holds the assertion.
pub const HEADER: &str = "Cf-Access-Jwt-Assertion";
/// The domain of all teams.
const DOMAIN: &str = ".cloudflareaccess.com";
/// How long whoever comes waits for its keys.
const PATIENCE: Duration = Duration::from_secs(10);

/// A team, as the configuration has it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What it is called here.
    pub name: ConnectorId,
    /// The team's name, or its domain.
    pub team: String,
    /// The audience tags of the applications that lead here.
    pub audiences: Vec<String>,
    /// Where its keys are, if not at the team's domain: https, or http on loopback.
    pub certs: Option<String>,
}

/// Whoever came through Cloudflare Access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// A person.
    Person(Proved),
    /// A program with a service token.
    Service {
        /// The token's client id.
        name: String,
    },
}

/// Cloudflare Access in front of us. Cheap to clone.
#[derive(Clone)]
pub struct Access(Arc<Inner>);

struct Inner {
    name: ConnectorId,
    issuer: String,
    audiences: Vec<String>,
    certs: Url,
    http: Http,
    keys: KeySource,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cloudflare Access at {}", self.0.issuer)
    }
}

impl Access {
    /// A team whose keys nobody has asked for yet.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the settings.
    pub fn new(settings: Settings, http: Http) -> Result<Self, String> {
        let team = settings.team.strip_suffix(DOMAIN).unwrap_or(&settings.team);
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if team.is_empty() || !team.chars().all(word) {
            return Err(format!(
                "`{}` is no team of Cloudflare Access; write its name or `name{DOMAIN}`",
                settings.team
            ));
        }
        if settings.audiences.is_empty() || settings.audiences.iter().any(String::is_empty) {
            return Err(
                "write the audience tag of the application in Cloudflare Access".to_owned(),
            );
        }
        let issuer = format!("https://{team}{DOMAIN}");
        let certs = settings
            .certs
            .unwrap_or_else(|| format!("{issuer}/cdn-cgi/access/certs"));
        let wrong = || format!("`{certs}` cannot be asked for keys; write an https address");
        let url = Url::parse(&certs).map_err(|_| wrong())?;
        if !is_endpoint(&url, &url) {
            return Err(wrong());
        }
        Ok(Self(Arc::new(Inner {
            name: settings.name,
            issuer,
            audiences: settings.audiences,
            certs: url,
            http,
            keys: KeySource::default(),
        })))
    }

    /// Who brings this assertion.
    ///
    /// # Errors
    /// [`Fault`]: nobody, or the keys cannot be had.
    pub async fn verify(&self, assertion: &str, now: Timestamp) -> Result<Visitor, Fault> {
        let this = &self.0;
        let audiences: Vec<_> = this.audiences.iter().map(String::as_str).collect();
        let expected = Expected {
            // It is an ID token in all but name.
            kind: Kind::Id,
            issuer: &this.issuer,
            audiences: audiences.clone(),
            parties: audiences,
        };
        let token = Token::parse(assertion)?.check(&expected, now)?;
        let verifying = this.keys.verify(token, (&this.http, &this.certs), now);
        Visitor::of(this.name, in_time(PATIENCE, verifying).await?)
    }
}

impl Visitor {
    fn of(provider: ConnectorId, claims: Claims) -> Result<Self, Fault> {
        // The team's own session is no way into an application.
        if claims.purpose.as_deref().is_some_and(|it| it != "app") {
            return Err(Fault::protocol("the token is of another kind"));
        }
        let is_nobody = claims.sub.as_deref().unwrap_or_default().is_empty();
        match claims.common_name.clone().filter(|name| !name.is_empty()) {
            Some(name) if is_nobody => Ok(Self::Service { name }),
            _ => {
                let email = claims.email.clone().filter(|email| !email.is_empty());
                let proved = Proved::of(provider, claims)?;
                // Access lets nobody in whose address it does not know.
                Ok(Self::Person(Proved { email, ..proved }))
            }
        }
    }
}
