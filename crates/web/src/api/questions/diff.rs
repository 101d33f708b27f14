//! What differs between two times.

use portcullis_app::decide::{Moment, diff_between};
use portcullis_model::{
    Refusal, Timestamp,
    world::{DiffLine, What},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    extract::{Answer, Read, group},
    input::query,
    list::{Page, Paging},
    wire::DiffRow,
};

query! {
    /// Which two times, and what of the difference.
    pub(crate) struct Times {
        /// The earlier time.
        from: Needed<Timestamp>,
        /// The later time; now if not given.
        to: Option<Timestamp>,
        /// What differs for this user only: an id, login, e-mail address or `@me`.
        user: Option<String>,
        /// What differs in this group only: its id or name.
        group: Option<String>,
    }
}

/// One person and one thing they have at one of the two times, or until another end.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Difference<'w> {
    /// `gain`, `loss` or `end`.
    change: &'static str,
    #[serde(flatten)]
    row: DiffRow<'w>,
}

/// What differs between two times
///
/// Who has gained and lost what, and whose ends have moved: gains first, then losses, then ends.
#[utoipa::path(get, path = "/diff", tag = "questions", params(Times, Paging), responses((status = 200, body = Page<Difference>)))]
pub(crate) async fn diff(read: Read<(Times, Paging)>) -> Answer {
    read.only_now("send the two times as `from` and `to`")?;
    let (times, paging) = &read.query;
    let to = times.to.unwrap_or(read.now);
    if times.from > to {
        return Err(Refusal::invalid("from", "`from` is later than `to`; swap them").into());
    }
    let user = times
        .user
        .as_deref()
        .map(|key| read.user(key))
        .transpose()?;
    let about = times
        .group
        .as_deref()
        .map(|key| group(&read.world, key))
        .transpose()?;
    let before = read.web.past(times.from).await?;
    let after = if to >= read.now {
        read.world.clone()
    } else {
        read.web.past(to).await?
    };
    let moments = [Moment::new(&before, times.from), Moment::new(&after, to)];
    let (diff, _) = diff_between(read.web.decider().subject_types(), moments);
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
    read.answer(&paging.slice(
        rows,
        |(number, _)| format!("{number:012}"),
        |(_, (change, line))| Difference {
            change,
            row: DiffRow::of(&before, &after, line),
        },
    ))
}
