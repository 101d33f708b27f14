//! The REST API under `/api/v1`, one folder per noun and one file per verb.
//!
//! A handler takes what its path names ([`crate::http::Of`]) and a [`Read`], a [`Write`] or an
//! [`Act`], calls one question of the model or one operation, and renders. What comes in is read in
//! [`body`] and [`crate::http::query`]; what goes out is shaped in the noun's `wire`. What holds
//! for every route (who may see it, previews, idempotency, positions, times past, problems) is in
//! [`extract`], and is written into the document in [`document`].

mod about;
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
pub(crate) use rules::lint::lint_rules;

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
    let v1 = OpenApiRouter::new()
        .routes(routes!(about::about))
        .routes(routes!(me::me))
        .merge(users::routes())
        .merge(groups::routes())
        .merge(roles::routes())
        .merge(apps::routes())
        .merge(tags::routes())
        .merge(requests::routes())
        .merge(rules::routes())
        .merge(resources::routes())
        .merge(log::routes())
        .merge(questions::routes());
    OpenApiRouter::default().nest("/api/v1", v1)
}

async fn openapi() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| document().to_json().unwrap_or_default());
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], text.as_str()).into_response()
}
