//! The pages that change something: a form each, which shows who loses what before it is done.

mod app_write;
mod demands;
mod form;
mod group_confer;
mod group_people;
mod group_roles;
mod group_write;
mod person_write;
mod pick;
mod request;
mod request_decide;
mod request_list;
mod request_new;
mod role_new;
mod role_reshape;
mod rules;
mod rules_text;
mod tag_write;
mod undo;

use axum::{
    Router,
    routing::{get, post},
};

use super::{convert, fields, flow, frame};
use crate::Web;

/// The pages that change something: each address shows a form and takes it.
pub(crate) fn routes() -> Router<Web> {
    let mut all = Router::new()
        .route(
            "/people/new",
            get(person_write::new).post(person_write::create),
        )
        .route(
            "/people/{login}/edit",
            get(person_write::edit).post(person_write::save),
        )
        .route(
            "/people/{login}/delete",
            get(person_write::delete).post(person_write::deleted),
        )
        .route(
            "/groups/new",
            get(group_write::new).post(group_write::create),
        )
        .route("/roles/new", get(role_new::new).post(role_new::create))
        .route(
            "/roles/{id}/groups/attach",
            get(group_roles::lead).post(group_roles::led),
        )
        .route(
            "/roles/{id}/clone",
            get(role_new::clone).post(role_new::cloned),
        )
        .route(
            "/roles/{id}/merge",
            get(role_reshape::merge).post(role_reshape::merged),
        )
        .route(
            "/roles/{id}/split",
            get(role_reshape::split).post(role_reshape::divided),
        )
        .route("/rules/check.json", post(crate::api::lint_rules))
        .route("/entitlements/{id}/withhold", post(group_confer::withhold))
        .route("/apps/new", get(app_write::new).post(app_write::create))
        .route(
            "/apps/{id}/edit",
            get(app_write::edit).post(app_write::save),
        )
        .route(
            "/apps/{id}/delete",
            get(app_write::delete).post(app_write::deleted),
        )
        .route("/tags/new", get(tag_write::new).post(tag_write::create))
        .route(
            "/tags/{id}/edit",
            get(tag_write::edit).post(tag_write::save),
        )
        .route(
            "/tags/{id}/delete",
            get(tag_write::delete).post(tag_write::deleted),
        )
        .route("/requests", get(request_list::list))
        .route("/requests/decide", post(request_decide::many))
        .route(
            "/requests/new",
            get(request_new::new).post(request_new::create),
        )
        .route("/requests/{id}", get(request::show))
        .route("/requests/{id}/approve", post(request_decide::approve))
        .route("/requests/{id}/reject", post(request_decide::reject))
        .route("/requests/{id}/withdraw", post(request_decide::withdraw))
        .route("/activity/{position}/undo", post(undo::undo));
    // A role is a group: its pages live under its own word, and work under both.
    for place in ["/groups/{id}", "/roles/{id}"] {
        let at = |rest: &str| format!("{place}{rest}");
        all = all
            .route(&at("/edit"), get(group_write::edit).post(group_write::save))
            .route(
                &at("/delete"),
                get(group_write::delete).post(group_write::deleted),
            )
            .route(
                &at("/people/add"),
                get(group_people::add).post(group_people::added),
            )
            .route(&at("/people/remove"), post(group_people::remove))
            .route(
                &at("/people/{login}/extend"),
                get(group_people::extend).post(group_people::extended),
            )
            .route(
                &at("/leave"),
                get(group_people::leave).post(group_people::left),
            )
            .route(
                &at("/roles/attach"),
                get(group_roles::attach).post(group_roles::attached),
            )
            .route(&at("/roles/detach"), post(group_roles::detach))
            .route(
                &at("/confer"),
                get(group_confer::confer).post(group_confer::conferred),
            )
            .route(&at("/rules/new"), get(rules::new).post(rules::create))
            .route(
                &at("/rules/{entitlement}"),
                get(rules::show).post(rules::replace),
            );
    }
    all
}
