//! List requests.

use portcullis_model::{Actor, Request, World, world::contains};
use portcullis_store::{RequestFilter, RequestStatus};

use crate::api::{
    extract::{Answer, Read, group},
    input::{choice, query},
    list::{Page, Paging},
    wire::{RequestRow, people_and_groups},
};

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
    pub(crate) enum Status {
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

impl From<Status> for RequestStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Approved => Self::Approved,
            Status::Rejected => Self::Rejected,
            Status::Withdrawn => Self::Withdrawn,
            Status::Resolved => Self::Resolved,
        }
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
        group: Option<String>,
        /// Filed by this user: an id, login, e-mail address or `@me`.
        requester: Option<String>,
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
    let world = &*read.world;
    let me = read.viewer.id;
    let about = filter
        .group
        .as_deref()
        .map(|key| group(world, key))
        .transpose()?;
    let requester = filter
        .requester
        .as_deref()
        .map(|key| read.user(key))
        .transpose()?;
    let whose = filter.whose.unwrap_or(Whose::All);
    let waiting = matches!(filter.status, None | Some(Status::Pending));
    if whose == Whose::ForMe && waiting {
        let q = filter.q.as_deref().unwrap_or_default();
        let mut mine = world.waits_for(me, read.now);
        mine.retain(|request| {
            about.is_none_or(|group| request.wants.group() == Some(group.id))
                && requester.is_none_or(|user| request.requester == user.id)
                && matches(world, request, q)
        });
        mine.reverse();
        // Newest first: places count down from the newest.
        let place = |request: &&Request| {
            format!(
                "{:020}-{}",
                i64::MAX - request.created_at.micros(),
                request.id
            )
        };
        mine.sort_by_cached_key(place);
        return read.answer(&paging.slice(mine, place, |r| RequestRow::of(world, r, None)));
    }
    let requester = match (whose, requester) {
        (Whose::Mine, Some(user)) if user.id != me => {
            return read.answer(&Page::<RequestRow<'_>> {
                items: vec![],
                total: Some(0),
                next: None,
            });
        }
        (Whose::Mine, _) => Some(me),
        (_, user) => user.map(|user| user.id),
    };
    let store = read.web.app().store();
    let wanted = RequestFilter {
        requester,
        groups: about.map(|group| vec![group.id]),
        status: filter.status.map(RequestStatus::from),
        decider: (whose == Whose::ForMe).then_some(Actor::User(me)),
        q: filter.q.clone(),
        limit: paging.rows(),
        before: paging.cursor()?,
    };
    let page = store.requests(&wanted).await?;
    let labels = store.labels(&people_and_groups(&page.items)).await?;
    let (rows, next) = (page.items, page.next);
    read.answer(&Paging::stored(&rows, next, |row| {
        RequestRow::of(world, row, Some(&labels))
    }))
}

fn matches(world: &World, request: &Request, q: &str) -> bool {
    let requester = world.user(request.requester);
    contains(&request.reason, q)
        || requester.is_some_and(|user| contains(&user.login, q) || contains(&user.name, q))
        || request
            .wants
            .group()
            .and_then(|group| world.group(group))
            .is_some_and(|group| contains(&group.name, q))
}
