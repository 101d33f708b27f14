//! A provider: its settings, and what it said last.

use std::{fmt, sync::Arc, time::Duration};

use portcullis_model::{ConnectorId, Timestamp};

use super::{
    metadata::{Metadata, discover},
    settings::Settings,
};
use crate::{
    http::{Http, Url},
    proof::{Cached, Claims, Expected, Fault, KeySource, Kind, Proved, Token, fetch_keys, in_time},
};

/// How long whoever signs in waits for a provider, all its answers together.
const PATIENCE: Duration = Duration::from_secs(10);

/// A provider that people sign in with. Cheap to clone.
#[derive(Clone)]
pub struct Provider {
    pub(super) settings: Arc<Settings>,
    pub(super) http: Http,
    pub(super) patience: Duration,
    issuer: Url,
    metadata: Arc<Cached<Metadata>>,
    keys: Arc<KeySource>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the provider `{}`", self.settings.name)
    }
}

impl Provider {
    /// A provider that nobody has asked yet.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the settings.
    pub fn new(settings: Settings, http: Http) -> Result<Self, String> {
        let issuer = settings.issuer_url()?;
        if settings.client_id.is_empty() {
            return Err("the client id is empty; the provider gives one to each client".to_owned());
        }
        Ok(Self {
            settings: Arc::new(settings),
            http,
            patience: PATIENCE,
            issuer,
            metadata: Arc::default(),
            keys: Arc::default(),
        })
    }

    /// The same with another patience than ten seconds.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// What it is called here.
    #[must_use]
    pub fn name(&self) -> ConnectorId {
        self.settings.name
    }

    /// What it calls itself, to the letter.
    #[must_use]
    pub fn issuer_as_written(&self) -> &str {
        &self.settings.issuer
    }

    /// Whether a token says that it is this provider's, which proves nothing: it is for choosing whom to ask.
    #[must_use]
    pub fn is_named_by(&self, token: &str) -> bool {
        Token::parse(token).is_ok_and(|token| token.issuer() == self.settings.issuer)
    }

    /// Whom an access token of this provider proves, where the settings name an audience: a person with a verified
    /// address.
    ///
    /// # Errors
    /// [`Fault`]: it proves nobody, or the provider's keys cannot be had.
    pub async fn access_token(&self, token: &str, now: Timestamp) -> Result<Proved, Fault> {
        let audiences: Vec<_> = self.settings.audiences.iter().map(String::as_str).collect();
        let mut parties = audiences.clone();
        parties.push(&self.settings.client_id);
        let expected = Expected {
            kind: Kind::Access,
            issuer: &self.settings.issuer,
            audiences,
            parties,
        };
        let claims = in_time(self.patience, self.verify(token, &expected, now)).await?;
        let proved = Proved::of(self.name(), claims)?;
        if proved.email.is_none() {
            return Err(Fault::refused(
                "the token does not hold an e-mail address that was verified",
            ));
        }
        Ok(proved)
    }

    /// Asks the provider anew, for whoever tries the settings: what was found, a line each.
    ///
    /// # Errors
    /// [`Fault`]: nobody could sign in.
    pub async fn check(&self) -> Result<Vec<String>, Fault> {
        let asking = async {
            let metadata = self.discover().await?;
            let keys = fetch_keys(&self.http, &metadata.keys).await?.describe()?;
            let has = |it: bool| if it { "yes" } else { "no" };
            Ok(vec![
                format!("issuer: {}", self.settings.issuer),
                format!("signing keys: {keys}"),
                format!("userinfo: {}", has(metadata.userinfo.is_some())),
                format!("sign-out there: {}", has(metadata.end_session.is_some())),
                format!("back-channel logout: {}", has(metadata.tells_of_logout)),
                format!("issuer in each answer: {}", has(metadata.says_issuer)),
            ])
        };
        in_time(self.patience, asking).await
    }

    /// What a token for this client says, where it is what `kind` must be.
    pub(super) async fn verify_own(
        &self,
        kind: Kind,
        token: &str,
        now: Timestamp,
    ) -> Result<Claims, Fault> {
        let own = vec![self.settings.client_id.as_str()];
        let expected = Expected {
            kind,
            issuer: &self.settings.issuer,
            audiences: own.clone(),
            parties: own,
        };
        self.verify(token, &expected, now).await
    }

    async fn verify(
        &self,
        token: &str,
        expected: &Expected<'_>,
        now: Timestamp,
    ) -> Result<Claims, Fault> {
        let token = Token::parse(token)?.check(expected, now)?;
        let metadata = self.metadata(now).await?;
        self.keys
            .verify(token, (&self.http, &metadata.keys), now)
            .await
    }

    /// What the provider says of itself, not older than an hour.
    pub(super) async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, Fault> {
        self.metadata.get(now, self.discover()).await
    }

    /// What the provider said last, or says now.
    pub(super) async fn any_metadata(&self) -> Result<Arc<Metadata>, Fault> {
        match self.metadata.last() {
            Some(metadata) => Ok(metadata),
            None => Ok(Arc::new(self.discover().await?)),
        }
    }

    pub(super) const fn issuer(&self) -> &Url {
        &self.issuer
    }

    async fn discover(&self) -> Result<Metadata, Fault> {
        discover(&self.http, &self.settings.issuer, &self.issuer).await
    }
}
