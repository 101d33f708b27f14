//! Requests: those that wait for me, mine, all of them.

use std::collections::HashSet;

use portcullis_model::{Actor, Id, Request, State as Became, User, world::query::RequestQuery};
use portcullis_store::{RequestFilter, RequestStatus};

use crate::{
    pages::{
        history::before,
        list::{PER_PAGE, pages},
        names::Names,
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
    it: List<'p, Request>,
    names: Names<'p>,
    older: Option<String>,
    decidable: bool,
    /// Where deciding posts to: what the list shows is kept for showing it again.
    decide: String,
    sent: Sent,
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
    let mut it = List::given(page, "/requests", (found, pages));
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
    let whose = if tab.is_empty() { "for_me" } else { tab };
    let state = match status.as_str() {
        "decided" => "resolved",
        other => other,
    };
    let filters = [("whose", whose), ("status", state)];
    it.exported("/api/v1/requests", &["q"], &filters);
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
        names,
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

/// How what requests name is called, also what the world no longer has.
pub(super) async fn names<'p>(
    web: &Web,
    page: &'p Page,
    requests: &[Request],
) -> Result<Names<'p>, Failure> {
    let world = &page.viewer.world;
    let users = requests.iter().map(|request| request.requester);
    let groups = requests.iter().flat_map(|request| request.wants.groups());
    let named: Vec<_> = users.map(Id::uuid).chain(groups.map(Id::uuid)).collect();
    let labels = web.app().store().labels(world, &named).await?;
    Ok(Names::new(world, labels))
}

/// Until when it is wanted or was granted; of what was refused only the date.
fn until(page: &Page, request: &Request) -> Result<ui::ExpiryPill, String> {
    match &request.state {
        Became::Pending => Ok(page.ends(&request.until)),
        Became::Approved { granted_until, .. } => Ok(page.ends(granted_until)),
        Became::Rejected { .. } | Became::Withdrawn { .. } => {
            let at = request.until.instant();
            Err(at.map_or("no end".into(), |at| page.when(&at).date()))
        }
    }
}

/// The login of who asks, while they are there.
fn login<'w>(names: &Names<'w>, request: &Request) -> &'w str {
    let user = names.world.user(request.requester);
    user.map_or("", |user| &user.login)
}

/// Somebody, also when they are gone.
pub(super) fn who(names: &Names<'_>, id: &Id<User>) -> ui::Entity {
    let mut who = names.user(id.uuid());
    if who.href.is_empty() {
        who.href = format!("/people/{}", convert::escape(&who.name));
        return who.with_detail("deleted");
    }
    who
}

pub(super) fn chip(state: &Became) -> ui::Chip {
    match state {
        Became::Pending => ui::Chip::level("waiting", ui::Level::Warn),
        Became::Approved { .. } => ui::Chip::level("approved", ui::Level::Good),
        Became::Rejected { .. } => ui::Chip::level("rejected", ui::Level::Bad),
        Became::Withdrawn { .. } => ui::Chip::plain("withdrawn"),
    }
}
