//! Who may, on what, and doing what: each result is one that the evaluation would permit.

use axum::{extract::State, response::Response};
use portcullis_app::decide::Question;
use serde_json::json;

use super::{
    page::Window,
    wire::{Asked, WireActionSearch, WireEntity, WireQuestion, WireWanted, answer},
};
use crate::{View, Web, auth::Enforcer, error::Failure};

pub(super) async fn subjects(
    State(web): State<Web>,
    _: Enforcer,
    view: View,
    Asked(search): Asked<WireQuestion<WireWanted, WireEntity>>,
) -> Result<Response, Failure> {
    let window = Window::new(&web, &search.page, &json!(["subject", search]))?;
    let question = Question::from(search);
    let (world, kind) = (&view.world, &question.subject.kind);
    let found = web
        .decider()
        .subjects(world, view.now, &question, window.after.as_deref())
        .take(window.limit + 1)
        .map(|user| {
            (
                user.login.to_string(),
                json!({ "type": kind, "id": user.login }),
            )
        })
        .collect();
    Ok(answer(&window.answer(&web, found), world.position()))
}

pub(super) async fn resources(
    State(web): State<Web>,
    _: Enforcer,
    view: View,
    Asked(search): Asked<WireQuestion<WireEntity, WireWanted>>,
) -> Result<Response, Failure> {
    let window = Window::new(&web, &search.page, &json!(["resource", search]))?;
    let question = Question::from(search);
    let (world, kind) = (&view.world, &question.resource.kind);
    let found = web
        .decider()
        .resources(world, view.now, &question, window.after.as_deref())
        .take(window.limit + 1)
        .map(|id| (id.clone(), json!({ "type": kind, "id": id })))
        .collect();
    Ok(answer(&window.answer(&web, found), world.position()))
}

pub(super) async fn actions(
    State(web): State<Web>,
    _: Enforcer,
    view: View,
    Asked(search): Asked<WireActionSearch>,
) -> Result<Response, Failure> {
    let window = Window::new(&web, &search.page, &json!(["action", search]))?;
    let question = Question::from(search);
    let found = web
        .decider()
        .actions(&view.world, view.now, &question, window.after.as_deref())
        .take(window.limit + 1)
        .map(|name| (name.clone(), json!({ "name": name })))
        .collect();
    Ok(answer(&window.answer(&web, found), view.world.position()))
}
