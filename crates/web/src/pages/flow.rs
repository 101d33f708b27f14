//! The way of a change through the pages: what takes something away is previewed first, then
//! confirmed, then done, and the page it leads to says so and offers to undo it.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use portcullis_app::Operation;
use portcullis_store::Committed;

use super::{convert, fields::Submission, frame::render};
use crate::{Web, error::Failure, ui};

/// How one step is put into words, and where it leads.
pub(crate) struct Step {
    /// What will happen, in one sentence: `Remove Ana Lima from payroll-read`.
    pub title: String,
    /// The confirming button: `Remove`.
    pub confirm: String,
    /// Where cancelling goes.
    pub cancel: String,
    /// Whether to ask even where nobody loses anything.
    pub ask: Ask,
}

/// When to show a preview before doing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Always: what is deleted or ended.
    Always,
    /// Where somebody loses access, keeps it for less long, or a warning stands.
    WhenSomebodyLoses,
}

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPage {
    shell: ui::Shell,
    title: String,
    preview: ui::Preview,
}

/// Previews `operation`, or does it: at once where nothing is lost, else when confirmed. `done`
/// says where to go afterwards.
pub(crate) async fn run<O: Operation>(
    web: &Web,
    submission: &Submission,
    operation: O,
    step: Step,
    done: impl FnOnce(&Committed) -> String,
) -> Result<Response, Failure> {
    let page = &submission.page;
    let context = page.viewer.context.clone();
    if submission.fields.get("confirm") != "yes" {
        let preview = web.app().preview(&context, &operation)?;
        let shortens = preview
            .diff
            .changes
            .iter()
            .any(|line| line.after < line.before);
        let loses = !preview.diff.losses.is_empty() || shortens || !preview.warnings.is_empty();
        if loses || step.ask == Ask::Always {
            let mut hidden = submission.fields.hidden();
            hidden.push(ui::Hidden::new("confirm", "yes"));
            let level = if preview.diff.losses.is_empty() {
                ui::Level::Info
            } else {
                ui::Level::Bad
            };
            let preview = ui::Preview {
                title: "What changes".into(),
                diff: convert::diff(&preview.before, &preview.after, &preview.diff, context.now),
                warnings: preview
                    .warnings
                    .iter()
                    .map(|warning| warning.message.clone())
                    .collect(),
                action: page.path.clone(),
                hidden,
                confirm: step.confirm,
                cancel: step.cancel,
                level,
            };
            return render(&PreviewPage {
                shell: page.shell(),
                title: step.title,
                preview,
            });
        }
    }
    let committed = web.app().commit(context, operation, None).await?;
    let target = done(&committed);
    Ok(to(target, &committed))
}

/// Leads to `target`, which says what was done and offers to undo it.
pub(crate) fn to(target: String, committed: &Committed) -> Response {
    let joint = if target.contains('?') { '&' } else { '?' };
    let target = if committed.change.is_empty() {
        target
    } else {
        format!("{target}{joint}done={}", committed.position)
    };
    Redirect::to(&target).into_response()
}
