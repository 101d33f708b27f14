//! What is known of a provider before it is asked anything.

use openidconnect::ClientSecret;
use portcullis_model::ConnectorId;

use crate::{http::Url, proof::is_loopback};

/// A provider, as the configuration has it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What it is called here.
    pub name: ConnectorId,
    /// What it calls itself, to the letter.
    pub issuer: String,
    /// What we are called there.
    pub client_id: String,
    /// What proves that we are; none where we are a public client. Never printed.
    pub client_secret: Option<ClientSecret>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// For whom access tokens may be that are accepted here. None are where this is empty.
    pub audiences: Vec<String>,
    /// How people should sign in there, unless something else is asked for.
    pub acr_values: Vec<String>,
}

impl Settings {
    /// Whether they can be right, as far as that is seen without asking.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn check(&self) -> Result<(), String> {
        for (what, text) in [("issuer", &self.issuer), ("client id", &self.client_id)] {
            if text.trim() != text {
                return Err(format!("there is space around the {what}; leave it out"));
            }
        }
        self.issuer_url().map(|_| ())
    }

    /// The issuer as an address.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub(super) fn issuer_url(&self) -> Result<Url, String> {
        let told = |why: &str| format!("`{}` is no issuer: {why}", self.issuer);
        let url = Url::parse(&self.issuer).map_err(|error| told(&error.to_string()))?;
        let secure = url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url);
        if !secure || !url.has_host() {
            return Err(told("write an https address; http is for loopback only"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(told("leave out what follows `?` or `#`"));
        }
        if let Some(at) = self.issuer.find("/.well-known/") {
            let (before, _) = self.issuer.split_at(at);
            return Err(told(&format!(
                "write what stands before `/.well-known/`: {before}"
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an issuer has no user and no password in it".to_owned());
        }
        Ok(url)
    }
}
