//! Edit an app.

use portcullis_app::app::EditApp;
use portcullis_model::{
    App, Tag,
    name::{Description, Name},
};

use super::wire::AppDetail;
use crate::api::{Answer, Finds, Key, Of, Write, body};

body! {
    /// What changes; the rest stays.
    pub(crate) struct AppChange {
        /// Its name; its groups are renamed with it.
        name: Option<Name>,
        /// What it is for.
        description: Option<Description>,
        /// All tags it is to carry: ids or names.
        tags: Option<Vec<Key<Tag>>>,
    }
}

/// Edit an app
///
/// New tags cut what lasts longer than they allow, in all its groups.
#[utoipa::path(patch, path = "/apps/{app}", tag = "apps", request_body = AppChange, responses((status = 200, body = AppDetail)))]
pub(crate) async fn edit_app(app: Of<App>, Write { act, body }: Write<AppChange>) -> Answer {
    let operation = EditApp {
        app: app.id,
        name: body.name,
        description: body.description,
        tags: act.maybe_ids(&body.tags)?,
    };
    act.edit(app.id, operation).await
}
