//! Requests: somebody asks for access, somebody decides.

use std::collections::{BTreeSet, HashMap};

use portcullis_app::request::{Approve, CreateRequest, Reject, Withdraw};
use portcullis_model::{
    Action, Actor, Expiry, Group, Id, MembershipKind, Noun, Request, Target, Timestamp, User,
    Wants, World, guard::may, name::Reason, request::Resolution, world::query::RequestQuery,
};
use portcullis_store::{RequestFilter, RequestStatus};
use uuid::Uuid;

use crate::api::{
    Answer, Done, Finds, Key, Of, Page, Paging, Read, Shown, Write, body, choice, query, row,
    wire::{ActorRef, GroupRef, IdBody, Person, Place, Time, Until},
};

row! {
    /// A request.
    pub(crate) struct RequestRow<'w> of(
        world: &'w World,
        request: &'w Request,
        labels: Option<&'w Labels>,
        now: Timestamp,
    ) where {
        let most = world.most_of(request, now);
        let cut = request.is_pending() && most < request.until;
        let label = |id: Uuid| {
            labels
                .and_then(|labels| labels.get(&id))
                .map(String::as_str)
        };
        let group = request.wants.group();
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
        /// Until when it would be granted now, where tags allow less than is asked for.
        allowed_until?: Option<Until> = cut.then_some(Until(most)),
        created_at: Time = Time(request.created_at),
        /// `pending`, `approved`, `rejected` or `withdrawn`.
        status: &'static str = request.state.as_str(),
        /// What became of it; null while it waits.
        resolution: Option<ResolutionRow<'w>> = request.state.resolution().map(|resolution| {
            let by = resolution.by.user().and_then(|id| label(id.uuid()));
            ResolutionRow::of(world, request, resolution, by)
        }),
    }
}

row! {
    /// What became of a request.
    pub(crate) struct ResolutionRow<'w> of(
        world: &'w World,
        request: &'w Request,
        resolution: &'w Resolution,
        login: Option<&'w str>,
    ) {
        by: ActorRef<'w> = ActorRef::called(world, resolution.by, login),
        at: Time = Time(resolution.at),
        reason: &'w str = &resolution.reason,
        /// Until when it was granted, if it was.
        granted_until?: Option<Until> = request.granted_until().map(Until),
    }
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
        done.answer(&RequestRow::of(done.world, self, None, done.now))
    }
}

choice! {
    /// Whose requests.
    pub(crate) enum Whose {
        /// Those waiting for you to decide; with a `status`, those you decided.
        ForMe = "for_me",
        /// Those you filed.
        Mine = "mine",
        /// Everybody's.
        All = "all",
    }
}

choice! {
    /// In which state.
    pub(crate) enum Status for RequestStatus {
        /// Waits for somebody who may decide.
        Pending = "pending",
        /// Granted.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
        /// Taken back.
        Withdrawn = "withdrawn",
        /// Granted, refused or taken back.
        Resolved = "resolved",
    }
}

query! {
    /// Which requests.
    pub(crate) struct Filter {
        /// Whose; everybody's if not given.
        whose: Option<Whose>,
        /// In which state; any if not given.
        status: Option<Status>,
        /// About this group: its id or name.
        group: Option<Key<Group>>,
        /// Filed by this user: an id, a login or `@me`.
        requester: Option<Key<User>>,
        /// Text in the reason, in the requester's login or name, or in the group's name.
        q: Option<String>,
    }
}

/// List requests
///
/// Newest first.
#[utoipa::path(get, path = "/requests", tag = "requests", params(Filter, Paging), responses((status = 200, body = Page<RequestRow>)))]
pub(crate) async fn list_requests(read: Read<(Filter, Paging)>) -> Answer {
    read.only_now("a request says when it was filed and decided")?;
    let (filter, paging) = &read.query;
    let (world, me) = (&*read.world, read.viewer.id);
    let group = read.maybe(&filter.group)?.map(|group| group.id);
    let requester = read.maybe(&filter.requester)?.map(|user| user.id);
    let whose = filter.whose.unwrap_or(Whose::All);
    if whose == Whose::ForMe && matches!(filter.status, None | Some(Status::Pending)) {
        let q = filter.q.as_deref().unwrap_or_default();
        let query = RequestQuery {
            q,
            group,
            requester,
        };
        let mut mine = query.waiting(world, me, read.now);
        // Newest first: places count down from the newest.
        let place = |request: &&Request| {
            let newest = i64::MAX - request.created_at.micros();
            format!("{newest:020}-{}", request.id)
        };
        mine.sort_by_cached_key(place);
        let page = paging.part().of(mine, place);
        return read.answer(&Page::of(page, |r| {
            RequestRow::of(world, r, None, read.now)
        }));
    }
    let requester = match (whose, requester) {
        (Whose::Mine, Some(user)) if user != me => {
            let none = paging.part().of(Vec::new(), |_| String::new());
            return read.answer(&Page::of(none, |r| {
                RequestRow::of(world, r, None, read.now)
            }));
        }
        (Whose::Mine, _) => Some(me),
        (_, user) => user,
    };
    let store = read.web.app().store();
    let wanted = RequestFilter {
        requester,
        groups: group.map(|group| vec![group]),
        status: filter.status.map(RequestStatus::from),
        decider: (whose == Whose::ForMe).then_some(Actor::User(me)),
        q: filter.q.clone(),
        limit: paging.rows(),
        before: paging.cursor()?,
    };
    let page = store.requests(&wanted).await?;
    let labels = store
        .labels(&read.world, &people_and_groups(&page.items))
        .await?;
    let row = |row| RequestRow::of(world, row, Some(&labels), read.now);
    read.answer(&Paging::stored(&page.items, page.next, row))
}

body! {
    /// What you ask for, for yourself.
    pub(crate) struct NewRequest {
        /// Which group: its id or name.
        group: Key<Group>,
        /// As what; `member` if not given.
        kind: Option<MembershipKind>,
        /// Until when; null or left out for no end.
        until: Option<Expiry>,
        /// Why; whoever decides reads it.
        reason: Option<Reason>,
    }
}

/// Ask for access
///
/// An earlier request of yours for the same is taken back. Where tags allow less than you ask for, the
/// answer says so in `allowed_until`.
#[utoipa::path(post, path = "/requests", tag = "requests", request_body = NewRequest, responses((status = 201, body = RequestRow)))]
pub(crate) async fn create_request(Write { act, body }: Write<NewRequest>) -> Answer {
    let operation = CreateRequest {
        wants: Wants::Membership {
            group: act.one(&body.group)?.id,
            kind: body.kind.unwrap_or(MembershipKind::Member),
        },
        until: body.until.unwrap_or(Expiry::NEVER),
        reason: body.reason.unwrap_or_default(),
    };
    act.create::<Request>(operation).await
}

row! {
    /// A request, and who may decide it.
    pub(crate) struct RequestDetail<'w> of(
        read: &'w Read,
        request: &'w Request,
        labels: &'w Labels,
    ) where {
        let world = &*read.world;
        let is_open = request.is_pending();
        let may = |action| {
            let target = Target::Request(request);
            is_open && may(world, &read.viewer.context, action, target).is_ok()
        };
        let asked = || request.wants.deciders(world, Some(request.requester), read.now);
        let deciders = if is_open { asked() } else { Vec::new() };
    } {
        #[serde(flatten)]
        row: RequestRow<'w> = RequestRow::of(world, request, Some(labels), read.now),
        /// Who is asked, while it waits.
        deciders: Vec<Person<'w>> = deciders.into_iter().map(Person::of).collect(),
        /// Whether you may approve it.
        may_approve: bool = may(Action::ApproveRequest),
        /// Whether you may reject it.
        may_reject: bool = may(Action::RejectRequest),
        /// Whether you may withdraw it.
        may_withdraw: bool = may(Action::WithdrawRequest),
    }
}

/// Get a request
#[utoipa::path(get, path = "/requests/{request}", tag = "requests", responses((status = 200, body = RequestDetail)))]
pub(crate) async fn get_request(request: Of<Request>, read: Read) -> Answer {
    read.only_now("a request says when it was filed and decided")?;
    let named = people_and_groups(std::slice::from_ref(&request));
    let labels = read.web.app().store().labels(&read.world, &named).await?;
    read.answer(&RequestDetail::of(&read, &request, &labels))
}

body! {
    /// How it is granted.
    pub(crate) struct Approval {
        /// Until when, null for no end; as asked, if left out. Tags may bring it nearer.
        until: Option<Expiry>,
        /// Why.
        reason: Option<Reason>,
    }
}

/// Approve a request
///
/// Grants what was asked for. Nobody approves their own.
#[utoipa::path(post, path = "/requests/{request}/approve", tag = "requests", request_body = Approval, responses((status = 200, body = RequestRow)))]
pub(crate) async fn approve_request(
    request: Of<Request>,
    Write { act, body }: Write<Approval>,
) -> Answer {
    let operation = Approve {
        request: request.id,
        until: body.until,
        reason: body.reason.unwrap_or_default(),
    };
    act.edit(request.id, operation).await
}

body! {
    /// Why it is refused.
    pub(crate) struct Rejection {
        /// Why; the requester reads it.
        reason: Reason,
    }
}

/// Reject a request
#[utoipa::path(post, path = "/requests/{request}/reject", tag = "requests", request_body = Rejection, responses((status = 200, body = RequestRow)))]
pub(crate) async fn reject_request(
    request: Of<Request>,
    Write { act, body }: Write<Rejection>,
) -> Answer {
    let operation = Reject {
        request: request.id,
        reason: body.reason,
    };
    act.edit(request.id, operation).await
}

body! {
    /// Why it is taken back.
    pub(crate) struct Withdrawal {
        /// Why, if you like to say.
        reason: Option<Reason>,
    }
}

/// Withdraw a request
///
/// Your own.
#[utoipa::path(post, path = "/requests/{request}/withdraw", tag = "requests", request_body = Withdrawal, responses((status = 200, body = RequestRow)))]
pub(crate) async fn withdraw_request(
    request: Of<Request>,
    Write { act, body }: Write<Withdrawal>,
) -> Answer {
    let operation = Withdraw {
        request: request.id,
        reason: body.reason.unwrap_or_default(),
    };
    act.edit(request.id, operation).await
}
