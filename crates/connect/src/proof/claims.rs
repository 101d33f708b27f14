//! What a token says, and what it must say to count. Nothing here reads a clock or does I/O.

use portcullis_model::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};

use super::fault::Fault;

/// How many seconds the provider's clock may differ from ours.
pub(crate) const SKEW: i64 = 60;

/// What tokens say that is of use here. The rest is left.
#[derive(Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) sub: Option<String>,
    #[serde(default)]
    pub(crate) aud: OneOrMore,
    pub(crate) azp: Option<String>,
    pub(crate) exp: Option<Instant>,
    pub(crate) nbf: Option<Instant>,
    pub(crate) iat: Option<Instant>,
    pub(crate) nonce: Option<String>,
    #[serde(default, deserialize_with = "if_as_meant")]
    pub(crate) auth_time: Option<Instant>,
    #[serde(default, deserialize_with = "if_as_meant")]
    pub(crate) acr: Option<String>,
    #[serde(default, deserialize_with = "if_as_meant")]
    pub(crate) sid: Option<String>,
    #[serde(default, deserialize_with = "if_as_meant")]
    pub(crate) jti: Option<String>,
    pub(crate) events: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default, deserialize_with = "if_as_meant")]
    pub(crate) email: Option<String>,
    /// Anything: some providers write it as text, which proves nothing and is no fault.
    pub(crate) email_verified: Option<serde_json::Value>,
    #[serde(default, deserialize_with = "if_as_meant")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "if_as_meant")]
    pub(crate) preferred_username: Option<String>,
    #[serde(default, deserialize_with = "if_as_meant")]
    pub(crate) groups: Option<OneOrMore>,
    /// Cloudflare Access: the name of a service token.
    #[serde(default, deserialize_with = "if_as_meant")]
    pub(crate) common_name: Option<String>,
    /// Cloudflare Access: `app` or `org`.
    #[serde(rename = "type")]
    pub(crate) purpose: Option<String>,
}

/// What is of use where it has the form that is meant, and is as if it were not there where it has another: a provider
/// may mean something else by the name.
pub(crate) fn if_as_meant<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let read = Option::<T>::deserialize(&value);
    Ok(read.unwrap_or_else(|wrong| {
        tracing::info!(%wrong, "a claim is not in the form that is meant, and is left out");
        None
    }))
}

/// A text, or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OneOrMore(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            One(String),
            More(Vec<String>),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::One(one) => vec![one],
            Either::More(more) => more,
        }))
    }
}

/// Seconds since 1970, with or without a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let whole = number.as_i64();
        // A time beyond all years is the last or the first there is.
        let seconds = whole.or_else(|| number.as_f64().map(|seconds| seconds as i64));
        let seconds = seconds.ok_or_else(|| D::Error::custom("not a time"))?;
        Ok(Self(Timestamp::from_micros(0).plus_seconds(seconds)))
    }
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Tells a client who has signed in.
    Id,
    /// Opens an API.
    Access,
    /// Ends a session.
    Logout,
}

impl Kind {
    /// What `typ` may say. Where it says nothing, what the token holds must tell them apart.
    const fn types(self) -> &'static [&'static str] {
        match self {
            Self::Id => &["jwt"],
            Self::Access => &["jwt", "at+jwt", "application/at+jwt"],
            Self::Logout => &["jwt", "logout+jwt", "application/logout+jwt"],
        }
    }
}

/// What a token must say.
#[derive(Clone, Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) kind: Kind,
    /// Who issued it, to the letter.
    pub(crate) issuer: &'a str,
    /// For whom it may be.
    pub(crate) audiences: Vec<&'a str>,
    /// For whom it may have been issued.
    pub(crate) parties: Vec<&'a str>,
}

impl Claims {
    /// Their address, where the provider says by the boolean that it has verified it.
    pub(crate) fn verified_email(&self) -> Option<&str> {
        let verified = self.email_verified == Some(serde_json::Value::Bool(true));
        let email = self.email.as_deref().filter(|email| !email.is_empty());
        email.filter(|_| verified)
    }

    /// Whether the token is one for us and for now.
    pub(super) fn check(
        &self,
        typ: Option<&str>,
        expected: &Expected<'_>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let types = expected.kind.types();
        if typ.is_some_and(|typ| !types.contains(&&*typ.to_ascii_lowercase())) {
            return Err(Fault::protocol("the token is of another kind"));
        }
        if (expected.kind == Kind::Logout) != self.events.is_some() {
            return Err(Fault::protocol("the token is of another kind"));
        }
        if self.iss != expected.issuer {
            return Err(Fault::protocol("the token is of another issuer"));
        }
        self.check_audience(expected)?;
        self.check_times(expected.kind, now)
    }

    fn check_audience(&self, expected: &Expected<'_>) -> Result<(), Fault> {
        let ours = |audience: &String| expected.audiences.contains(&audience.as_str());
        if !self.aud.0.iter().any(ours) {
            return Err(Fault::protocol("the token is for somebody else"));
        }
        let is_for_us = match &self.azp {
            Some(party) => expected.parties.contains(&party.as_str()),
            None => self.aud.0.len() == 1,
        };
        if !is_for_us {
            return Err(Fault::protocol("the token was issued to somebody else"));
        }
        Ok(())
    }

    fn check_times(&self, kind: Kind, now: Timestamp) -> Result<(), Fault> {
        // Logout tokens had no end before the standard was final; how old they may be is looked at there.
        if self.exp.is_none() && kind != Kind::Logout {
            return Err(Fault::protocol("the token has no end"));
        }
        if self.iat.is_none() && kind != Kind::Access {
            return Err(Fault::protocol("the token does not say when it was issued"));
        }
        if self.exp.is_some_and(|end| end.0.plus_seconds(SKEW) <= now) {
            return Err(Fault::protocol("the token has expired; try again"));
        }
        let begins = [self.nbf, self.iat];
        let latest = now.plus_seconds(SKEW);
        if begins.iter().flatten().any(|begin| begin.0 > latest) {
            return Err(Fault::protocol(
                "the token is not valid yet; check the clocks of this server and of the provider",
            ));
        }
        Ok(())
    }
}
