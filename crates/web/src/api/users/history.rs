//! What a user was ever in.

use portcullis_model::User;
use portcullis_store::HistoryOf;

use crate::api::{Answer, Of, Page, Paging, Read, history::HistoryItem};

/// A user's history
///
/// Every version of every direct membership and ownership there ever was, newest first.
#[utoipa::path(get, path = "/users/{user}/history", tag = "users", params(Paging), responses((status = 200, body = Page<HistoryItem>)))]
pub(crate) async fn user_history(user: Of<User>, read: Read<Paging>) -> Answer {
    HistoryItem::list(&read, HistoryOf::User(user.id)).await
}
