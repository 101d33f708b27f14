//! The way of a change through the pages: what takes something away is previewed first, then
//! confirmed, then done, and the page it leads to says so and offers to undo it.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use portcullis_app::{AsSeen, Operation, Preview, decide::RulesDiff};
use portcullis_model::{Change, EditKind};
use portcullis_store::Committed;

use super::{
    convert,
    fields::{Submission, version},
    frame::{Page, render},
    list::Few,
    rules::diff,
};
use crate::{Web, error::Failure, ui};

/// What is to be done, how it is put into words, and where it leads.
pub(crate) struct Step {
    operation: Arc<dyn Operation>,
    /// What will happen, in one sentence: `Remove Ana Lima from payroll-read`.
    title: String,
    /// The confirming button: `Remove`.
    confirm: &'static str,
    /// Where cancelling goes, and doing it too unless something was made or `then` says otherwise.
    cancel: String,
    then: Option<Then>,
    ask: ConfirmPolicy,
    notes: Vec<String>,
}

/// Where a commit leads.
type Then = Box<dyn FnOnce(&Committed) -> String + Send>;

/// When to show a preview before doing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConfirmPolicy {
    /// Always: what is deleted or ended.
    Always,
    /// Where somebody loses access, keeps it for less long, may no longer do something by rules,
    /// or a warning stands.
    WhenSomebodyLoses,
    /// There, and where somebody is judged by other rules: what they may do then is seen nowhere
    /// else before it is done.
    WhenRulesChange,
}

impl Step {
    /// A step that is previewed where somebody loses by it.
    pub(crate) fn new(
        operation: impl Operation,
        title: impl Into<String>,
        confirm: &'static str,
        cancel: impl Into<String>,
    ) -> Self {
        Self {
            operation: Arc::new(operation),
            title: title.into(),
            confirm,
            cancel: cancel.into(),
            then: None,
            ask: ConfirmPolicy::WhenSomebodyLoses,
            notes: Vec::new(),
        }
    }

    /// Previewed in any case.
    pub(crate) fn always(mut self) -> Self {
        self.ask = ConfirmPolicy::Always;
        self
    }

    /// Previewed also where rules change what somebody may do.
    pub(crate) fn when_rules_change(mut self) -> Self {
        self.ask = ConfirmPolicy::WhenRulesChange;
        self
    }

    /// What else to know before confirming.
    pub(crate) fn noting(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }

    /// Where it leads when it is done.
    pub(crate) fn then(mut self, then: impl FnOnce(&Committed) -> String + Send + 'static) -> Self {
        self.then = Some(Box::new(then));
        self
    }
}

/// More warnings than this are counted.
const MOST_WARNINGS: usize = 20;

#[derive(Template)]
#[template(path = "flow.html")]
struct PreviewPage<'p> {
    page: &'p Page,
    step: Step,
    preview: &'p Preview,
    diff: ui::Diff,
    /// Which group includes which by then, or no longer.
    moves: Few<Move>,
    hidden: Vec<ui::Hidden>,
    loses: bool,
}

/// A group that begins or ceases to include another.
struct Move {
    sign: ui::Sign,
    from: ui::Entity,
    into: ui::Entity,
}

/// More than this of the groups that move are counted, not listed.
const MOST_MOVES: usize = 40;

fn moves(preview: &Preview) -> Few<Move> {
    let named = |id| {
        let group = preview.after.group(id).or_else(|| preview.before.group(id));
        group.map(convert::group)
    };
    let moves = preview.change.changes.iter().filter_map(|change| {
        let Change::Inclusion(edit) = change else {
            return None;
        };
        let (sign, inclusion) = match (&edit.before, &edit.after) {
            (None, Some(new)) => (ui::Sign::Gains, new),
            (Some(old), None) => (ui::Sign::Loses, old),
            _ => return None,
        };
        Some(Move {
            sign,
            from: named(inclusion.child)?,
            into: named(inclusion.target)?,
        })
    });
    let mut moves: Vec<_> = moves.collect();
    moves.sort_by(|a, b| (&a.into.name, a.sign.mark()).cmp(&(&b.into.name, b.sign.mark())));
    Few::of(MOST_MOVES, moves, |it| it)
}

/// Previews a step, or does it: at once where nothing is lost, else when confirmed.
pub(crate) async fn run(
    web: &Web,
    submission: &Submission,
    mut step: Step,
) -> Result<Response, Failure> {
    let page = &submission.page;
    let context = page.viewer.context.clone();
    if submission.fields.has("seen") {
        // The form was compared with this world, which may not be the writer's.
        let seen = Arc::clone(&page.viewer.world);
        let operation = step.operation;
        step.operation = Arc::new(AsSeen { operation, seen });
    }
    let seen = submission.fields.get(SEEN);
    if submission.fields.get("confirm") != "yes" || !seen.is_empty() {
        let operation = Arc::clone(&step.operation);
        let preview = web.app().preview(context.clone(), operation).await?;
        // What is confirmed is what was shown: of something else by now there is another preview.
        if asks(&preview, step.ask) && seen != digest(&preview) {
            return show(page, &preview, step, submission.fields.hidden());
        }
    }
    let committed = web.app().commit(context, step.operation, None).await?;
    let target = match step.then {
        Some(then) => then(&committed),
        None => made(&committed).unwrap_or(step.cancel),
    };
    Ok(to(target, &committed))
}

/// The field in which a confirming form says what was shown.
const SEEN: &str = "previewed";

/// Stands for what a preview shows that cannot be taken back by looking again: which records go or
/// change, and who loses what. New ids and times are left out; they differ from one look to the next.
fn digest(preview: &Preview) -> String {
    let edits = preview.change.changes.iter().map(Change::outline);
    let touched = edits.filter(|of| of.edit != EditKind::Created);
    let touched: Vec<_> = touched.map(|of| (of.record, of.edit, of.id)).collect();
    let lost = preview.diff.losses.iter();
    let lost: Vec<_> = lost.map(|line| (line.user, &line.what)).collect();
    version(&(touched, lost))
}

/// The page of what a commit made, if it made something that has one.
fn made(committed: &Committed) -> Option<String> {
    let made = |change: &&Change| change.outline().edit == EditKind::Created;
    let mut made: Vec<_> = committed.change.changes.iter().filter(made).collect();
    // The groups that come with an app are on its page.
    made.sort_by_key(|change| !matches!(change, Change::App(_)));
    made.into_iter().find_map(|change| match change {
        Change::App(edit) => edit.subject().map(convert::app_href),
        Change::User(edit) => edit.subject().map(convert::user_href),
        Change::Group(edit) => edit.subject().map(convert::group_href),
        Change::Tag(edit) => edit.subject().map(convert::tag_href),
        Change::Request(edit) => edit.id().map(convert::request_href),
        _ => None,
    })
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
    hidden.push(("confirm".into(), "yes".into()));
    hidden.push((SEEN.into(), digest(preview)));
    let rules = preview.rules.as_ref();
    let loses = !preview.diff.losses.is_empty() || rules.is_some_and(RulesDiff::loses);
    render(&PreviewPage {
        page,
        diff: convert::diff(&preview.before, &preview.after, &preview.diff, now),
        moves: moves(preview),
        step,
        preview,
        hidden,
        loses,
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
