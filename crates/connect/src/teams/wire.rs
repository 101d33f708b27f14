//! What Teams takes: a card with text in its small markdown, and a button.

use portcullis_app::notices::Digest;
use serde_json::json;

use crate::{
    chat::{Style, with_backslashes},
    portal::Portal,
};

const STYLE: Style = Style {
    escape: |text| with_backslashes(text, r"\*_[]()~`#|<"),
    link: |link| format!("[more]({link})"),
    // A message of 28 kB is refused; letters may take four bytes each.
    most: 5000,
};

pub(super) fn body(digest: &Digest, portal: &Portal) -> Vec<u8> {
    // A line of its own needs an empty one before it.
    let text = STYLE.write(digest, portal).replace('\n', "\n\n");
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{ "type": "TextBlock", "text": text, "wrap": true }],
    });
    let message = json!({
        "type": "message",
        "attachments": [{ "contentType": "application/vnd.microsoft.card.adaptive", "content": card }],
    });
    message.to_string().into_bytes()
}
