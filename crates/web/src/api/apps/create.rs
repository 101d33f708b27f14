//! Create an app with its owners group.

use portcullis_app::app::CreateApp;
use portcullis_model::{
    App, Tag, User,
    name::{Description, Name},
    record::AppOrigin,
};

use super::wire::AppDetail;
use crate::api::{Answer, Finds, Key, Write, body};

body! {
    /// An app to create.
    pub(crate) struct NewApp {
        /// Its name.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Who owns it first: ids or logins; you, if not given.
        owners: Option<Vec<Key<User>>>,
        /// Tags on it, which reach all its groups: ids or names.
        tags: Option<Vec<Key<Tag>>>,
        /// Its first groups.
        groups: Option<Vec<FirstGroup>>,
    }
}

body! {
    /// One of an app's first groups.
    pub(crate) struct FirstGroup {
        /// Its name, with or without the app's prefix.
        name: Name,
        /// What it is for.
        description: Option<Description>,
    }
}

/// Create an app
///
/// With its owners group and its first groups.
#[utoipa::path(post, path = "/apps", tag = "apps", request_body = NewApp, responses((status = 201, body = AppDetail)))]
pub(crate) async fn create_app(Write { act, body }: Write<NewApp>) -> Answer {
    let groups = body.groups.unwrap_or_default().into_iter();
    let operation = CreateApp {
        name: body.name,
        description: body.description.unwrap_or_default(),
        owners: act.maybe_ids(&body.owners)?.unwrap_or_default(),
        tags: act.maybe_ids(&body.tags)?.unwrap_or_default(),
        groups: groups
            .map(|group| (group.name, group.description.unwrap_or_default()))
            .collect(),
        origin: AppOrigin::Made,
    };
    act.create::<App>(operation).await
}
