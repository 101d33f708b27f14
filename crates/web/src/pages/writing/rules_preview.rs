//! What a change of rules would do: who may do what that they might not, and the other way round,
//! by requests that get another answer. Then the button.

use askama::Template;
use axum::response::Response;
use portcullis_app::{
    Preview,
    decide::{RulesDiff, Shift, Turn, rules_diff},
};

use super::{
    convert,
    frame::{Page, render},
};
use crate::{error::Failure, ui};

/// More requests than this are counted for one set of people.
const MOST_TURNS: usize = 40;
/// So many people are listed by name.
const MOST_NAMES: usize = 50;

#[derive(Template)]
#[template(path = "rules_preview.html")]
struct PreviewPage {
    shell: ui::Shell,
    asking: Asking,
    action: String,
    people: usize,
    shifts: Vec<ShownShift>,
    not_compared: usize,
    losses: bool,
    /// The preview of places and permissions, where such change too.
    access: Option<ui::Diff>,
    warnings: Vec<String>,
}

/// How the step is put, and what the form sends again.
pub(super) struct Asking {
    pub title: String,
    pub confirm: &'static str,
    pub cancel: String,
    pub hidden: Vec<ui::Hidden>,
    pub notes: Vec<String>,
}

struct ShownShift {
    people: usize,
    names: Vec<ui::Entity>,
    names_more: usize,
    lines: Vec<Line>,
    lines_more: usize,
    exhaustive: bool,
    nothing: bool,
}

struct Line {
    sign: ui::Sign,
    /// `may now` or `may no longer`.
    may: &'static str,
    action: String,
    kind: String,
    /// What the resource is like, and the question.
    conditions: Vec<String>,
    /// What the people are like.
    of_people: Vec<String>,
    was: &'static str,
    for_whom: String,
}

/// Shows what `preview` does to rules.
pub(super) async fn show(
    page: &Page,
    preview: &Preview,
    asking: Asking,
) -> Result<Response, Failure> {
    let now = page.viewer.context.now;
    let (before, after) = (preview.before.clone(), preview.after.clone());
    let change = preview.change.clone();
    let diff = tokio::task::spawn_blocking(move || rules_diff(&before, &after, &change, now))
        .await
        .map_err(|error| Failure::Internal(error.to_string()))?
        .unwrap_or_default();
    let mut asking = asking;
    asking.hidden.push(ui::Hidden::new("confirm", "yes"));
    let access = convert::diff(&preview.before, &preview.after, &preview.diff, now);
    let shifts: Vec<_> = diff.shifts.iter().map(|s| shift(preview, s)).collect();
    render(&PreviewPage {
        shell: page.shell(),
        asking,
        action: page.path.clone(),
        people: diff.people,
        not_compared: diff.not_compared,
        losses: loses(&diff),
        shifts,
        access: (!access.is_empty()).then_some(access),
        warnings: preview.warnings.iter().map(|w| w.message.clone()).collect(),
    })
}

fn loses(diff: &RulesDiff) -> bool {
    let mut turns = diff.shifts.iter().flat_map(|shift| &shift.turns);
    turns.any(|turn| !turn.allowed)
}

fn shift(preview: &Preview, shift: &Shift) -> ShownShift {
    let user = |id| preview.after.user(id).or_else(|| preview.before.user(id));
    let mut names: Vec<_> = shift.people.iter().filter_map(|id| user(*id)).collect();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    ShownShift {
        people: shift.people.len(),
        names_more: names.len().saturating_sub(MOST_NAMES),
        names: names
            .into_iter()
            .take(MOST_NAMES)
            .map(convert::user)
            .collect(),
        lines_more: shift.turns.len().saturating_sub(MOST_TURNS),
        lines: shift
            .turns
            .iter()
            .take(MOST_TURNS)
            .map(|turn| line(turn, shift.people.len()))
            .collect(),
        exhaustive: shift.exhaustive,
        nothing: shift.exhaustive && shift.turns.is_empty(),
    }
}

fn line(turn: &Turn, people: usize) -> Line {
    let (mut conditions, mut of_people) = (Vec::new(), Vec::new());
    for (name, value) in &turn.attributes {
        match name.strip_prefix("subject.") {
            Some(own) => of_people.push(format!("{own} = {value}")),
            None => conditions.push(format!("{name} = {value}")),
        }
    }
    let for_whom = match turn.people {
        0 if turn.tried_all => "for none of them as they are now".to_owned(),
        count if count == people => String::new(),
        count if turn.tried_all => format!("for {count} of them as they are now"),
        count => format!("for at least {count} of them as they are now"),
    };
    Line {
        sign: if turn.allowed {
            ui::Sign::Gains
        } else {
            ui::Sign::Loses
        },
        may: if turn.allowed {
            "may now"
        } else {
            "may no longer"
        },
        was: if turn.allowed {
            "was denied"
        } else {
            "was allowed"
        },
        action: turn.action.to_string(),
        kind: turn.resource_type.to_string(),
        conditions,
        of_people,
        for_whom,
    }
}
