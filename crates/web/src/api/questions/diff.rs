//! What differs between two times.

use portcullis_app::decide::{Moment, diff_between};
use portcullis_model::{
    Group, Refusal, Timestamp, User,
    world::{DiffLine, What},
};

use crate::{
    api::{Answer, Finds, Key, Page, Paging, Read, preview::DiffRow, query, row},
    http::text::Start,
};

query! {
    /// Which two times, and what of the difference.
    pub(crate) struct Times {
        /// The earlier time; a date is the beginning of that day.
        from: Needed<Start>,
        /// The later time; a date is the end of that day. Now if not given.
        to: Option<Timestamp>,
        /// What differs for this user only: an id, a login or `@me`.
        user: Option<Key<User>>,
        /// What differs in this group only: its id or name.
        group: Option<Key<Group>>,
    }
}

row! {
    /// One person and one thing they have at one of the two times, or until another end.
    pub(crate) struct Difference<'w> of(change: &'static str, row: DiffRow<'w>) {
        /// `gain`, `loss` or `end`.
        change: &'static str = change,
        #[serde(flatten)]
        row: DiffRow<'w> = row,
    }
}

/// What differs between two times
///
/// Who has gained and lost what, and whose ends have moved: gains first, then losses, then ends.
#[utoipa::path(get, path = "/diff", tag = "questions", params(Times, Paging), responses((status = 200, body = Page<Difference>)))]
pub(crate) async fn diff(read: Read<(Times, Paging)>) -> Answer {
    read.only_now("send the two times as `from` and `to`")?;
    let (times, paging) = &read.query;
    let (from, to) = (times.from.0, times.to.unwrap_or(read.now));
    if from > to {
        return Err(Refusal::invalid("from", "`from` is later than `to`; swap them").into());
    }
    let user = read.maybe(&times.user)?;
    let about = read.maybe(&times.group)?;
    let before = read.web.past(from).await?;
    let after = if to >= read.now {
        read.world.clone()
    } else {
        read.web.past(to).await?
    };
    let moments = [Moment::new(&before, from), Moment::new(&after, to)];
    let (diff, _) = diff_between(read.web.decider().types(), moments);
    let kinds = [
        ("gain", &diff.gains),
        ("loss", &diff.losses),
        ("end", &diff.changes),
    ];
    let passes = |line: &DiffLine| {
        user.is_none_or(|user| line.user == user.id)
            && about.is_none_or(
                |about| matches!(line.what, What::Group { group, .. } if group == about.id),
            )
    };
    let rows: Vec<_> = kinds
        .into_iter()
        .flat_map(|(change, lines)| lines.iter().map(move |line| (change, line)))
        .filter(|(_, line)| passes(line))
        .enumerate()
        .collect();
    // The two worlds do not change, so a row's number is its place.
    let page = paging
        .part()
        .of(rows, |(number, _)| format!("{number:012}"));
    read.answer(&Page::of(page, |(_, (change, line))| {
        Difference::of(change, DiffRow::of(&before, &after, line))
    }))
}
