//! What only roles have; else a role is a group.

mod new;
mod reshape;

use axum::{Router, extract::State, routing::get};

use super::{
    fields::Submission,
    form::{form, send, show},
    frame::Page,
    groups,
};
use crate::Web;

pub(super) fn routes() -> Router<Web> {
    // With `?from=` the new role is made of what somebody has.
    let from_person = |page: &Page| !page.query("from").is_empty();
    let new = get(async move |page: Page| {
        if from_person(&page) {
            show::<new::FromPerson>(&page)
        } else {
            show::<groups::GroupForm>(&page)
        }
    })
    .post(async move |web: State<Web>, sent: Submission| {
        if from_person(&sent.page) {
            send::<new::FromPerson>(web, sent).await
        } else {
            send::<groups::GroupForm>(web, sent).await
        }
    });
    Router::new()
        .route("/roles/new", new)
        .route("/roles/{id}/groups/attach", form::<groups::AttachTo>())
        .route("/roles/{id}/clone", form::<new::Clone>())
        .route("/roles/{id}/merge", form::<reshape::Merge>())
        .route("/roles/{id}/split", form::<reshape::Split>())
}
