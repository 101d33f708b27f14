//! Who may, on what, and doing what: each result is one that the evaluation would permit.

use axum::{extract::State, response::Response};
use portcullis_app::decide::{Action, Entity, Question};
use serde_json::json;

use super::{
    Asked, answer,
    page::Window,
    wire::{WireActionSearch, WireEntity, WireSearch, WireWanted},
};
use crate::{View, Web, auth::Enforcer, error::Failure};

pub(super) async fn subjects(
    State(web): State<Web>,
    _: Enforcer,
    view: View,
    Asked(search): Asked<WireSearch<WireWanted, WireEntity>>,
) -> Result<Response, Failure> {
    let asked = json!([
        "subject",
        search.subject,
        search.action,
        search.resource,
        search.context
    ]);
    let window = Window::new(&web, search.page.clone().map(|page| page.0), &asked)?;
    let kind = search.subject.0.kind;
    let question = Question {
        subject: Entity {
            kind: kind.clone(),
            id: String::new(),
            properties: search.subject.0.properties,
        },
        action: search.action.0.into(),
        resource: search.resource.0.into(),
        context: search.context,
    };
    let found = web
        .decider()
        .subjects(&view.world, view.now, &question, window.after.as_deref())
        .take(window.limit + 1)
        .map(|user| {
            (
                user.login.to_string(),
                json!({ "type": kind, "id": user.login }),
            )
        })
        .collect();
    Ok(answer(&window.answer(&web, found), view.world.position()))
}

pub(super) async fn resources(
    State(web): State<Web>,
    _: Enforcer,
    view: View,
    Asked(search): Asked<WireSearch<WireEntity, WireWanted>>,
) -> Result<Response, Failure> {
    let asked = json!([
        "resource",
        search.subject,
        search.action,
        search.resource,
        search.context
    ]);
    let window = Window::new(&web, search.page.clone().map(|page| page.0), &asked)?;
    let kind = search.resource.0.kind;
    let question = Question {
        subject: search.subject.0.into(),
        action: search.action.0.into(),
        resource: Entity {
            kind: kind.clone(),
            id: String::new(),
            properties: search.resource.0.properties,
        },
        context: search.context,
    };
    let found = web
        .decider()
        .resources(&view.world, view.now, &question, window.after.as_deref())
        .take(window.limit + 1)
        .map(|id| (id.clone(), json!({ "type": kind, "id": id })))
        .collect();
    Ok(answer(&window.answer(&web, found), view.world.position()))
}

pub(super) async fn actions(
    State(web): State<Web>,
    _: Enforcer,
    view: View,
    Asked(search): Asked<WireActionSearch>,
) -> Result<Response, Failure> {
    let asked = json!(["action", search.subject, search.resource, search.context]);
    let window = Window::new(&web, search.page.clone().map(|page| page.0), &asked)?;
    let question = Question {
        subject: search.subject.0.into(),
        action: Action {
            name: String::new(),
            properties: None,
        },
        resource: search.resource.0.into(),
        context: search.context,
    };
    let found = web
        .decider()
        .actions(&view.world, view.now, &question, window.after.as_deref())
        .take(window.limit + 1)
        .map(|name| (name.clone(), json!({ "name": name })))
        .collect();
    Ok(answer(&window.answer(&web, found), view.world.position()))
}
