//! Whom a browser has chosen to be in the demo: a signed cookie that says who, and a name of its own
//! that form tokens are bound to.

use axum::http::HeaderMap;
use portcullis_model::{Id, User};

use super::{key::SigningKey, session::cookie};

/// The cookie's name.
const COOKIE: &str = "portcullis_session";
/// How a browser keeps it.
const KEPT: &str = "Path=/; HttpOnly; SameSite=Lax";

/// The purpose of the cookie's signature.
const PURPOSE: &str = "session";

/// A persona that was chosen. It lives in the cookie alone: the signature makes it true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Whose.
    pub user: Id<User>,
    /// Which choice; the next one of the same user is another.
    pub id: Id<Self>,
}

impl Chosen {
    /// What the request's cookie says, if we signed it.
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

/// What ends a browser's choice of somebody who is no more.
pub(crate) fn over() -> String {
    format!("{COOKIE}=; {KEPT}; Max-Age=0")
}
