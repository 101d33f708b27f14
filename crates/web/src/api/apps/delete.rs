//! Delete an app with all its groups.

use portcullis_app::app::DeleteApp;
use portcullis_model::App;

use crate::api::{Act, Answer, Of, wire::Deleted};

/// Delete an app
///
/// With all its groups and everything that hangs on them. Preview it first.
#[utoipa::path(delete, path = "/apps/{app}", tag = "apps", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_app(app: Of<App>, act: Act) -> Answer {
    let operation = DeleteApp { app: app.id };
    act.delete(app.id, &app.name, operation).await
}
