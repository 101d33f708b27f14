//! What concerns me: what ends, what waits, what I have, what I own.

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect},
};
use portcullis_model::{Expiry, Group, Request, User, World, world::Access};

use crate::{
    auth::cookie,
    pages::{
        access,
        fields::Submission,
        grants::{SOON_DAYS, ends_within},
        prelude::*,
        settings::setup,
    },
    words,
};

/// As many groups of mine are listed before my own page has to be opened.
const MOST_ACCESS: usize = 40;
/// As many groups I own are listed before the list of groups has to be opened.
const MOST_OWNED: usize = 20;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'p> {
    page: &'p Page,
    greeting: String,
    user: &'p User,
    ending: Few<Access<'p>>,
    waiting: Few<Waiting<'p>>,
    asked: Vec<Waiting<'p>>,
    had: Few<Access<'p>>,
    owned: Few<&'p Group>,
    welcome: Option<Welcome>,
    /// Whether the viewer has something left to set up.
    set_up: bool,
}

/// What this is and what to try first, until it is dismissed.
struct Welcome {
    text: String,
    links: Vec<ui::Link>,
}

/// A request, and who asks.
type Waiting<'p> = (ui::Entity, &'p Request);

pub(crate) async fn show(
    State(web): State<Web>,
    page: Page,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (world, now, me) = (page.world(), page.now(), page.viewer.id);
    let user = page.viewer.user().ok_or(Failure::Unauthenticated)?;
    let all = world.access_of(me, now);
    let ending = all.iter().cloned();
    let mut ending: Vec<_> = ending
        .filter(|access| ends_within(access.until, now, SOON_DAYS))
        .collect();
    ending.sort_by_key(|access| access.until);
    let had = all
        .into_iter()
        .filter(|it| it.kind == MembershipKind::Member);
    let mut had: Vec<_> = had.collect();
    let mut owned: Vec<_> = world.owned_with_apps(me, now).collect();
    owned.sort_by(|a, b| a.name.cmp(&b.name));
    access::in_order(world, &mut had);
    let waits = world.waits_for(me, now);
    let asked = world.requests().filter(|request| request.requester == me);
    let first_name = user.name.split_whitespace().next();
    render(&Home {
        page: &page,
        user,
        greeting: first_name.unwrap_or_default().to_owned(),
        ending: Few::of(FEW, ending, |it| it),
        waiting: Few {
            more: waits.len().saturating_sub(FEW),
            shown: drawn(&page, waits.into_iter()),
        },
        asked: drawn(&page, asked),
        had: Few::of(MOST_ACCESS, had, |it| it),
        set_up: setup::is_left(&web, &page),
        welcome: welcome(&page, &headers, owned.len()),
        owned: Few::of(MOST_OWNED, owned, |group| group),
    })
}

/// The cookie by which a browser knows that somebody has read the welcome.
fn dismissed(page: &Page) -> String {
    format!("welcome-{}", page.viewer.id)
}

fn welcome(page: &Page, headers: &HeaderMap, owned: usize) -> Option<Welcome> {
    if cookie(headers, &dismissed(page)).is_some() {
        return None;
    }
    const WHAT: &str = "Portcullis answers who has access to what, why and until when.";
    let link = |label: &str, href: &str| ui::Link::new(label, href);
    let (text, links) = if page.is_admin() {
        (
            "As an administrator you see and change everything.".to_owned(),
            vec![
                link("What to set up first", "/help#first"),
                link("What expires anywhere", "/expiring?whose=all"),
                link("Why somebody has something", "/why"),
            ],
        )
    } else if owned > 0 {
        let groups = if owned == 1 { "group" } else { "groups" };
        (
            format!("You decide who is in {owned} {groups}."),
            vec![
                link("Decide on requests", "/requests"),
                link("Extend what expires", "/expiring?whose=owned"),
                link("See what you have and why", "/why?user=me"),
            ],
        )
    } else {
        (
            "Ask for what you need; whoever owns it decides.".to_owned(),
            vec![
                link("Get access", "/requests/new"),
                link("See when yours ends", "/expiring"),
                link("Compare with a colleague", "/compare?a=me"),
            ],
        )
    };
    Some(Welcome {
        text: format!("{WHAT} {text}"),
        links,
    })
}

/// Takes the welcome away, for good in this browser.
pub(crate) async fn dismiss(sent: Submission) -> Response {
    let name = dismissed(&sent.page);
    let cookie = format!("{name}=read; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

fn drawn<'p>(page: &'p Page, requests: impl Iterator<Item = &'p Request>) -> Vec<Waiting<'p>> {
    let few = requests.take(FEW);
    few.filter_map(|request| {
        let who = page.world().user(request.requester)?;
        Some((convert::user(who), request))
    })
    .collect()
}

/// How many places in a group end soon.
fn ending(page: &Page, group: &Group) -> usize {
    let (world, now) = (page.world(), page.now());
    let by = now.plus_days(SOON_DAYS);
    World::ending(world.direct_of_group(group.id), now, by).len()
}

fn what(request: &Request) -> String {
    let asks = words::asks(&request.wants);
    match request.until {
        Expiry::NEVER => format!("{asks}, with no end,"),
        _ => asks,
    }
}
