//! `[[token]]`: a bearer token, known by its digest, and whom it stands for.

use std::fmt;

use anyhow::Result;
use portcullis_model::{Digest, World};
use portcullis_store::Store;
use portcullis_web::{Token, TokenSubject};
use sha2::{Digest as _, Sha256};

use super::{
    secret::{Secret, SecretFile},
    section::section,
    value::Source,
};
use crate::bound::{self, First, Unbound};

section! {
    /// A token as it is written.
    TokenSettings, prefix "" {
        /// what the log calls it
        name: Option<String> => "needed";
        /// the SHA-256 of the token in hexadecimal, or where that is, as a secret
        sha256: Option<Secret> => "this or `file`";
        /// a file that holds the token itself
        file: Option<SecretFile> => "this or `sha256`";
        /// the login of the user it acts as, or their id
        user: Option<String> => "this or `decisions`";
        /// whether it may ask for decisions, and do nothing else
        decisions: bool = false;
    }
}

/// Whom a token stands for, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BearerOf {
    /// A user, by login or id.
    User(String),
    /// An enforcement point.
    Decisions,
}

/// A token of the configuration.
#[derive(Clone)]
pub(crate) struct ConfiguredToken {
    pub(crate) name: String,
    pub(crate) sha256: [u8; 32],
    pub(crate) subject: BearerOf,
    pub(crate) source: Source,
}

impl fmt::Debug for ConfiguredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: token `{}` {}", self.source, self.name, self.shown())
    }
}

impl ConfiguredToken {
    /// What may be shown of it.
    pub(crate) fn shown(&self) -> String {
        match &self.subject {
            BearerOf::User(login) => format!("acts as `{login}` (digest not shown)"),
            BearerOf::Decisions => "asks for decisions (digest not shown)".to_owned(),
        }
    }

    /// The token as it may be used; else why not, with a sentence that says so.
    pub(crate) async fn bound(
        &self,
        place: (&Store, &World),
        first: First,
    ) -> Result<std::result::Result<Token, (Unbound, String)>> {
        let subject = match &self.subject {
            BearerOf::Decisions => TokenSubject::Decisions,
            BearerOf::User(key) => {
                let holder = format!("token:{}", Digest(self.sha256));
                match bound::user(place, &holder, key, first).await? {
                    Ok(id) => TokenSubject::User {
                        key: key.clone(),
                        id,
                    },
                    Err(wrong) => {
                        let (source, name) = (&self.source, &self.name);
                        let sentence = match &wrong {
                            Unbound::Unknown(meant) => format!(
                                "{source}: the token `{name}` acts as `{key}`, and there is no such user{meant}"
                            ),
                            Unbound::Moved(why) => {
                                format!("{source}: the token `{name}` is refused: {why}")
                            }
                        };
                        return Ok(Err((wrong, sentence)));
                    }
                }
            }
        };
        Ok(Ok(Token {
            name: self.name.as_str().into(),
            sha256: self.sha256,
            subject,
        }))
    }
}

impl TokenSettings {
    /// The token, or all that is wrong with it.
    pub(super) fn token(self, source: Source) -> std::result::Result<ConfiguredToken, Vec<String>> {
        let name = self.name.value.filter(|name| !name.is_empty());
        let name = name.ok_or("the token has no `name`; give it one, it is what the log calls it");
        let sha256 = match (&self.sha256.value, &self.file.value) {
            // Of nothing that anybody could find; and nobody is let in before it is there.
            (Some(missing), None) | (None, Some(SecretFile(missing))) if missing.is_missing() => {
                Ok([0; 32])
            }
            (Some(digest), None) => Digest::parse(digest.reveal().trim()).map(|digest| digest.0)
                .ok_or(
                    "`sha256` is 64 hexadecimal digits; make it with `printf %s TOKEN | sha256sum`",
                )
                .and_then(|digest| {
                    if means_nothing(digest) {
                        Err("`sha256` is the digest of an empty token, which anybody has; make it of a long random one")
                    } else {
                        Ok(digest)
                    }
                }),
            (None, Some(SecretFile(token))) if token.reveal().len() >= 16 => {
                Ok(Sha256::digest(token.reveal().as_bytes()).into())
            }
            (None, Some(_)) => {
                Err("the token in `file` is shorter than 16 characters; use a long random one")
            }
            _ => Err("a token needs `sha256` or `file`, one of them; add or remove one"),
        };
        let subject = match (self.user.value, self.decisions.value) {
            (Some(login), false) => Ok(BearerOf::User(login)),
            (None, true) => Ok(BearerOf::Decisions),
            _ => Err(
                "a token needs `user = \"login\"` or `decisions = true`, one of them; add or remove one",
            ),
        };
        match (name, sha256, subject) {
            (Ok(name), Ok(sha256), Ok(subject)) => Ok(ConfiguredToken {
                name,
                sha256,
                subject,
                source,
            }),
            (name, sha256, subject) => {
                let wrong = [name.err(), sha256.err(), subject.err()];
                let wrong = wrong.into_iter().flatten();
                Err(wrong.map(|wrong| format!("{source}: {wrong}")).collect())
            }
        }
    }
}

/// Whether it is the digest of nothing, or of a line break alone: of `$TOKEN` where that is not set.
fn means_nothing(digest: [u8; 32]) -> bool {
    ["", "\n", "\r\n"]
        .map(|token| Sha256::digest(token).into())
        .contains(&digest)
}
