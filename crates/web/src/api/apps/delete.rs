//! Delete an app with all its groups.

use axum::http::StatusCode;
use portcullis_app::app::DeleteApp;

use crate::api::{
    extract::{Answer, Key, Write},
    wire::{Deleted, ended},
};

/// Delete an app
///
/// With all its groups and everything that hangs on them. Preview it first.
#[utoipa::path(delete, path = "/apps/{app}", tag = "apps", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_app(Key(key): Key, Write { act, .. }: Write) -> Answer {
    let app = act.app(&key)?;
    act.run(StatusCode::OK, DeleteApp { app }, |done| {
        let name = ended!(done.change, App, app).map(|app| app.name.as_str());
        done.answer(&Deleted::new(app, name.unwrap_or_default()))
    })
    .await
}
