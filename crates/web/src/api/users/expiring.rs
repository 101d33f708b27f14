//! What of a user's ends soon.

use portcullis_model::User;

use crate::api::{
    Answer, Of, Page, Paging, Read,
    questions::expiring::{EndingRow, Within, ending},
};

/// What ends soon for a user
///
/// Their direct memberships and ownerships that end by themselves, soonest first.
#[utoipa::path(get, path = "/users/{user}/expiring", tag = "users", params(Within, Paging), responses((status = 200, body = Page<EndingRow>)))]
pub(crate) async fn user_expiring(user: Of<User>, read: Read<(Within, Paging)>) -> Answer {
    let (within, paging) = &read.query;
    let by = within.by(read.now);
    let rows = ending(&read.world, read.now, by, |m| m.user == user.id, |_| false);
    read.answer(&EndingRow::page(&read.world, rows, paging))
}
