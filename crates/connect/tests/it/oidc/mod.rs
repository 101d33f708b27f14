//! Who signs in is proved, or nobody is let in: each rule, against a provider that breaks it.

mod access;
mod id_token;
pub(crate) mod idp;
mod keys;
mod logout;
mod provider;
mod real;
mod sign_in;
mod trouble;

use portcullis_connect::{
    http::Http,
    oidc::{Answer, Ask, Begun, ClientSecret, Fault, Proved, Provider, Settings},
};
use portcullis_model::{ConnectorId, Timestamp};
use serde_json::{Value, json};

use idp::{Idp, Key, Page};

/// Now, in seconds since 1970 and as a time.
pub(crate) const SECONDS: i64 = 1_795_000_000;
pub(crate) const NOW: Timestamp = Timestamp::from_micros(SECONDS * 1_000_000);
const BACK: &str = "https://portcullis.example.com/sign-in/oidc/corp/callback";

pub(crate) fn http() -> Http {
    let settings = portcullis_connect::http::Settings::default();
    Http::new(&settings, std::sync::Arc::new(portcullis_app::SystemClock)).unwrap()
}

fn settings(issuer: &str) -> Settings {
    Settings {
        name: ConnectorId::parse("corp").unwrap(),
        issuer: issuer.into(),
        client_id: "portcullis".into(),
        client_secret: Some(ClientSecret::new("hush".into())),
        scopes: vec!["openid".into(), "email".into(), "groups".into()],
        audiences: vec!["https://api.example.com".into()],
        acr_values: Vec::new(),
    }
}

fn provider(settings: Settings) -> Provider {
    Provider::new(settings, http()).unwrap()
}

/// A provider of identities, its key, and ours of it.
struct Rig {
    idp: Idp,
    key: Key,
    provider: Provider,
}

impl Rig {
    async fn new() -> Self {
        let (idp, key) = (Idp::start().await, Key::es256("one"));
        idp.keys(&[&key]);
        let provider = provider(settings(&idp.issuer));
        Self { idp, key, provider }
    }

    /// What an ID token says that is as it should be.
    fn claims(&self, begun: &Begun) -> Value {
        json!({
            "iss": self.idp.issuer,
            "sub": "00u1",
            "aud": "portcullis",
            "exp": SECONDS + 300,
            "iat": SECONDS,
            "nonce": begun.nonce,
            "email": "ana@example.com",
            "email_verified": true,
            "name": "Ana",
            "preferred_username": "ana",
            "groups": ["eng"],
            "sid": "s1",
        })
    }

    async fn begin(&self) -> Begun {
        self.begin_asking(&Ask::default()).await
    }

    async fn begin_asking(&self, ask: &Ask) -> Begun {
        self.provider.begin(BACK, ask, NOW).await.unwrap().1
    }

    /// Hands this out for the next codes.
    fn hand_out(&self, id_token: impl Into<Value>) {
        let tokens = json!({
            "access_token": "opaque",
            "token_type": "Bearer",
            "expires_in": "3600",
            "id_token": id_token.into(),
        });
        self.idp.page("/token", Page::Json(200, tokens));
    }

    async fn finish(&self, begun: &Begun, answer: &Answer) -> Result<Proved, Fault> {
        self.provider.finish(begun, answer, BACK, NOW).await
    }

    /// Signs in with an ID token that says this.
    async fn sign_in(&self, change: impl FnOnce(&mut Value)) -> Result<Proved, Fault> {
        self.sign_in_asking(&Ask::default(), change).await
    }

    async fn sign_in_asking(
        &self,
        ask: &Ask,
        change: impl FnOnce(&mut Value),
    ) -> Result<Proved, Fault> {
        let begun = self.begin_asking(ask).await;
        let mut claims = self.claims(&begun);
        change(&mut claims);
        self.hand_out(self.key.sign(&claims));
        self.finish(&begun, &answer(&begun)).await
    }
}

/// What a browser brings back where all went well.
fn answer(begun: &Begun) -> Answer {
    Answer {
        code: Some("code-1".into()),
        state: Some(begun.state.clone()),
        ..Answer::default()
    }
}

fn protocol(why: &str) -> Fault {
    Fault::Protocol { why: why.into() }
}
