//! What of a user's ends soon.

use crate::api::{
    extract::{Answer, Key, Read},
    list::{Page, Paging},
    questions::expiring::{EndingRow, Within, ending},
};

/// What ends soon for a user
///
/// Their direct memberships and ownerships that end by themselves, soonest first.
#[utoipa::path(get, path = "/users/{user}/expiring", tag = "users", params(Within, Paging), responses((status = 200, body = Page<EndingRow>)))]
pub(crate) async fn user_expiring(Key(key): Key, read: Read<(Within, Paging)>) -> Answer {
    let (within, paging) = &read.query;
    let user = read.user(&key)?.id;
    let rows = ending(
        &read.world,
        read.now,
        within.by(read.now),
        |m| m.user == user,
        |_| false,
    );
    read.answer(&EndingRow::page(&read.world, rows, paging))
}
