//! What Discord takes: 2,000 letters of its markdown, which calls nobody by name.

use portcullis_app::notices::Digest;
use serde_json::json;

use crate::{
    chat::{Style, with_backslashes},
    portal::Portal,
};

const STYLE: Style = Style {
    escape: |text| with_backslashes(text, r"\*_~`|>#[]()<@:"),
    // In angles, so that no preview is drawn of it.
    link: |link| format!("[more](<{link}>)"),
    most: 2000,
};

pub(super) fn body(digest: &Digest, portal: &Portal) -> Vec<u8> {
    let content = STYLE.write(digest, portal);
    let message = json!({ "content": content, "allowed_mentions": { "parse": [] } });
    message.to_string().into_bytes()
}
