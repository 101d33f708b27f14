//! What proves who somebody is: a secret that only they have, known here by its digest alone. A
//! browser's session, a program's token and a link that signs in once are one kind of record, so that
//! all end in one way: by time, by whom they are of, or with them.

use std::{collections::BTreeSet, fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Actor, ConnectorId, Id, Name, Timestamp, User, Validity, words};

/// The SHA-256 of a secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("a digest is 64 hexadecimal digits"))
    }
}

words! {
    /// What a token may be used for.
    pub enum Scope {
        /// To read what the user may read.
        Read = "read",
        /// To ask for access, and take that back.
        Request = "request",
        /// To approve and reject requests.
        Decide = "decide",
        /// To change everything else that the user may change.
        Administer = "administer",
        /// To ask the decision point.
        Decisions = "decisions",
    }
}

/// What a secret is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum Purpose {
    /// A browser that has signed in.
    Session(Session),
    /// A program that acts as the user.
    Token {
        /// What its maker calls it.
        name: Name,
        /// What it may be used for.
        scopes: BTreeSet<Scope>,
    },
    /// A link that signs in once.
    Link,
    /// A link by which somebody says once who they are at an identity provider.
    Invitation,
}

/// How a browser signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// When the user last proved who they are.
    #[serde(default = "untold", skip_serializing_if = "is_untold")]
    pub proved_at: Timestamp,
    /// The identity provider; none where a link signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ConnectorId>,
    /// What the provider calls this session, by which it may end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Arc<str>>,
    /// How well the user proved it, in the provider's words (`acr`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<Arc<str>>,
}

impl Scope {
    /// Those that are of use to an agent, which decides and administers nothing.
    pub const OF_AGENTS: [Self; 3] = [Self::Read, Self::Request, Self::Decisions];
}

const fn untold() -> Timestamp {
    Session::UNTOLD
}

fn is_untold(at: &Timestamp) -> bool {
    *at == Session::UNTOLD
}

impl Session {
    /// When somebody proved who they are whose provider does not say it: long ago.
    pub const UNTOLD: Timestamp = Timestamp::from_micros(0);

    /// When they proved who they are, as far as that was said.
    #[must_use]
    pub fn proved(&self) -> Option<Timestamp> {
        Some(self.proved_at).filter(|at| *at > Self::UNTOLD)
    }
}

/// A secret by which somebody is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Identifies the record; no secret.
    pub id: Id<Credential>,
    /// Who whoever brings the secret is.
    pub user: Id<User>,
    /// The secret, as far as it is known here; unique.
    pub digest: Digest,
    /// What it is for.
    #[serde(flatten)]
    pub purpose: Purpose,
    /// When it holds.
    #[serde(flatten)]
    pub validity: Validity,
    /// Who made it.
    pub made_by: Actor,
}

impl Credential {
    /// How the browser signed in, if it is a session.
    #[must_use]
    pub const fn session(&self) -> Option<&Session> {
        match &self.purpose {
            Purpose::Session(session) => Some(session),
            Purpose::Token { .. } | Purpose::Link | Purpose::Invitation => None,
        }
    }

    /// What its maker calls it, if it is a token.
    #[must_use]
    pub const fn token(&self) -> Option<&Name> {
        match &self.purpose {
            Purpose::Token { name, .. } => Some(name),
            Purpose::Session(_) | Purpose::Link | Purpose::Invitation => None,
        }
    }

    /// Whether it is a session that began at `provider`.
    #[must_use]
    pub fn began_at(&self, provider: ConnectorId) -> bool {
        let session = self.session();
        session.is_some_and(|session| session.provider == Some(provider))
    }

    /// What it is, with its name.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.purpose {
            Purpose::Session(Session { provider: None, .. }) => "session".to_owned(),
            Purpose::Session(Session {
                provider: Some(provider),
                ..
            }) => format!("session by {provider}"),
            Purpose::Token { name, .. } => format!("token {name}"),
            Purpose::Link => "sign-in link".to_owned(),
            Purpose::Invitation => "invitation".to_owned(),
        }
    }
}
