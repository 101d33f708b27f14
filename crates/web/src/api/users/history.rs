//! What a user was ever in.

use portcullis_store::HistoryOf;

use crate::api::{
    extract::{Answer, Key, Read},
    history::HistoryItem,
    list::{Page, Paging},
};

/// A user's history
///
/// Every version of every direct membership and ownership there ever was, newest first.
#[utoipa::path(get, path = "/users/{user}/history", tag = "users", params(Paging), responses((status = 200, body = Page<HistoryItem>)))]
pub(crate) async fn user_history(Key(key): Key, read: Read<Paging>) -> Answer {
    read.only_now("each row says when it held")?;
    let of = HistoryOf::User(read.user(&key)?.id);
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
