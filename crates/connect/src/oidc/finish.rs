//! The way back: from the browser's answer to who somebody is.

use portcullis_model::Timestamp;
use serde::Deserialize;

use super::{
    answer::Answer,
    begun::Begun,
    client::{Tokens, client, exchange},
    metadata::Metadata,
    provider::Provider,
    text::same,
};
use crate::proof::{Claims, Fault, Kind, OneOrMore, Proved, SKEW, get_json, if_as_meant, in_time};

impl Provider {
    /// Who has signed in, by what the browser brings back to `redirect_uri`. Whatever comes of it, what was begun is
    /// over and must not be kept.
    ///
    /// # Errors
    /// [`Fault`]: nobody has.
    pub async fn finish(
        &self,
        begun: &Begun,
        answer: &Answer,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Result<Proved, Fault> {
        answer.answers(begun, (self.name(), &self.settings.issuer), now)?;
        let finishing = async {
            let metadata = self.metadata(now).await?;
            if metadata.says_issuer && answer.iss.is_none() {
                return Err(Fault::protocol(
                    "the answer does not say which identity provider it is of; begin anew",
                ));
            }
            let client = client(&self.settings, self.issuer());
            let code = (answer.code()?, begun.verifier.as_str());
            let tokens = exchange(client, &self.http, &metadata, code, redirect_uri).await?;
            let mut claims = self.verify_own(Kind::Id, tokens.id_token()?, now).await?;
            claims.answer(begun, now)?;
            self.complete(&mut claims, &metadata, &tokens).await?;
            Proved::of(self.name(), claims)
        };
        in_time(self.patience, finishing).await
    }

    /// Asks for what the ID token leaves out.
    async fn complete(
        &self,
        claims: &mut Claims,
        metadata: &Metadata,
        tokens: &Tokens,
    ) -> Result<(), Fault> {
        let Some(url) = &metadata.userinfo else {
            return Ok(());
        };
        if claims.email.is_some() && claims.groups.is_some() {
            return Ok(());
        }
        let token = Some(tokens.access_token());
        let further = get_json(&self.http, url, token, "what it knows of people").await;
        match further {
            Ok(further) => Userinfo::complete(further, claims),
            // Who they are is proved: more would be of use, and is not needed.
            Err(fault) if claims.email.is_some() => {
                tracing::warn!(provider = %self.name(), %fault, "the ID token alone says who has signed in");
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }
}

/// What the userinfo endpoint says. It is not signed, and believed because of where it is.
#[derive(Deserialize)]
struct Userinfo {
    sub: String,
    #[serde(default, deserialize_with = "if_as_meant")]
    email: Option<String>,
    email_verified: Option<serde_json::Value>,
    #[serde(default, deserialize_with = "if_as_meant")]
    name: Option<String>,
    #[serde(default, deserialize_with = "if_as_meant")]
    preferred_username: Option<String>,
    #[serde(default, deserialize_with = "if_as_meant")]
    groups: Option<OneOrMore>,
}

impl Userinfo {
    fn complete(self, claims: &mut Claims) -> Result<(), Fault> {
        if claims.sub.as_ref() != Some(&self.sub) {
            return Err(Fault::protocol(
                "the identity provider told of somebody else than who has signed in",
            ));
        }
        // Whether an address is verified is said beside it, and of no other.
        if claims.email.is_none() {
            (claims.email, claims.email_verified) = (self.email, self.email_verified);
        }
        claims.name = claims.name.take().or(self.name);
        claims.preferred_username = claims.preferred_username.take().or(self.preferred_username);
        claims.groups = claims.groups.take().or(self.groups);
        Ok(())
    }
}

impl Claims {
    /// Whether an ID token is the answer to what was begun, and what was asked for.
    fn answer(&self, begun: &Begun, now: Timestamp) -> Result<(), Fault> {
        let nonce = self.nonce.as_deref().unwrap_or_default();
        if begun.nonce.is_empty() || !same(nonce, &begun.nonce) {
            return Err(Fault::protocol(
                "the token was issued for another sign-in; begin anew",
            ));
        }
        if let Some(age) = begun.max_age {
            let age = i64::try_from(age).unwrap_or(i64::MAX);
            // Whoever signed in after this was begun did so for it, however long the rest took.
            let since = now.plus_seconds(-age).min(begun.at).plus_seconds(-SKEW);
            if self.auth_time.is_none_or(|time| time.0 < since) {
                return Err(Fault::refused(
                    "you have to sign in anew there, and it does not say that you did",
                ));
            }
        }
        let acr = self.acr.as_ref();
        let asked = &begun.acr_values;
        if !asked.is_empty() && acr.is_none_or(|acr| !asked.contains(acr)) {
            return Err(Fault::refused(
                "you have to sign in there in another way, and it does not say that you did",
            ));
        }
        Ok(())
    }
}
