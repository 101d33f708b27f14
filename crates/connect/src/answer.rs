//! What an answer over HTTP means to a delivery.

use std::time::Duration;

use portcullis_app::deliver::Answer;

use crate::http::{Call, Http, HttpError, Reply, Url};

/// How long a delivery may take, in which there may be two calls.
pub(crate) const DEADLINE: Duration = Duration::from_secs(25);

/// Makes the call of a delivery. What stands in `secret` beside the origin nobody is to read, also where the other
/// side repeats it.
pub(crate) async fn deliver(http: &Http, call: Call, secret: &Url) -> Answer {
    match http.send(call).await {
        Ok(reply) => of_reply(reply, secret).await,
        Err(error) => of_error(&error),
    }
}

async fn of_reply(reply: Reply, secret: &Url) -> Answer {
    let (status, after) = (reply.status(), reply.retry_after());
    if status.is_success() {
        // It is taken, whatever becomes of the rest of the answer.
        reply.finish().await;
        return Answer::Done {
            receipt: format!("HTTP {}", status.as_u16()),
        };
    }
    let said = reply.excerpt().await;
    let said = struck(said, secret);
    let why = format!("HTTP {}: {said}", status.as_u16());
    of_status(
        status.as_u16(),
        why.trim_end_matches([':', ' ']).to_owned(),
        after,
    )
}

/// `said` without the path and the query of `secret`, and without any value of that.
fn struck(said: String, secret: &Url) -> String {
    let (path, query) = (secret.path(), secret.query().unwrap_or_default());
    let whole = format!("{path}?{query}");
    let values = query.split('&').filter_map(|pair| pair.split_once('='));
    let values = values.map(|(_, value)| value);
    let parts = [&*whole, query, path].into_iter().chain(values);
    let parts = parts.filter(|part| part.len() > 1);
    parts.fold(said, |said, part| said.replace(part, "…"))
}

/// What a status that is no success means: trouble of the moment, or for good.
pub(crate) const fn of_status(status: u16, why: String, after: Option<Duration>) -> Answer {
    match status {
        408 | 425 | 429 | 500.. => Answer::Retry { why, after },
        _ => Answer::Failed { why },
    }
}

/// What it means that there was no answer. Where the settings do not let the call go, it waits for other settings.
pub(crate) fn of_error(error: &HttpError) -> Answer {
    let why = error.to_string();
    match error {
        HttpError::HeldBack { after, .. } => Answer::Retry {
            why,
            after: Some(*after),
        },
        HttpError::Redirected { .. } => Answer::Failed { why },
        _ => Answer::Retry { why, after: None },
    }
}

/// Whether what answers there seems to be well: to a question that asks nothing it may say that it takes no
/// such question, but not that it is broken.
pub(crate) async fn check(http: &Http, call: Call) -> Result<(), String> {
    match http.send(call).await {
        Ok(reply) => match reply.status().as_u16() {
            status @ (500 | 502..=599) => Err(format!("it answers with HTTP {status}")),
            _ => Ok(()),
        },
        Err(HttpError::Redirected { .. }) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_in_an_address_is_struck_however_it_is_repeated() {
        let url = Url::parse("https://hooks.example/a/b?sig=s3cret&v=1x").unwrap();
        for said in [
            "no /a/b?sig=s3cret&v=1x here",
            "sig was s3cret",
            "GET /a/b gone",
            "bad sig=s3cret&v=1x",
        ] {
            let told = struck(said.to_owned(), &url);
            assert!(!told.contains("s3cret") && !told.contains("/a/b"), "{told}");
        }
    }

    #[test]
    fn a_status_is_trouble_of_the_moment_or_for_good() {
        let is_retry =
            |status| matches!(of_status(status, String::new(), None), Answer::Retry { .. });
        for passing in [408, 425, 429, 500, 502, 503, 504, 599] {
            assert!(is_retry(passing), "{passing}");
        }
        for lasting in [300, 304, 400, 401, 403, 404, 410, 413, 422] {
            assert!(!is_retry(lasting), "{lasting}");
        }
    }
}
