//! Where a provider's keys come from.

use std::{sync::Arc, time::Duration};

use portcullis_model::Timestamp;
use serde::de::DeserializeOwned;

use super::{
    cached::Cached,
    claims::Claims,
    fault::Fault,
    keys::{Document, KeySet, Verdict},
    token::Checked,
};
use crate::http::{Call, Http, Reach, Url, header, origin};

/// The keys of one provider.
#[derive(Default)]
pub(crate) struct KeySource(Cached<KeySet>);

impl KeySource {
    /// What a token says, where one of the keys at `url` signed it.
    pub(crate) async fn verify(
        &self,
        token: Checked<'_>,
        (http, url): (&Http, &Url),
        now: Timestamp,
    ) -> Result<Claims, Fault> {
        let Checked(token) = token;
        let keys = self.0.get(now, fetch(http, url)).await?;
        let mut verdict = keys.verify(&token);
        // A key may have been replaced without a sign, also under the same name.
        if verdict != Verdict::Holds
            && let Some(keys) = self.newer(&keys, (http, url), now).await?
        {
            verdict = keys.verify(&token);
        }
        match verdict {
            Verdict::Holds => Ok(token.claims),
            Verdict::Broken => Err(Fault::protocol("the token's signature is wrong")),
            Verdict::NoKey => Err(Fault::protocol(
                "the token is not signed by a key of the provider; try again",
            )),
        }
    }

    async fn newer(
        &self,
        seen: &Arc<KeySet>,
        (http, url): (&Http, &Url),
        now: Timestamp,
    ) -> Result<Option<Arc<KeySet>>, Fault> {
        self.0.newer(seen, now, fetch(http, url)).await
    }
}

/// Fetches the keys at `url`.
pub(crate) async fn fetch(http: &Http, url: &Url) -> Result<KeySet, Fault> {
    let document: Document = get_json(http, url, None, "its keys").await?;
    Ok(KeySet::of(document))
}

/// Reads JSON from `url`, with a token where that wants one.
pub(crate) async fn get_json<T: DeserializeOwned>(
    http: &Http,
    url: &Url,
    token: Option<&str>,
    what: &str,
) -> Result<T, Fault> {
    let json = header::HeaderValue::from_static("application/json");
    let call = Call::get(url.clone())
        .reach(Reach::Anywhere)
        .header(header::ACCEPT, json);
    let call = match token {
        Some(token) => call.bearer(token),
        None => call,
    };
    let reply = http.send(call).await?;
    if reply.status() != 200 {
        return Err(Fault::down(format!(
            "`{}` answered {} where {what} should be",
            origin(url),
            reply.status().as_u16()
        )));
    }
    Ok(reply.json().await?)
}

/// Ends what takes longer than whoever asked can wait.
pub(crate) async fn in_time<T>(
    patience: Duration,
    what: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    tokio::time::timeout(patience, what)
        .await
        .unwrap_or(Err(Fault::Slow))
}
