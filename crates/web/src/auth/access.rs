//! The ways in that a program is started with.

use std::{net::IpAddr, sync::Arc};

use portcullis_app::session::{LinkBy, Unknown};
use portcullis_connect::{cloudflare, http::Http, oidc};
use portcullis_model::{self as model, ConnectorId, Digest, Id, User};

use super::step_up::StepUp;
use crate::http::Proxies;

/// How people and programs prove who they are.
#[derive(Clone, Debug)]
pub enum Access {
    /// A persona switcher stands for sign-in, and `Authorization: Bearer demo-<login>`; answered on
    /// loopback only. Each persona comes with a note on what to try as them.
    Demo(Vec<(Id<User>, String)>),
    /// Sessions, tokens made here, and what the configuration says.
    Ways(Box<Ways>),
}

/// What the configuration says about who is let in how.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// Bearer tokens from the configuration.
    pub tokens: Vec<Token>,
    /// The identity providers of the configuration, in the order in which they are offered.
    pub providers: Vec<Provider>,
    /// What speaks to those that are set up in the portal; none are where it is missing.
    pub http: Option<Http>,
    /// Cloudflare Access, where it stands before the program.
    pub cloudflare: Option<CloudflareAccess>,
    /// A proxy that says who it lets through.
    pub proxy: Option<TrustedProxy>,
    /// The proxies that are believed where requests come from.
    pub proxies: Proxies,
    /// How long sessions last.
    pub sessions: Sessions,
    /// When somebody has to prove anew who they are.
    pub step_up: StepUp,
}

/// An identity provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// As it is called on the sign-in page.
    pub title: String,
    /// What speaks to it.
    pub oidc: oidc::Provider,
    /// How somebody is found who signs in for the first time.
    pub link_by: LinkBy,
    /// What becomes of people nobody knows.
    pub unknown: Unknown,
    /// Which of the groups that it tells count here; none are asked about where this is missing.
    pub groups: Option<Vec<String>>,
    /// The record, where it was set up in the portal.
    pub record: Option<Arc<model::Provider>>,
    /// Whether people sign in by it.
    pub is_on: bool,
}

impl Provider {
    /// Whether it was made of that record.
    pub(crate) fn is_of(&self, record: &model::Provider) -> bool {
        self.record.as_ref().is_some_and(|it| it.id == record.id)
    }
}

/// Cloudflare Access, which signs for whom it lets through.
#[derive(Clone, Debug)]
pub struct CloudflareAccess {
    /// What it is called where accounts are linked.
    pub name: ConnectorId,
    /// What looks at its assertions.
    pub edge: cloudflare::Access,
    /// How somebody is found who is not linked.
    pub link_by: LinkBy,
}

/// A proxy that stands before the program, knows who asks, and says so in a header.
#[derive(Clone, Debug)]
pub struct TrustedProxy {
    /// The addresses it asks from.
    pub from: Vec<IpAddr>,
    /// The header with the login.
    pub header: String,
    /// What the header `x-portcullis-proxy-secret` must be, as far as it is known here.
    pub secret: Digest,
}

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// Seconds without a request after which a session is over.
    pub idle: i64,
    /// Seconds after which it is over in any case.
    pub longest: i64,
}

impl Default for Sessions {
    /// Half a day, and a week.
    fn default() -> Self {
        Self {
            idle: 43_200,
            longest: 604_800,
        }
    }
}

impl Access {
    /// Whom the switcher offers.
    pub(crate) fn personas(&self) -> &[(Id<User>, String)] {
        match self {
            Self::Demo(personas) => personas,
            Self::Ways(_) => &[],
        }
    }

    /// The proxies that are believed where requests come from.
    pub(crate) const fn proxies(&self) -> &Proxies {
        const NONE: &Proxies = &Proxies::NONE;
        match self {
            Self::Demo(_) => NONE,
            Self::Ways(ways) => &ways.proxies,
        }
    }

    /// What the configuration says, where this is no demo.
    pub(crate) const fn ways(&self) -> Option<&Ways> {
        match self {
            Self::Demo(_) => None,
            Self::Ways(ways) => Some(ways),
        }
    }
}

/// A bearer token, known by its SHA-256 only.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is called in the log.
    pub name: Arc<str>,
    /// The SHA-256 of the token.
    pub sha256: [u8; 32],
    /// Whom it stands for.
    pub subject: TokenSubject,
}

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSubject {
    /// A user: may do what the user may, for as long as they are called so.
    User {
        /// The login or id that the configuration names them by.
        key: String,
        /// Whom it is bound to.
        id: Id<User>,
    },
    /// An enforcement point: may ask for decisions and nothing else.
    Decisions,
}
