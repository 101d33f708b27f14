//! Get a request.

use portcullis_model::{Action, Id, Noun, Refusal, Request, Target, World, guard::may};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    extract::{Answer, Done, Key, Read},
    wire::{Labels, Person, RequestRow, people_and_groups},
};

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
pub(crate) async fn get_request(Key(key): Key, read: Read) -> Answer {
    read.only_now("a request says when it was filed and decided")?;
    let id = id(&key)?;
    let store = read.web.app().store();
    let world = &*read.world;
    let pending = world.request(id).cloned();
    let request = match pending {
        Some(request) => request,
        None => store
            .request(id)
            .await?
            .ok_or_else(|| Refusal::not_found(Noun::Request, &key))?,
    };
    let labels: Labels = store
        .labels(&people_and_groups(std::slice::from_ref(&request)))
        .await?;
    let context = &read.viewer.context;
    let allowed = |action| {
        request.is_pending() && may(world, context, action, Target::Request(&request)).is_ok()
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

/// The id in the path. What is no id names no request.
pub(super) fn id(key: &str) -> Result<Id<Request>, Refusal> {
    key.parse()
        .map_err(|_| Refusal::not_found(Noun::Request, key))
}

/// The request `id` as a change left it.
pub(super) fn written(done: &Done<'_>, id: Id<Request>) -> Answer {
    let request = done.change.changes.iter().find_map(|change| match change {
        portcullis_model::Change::Request(edit) => edit.after.as_deref().filter(|r| r.id == id),
        _ => None,
    });
    let request = request.ok_or_else(|| Refusal::not_found(Noun::Request, id))?;
    done.answer(&RequestRow::of(done.world, request, None))
}

/// The request `id` is known to be there: pending, or resolved already, which is a conflict for
/// the operation to tell.
pub(super) async fn known(
    store: &portcullis_store::Store,
    world: &World,
    id: Id<Request>,
) -> Result<(), crate::error::Failure> {
    if world.request(id).is_none() && store.request(id).await?.is_none() {
        return Err(Refusal::not_found(Noun::Request, id).into());
    }
    Ok(())
}
