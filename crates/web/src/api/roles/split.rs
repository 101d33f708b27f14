//! Split a role in two.

use axum::http::StatusCode;
use portcullis_app::role::SplitRole;
use portcullis_model::name::{Description, Name, Reason};

use crate::api::{
    extract::{Answer, Key, Write},
    groups::made,
    input::body,
    wire::GroupDetail,
};

body! {
    /// What becomes of its own.
    pub(crate) struct Split {
        /// The new role's name.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Which groups move to it: ids or names.
        groups: Vec<String>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Split a role
///
/// Some of its groups move to a new role with the same people: nobody gains or loses anything.
#[utoipa::path(post, path = "/roles/{role}/split", tag = "roles", request_body = Split, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn split_role(Key(key): Key, Write { act, body, .. }: Write<Split>) -> Answer {
    let operation = SplitRole {
        role: act.role(&key)?,
        name: body.name,
        description: body.description.unwrap_or_default(),
        groups: act.groups(&body.groups)?,
        reason: body.reason.unwrap_or_default(),
    };
    act.run(StatusCode::CREATED, operation, made).await
}
