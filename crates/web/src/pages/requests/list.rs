//! Requests: those that wait for me, mine, all of them.

use std::collections::{HashMap, HashSet};

use portcullis_model::{
    Actor, Group, Id, Request, State as Became, User, Wants, world::query::RequestQuery,
};
use portcullis_store::{RequestFilter, RequestStatus};
use uuid::Uuid;

use crate::{
    pages::{
        history::before,
        list::{PER_PAGE, pages},
        prelude::*,
    },
    words,
};

#[derive(Template)]
#[template(path = "requests/list.html")]
struct Requests<'p> {
    page: &'p Page,
    tabs: Vec<ui::Tab>,
    tab: &'static str,
    it: List<'p, Row>,
    older: Option<String>,
    decidable: bool,
    /// Where deciding posts to: what the list shows is kept for showing it again.
    decide: String,
    sent: Sent,
}

struct Row {
    request: Request,
    who: ui::Entity,
    login: String,
    wants: ui::Entity,
    /// Until when it is wanted or was granted; of what was refused only the date.
    until: Result<ui::ExpiryPill, String>,
    at: ui::When,
}

/// What was sent to decide several, where something was wrong with it.
#[derive(Default)]
pub(super) struct Sent {
    pub picked: HashSet<Id<Request>>,
    pub reason: String,
    pub errors: ui::Errors,
}

pub(super) async fn list(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    render(&draw(&web, &page, Sent::default()).await?)
}

/// The list, with what was sent from it.
pub(super) async fn draw<'p>(
    web: &Web,
    page: &'p Page,
    sent: Sent,
) -> Result<impl Template + use<'p>, Failure> {
    let (world, now) = (&page.viewer.world, page.viewer.context.now);
    let tab = match page.query("tab").as_str() {
        "mine" => "mine",
        "all" => "all",
        _ => "",
    };
    let (query, status) = (page.query("q"), page.query("status"));
    let waits = tab.is_empty() && status != "decided";
    let mut older = None;
    let (found, pages) = if waits {
        let wanted = RequestQuery {
            q: &query,
            ..RequestQuery::default()
        };
        let (shown, pages) = cut(page, wanted.waiting(world, page.viewer.id, now));
        (shown.into_iter().cloned().collect(), pages)
    } else {
        let filter = filter(page, tab, &status, &query)?;
        let found = web.app().store().requests(&filter).await?;
        let here = page.with_last(&[("page", ""), ("before", "")], "before");
        older = found.next.map(|next| format!("{here}{next}"));
        (found.items, pages(page, 1, 0))
    };
    let names = names(web, page, &found).await?;
    let rows = found.into_iter();
    let rows = rows.map(|request| row(page, request, &names));
    let mut it = List::given(page, "/requests", (rows.collect(), pages));
    it.keep("tab", tab);
    let statuses = if tab.is_empty() {
        ui::Choice::all([("", "Waiting"), ("decided", "Decided by me")])
    } else {
        ui::Choice::all([
            ("", "Any status"),
            ("pending", "Waiting"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ])
    };
    it.choose("status", "Status", statuses);
    let current = tab_href(tab);
    let one = |label, tab| ui::Tab::new(label, tab_href(tab), &current);
    let waiting = world.waits_for(page.viewer.id, now).len() as u64;
    Ok(Requests {
        page,
        tab,
        tabs: vec![
            one("For me", "").counting(waiting),
            one("Mine", "mine"),
            one("All", "all"),
        ],
        it,
        older,
        decidable: waits,
        decide: page
            .with_query(&[])
            .replacen("/requests", "/requests/decide", 1),
        sent,
    })
}

fn tab_href(tab: &str) -> String {
    address("/requests", &[("tab", tab)])
}

fn filter(page: &Page, tab: &str, status: &str, query: &str) -> Result<RequestFilter, Failure> {
    let me = page.viewer.id;
    Ok(RequestFilter {
        requester: (tab == "mine").then_some(me),
        decider: tab.is_empty().then_some(Actor::User(me)),
        status: match status {
            "pending" => Some(RequestStatus::Pending),
            "approved" => Some(RequestStatus::Approved),
            "rejected" => Some(RequestStatus::Rejected),
            "withdrawn" => Some(RequestStatus::Withdrawn),
            _ => None,
        },
        q: (!query.is_empty()).then(|| query.to_owned()),
        limit: PER_PAGE as u32,
        before: before(page)?,
        ..RequestFilter::default()
    })
}

/// The last known names of what requests name and the world no longer has.
pub(super) async fn names(
    web: &Web,
    page: &Page,
    requests: &[Request],
) -> Result<HashMap<Uuid, String>, Failure> {
    let world = &page.viewer.world;
    let users = requests.iter().map(|request| request.requester);
    let users = users.filter(|user| world.user(*user).is_none());
    let groups = requests.iter().flat_map(|request| request.wants.groups());
    let groups = groups.filter(|group| world.group(*group).is_none());
    let gone: Vec<_> = users.map(Id::uuid).chain(groups.map(Id::uuid)).collect();
    if gone.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(web.app().store().labels(&gone).await?)
}

/// What is asked for, under its last known name.
pub(super) fn wanted_of(page: &Page, wants: &Wants, names: &HashMap<Uuid, String>) -> ui::Entity {
    match wants.group() {
        Some(id) => group(page, id, names),
        None => ui::Entity::new(ui::EntityKind::Group, wants.label(&page.viewer.world), ""),
    }
}

fn row(page: &Page, request: Request, names: &HashMap<Uuid, String>) -> Row {
    let now = page.viewer.context.now;
    let world = &page.viewer.world;
    let user = world.user(request.requester);
    Row {
        who: who(page, request.requester, names),
        login: user.map_or_else(String::new, |user| user.login.to_string()),
        wants: wanted_of(page, &request.wants, names).with_detail(words::as_what(&request.wants)),
        until: match &request.state {
            Became::Pending => Ok(convert::ends(request.until, now)),
            Became::Approved { granted_until, .. } => Ok(convert::ends(*granted_until, now)),
            Became::Rejected { .. } | Became::Withdrawn { .. } => {
                let at = request.until.instant();
                Err(at.map_or("no end".into(), |at| convert::when(at, now).date()))
            }
        },
        at: convert::when(request.created_at, now),
        request,
    }
}

/// Somebody, also when they are gone.
pub(super) fn who(page: &Page, id: Id<User>, names: &HashMap<Uuid, String>) -> ui::Entity {
    let gone = || {
        let login = names.get(&id.uuid()).map_or("", String::as_str);
        let href = format!("/people/{}", convert::escape(login));
        ui::Entity::new(ui::EntityKind::Person, login, href).with_detail("deleted")
    };
    page.viewer.world.user(id).map_or_else(gone, convert::user)
}

/// A group, also when it is gone.
fn group(page: &Page, id: Id<Group>, names: &HashMap<Uuid, String>) -> ui::Entity {
    let gone = || {
        let name = names.get(&id.uuid()).map_or("", String::as_str);
        ui::Entity::new(ui::EntityKind::Group, name, "")
    };
    page.viewer
        .world
        .group(id)
        .map_or_else(gone, convert::group)
}

pub(super) fn chip(state: &Became) -> ui::Chip {
    match state {
        Became::Pending => ui::Chip::level("waiting", ui::Level::Warn),
        Became::Approved { .. } => ui::Chip::level("approved", ui::Level::Good),
        Became::Rejected { .. } => ui::Chip::level("rejected", ui::Level::Bad),
        Became::Withdrawn { .. } => ui::Chip::plain("withdrawn"),
    }
}
