//! Get an app with its groups.

use portcullis_model::App;

use super::wire::AppDetail;
use crate::api::{Answer, Of, Read};

/// Get an app
#[utoipa::path(get, path = "/apps/{app}", tag = "apps", responses((status = 200, body = AppDetail)))]
pub(crate) async fn get_app(app: Of<App>, read: Read) -> Answer {
    read.answer(&AppDetail::of(&read.world, &app, read.now))
}
