//! A browser's session: a signed cookie that says who, and a name of its own that form tokens are
//! bound to.

use axum::http::{HeaderMap, header};
use portcullis_model::{Id, User};

use super::key::SigningKey;

/// The cookie's name.
const COOKIE: &str = "portcullis_session";
/// How a browser keeps it.
const KEPT: &str = "Path=/; HttpOnly; SameSite=Lax";

/// The purpose of the cookie's signature.
const PURPOSE: &str = "session";

/// A browser's session. It lives in the cookie alone: the signature makes it true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub user: Id<User>,
    /// Which; the next one of the same user has another.
    pub id: Id<Self>,
}

impl Session {
    /// The session in the request's cookie, if we signed it.
    pub(super) fn of(headers: &HeaderMap, key: &SigningKey) -> Option<Self> {
        let (text, signature) = cookie(headers, COOKIE)?.rsplit_once('.')?;
        if !key.verify(PURPOSE, text, signature) {
            return None;
        }
        let (user, id) = text.split_once('.')?;
        Some(Self {
            user: user.parse().ok()?,
            id: id.parse().ok()?,
        })
    }

    /// What sets the cookie.
    pub(super) fn set_cookie(&self, key: &SigningKey) -> String {
        let text = format!("{}.{}", self.user, self.id);
        let signature = key.sign(PURPOSE, &text);
        format!("{COOKIE}={text}.{signature}; {KEPT}")
    }
}

/// What ends a browser's session of somebody who is no more.
pub(crate) fn over() -> String {
    format!("{COOKIE}=; {KEPT}; Max-Age=0")
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
