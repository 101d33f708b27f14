//! Requests decided: approved, rejected, taken back, one by one or several at once.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use portcullis_app::{
    Operation,
    request::{Approve, DecideMany, Decision, Reject, Withdraw},
};
use portcullis_model::{Id, Noun, Refusal, Request, name::Reason};

use super::{
    fields::{Submission, errors_of},
    flow::{self, ConfirmPolicy, Step},
    form::Values,
    pick, request, request_list,
};
use crate::{Web, error::Failure, ui};

pub(super) async fn approve(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (id, mut errors) = (parse(&id)?, ui::Errors::default());
    let fields = &sent.fields;
    let until = match fields.get("until") {
        "" | "asked" => None,
        _ => fields.ends("until", sent.page.viewer.context.now, &mut errors),
    };
    let reason = fields.parse("reason", &mut errors, Reason::parse);
    let operation = reason.map(|reason| Approve {
        request: id,
        until,
        reason,
    });
    decide(&web, &sent, id, operation, errors, "Approve").await
}

pub(super) async fn reject(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let reject = |request, reason| Reject { request, reason };
    with_reason(&web, &sent, &id, "Reject", reject).await
}

pub(super) async fn withdraw(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let withdraw = |request, reason| Withdraw { request, reason };
    with_reason(&web, &sent, &id, "Take back", withdraw).await
}

async fn with_reason<O: Operation>(
    web: &Web,
    sent: &Submission,
    id: &str,
    verb: &str,
    operation: impl FnOnce(Id<Request>, Reason) -> O,
) -> Result<Response, Failure> {
    let (id, mut errors) = (parse(id)?, ui::Errors::default());
    let reason = sent.fields.parse("reason", &mut errors, Reason::parse);
    let operation = reason.map(|reason| operation(id, reason));
    decide(web, sent, id, operation, errors, verb).await
}

/// Does it, or shows the request again with what is wrong.
async fn decide<O: Operation>(
    web: &Web,
    sent: &Submission,
    id: Id<Request>,
    operation: Option<O>,
    errors: ui::Errors,
    verb: &str,
) -> Result<Response, Failure> {
    let href = format!("/requests/{id}");
    let step = Step {
        title: format!("{verb} the request"),
        confirm: verb.into(),
        cancel: href.clone(),
        ..Step::default()
    };
    let errors = match operation.filter(|_| errors.is_empty()) {
        Some(operation) => match flow::run(web, sent, operation, step, |_| href).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => errors_of(failure)?,
        },
        None => errors,
    };
    let found = request::load(web, &sent.page, id).await?;
    let page = request::draw(web, &sent.page, &found, &Values::sent(sent), errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Several at once, with one preview: fields `request` (several), `do`, `reason`.
pub(super) async fn many(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let decision = match fields.get("do") {
        "reject" => Decision::Reject,
        _ => Decision::Approve,
    };
    let requests: Vec<Id<Request>> = pick::ids(fields, "request");
    let reason = fields.parse("reason", &mut errors, Reason::parse);
    let failure = match reason {
        Some(reason) => {
            let operation = DecideMany {
                requests: requests.clone(),
                decision,
                reason,
            };
            let step = deciding(&sent, &requests, decision);
            match flow::run(&web, &sent, operation, step, |_| "/requests".into()).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => Some(failure),
            }
        }
        None => None,
    };
    // The list again, as it was, with what is wrong.
    let again = request_list::Sent {
        picked: requests.into_iter().collect(),
        reason: fields.get("reason").to_owned(),
        errors: failure.map_or(Ok(errors), errors_of)?,
    };
    let mut page = sent.page;
    page.path = page.path.replacen("/requests/decide", "/requests", 1);
    let list = request_list::draw(&web, &page, again).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, list).into_response())
}

fn deciding(sent: &Submission, requests: &[Id<Request>], decision: Decision) -> Step {
    let world = &sent.page.viewer.world;
    let names: Vec<_> = requests
        .iter()
        .filter_map(|id| {
            let request = world.request(*id)?;
            let who = world.user(request.requester)?;
            let what = match request.wants.group() {
                Some(group) => world.group(group)?.name.to_string(),
                None => request.wants.label(world),
            };
            Some(format!("{} for {what}", who.name))
        })
        .collect();
    let whose = match names.len() {
        0 => "requests".to_owned(),
        1..=3 => names.join(", "),
        count => format!("{}, {} and {} more", names[0], names[1], count - 2),
    };
    let verb = match decision {
        Decision::Approve => "Approve",
        Decision::Reject => "Reject",
    };
    Step {
        title: format!("{verb}: {whose}"),
        confirm: verb.into(),
        cancel: "/requests".into(),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    }
}

fn parse(id: &str) -> Result<Id<Request>, Refusal> {
    id.parse()
        .map_err(|_| Refusal::not_found(Noun::Request, id))
}
