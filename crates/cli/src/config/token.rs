//! `[[token]]`: a bearer token, known by its digest, and whom it stands for.

use std::ops::Range;

use portcullis_web::{Token, TokenSubject};
use sha2::{Digest as _, Sha256};
use toml::de::{DeTable, DeValue};

use super::{Source, file::File};
use crate::failure::or_meant;

/// A token of the configuration.
#[derive(Clone, Debug)]
pub(crate) struct ConfiguredToken {
    pub(crate) name: String,
    pub(crate) sha256: [u8; 32],
    pub(crate) subject: TokenSubject,
    pub(crate) source: Source,
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

const KNOWN: [&str; 5] = ["name", "sha256", "file", "user", "decisions"];

pub(super) fn read(
    file: &File<'_>,
    span: &Range<usize>,
    table: &DeTable<'_>,
    faults: &mut Vec<String>,
) -> Option<ConfiguredToken> {
    let at = table
        .iter()
        .next()
        .map_or_else(|| file.at(span), |(key, _)| file.at(&key.span()));
    let before = faults.len();
    for (key, value) in table {
        let (name, at) = (key.get_ref().as_ref(), file.at(&key.span()));
        match (name, value.get_ref()) {
            ("name" | "sha256" | "file" | "user", DeValue::String(_))
            | ("decisions", DeValue::Boolean(_)) => {}
            ("decisions", _) => {
                faults.push(format!("{at}: `decisions` takes true or false; write that"));
            }
            (name, _) if KNOWN.contains(&name) => {
                faults.push(format!("{at}: `{name}` takes a text in quotes; write that"));
            }
            (name, _) => {
                let meant = or_meant(name, KNOWN, "known are name, sha256, file, user, decisions");
                faults.push(format!(
                    "{at}: there is no key `{name}` in [[token]]{meant}"
                ));
            }
        }
    }
    let text = |key: &str| table.get(key).and_then(|value| value.get_ref().as_str());
    let name = text("name").unwrap_or_default();
    if name.is_empty() {
        faults.push(format!(
            "{at}: the token has no `name`; give it one, it is what the log calls it"
        ));
    }
    let sha256 = match (text("sha256"), text("file")) {
        (Some(digest), None) => digest_of_hex(digest).or_else(|| {
            faults.push(format!("{at}: `sha256` is 64 hexadecimal digits; make it with `printf %s TOKEN | sha256sum`"));
            None
        }),
        (None, Some(path)) => {
            let path = file.path.parent().map_or_else(|| path.into(), |folder| folder.join(path));
            match std::fs::read_to_string(&path) {
                Ok(token) if token.trim().len() >= 16 => Some(Sha256::digest(token.trim().as_bytes()).into()),
                Ok(_) => {
                    faults.push(format!("{at}: the token in `{}` is shorter than 16 characters; use a long random one", path.display()));
                    None
                }
                Err(error) => {
                    faults.push(format!("{at}: `{}` cannot be read: {error}; put the token there", path.display()));
                    None
                }
            }
        }
        _ => {
            faults.push(format!("{at}: a token needs `sha256` or `file`, one of them; add or remove one"));
            None
        }
    };
    let decisions = matches!(
        table.get("decisions").map(toml::Spanned::get_ref),
        Some(DeValue::Boolean(true))
    );
    let subject = match (text("user"), decisions) {
        (Some(login), false) => Some(TokenSubject::User(login.to_owned())),
        (None, true) => Some(TokenSubject::Decisions),
        _ => {
            faults.push(format!("{at}: a token needs `user = \"login\"` or `decisions = true`, one of them; add or remove one"));
            None
        }
    };
    if faults.len() > before {
        return None;
    }
    Some(ConfiguredToken {
        name: name.to_owned(),
        sha256: sha256?,
        subject: subject?,
        source: file.source(span),
    })
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
