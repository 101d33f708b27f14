//! List requests.

use portcullis_model::{Actor, Group, Request, User, world::query::RequestQuery};
use portcullis_store::{RequestFilter, RequestStatus};

use super::wire::{RequestRow, people_and_groups};
use crate::api::{Answer, Finds, Key, Page, Paging, Read, choice, query};

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
        return read.answer(&Page::of(page, |r| RequestRow::of(world, r, None)));
    }
    let requester = match (whose, requester) {
        (Whose::Mine, Some(user)) if user != me => {
            let none = paging.part().of(Vec::new(), |_| String::new());
            return read.answer(&Page::of(none, |r| RequestRow::of(world, r, None)));
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
    let labels = store.labels(&people_and_groups(&page.items)).await?;
    let row = |row| RequestRow::of(world, row, Some(&labels));
    read.answer(&Paging::stored(&page.items, page.next, row))
}
