//! The one call that does not go through the client: to a server of ours, on this machine.

use std::time::Duration;

use reqwest::{Client, Url, redirect};

use super::error::HttpError;

/// How long the answer may take.
const MOST: Duration = Duration::from_secs(5);

/// The status that a server of ours on this machine answers there. Its certificate is for the name that people
/// use and not for this way to it, so it is not looked at: nothing is sent that others may not see.
///
/// # Errors
/// A sentence that says why there is no answer.
pub async fn ask_own(url: Url) -> Result<u16, String> {
    let client = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .tls_danger_accept_invalid_certs(true)
        .timeout(MOST)
        .build()
        .map_err(|error| error.to_string())?;
    let answered = client.get(url.clone()).send().await;
    let answered = answered.map_err(|error| HttpError::of(&error, &url).to_string())?;
    Ok(answered.status().as_u16())
}
