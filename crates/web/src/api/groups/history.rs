//! Who was ever in a group, and what ever led into it.

use portcullis_store::HistoryOf;

use crate::api::{
    extract::{Answer, Key, Read},
    history::{HistoryItem, InclusionItem},
    list::{Page, Paging},
};

/// A group's history
///
/// Every version of every direct membership and ownership there ever was, newest first.
#[utoipa::path(get, path = "/groups/{group}/history", tag = "groups", params(Paging), responses((status = 200, body = Page<HistoryItem>)))]
pub(crate) async fn group_history(Key(key): Key, read: Read<Paging>) -> Answer {
    read.only_now("each row says when it held")?;
    let of = HistoryOf::Group(read.group(&key)?.id);
    let paging = &read.query;
    let rows = read
        .web
        .app()
        .store()
        .membership_history(of, paging.rows(), paging.cursor()?)
        .await?;
    let (rows, next) = (rows.items, rows.next);
    read.answer(&Paging::stored(&rows, next, |row| {
        HistoryItem::of(&read.world, row)
    }))
}

/// A group's history of inclusions
///
/// Every version of every role's place in this group, or of this role's in others, newest first.
#[utoipa::path(get, path = "/groups/{group}/history/inclusions", tag = "groups", params(Paging), responses((status = 200, body = Page<InclusionItem>)))]
pub(crate) async fn inclusion_history(Key(key): Key, read: Read<Paging>) -> Answer {
    read.only_now("each row says when it held")?;
    let group = read.group(&key)?.id;
    let paging = &read.query;
    let rows = read
        .web
        .app()
        .store()
        .inclusion_history(group, paging.rows(), paging.cursor()?)
        .await?;
    let (rows, next) = (rows.items, rows.next);
    read.answer(&Paging::stored(&rows, next, |row| {
        InclusionItem::of(&read.world, row)
    }))
}
