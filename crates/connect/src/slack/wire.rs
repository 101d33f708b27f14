//! What Slack takes and answers.

use std::time::Duration;

use portcullis_app::{deliver::Answer, notices::Digest};
use serde::Deserialize;
use serde_json::json;

use crate::{chat::Style, portal::Portal};

const STYLE: Style = Style {
    escape,
    link: |link| format!("<{link}|more>"),
    most: 3900,
};

/// The three characters that mean something to Slack; and none that makes a text another, such as `*bold*`, in an
/// address or a name is worth a change of it.
fn escape(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The body for an incoming webhook.
pub(super) fn hook(digest: &Digest, portal: &Portal) -> Vec<u8> {
    let message = json!({ "text": STYLE.write(digest, portal), "unfurl_links": false });
    message.to_string().into_bytes()
}

/// The body of `chat.postMessage`.
pub(super) fn message(channel: &str, digest: &Digest, portal: &Portal) -> Vec<u8> {
    let text = STYLE.write(digest, portal);
    let message = json!({ "channel": channel, "text": text, "unfurl_links": false });
    message.to_string().into_bytes()
}

/// What every method answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    pub(super) ok: bool,
    pub(super) error: String,
    /// The message's id in its channel.
    pub(super) ts: String,
    pub(super) user: Option<User>,
}

/// Somebody there.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: String,
}

/// There is nobody of this address.
pub(super) const NOBODY: &str = "users_not_found";

/// What an error of a method means: trouble of the moment, or of the token, which is waited for; or for good.
pub(super) fn refused(said: &Said, after: Option<Duration>) -> Answer {
    let why = format!("Slack says `{}`", said.error);
    match said.error.as_str() {
        "ratelimited"
        | "rate_limited"
        | "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org"
        | "invalid_auth"
        | "not_authed"
        | "account_inactive"
        | "token_revoked"
        | "token_expired"
        | "missing_scope"
        | "not_allowed_token_type"
        | "access_denied"
        | "" => Answer::Retry { why, after },
        _ => Answer::Failed { why },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_slack_means_itself() {
        assert_eq!(
            escape("<!channel> & <@U1|x>\n"),
            "&lt;!channel&gt; &amp; &lt;@U1|x&gt; "
        );
    }

    #[test]
    fn a_token_that_is_refused_is_waited_for_and_a_channel_that_is_gone_is_not() {
        let said = |error: &str| {
            refused(
                &Said {
                    error: error.into(),
                    ..Said::default()
                },
                None,
            )
        };
        assert!(matches!(said("invalid_auth"), Answer::Retry { .. }));
        assert!(matches!(said("ratelimited"), Answer::Retry { .. }));
        assert!(matches!(said("channel_not_found"), Answer::Failed { .. }));
    }
}
