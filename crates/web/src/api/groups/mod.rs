//! Groups, roles and app groups: what they are, who is in them, what leads into them, what they
//! confer.

mod add_people;
mod attach;
mod confer;
mod create;
mod delete;
mod detach;
mod edit;
mod entitlements;
mod get;
mod history;
mod inclusions;
pub(super) mod list;
mod people;
mod remove_people;
pub(super) mod wire;
mod withhold;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list::list_groups, create::create_group))
        .routes(routes!(
            get::get_group,
            edit::edit_group,
            delete::delete_group
        ))
        .routes(routes!(
            people::list_members,
            add_people::add_members,
            remove_people::remove_members
        ))
        .routes(routes!(
            people::list_owners,
            add_people::add_owners,
            remove_people::remove_owners
        ))
        .routes(routes!(
            add_people::put_member,
            remove_people::remove_member
        ))
        .routes(routes!(add_people::put_owner, remove_people::remove_owner))
        .routes(routes!(inclusions::list_inclusions))
        .routes(routes!(attach::attach_role, detach::detach_role))
        .routes(routes!(entitlements::list_entitlements, confer::confer))
        .routes(routes!(confer::reconfer, withhold::withhold))
        .routes(routes!(history::group_history))
        .routes(routes!(history::inclusion_history))
}
