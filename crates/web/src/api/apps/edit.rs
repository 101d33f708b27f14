//! Edit an app.

use axum::http::StatusCode;
use portcullis_app::app::EditApp;
use portcullis_model::{
    Noun, Refusal,
    name::{Description, Name},
};

use super::get::AppDetail;
use crate::api::{
    extract::{Answer, Key, Write},
    input::body,
};

body! {
    /// What changes; the rest stays.
    pub(crate) struct AppChange {
        /// Its name; its groups are renamed with it.
        name: Option<Name>,
        /// What it is for.
        description: Option<Description>,
        /// All tags it is to carry: ids or names.
        tags: Option<Vec<String>>,
    }
}

/// Edit an app
///
/// New tags cut what lasts longer than they allow, in all its groups.
#[utoipa::path(patch, path = "/apps/{app}", tag = "apps", request_body = AppChange, responses((status = 200, body = AppDetail)))]
pub(crate) async fn edit_app(Key(key): Key, Write { act, body, .. }: Write<AppChange>) -> Answer {
    let app = act.app(&key)?;
    let tags = body.tags.map(|tags| act.tags(&tags)).transpose()?;
    let operation = EditApp {
        app,
        name: body.name,
        description: body.description,
        tags,
    };
    act.run(StatusCode::OK, operation, |done| {
        let app = done
            .world
            .app(app)
            .ok_or_else(|| Refusal::not_found(Noun::App, app))?;
        done.answer(&AppDetail::of(done.world, app, done.now))
    })
    .await
}
