//! Why a browser was sent to an identity provider.

use portcullis_app::session::Entry;
use portcullis_model::{Digest, Id, User};
use serde::{Deserialize, Serialize};

use crate::auth::Provider;

/// What is done once the provider has said who it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Intent {
    /// They sign in.
    SignIn,
    /// They, and nobody else, prove anew who they are.
    Again {
        /// Who.
        user: Id<User>,
    },
    /// An admin tries whether it works; nobody is signed in by it.
    Test {
        /// Who.
        user: Id<User>,
    },
    /// They say who they are there, from now on.
    Bind {
        /// Who they are here.
        user: Id<User>,
        /// The invitation that lets them; none where they are signed in.
        invitation: Option<Digest>,
    },
}

impl Intent {
    /// Who comes in by it.
    pub(super) const fn entry(&self, provider: &Provider) -> Entry {
        match self {
            Self::SignIn => Entry::Whoever {
                link_by: provider.link_by,
                unknown: provider.unknown,
            },
            Self::Again { user } | Self::Test { user } => Entry::Only(*user),
            Self::Bind { user, invitation } => Entry::Binding {
                user: *user,
                invitation: *invitation,
            },
        }
    }

    /// Who has to be signed in in this very browser when they come back.
    pub(super) const fn needs(&self) -> Option<Id<User>> {
        match self {
            Self::Bind {
                user,
                invitation: None,
            } => Some(*user),
            Self::SignIn | Self::Again { .. } | Self::Test { .. } | Self::Bind { .. } => None,
        }
    }
}
