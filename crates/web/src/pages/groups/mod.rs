//! Groups and roles: which there are, who is in one and who was, and how that is changed.

mod entitlements;
mod facts;
mod form;
pub(crate) mod list;
mod people;
mod roles;
mod rules;
mod rules_text;
pub(super) mod show;

use axum::{Router, routing::get};

use super::{
    form::{button, confirm, form},
    history,
};
use crate::Web;

pub(super) use self::{
    facts::pending,
    form::{GroupForm, crumbs, named},
    roles::AttachTo,
};

pub(super) fn routes() -> Router<Web> {
    let mut all = Router::new()
        .route("/groups", get(list::list))
        .route("/roles", get(list::list))
        .route("/groups/new", form::<GroupForm>())
        .route("/entitlements/{id}/withhold", button(entitlements::revoke));
    // A role is a group: its pages live under its own word, and work under both.
    for place in ["/groups/{id}", "/roles/{id}"] {
        let at = |rest: &str| format!("{place}{rest}");
        all = all
            .route(place, get(show::show))
            .route(&at("/history"), get(history::of_group))
            .route(&at("/edit"), form::<GroupForm>())
            .route(&at("/delete"), confirm(form::delete))
            .route(&at("/people/add"), form::<people::Add>())
            .route(&at("/people/remove"), button(people::remove))
            .route(&at("/people/{login}/extend"), form::<people::Extend>())
            .route(&at("/leave"), confirm(people::leave))
            .route(&at("/roles/attach"), form::<roles::Attach>())
            .route(&at("/roles/detach"), button(roles::detach))
            .route(&at("/confer"), form::<entitlements::New>())
            .route(&at("/rules/new"), get(rules::show).post(rules::save))
            .route(
                &at("/rules/{entitlement}"),
                get(rules::show).post(rules::save),
            );
    }
    all
}
