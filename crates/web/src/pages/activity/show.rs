//! One entry of the log: the exact change, who gained and lost by it, and how to take it back.

use std::sync::Arc;

use axum::extract::Path;
use portcullis_app::{
    decide::{Moment, access_diff, reached_by_rules},
    log::{LARGE_CHANGE, Undo},
};
use portcullis_model::{ChangeSet, Noun, OperationName, Position, Refusal};
use portcullis_store::{EntryPart, LogEntry};

use crate::{
    pages::{
        activity::edits::{self, Line},
        list::{PER_PAGE, pages},
        names::{Names, actor},
        prelude::*,
    },
    words,
};

/// The world before and after an entry is worked out unasked where it is this small.
const SMALL_WORLD: usize = 50_000;

#[derive(Template)]
#[template(path = "activity/show.html")]
struct EntryPage<'p> {
    page: &'p Page,
    entry: LogEntry,
    undo: Offered,
    edits: Vec<Line>,
    pages: ui::Pages,
    effect: Effect,
}

/// Whether an entry can be taken back by who looks.
enum Offered {
    Yes(String),
    /// Why not.
    No(String),
    Nothing,
}

/// Who gained and lost by an entry.
enum Effect {
    Known(ui::Diff),
    /// Not worked out, and where to ask for it.
    Unasked(String),
    /// What ran out had ended before it was written down.
    Expired,
}

pub(crate) async fn show(
    State(web): State<Web>,
    page: Page,
    Path(position): Path<u64>,
) -> Result<Response, Failure> {
    let (part, pages) = part(&web, &page, Position(position)).await?;
    let (entry, count) = (part.entry, part.edits);
    let edits_of = |entry: Option<&LogEntry>| {
        let change = entry.and_then(|entry| entry.change.clone());
        change.ok_or_else(|| Failure::Internal(format!("entry {position} came without its edits")))
    };
    let shown = edits_of(Some(&entry))?;
    // The whole of a large change is read only for who asks what it did.
    let asked = page.query("effect") == "show";
    let change = if count > shown.changes.len() && (count <= LARGE_CHANGE || asked) {
        let whole = web.app().store().entry(entry.position).await?;
        edits_of(whole.as_ref())?
    } else {
        Arc::clone(&shown)
    };
    let effect = effect(&web, &page, &entry, count, &change).await?;
    let names = Names::of_subjects(page.world(), &entry.subjects);
    render(&EntryPage {
        page: &page,
        undo: undo(&web, &page, &entry, count, &change),
        edits: edits::edits(&names, &shown, entry.at, |edit| page.viewer.sees(edit)),
        pages,
        effect,
        entry,
    })
}

/// The entry with the edits that `?page=` asks for.
async fn part(
    web: &Web,
    page: &Page,
    position: Position,
) -> Result<(EntryPart, ui::Pages), Failure> {
    let number = page.query("page").parse().unwrap_or(1_usize).max(1);
    let store = web.app().store();
    let first = (number - 1).saturating_mul(PER_PAGE);
    let part = store.entry_part(position, first, PER_PAGE).await?;
    let mut part = part.ok_or_else(|| Refusal::not_found(Noun::LogEntry, position))?;
    let last = part.edits.div_ceil(PER_PAGE).max(1);
    if number > last {
        let first = (last - 1) * PER_PAGE;
        let there = store.entry_part(position, first, PER_PAGE).await?;
        part = there.unwrap_or(part);
    }
    let pages = pages(page, number.min(last), part.edits);
    Ok((part, pages))
}

fn undo(web: &Web, page: &Page, entry: &LogEntry, count: usize, change: &ChangeSet) -> Offered {
    if entry.undone_by.is_some()
        || count > LARGE_CHANGE
        || entry.operation == OperationName::TimeExpire
    {
        return Offered::Nothing;
    }
    let undo = Undo {
        position: entry.position,
        change: change.clone(),
    };
    match web.app().check(&page.viewer.context, &undo) {
        Ok(_) => Offered::Yes(format!("/activity/{}/undo", entry.position)),
        Err(Refusal::NotAllowed { .. }) => Offered::Nothing,
        Err(refusal) => Offered::No(refusal.to_string()),
    }
}

async fn effect(
    web: &Web,
    page: &Page,
    entry: &LogEntry,
    count: usize,
    change: &ChangeSet,
) -> Result<Effect, Failure> {
    if entry.operation == OperationName::TimeExpire {
        return Ok(Effect::Expired);
    }
    let is_current = entry.position == page.viewer.world.position();
    let is_small = page.viewer.world.membership_count() <= SMALL_WORLD || is_current;
    if page.query("effect") != "show" && !(is_small && count <= LARGE_CHANGE) {
        return Ok(Effect::Unasked(page.with_query(&[("effect", "show")])));
    }
    let after = web.past_position(entry.position).await?;
    let before = after
        .after(&change.clone().inverse(entry.position))
        .map_err(|refusal| Failure::Internal(format!("entry {}: {refusal}", entry.position)))?;
    let moments = [
        Moment::new(&before, entry.at),
        Moment::new(&after, entry.at),
    ];
    let reached = reached_by_rules(moments, change);
    let types = web.decider().types();
    let (diff, _) = access_diff(types, moments, reached.as_ref());
    let diff = convert::diff(&before, &after, &diff, page.viewer.context.now);
    Ok(Effect::Known(diff))
}
