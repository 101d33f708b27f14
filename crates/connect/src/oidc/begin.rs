//! The way to the provider.

use std::{borrow::Cow, time::Duration};

use openidconnect::{
    AuthUrl, AuthenticationContextClass, AuthenticationFlow, CsrfToken, LoginHint, Nonce,
    PkceCodeChallenge, Scope, core::CoreResponseType,
};
use portcullis_model::Timestamp;

use super::{
    begun::Begun,
    client::{client, redirect},
    provider::Provider,
};
use crate::proof::{Fault, in_time};

/// How somebody should sign in.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// How many seconds ago they may have signed in there at most.
    pub max_age: Option<u64>,
    /// How, one of these; what the settings say where it is empty.
    pub acr_values: Vec<String>,
    /// Who they may be.
    pub login_hint: Option<String>,
    /// Whether the provider should let in nobody by the session they have there, but ask them anew.
    pub anew: bool,
}

impl Provider {
    /// Where to send the browser, and what must be kept until it comes back.
    ///
    /// # Errors
    /// [`Fault`]: the provider does not say where.
    pub async fn begin(
        &self,
        redirect_uri: &str,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<(String, Begun), Fault> {
        let metadata = in_time(self.patience, self.metadata(now)).await?;
        let redirect = redirect(redirect_uri)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let acr_values = match ask.acr_values.is_empty() {
            true => self.settings.acr_values.clone(),
            false => ask.acr_values.clone(),
        };
        let client = client(&self.settings, self.issuer())
            .set_auth_uri(AuthUrl::from_url(metadata.authorization.clone()));
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_redirect_uri(Cow::Owned(redirect))
            .set_pkce_challenge(challenge)
            .add_scopes(self.scopes());
        for acr in &acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        if let Some(age) = ask.max_age {
            request = request.set_max_age(Duration::from_secs(age));
        }
        if let Some(hint) = &ask.login_hint {
            request = request.set_login_hint(LoginHint::new(hint.clone()));
        }
        if ask.anew {
            request = request.add_prompt(metadata.anew.clone());
        }
        let (url, state, nonce) = request.url();
        let begun = Begun {
            provider: self.name(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            at: now,
            max_age: ask.max_age,
            acr_values,
        };
        Ok((url.into(), begun))
    }

    /// What is asked for; `openid` is asked for anyway.
    fn scopes(&self) -> impl Iterator<Item = Scope> {
        let further = self.settings.scopes.iter();
        further
            .filter(|scope| *scope != "openid")
            .map(|scope| Scope::new(scope.clone()))
    }
}
