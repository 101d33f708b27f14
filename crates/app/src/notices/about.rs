//! What one person is told. It is written down with the commit, names and all, and put into words when it is sent.

use portcullis_model::{Expiry, Group, Id, MembershipKind, NoticeKind, Request, Timestamp};
use serde::{Deserialize, Serialize};

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// Somebody asks for what the person decides about.
    Asked {
        /// The request.
        request: Id<Request>,
        /// Who asks.
        who: String,
        /// For what.
        what: String,
        /// Until when.
        until: Expiry,
        /// Why, in their words.
        reason: String,
    },
    /// A request of the person was decided.
    Decided {
        /// The request.
        request: Id<Request>,
        /// What was asked for.
        what: String,
        /// What became of it.
        outcome: Outcome,
        /// Who decided.
        by: String,
        /// Why, in their words.
        reason: String,
    },
    /// The person was given access.
    Given {
        /// Which.
        grant: Grant,
        /// Until when.
        until: Expiry,
        /// Who gave it.
        by: String,
        /// Why, in their words.
        reason: String,
    },
    /// The person's access has another end.
    Moved {
        /// Which.
        grant: Grant,
        /// Until when now.
        until: Expiry,
        /// Who moved it.
        by: String,
        /// Why, in their words.
        reason: String,
    },
    /// The person has no access any more.
    Lost {
        /// Which.
        grant: Grant,
        /// Who ended it; nobody where its time was over.
        by: Option<String>,
    },
    /// A token ends soon.
    TokenEnding {
        /// What it is called.
        token: String,
        /// Whose it is, where it is not the person's own: login and name.
        of: Option<(String, String)>,
        /// When.
        until: Timestamp,
        /// How many days before.
        days: u32,
    },
    /// What is told outside does not arrive.
    Failing {
        /// Where.
        connector: String,
        /// What was said last.
        trouble: String,
        /// Of when the oldest is that did not arrive.
        since: Timestamp,
        /// Whether it was given up; else it is tried on.
        given_up: bool,
    },
    /// Nothing: whether messages arrive.
    Test {
        /// By what.
        connector: String,
        /// Who asked for it.
        by: String,
    },
    /// The person's access ends soon.
    Ending {
        /// Which.
        grant: Grant,
        /// When.
        until: Timestamp,
        /// How many days before.
        days: u32,
    },
}

impl About {
    /// Of which kind it is, which people want to be told or not; of none where they asked for it.
    #[must_use]
    pub const fn kind(&self) -> Option<NoticeKind> {
        Some(match self {
            Self::Asked { .. } => NoticeKind::Asked,
            Self::Decided { .. } => NoticeKind::Decided,
            Self::Given { .. } | Self::Moved { .. } | Self::Lost { .. } => NoticeKind::Changed,
            Self::Ending { .. } => NoticeKind::Ending,
            Self::TokenEnding { .. } => NoticeKind::Token,
            Self::Failing { .. } => NoticeKind::Failing,
            Self::Test { .. } => return None,
        })
    }
}

/// Somebody's place in a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// The group.
    pub group: Id<Group>,
    /// Its name.
    pub name: String,
    /// As member or owner.
    pub kind: MembershipKind,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was granted.
    Approved {
        /// Until when.
        until: Expiry,
    },
    /// It was refused.
    Rejected,
    /// It was taken back, by another than who asked.
    Withdrawn,
}

impl Outcome {
    pub(super) const fn verb(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrew",
            _ => self.participle(),
        }
    }

    pub(super) const fn participle(self) -> &'static str {
        match self {
            Self::Approved { .. } => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl About {
    /// Where on the portal more is said.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Asked { request, .. } | Self::Decided { request, .. } => {
                format!("/requests/{request}")
            }
            Self::Given { grant, .. }
            | Self::Moved { grant, .. }
            | Self::Lost { grant, .. }
            | Self::Ending { grant, .. } => format!("/groups/{}", grant.group),
            Self::Failing { .. } => "/settings/connectors".to_owned(),
            Self::TokenEnding { of: None, .. } | Self::Test { .. } => "/account".to_owned(),
            Self::TokenEnding {
                of: Some((login, _)),
                ..
            } => format!("/account?user={login}"),
        }
    }

    /// What somebody gave as the reason, if it is theirs to be read; what the other side said.
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Asked { reason, .. }
            | Self::Decided { reason, .. }
            | Self::Given { reason, .. }
            | Self::Moved { reason, .. } => reason,
            Self::Failing { trouble, .. } => trouble,
            Self::Lost { .. }
            | Self::Ending { .. }
            | Self::TokenEnding { .. }
            | Self::Test { .. } => "",
        }
    }
}
