//! Requests decided: approved, rejected, taken back, one by one or several at once.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use portcullis_app::{
    Operation,
    request::{Approve, DecideMany, Decision, Reject, Withdraw},
};
use portcullis_model::{Id, Request, World, name::Reason};

use super::{
    super::{
        convert,
        fields::Submission,
        flow::Step,
        form::{Values, again, attempt},
        input::Input,
    },
    list, show,
};
use crate::{Web, error::Failure};

pub(super) async fn approve(web: State<Web>, sent: Submission) -> Result<Response, Failure> {
    decide(web, sent, "Approve", |input, request, reason| Approve {
        request,
        until: match input.text("until") {
            "" | "asked" => None,
            _ => input.ends("until"),
        },
        reason,
    })
    .await
}

pub(super) async fn reject(web: State<Web>, sent: Submission) -> Result<Response, Failure> {
    let reject = |_: &mut Input<'_>, request, reason| Reject { request, reason };
    decide(web, sent, "Reject", reject).await
}

pub(super) async fn withdraw(web: State<Web>, sent: Submission) -> Result<Response, Failure> {
    let withdraw = |_: &mut Input<'_>, request, reason| Withdraw { request, reason };
    decide(web, sent, "Withdraw", withdraw).await
}

/// The request with its preview as the form stands, at an address that says how.
pub(super) async fn preview(sent: Submission) -> Result<Response, Failure> {
    let there = convert::request_href(show::id(&sent.page)?);
    let chosen = ["until", "until_date", "reason"].map(|name| (name, sent.fields.get(name)));
    let there = convert::address(&there, &chosen);
    Ok(Redirect::to(&format!("{there}#preview")).into_response())
}

/// Does it, or shows the request again with what is wrong.
async fn decide<O: Operation>(
    State(web): State<Web>,
    sent: Submission,
    verb: &'static str,
    operation: impl FnOnce(&mut Input<'_>, Id<Request>, Reason) -> O,
) -> Result<Response, Failure> {
    let (id, mut input) = (show::id(&sent.page)?, Input::new(&sent));
    let reason = input.reason();
    let step = reason.map(|reason| {
        let operation = operation(&mut input, id, reason);
        let (href, title) = (convert::request_href(id), format!("{verb} the request"));
        let there = href.clone();
        Step::new(operation, title, verb, href).then(|_| there)
    });
    match attempt(&web, &sent, step, input.errors).await? {
        Ok(done) => Ok(done),
        Err(errors) => {
            let found = show::load(&web, &sent.page, id).await?;
            again(&show::draw(&web, &sent.page, &found, &Values::sent(&sent), errors).await?)
        }
    }
}

/// Several at once, with one preview: fields `request` (several), `do`, `reason`.
pub(super) async fn many(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let mut input = Input::new(&sent);
    let decision = match input.text("do") {
        "reject" => Some((Decision::Reject, "Reject")),
        "approve" => Some((Decision::Approve, "Approve")),
        _ => {
            input.errors.add("", "choose whether to approve or reject");
            None
        }
    };
    let requests: Vec<Id<Request>> = input.ids("request");
    let wanted = decision.zip(input.reason());
    let step = wanted.map(|((decision, verb), reason)| {
        let title = format!("{verb}: {}", whose(input.world(), &requests));
        let operation = DecideMany {
            requests: requests.clone(),
            decision,
            reason,
        };
        let step = Step::new(operation, title, verb, "/requests").always();
        step.then(|_| "/requests".into())
    });
    let errors = match attempt(&web, &sent, step, input.errors).await? {
        Ok(done) => return Ok(done),
        Err(errors) => errors,
    };
    // The list again, as it was, with what is wrong.
    let said = list::Sent {
        picked: requests.into_iter().collect(),
        reason: sent.fields.get("reason").to_owned(),
        errors,
    };
    let mut page = sent.page;
    page.path = page.path.replacen("/requests/decide", "/requests", 1);
    again(&list::draw(&web, &page, said).await?)
}

/// Who asks for what, the first of them by name.
fn whose(world: &World, requests: &[Id<Request>]) -> String {
    let names: Vec<_> = requests
        .iter()
        .filter_map(|id| {
            let request = world.request(*id)?;
            let who = world.user(request.requester)?;
            let (what, _) = request.wants.place(world)?;
            Some(format!("{} for {}", who.name, what.name))
        })
        .collect();
    match names.len() {
        0 => "requests".to_owned(),
        1..=3 => names.join(", "),
        count => format!("{}, {} and {} more", names[0], names[1], count - 2),
    }
}
