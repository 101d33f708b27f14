//! The log: everything that was ever done, by whom, exactly; and undoing it.

mod get;
mod list;
mod undo;
mod wire;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list::list_log))
        .routes(routes!(get::get_entry))
        .routes(routes!(undo::undo))
}
