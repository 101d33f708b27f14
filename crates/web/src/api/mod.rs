//! The REST API under `/api/v1`, one module per noun; the table of its routes is here.
//!
//! A handler takes what its path names ([`crate::http::Of`]) and a [`Read`], a [`Write`] or an
//! [`Act`], calls one question of the model or one operation, and renders. What comes in is read in
//! [`body`] and [`crate::http::query`]; what goes out is a [`row`]. What holds
//! for every route (who may see it, previews, idempotency, positions, times past, problems) is in
//! [`extract`], and is written into the document in [`document`].

mod apps;
mod body;
mod document;
mod extract;
mod groups;
mod history;
mod list;
mod log;
mod me;
mod preview;
mod questions;
mod requests;
mod resources;
mod roles;
mod row;
mod rules;
mod sign_in;
mod table;
mod tags;
mod users;
mod wire;

use std::sync::OnceLock;

use axum::{
    Router,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

// What handlers are written with.
pub(crate) use crate::http::{Attached, Finds, Key, Of, Role, query::query, text::choice};
pub(crate) use body::body;
pub(crate) use extract::{Act, Answer, Done, Read, Shown, Write, json, shown};
pub(crate) use list::{Page, Paging};
pub(crate) use row::row;
pub(crate) use rules::lint;

/// All routes of the API and its description.
pub fn routes() -> Router<Web> {
    let (router, _) = open().split_for_parts();
    router.route("/api/openapi.json", get(openapi))
}

/// The description of the API.
#[must_use]
pub fn document() -> OpenApi {
    let (_, document) = open().split_for_parts();
    document::complete(document)
}

fn open() -> OpenApiRouter<Web> {
    use groups::{confer, inclusions, people};
    use questions::{compare, diff, expiring, explain};
    use rules::mine;
    use sign_in::{identities, links, sessions, tokens};
    let v1 = OpenApiRouter::new()
        .routes(routes!(me::about))
        .routes(routes!(me::me))
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(
            users::get_user,
            users::edit_user,
            users::delete_user
        ))
        .routes(routes!(users::user_history))
        .routes(routes!(users::user_access))
        .routes(routes!(users::user_expiring))
        .routes(routes!(tokens::list_tokens, tokens::create_token))
        .routes(routes!(tokens::rotate_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(sessions::list_sessions, sessions::end_sessions))
        .routes(routes!(sessions::end_session))
        .routes(routes!(
            identities::list_identities,
            identities::link_identity
        ))
        .routes(routes!(identities::unlink_identity))
        .routes(routes!(links::make_link))
        .routes(routes!(links::invite))
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(
            groups::get_group,
            groups::edit_group,
            groups::delete_group
        ))
        .routes(routes!(
            people::list_members,
            people::add_members,
            people::remove_members
        ))
        .routes(routes!(
            people::list_owners,
            people::add_owners,
            people::remove_owners
        ))
        .routes(routes!(people::put_member, people::remove_member))
        .routes(routes!(people::put_owner, people::remove_owner))
        .routes(routes!(inclusions::list_inclusions))
        .routes(routes!(inclusions::attach_role, inclusions::detach_role))
        .routes(routes!(confer::list_entitlements, confer::confer))
        .routes(routes!(confer::reconfer, confer::withhold))
        .routes(routes!(groups::group_history))
        .routes(routes!(groups::inclusion_history))
        .routes(routes!(roles::list_roles))
        .routes(routes!(roles::role_from_person))
        .routes(routes!(roles::get_role))
        .routes(routes!(roles::clone_role))
        .routes(routes!(roles::merge_roles))
        .routes(routes!(roles::split_role))
        .routes(routes!(roles::attach_to_groups, roles::detach_from_groups))
        .routes(routes!(apps::list_apps, apps::create_app))
        .routes(routes!(apps::get_app, apps::edit_app, apps::delete_app))
        .routes(routes!(tags::list_tags, tags::create_tag))
        .routes(routes!(tags::get_tag, tags::edit_tag, tags::delete_tag))
        .routes(routes!(requests::list_requests, requests::create_request))
        .routes(routes!(requests::get_request))
        .routes(routes!(requests::approve_request))
        .routes(routes!(requests::reject_request))
        .routes(routes!(requests::withdraw_request))
        .routes(routes!(mine::my_rules))
        .routes(routes!(mine::user_rules))
        .routes(routes!(lint::lint_rules))
        .routes(routes!(rules::diff::diff_rules))
        .routes(routes!(resources::list_resources))
        .routes(routes!(
            resources::get_resource,
            resources::put_resource,
            resources::delete_resource
        ))
        .routes(routes!(log::list_log))
        .routes(routes!(log::get_entry))
        .routes(routes!(log::undo))
        .routes(routes!(questions::search))
        .routes(routes!(compare::compare))
        .routes(routes!(diff::diff))
        .routes(routes!(questions::who_can))
        .routes(routes!(explain::explain))
        .routes(routes!(questions::list_permissions))
        .routes(routes!(expiring::expiring));
    OpenApiRouter::default().nest("/api/v1", v1)
}

async fn openapi() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| document().to_json().unwrap_or_default());
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], text.as_str()).into_response()
}
