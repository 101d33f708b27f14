//! Stub until the real one is merged.
use portcullis_model::{ConnectorId, Timestamp};
use serde::{Deserialize, Serialize};

/// p
#[derive(Clone, Debug)]
pub struct Provider;
/// s
#[derive(Clone, Debug)]
pub struct Settings {
    /// n
    pub name: ConnectorId,
    /// i
    pub issuer: String,
    /// c
    pub client_id: String,
    /// c
    pub client_secret: Option<String>,
    /// s
    pub scopes: Vec<String>,
    /// a
    pub audiences: Vec<String>,
}
/// b
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Begun {
    /// p
    pub provider: ConnectorId,
    /// s
    pub state: String,
    /// a
    pub at: Timestamp,
}
/// a
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// m
    pub max_age: Option<u64>,
    /// a
    pub acr_values: Vec<String>,
    /// l
    pub login_hint: Option<String>,
}
/// a
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// c
    pub code: Option<String>,
    /// c
    pub state: Option<String>,
    /// c
    pub iss: Option<String>,
    /// c
    pub error: Option<String>,
    /// c
    pub error_description: Option<String>,
}
/// p
pub struct Proved {
    /// p
    pub provider: ConnectorId,
    /// p
    pub subject: String,
    /// p
    pub email: Option<String>,
    /// p
    pub name: Option<String>,
    /// p
    pub sid: Option<String>,
    /// p
    pub acr: Option<String>,
    /// p
    pub auth_time: Option<Timestamp>,
}
/// f
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// d
    #[error("down")]
    Down,
    /// d
    #[error("slow")]
    Slow,
    /// d
    #[error("refused")]
    Refused,
    /// d
    #[error("protocol")]
    Protocol,
}
/// l
pub struct LoggedOut {
    /// s
    pub sub: Option<String>,
    /// s
    pub sid: Option<String>,
    /// j
    pub jti: String,
}
#[expect(clippy::unused_async, reason = "stub")]
impl Provider {
    /// n
    pub fn new(_: Settings, _: crate::http::Http) -> Result<Self, String> {
        Ok(Self)
    }
    /// n
    pub fn name(&self) -> ConnectorId {
        ConnectorId::EMAIL
    }
    /// b
    pub async fn begin(&self, _: &str, _: &Ask, _: Timestamp) -> Result<(String, Begun), Fault> {
        Err(Fault::Down)
    }
    /// f
    pub async fn finish(
        &self,
        _: &Begun,
        _: &Answer,
        _: &str,
        _: Timestamp,
    ) -> Result<Proved, Fault> {
        Err(Fault::Down)
    }
    /// f
    pub async fn access_token(&self, _: &str, _: Timestamp) -> Result<Proved, Fault> {
        Err(Fault::Down)
    }
    /// f
    pub async fn logout_token(&self, _: &str, _: Timestamp) -> Result<LoggedOut, Fault> {
        Err(Fault::Down)
    }
    /// f
    pub async fn end_session(&self, _: &str) -> Result<Option<String>, Fault> {
        Err(Fault::Down)
    }
}
