//! The cookies of those who have signed in. What a cookie holds is a secret of which the database has
//! the digest alone; the session itself is a record like any other, and ends as one.

use axum::http::{HeaderMap, header};

/// The cookie's name where the browser speaks TLS: it then goes to this very host only.
const SECURE: &str = "__Host-portcullis-session";
/// And where it speaks to this machine in the clear.
const LOCAL: &str = "portcullis-session";

/// How the browser reaches us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    /// Over TLS, here or at what stands before us.
    Secure,
    /// In the clear, on this machine.
    Local,
}

impl Channel {
    const fn cookie(self) -> &'static str {
        match self {
            Self::Secure => SECURE,
            Self::Local => LOCAL,
        }
    }

    const fn attributes(self) -> &'static str {
        match self {
            Self::Secure => "Path=/; HttpOnly; SameSite=Lax; Secure",
            Self::Local => "Path=/; HttpOnly; SameSite=Lax",
        }
    }

    /// What sets the cookie `name` to `value` for so many seconds; for as long as the browser runs
    /// without.
    pub(crate) fn set(self, name: &str, value: &str, seconds: Option<i64>) -> String {
        let name = self.named(name);
        let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        format!("{name}={value}; {}{age}", self.attributes())
    }

    /// What the cookie `name` is called where the browser has it.
    pub(crate) fn named(self, name: &str) -> String {
        match self {
            Self::Secure => format!("__Host-{name}"),
            Self::Local => name.to_owned(),
        }
    }

    /// The value of the cookie `name` that [`Channel::set`] set.
    pub(crate) fn get(self, headers: &HeaderMap, name: &str) -> Option<String> {
        cookie(headers, &self.named(name)).map(str::to_owned)
    }

    /// What gives a browser its session.
    pub(crate) fn begin(self, secret: &str) -> String {
        self.set(LOCAL, secret, None)
    }

    /// What takes it away.
    pub(crate) fn end(self) -> String {
        self.set(LOCAL, "", Some(0))
    }
}

/// The secret of the session a request belongs to.
pub(super) fn secret(headers: &HeaderMap, channel: Channel) -> Option<&str> {
    cookie(headers, channel.cookie()).filter(|secret| !secret.is_empty())
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut all = pairs(headers);
    all.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// What comes after `beginning` in the names of the cookies that begin so; letters, digits and hyphens only.
pub(crate) fn cookies<'h>(headers: &'h HeaderMap, beginning: &str) -> Vec<&'h str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let named = pairs(headers).filter_map(|(key, _)| key.strip_prefix(beginning));
    named.filter(|rest| rest.chars().all(plain)).collect()
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}
