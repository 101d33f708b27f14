//! Requests on the wire.

use std::collections::{BTreeSet, HashMap};

use portcullis_model::{Id, Noun, Request, State, World, request::Resolution};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{
    Answer, Done, Shown, row,
    wire::{ActorRef, GroupRef, IdBody, Person, Place, Time, Until},
};

row! {
    /// A request.
    pub(crate) struct RequestRow<'w> of(
        world: &'w World,
        request: &'w Request,
        labels: Option<&'w Labels>,
    ) where {
        let label = |id: Uuid| {
            labels
                .and_then(|labels| labels.get(&id))
                .map(String::as_str)
        };
        let group = request.wants.group();
        let granted_until = match &request.state {
            State::Approved { granted_until, .. } => Some(Until(*granted_until)),
            _ => None,
        };
        let resolution = |resolution: &'w Resolution| ResolutionRow {
            by: ActorRef::called(
                world,
                resolution.by,
                resolution.by.user().and_then(|id| label(id.uuid())),
            ),
            at: Time(resolution.at),
            reason: &resolution.reason,
            granted_until,
        };
        let requester = label(request.requester.uuid());
    } {
        id: IdBody = request.id.into(),
        requester: Person<'w> = Person::called(world, request.requester, requester),
        /// What is asked for, in words.
        wants: String = request.wants.label(world),
        /// The group it is about; null for a new one.
        group: Option<GroupRef<'w>> =
            group.map(|group| GroupRef::called(world, group, label(group.uuid()))),
        /// As what they would be in it; null for a new one.
        kind: Option<Place> = request.wants.kind().map(Place::from),
        reason: &'w str = &request.reason,
        until: Until = Until(request.until),
        created_at: Time = Time(request.created_at),
        /// `pending`, `approved`, `rejected` or `withdrawn`.
        status: &'static str = request.state.as_str(),
        /// What became of it; null while it waits.
        resolution: Option<ResolutionRow<'w>> = request.state.resolution().map(resolution),
    }
}

/// What became of a request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResolutionRow<'w> {
    by: ActorRef<'w>,
    at: Time,
    reason: &'w str,
    /// Until when it was granted, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    granted_until: Option<Until>,
}

/// Last known names of what the world may not know any more.
pub(crate) type Labels = HashMap<Uuid, String>;

/// The ids of the people and groups in requests, for labels.
pub(crate) fn people_and_groups(requests: &[Request]) -> Vec<Uuid> {
    let all = requests.iter().flat_map(|request| {
        let decider = request
            .state
            .resolution()
            .and_then(|resolution| resolution.by.user());
        [
            Some(request.requester.uuid()),
            request.wants.group().map(Id::uuid),
            decider.map(Id::uuid),
        ]
    });
    all.flatten().collect::<BTreeSet<_>>().into_iter().collect()
}

impl Shown for Request {
    const NOUN: Noun = Noun::Request;

    /// As the change left it: what is decided is not in the world any more.
    fn written<'d>(done: &Done<'d>, id: Id<Self>) -> Option<&'d Self> {
        let mut after = done
            .change
            .edits::<Self>()
            .filter_map(|edit| edit.after.as_deref());
        after.find(|request| request.id == id)
    }

    fn show(&self, done: &Done<'_>) -> Answer {
        done.answer(&RequestRow::of(done.world, self, None))
    }
}
