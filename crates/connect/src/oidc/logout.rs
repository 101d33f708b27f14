//! Sessions that end: there, because they ended here, and here, because they ended there.

use openidconnect::{ClientId, EndSessionUrl, LogoutRequest, PostLogoutRedirectUrl};
use portcullis_model::Timestamp;

use super::provider::Provider;
use crate::proof::{Claims, Fault, Kind, SKEW, in_time};

/// What makes a token one that ends sessions.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How many seconds ago such a token may have been issued.
const LATEST: i64 = 600;
/// How many seconds a logout token's id must be remembered at least, so that none counts twice.
pub const LOGOUT_KEPT: i64 = LATEST + 2 * SKEW;

/// A session that ended at the provider, or all of somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedOut {
    /// Whose.
    pub sub: Option<String>,
    /// Which; all of theirs where it says none.
    pub sid: Option<String>,
    /// What names this token, which counts once.
    pub jti: String,
}

impl Provider {
    /// What a logout token ends. Whoever asks sees to it that no token counts twice.
    ///
    /// # Errors
    /// [`Fault`]: nothing.
    pub async fn logout_token(&self, token: &str, now: Timestamp) -> Result<LoggedOut, Fault> {
        let verifying = self.verify_own(Kind::Logout, token, now);
        LoggedOut::of(in_time(self.patience, verifying).await?, now)
    }

    /// Where to send a browser that is to be signed out there too, and from there to `return_to`; nothing where the
    /// provider has no such place.
    ///
    /// # Errors
    /// [`Fault`]: the provider does not answer.
    pub async fn end_session(&self, return_to: &str) -> Result<Option<String>, Fault> {
        let metadata = in_time(self.patience, self.any_metadata()).await?;
        let Some(url) = metadata.end_session.clone() else {
            return Ok(None);
        };
        let back = PostLogoutRedirectUrl::new(return_to.to_owned())
            .map_err(|_| Fault::protocol("the address to come back to is none"))?;
        let request = LogoutRequest::from(EndSessionUrl::from_url(url))
            .set_client_id(ClientId::new(self.settings.client_id.clone()))
            .set_post_logout_redirect_uri(back);
        Ok(Some(request.http_get_url().into()))
    }
}

impl LoggedOut {
    fn of(claims: Claims, now: Timestamp) -> Result<Self, Fault> {
        let wrong = |why: &str| Err(Fault::protocol(format!("the logout token {why}")));
        let event = claims.events.as_ref().and_then(|events| events.get(EVENT));
        if !event.is_some_and(serde_json::Value::is_object) {
            return wrong("does not tell of a logout");
        }
        if claims.nonce.is_some() {
            return wrong("has a nonce, as only ID tokens have");
        }
        let earliest = now.plus_seconds(-LATEST - SKEW);
        if claims.iat.is_none_or(|issued| issued.0 < earliest) {
            return wrong("is too old");
        }
        let Some(jti) = claims.jti.filter(|jti| (1..=255).contains(&jti.len())) else {
            return wrong("has no id");
        };
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (sub, sid) = (said(claims.sub), said(claims.sid));
        if sub.is_none() && sid.is_none() {
            return wrong("says neither who nor which session");
        }
        Ok(Self { sub, sid, jti })
    }
}
