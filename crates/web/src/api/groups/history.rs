//! Who was ever in a group, and what ever led into it.

use portcullis_model::Group;
use portcullis_store::HistoryOf;

use crate::api::{
    Answer, Of, Page, Paging, Read,
    history::{HistoryItem, InclusionItem},
};

/// A group's history
///
/// Every version of every direct membership and ownership there ever was, newest first.
#[utoipa::path(get, path = "/groups/{group}/history", tag = "groups", params(Paging), responses((status = 200, body = Page<HistoryItem>)))]
pub(crate) async fn group_history(group: Of<Group>, read: Read<Paging>) -> Answer {
    HistoryItem::list(&read, HistoryOf::Group(group.id)).await
}

/// A group's history of inclusions
///
/// Every version of every role's place in this group, or of this role's in others, newest first.
#[utoipa::path(get, path = "/groups/{group}/history/inclusions", tag = "groups", params(Paging), responses((status = 200, body = Page<InclusionItem>)))]
pub(crate) async fn inclusion_history(group: Of<Group>, read: Read<Paging>) -> Answer {
    InclusionItem::list(&read, group.id).await
}
