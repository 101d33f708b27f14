//! What is asked of whom, and within which bounds.

use std::{fmt, time::Duration};

use reqwest::{
    Method, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use super::origin::origin;

/// Where a call may lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses only, and over https only.
    #[default]
    Public,
    /// Anywhere, this machine and its network too.
    Anywhere,
}

/// A request, and the bounds of its answer: so long as the client has patience and 1 MiB, unless it says
/// otherwise.
#[derive(Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) reach: Reach,
    pub(super) timeout: Option<Duration>,
    pub(super) most: usize,
    pub(super) attempts: u32,
    pub(super) per_minute: Option<u32>,
}

/// Headers and bodies hold secrets.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, origin(&self.url))
    }
}

impl Call {
    /// A call to `url`, once.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            reach: Reach::default(),
            timeout: None,
            most: 1 << 20,
            attempts: 1,
            per_minute: None,
        }
    }

    /// Reads `url`.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Posts JSON to `url`.
    #[must_use]
    pub fn post_json(url: Url, body: Vec<u8>) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self::new(Method::POST, url)
            .header(reqwest::header::CONTENT_TYPE, json)
            .body(body)
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With a token that no log shows.
    ///
    /// A token that is no text for a header is left out; the other side then says what is missing.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        match HeaderValue::try_from(format!("Bearer {token}")) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.header(reqwest::header::AUTHORIZATION, value)
            }
            Err(_) => self,
        }
    }

    /// With a body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Where it may lead.
    #[must_use]
    pub const fn reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    /// How long all of it may take.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How many bytes of the answer are taken.
    #[must_use]
    pub const fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// How often it is tried, where it is a call that may be repeated: one that only reads. Others are made once.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// How often its origin is asked in a minute, by all who ask it.
    #[must_use]
    pub const fn per_minute(mut self, most: u32) -> Self {
        self.per_minute = Some(most);
        self
    }

    pub(super) fn tries(&self) -> u32 {
        if self.method.is_safe() {
            self.attempts.max(1)
        } else {
            1
        }
    }
}
