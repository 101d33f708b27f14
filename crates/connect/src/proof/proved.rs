//! What a token proves of a person.

use portcullis_model::{ConnectorId, Timestamp};

use super::{claims::Claims, fault::Fault};

/// The most letters of a subject. OpenID Connect has it so.
const SUBJECT: usize = 255;

/// Who somebody is, by the word of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Whose word it is.
    pub provider: ConnectorId,
    /// What the provider calls them, once and for all.
    pub subject: String,
    /// Their address, only where the provider says that it has verified it.
    pub email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// What they call themselves.
    pub preferred_username: Option<String>,
    /// The groups that the provider tells; nothing where it says nothing of groups.
    pub groups: Option<Vec<String>>,
    /// The provider's session, which a back-channel logout may name.
    pub sid: Option<String>,
    /// How they signed in there.
    pub acr: Option<String>,
    /// When they did.
    pub auth_time: Option<Timestamp>,
    /// When this was said.
    pub issued_at: Option<Timestamp>,
}

impl Proved {
    /// What checked claims say.
    pub(crate) fn of(provider: ConnectorId, claims: Claims) -> Result<Self, Fault> {
        // An address with space around it is somebody's trick or slip, and nobody's address.
        let email = claims
            .verified_email()
            .filter(|email| email.trim() == *email);
        let email = email.map(str::to_owned);
        Ok(Self {
            provider,
            subject: subject(claims.sub)?,
            email,
            name: claims.name,
            preferred_username: claims.preferred_username,
            groups: claims.groups.map(|groups| groups.0),
            sid: claims.sid,
            acr: claims.acr,
            auth_time: claims.auth_time.map(|time| time.0),
            issued_at: claims.iat.map(|time| time.0),
        })
    }
}

fn subject(sub: Option<String>) -> Result<String, Fault> {
    let fits =
        |sub: &String| (1..=SUBJECT).contains(&sub.len()) && !sub.chars().any(char::is_control);
    sub.filter(fits)
        .ok_or_else(|| Fault::protocol("the token does not say whom it is about"))
}
