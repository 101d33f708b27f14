//! Get a request.

use portcullis_model::{Action, Request, Target, guard::may};
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::{RequestRow, people_and_groups};
use crate::api::{Answer, Of, Read, wire::Person};

/// A request, and who may decide it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestDetail<'w> {
    #[serde(flatten)]
    row: RequestRow<'w>,
    /// Who is asked, while it waits.
    deciders: Vec<Person<'w>>,
    /// Whether you may approve it.
    may_approve: bool,
    /// Whether you may reject it.
    may_reject: bool,
    /// Whether you may withdraw it.
    may_withdraw: bool,
}

/// Get a request
#[utoipa::path(get, path = "/requests/{request}", tag = "requests", responses((status = 200, body = RequestDetail)))]
pub(crate) async fn get_request(request: Of<Request>, read: Read) -> Answer {
    read.only_now("a request says when it was filed and decided")?;
    let world = &*read.world;
    let named = people_and_groups(std::slice::from_ref(&request));
    let labels = read.web.app().store().labels(&named).await?;
    let allowed = |action| {
        let target = Target::Request(&request);
        request.is_pending() && may(world, &read.viewer.context, action, target).is_ok()
    };
    let deciders = if request.is_pending() {
        let requester = Some(request.requester);
        request.wants.deciders(world, requester, read.now)
    } else {
        Vec::new()
    };
    read.answer(&RequestDetail {
        row: RequestRow::of(world, &request, Some(&labels)),
        deciders: deciders.into_iter().map(Person::of).collect(),
        may_approve: allowed(Action::ApproveRequest),
        may_reject: allowed(Action::RejectRequest),
        may_withdraw: allowed(Action::WithdrawRequest),
    })
}
