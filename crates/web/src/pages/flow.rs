//! The way of a change through the pages: what takes something away is previewed first, then
//! confirmed, then done, and the page it leads to says so and offers to undo it.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use portcullis_app::{Operation, Preview, decide::RulesDiff};
use portcullis_store::Committed;

use super::{
    convert,
    fields::Submission,
    frame::{Page, render},
    rules::diff,
};
use crate::{Web, error::Failure, ui};

/// How one step is put into words, and where it leads.
#[derive(Default)]
pub(crate) struct Step {
    /// What will happen, in one sentence: `Remove Ana Lima from payroll-read`.
    pub title: String,
    /// The confirming button: `Remove`.
    pub confirm: String,
    /// Where cancelling goes.
    pub cancel: String,
    /// Whether to ask even where nobody loses anything.
    pub ask: ConfirmPolicy,
    /// What else to know before confirming.
    pub notes: Vec<String>,
}

/// When to show a preview before doing it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ConfirmPolicy {
    /// Always: what is deleted or ended.
    Always,
    /// Where somebody loses access, keeps it for less long, may no longer do something by rules,
    /// or a warning stands.
    #[default]
    WhenSomebodyLoses,
    /// There, and where somebody is judged by other rules: what they may do then is seen nowhere
    /// else before it is done.
    WhenRulesChange,
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
        let preview = web.app().preview(&context, &operation).await?;
        if asks(&preview, step.ask) {
            let hidden = submission.fields.hidden();
            return show(page, &preview, step, hidden);
        }
    }
    let committed = web.app().commit(context, operation, None).await?;
    let target = done(&committed);
    Ok(to(target, &committed))
}

/// Whether `preview` is to be seen before it is done.
fn asks(preview: &Preview, ask: ConfirmPolicy) -> bool {
    let loses = preview.takes_away() || !preview.warnings.is_empty();
    let rules = preview.rules.as_ref();
    match ask {
        ConfirmPolicy::Always => true,
        ConfirmPolicy::WhenSomebodyLoses => loses,
        ConfirmPolicy::WhenRulesChange => loses || rules.is_some_and(|rules| rules.people > 0),
    }
}

fn show(
    page: &Page,
    preview: &Preview,
    step: Step,
    mut hidden: Vec<ui::Hidden>,
) -> Result<Response, Failure> {
    let now = page.viewer.context.now;
    hidden.push(ui::Hidden::new("confirm", "yes"));
    let rules = preview.rules.as_ref();
    let loses = !preview.diff.losses.is_empty() || rules.is_some_and(RulesDiff::loses);
    render(&PreviewPage {
        shell: page.shell(),
        title: step.title,
        preview: ui::Preview {
            title: "What changes".into(),
            diff: convert::diff(&preview.before, &preview.after, &preview.diff, now),
            rules: rules.map(|rules| diff::shown(preview, rules)),
            warnings: preview.warnings.iter().map(|w| w.message.clone()).collect(),
            notes: step.notes,
            action: page.path.clone(),
            hidden,
            confirm: step.confirm,
            cancel: step.cancel,
            level: if loses {
                ui::Level::Bad
            } else {
                ui::Level::Info
            },
        },
    })
}

/// Leads to `target`, which says what was done and offers to undo it.
fn to(target: String, committed: &Committed) -> Response {
    let joint = if target.contains('?') { '&' } else { '?' };
    let target = if committed.change.is_empty() {
        target
    } else {
        format!("{target}{joint}done={}", committed.position)
    };
    Redirect::to(&target).into_response()
}
