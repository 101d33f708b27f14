//! What went wrong in a browser: it stands in the program's own log, as what goes wrong here does.

use axum::http::StatusCode;

use super::fields::Submission;
use crate::ui;

/// More of what was said than this is cut.
const MOST: usize = 500;

pub(super) async fn take(sent: Submission) -> StatusCode {
    // Whoever sends it writes no lines of their own.
    let line = |text: &str| text.replace(char::is_control, " ");
    let said = |name: &str| line(&ui::cut(sent.fields.get(name), MOST));
    tracing::error!(
        target: "portcullis::pages",
        at = %said("at"),
        "a script of a page failed: {}",
        said("message")
    );
    StatusCode::NO_CONTENT
}
