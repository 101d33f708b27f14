//! Roles as team leads need them: made from a person, cloned, merged, split, attached to groups.

mod attach;
mod clone;
mod detach;
mod from_person;
mod get;
mod list;
mod merge;
mod split;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list::list_roles))
        .routes(routes!(from_person::role_from_person))
        .routes(routes!(get::get_role))
        .routes(routes!(clone::clone_role))
        .routes(routes!(merge::merge_roles))
        .routes(routes!(split::split_role))
        .routes(routes!(
            attach::attach_to_groups,
            detach::detach_from_groups
        ))
}
