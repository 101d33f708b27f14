//! `[[token]]`: a bearer token, known by its digest, and whom it stands for.

use std::fmt;

use portcullis_web::{Token, TokenSubject};
use sha2::{Digest as _, Sha256};

use super::{
    secret::{Secret, SecretFile},
    section::section,
    value::Source,
};

section! {
    /// A token as it is written.
    TokenSettings, prefix "" {
        /// what the log calls it
        name: Option<String> => "needed";
        /// the SHA-256 of the token in hexadecimal, or where that is, as a secret
        sha256: Option<Secret> => "this or `file`";
        /// a file that holds the token itself
        file: Option<SecretFile> => "this or `sha256`";
        /// the login of the user it acts as
        user: Option<String> => "this or `decisions`";
        /// whether it may ask for decisions, and do nothing else
        decisions: bool = false;
    }
}

/// A token of the configuration.
#[derive(Clone)]
pub(crate) struct ConfiguredToken {
    pub(crate) name: String,
    pub(crate) sha256: [u8; 32],
    pub(crate) subject: TokenSubject,
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
            TokenSubject::User(login) => format!("acts as `{login}` (digest not shown)"),
            TokenSubject::Decisions => "asks for decisions (digest not shown)".to_owned(),
        }
    }

    pub(crate) fn to_web(&self) -> Token {
        Token {
            name: self.name.as_str().into(),
            sha256: self.sha256,
            subject: self.subject.clone(),
        }
    }
}

impl TokenSettings {
    /// The token, or all that is wrong with it.
    pub(super) fn token(self, source: Source) -> Result<ConfiguredToken, Vec<String>> {
        let name = self.name.value.filter(|name| !name.is_empty());
        let name = name.ok_or("the token has no `name`; give it one, it is what the log calls it");
        let sha256 = match (&self.sha256.value, &self.file.value) {
            (Some(digest), None) => digest_of_hex(digest.reveal()).ok_or(
                "`sha256` is 64 hexadecimal digits; make it with `printf %s TOKEN | sha256sum`",
            ),
            (None, Some(SecretFile(token))) if token.reveal().len() >= 16 => {
                Ok(Sha256::digest(token.reveal().as_bytes()).into())
            }
            (None, Some(_)) => {
                Err("the token in `file` is shorter than 16 characters; use a long random one")
            }
            _ => Err("a token needs `sha256` or `file`, one of them; add or remove one"),
        };
        let subject = match (self.user.value, self.decisions.value) {
            (Some(login), false) => Ok(TokenSubject::User(login)),
            (None, true) => Ok(TokenSubject::Decisions),
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

fn digest_of_hex(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(digest)
}
