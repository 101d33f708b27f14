//! What concerns me: what ends, what waits, what I have, what I own.

use askama::Template;
use axum::response::Response;
use portcullis_model::{Expiry, Group, MembershipKind, Request, Wants, World};

use crate::{
    error::Failure,
    pages::{
        access::{self, Section},
        convert,
        frame::{Page, render},
        parts::{FEW, SOON_DAYS, address, deciding, ends_within, through},
    },
    ui,
};

/// As many groups of mine are listed before my own page has to be opened.
const MOST_ACCESS: usize = 40;
/// As many groups I own are listed before the list of groups has to be opened.
const MOST_OWNED: usize = 20;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: ui::Shell,
    greeting: String,
    ending: Vec<Ending>,
    ending_more: usize,
    waiting: Vec<Waiting>,
    waiting_more: usize,
    asked: Vec<Waiting>,
    sections: Vec<Section>,
    access_count: usize,
    access_more: usize,
    owned: Vec<Owned>,
    owned_count: usize,
    owned_more: usize,
    my_page: String,
}

struct Ending {
    group: ui::Entity,
    is_owner: bool,
    through: Vec<ui::Entity>,
    ends: ui::ExpiryPill,
    /// Where to ask for more time.
    extend: String,
}

struct Waiting {
    who: ui::Entity,
    what: String,
    group: Option<ui::Entity>,
    when: ui::When,
    href: String,
}

struct Owned {
    group: ui::Entity,
    members: usize,
    ending: usize,
    href_ending: String,
}

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    render(&home(&page))
}

fn home(page: &Page) -> Home {
    let (world, now, me) = (page.world(), page.now(), page.viewer.id);
    let user = world.user(me);
    let mut all = world.access_of(me, now);
    let mut ending: Vec<_> = all
        .iter()
        .filter(|access| ends_within(access.until, now, SOON_DAYS))
        .collect();
    ending.sort_by_key(|access| access.until);
    let ending_more = ending.len().saturating_sub(FEW);
    let ending = ending
        .into_iter()
        .take(FEW)
        .map(|access| Ending {
            group: convert::group(access.group),
            is_owner: access.kind == MembershipKind::Owner,
            through: deciding(&access.paths, access.until)
                .map_or_else(Vec::new, |path| through(world, path)),
            ends: convert::ends(access.until, now),
            extend: if access.group.is_managed() {
                ask(access.group, access.kind)
            } else {
                String::new()
            },
        })
        .collect();
    let owned: Vec<_> = all
        .iter()
        .filter(|access| access.kind == MembershipKind::Owner)
        .map(|access| access.group)
        .collect();
    let owned_count = owned.len();
    let owned = owned
        .into_iter()
        .take(MOST_OWNED)
        .map(|group| owned_row(page, group))
        .collect();
    all.retain(|access| access.kind == MembershipKind::Member);
    let access_count = all.len();
    access::in_order(world, &mut all);
    all.truncate(MOST_ACCESS);
    let waits = world.waits_for(me, now);
    let asked = world.requests().filter(|request| request.requester == me);
    Home {
        shell: page.shell(),
        greeting: user.map_or_else(String::new, |user| {
            let first = user.name.split_whitespace().next();
            first.unwrap_or_default().to_owned()
        }),
        ending,
        ending_more,
        waiting_more: waits.len().saturating_sub(FEW),
        waiting: waits
            .into_iter()
            .take(FEW)
            .filter_map(|request| waiting(page, request))
            .collect(),
        asked: asked
            .take(FEW)
            .filter_map(|request| waiting(page, request))
            .collect(),
        sections: user.map_or_else(Vec::new, |user| access::sections(world, user, &all, now)),
        access_count,
        access_more: access_count.saturating_sub(MOST_ACCESS),
        owned,
        owned_count,
        owned_more: owned_count.saturating_sub(MOST_OWNED),
        my_page: user.map_or_else(String::new, convert::user_href),
    }
}

fn owned_row(page: &Page, group: &Group) -> Owned {
    let (world, now) = (page.world(), page.now());
    let by = now.plus_days(SOON_DAYS);
    Owned {
        group: convert::group(group),
        members: world.holder_count(group.id, MembershipKind::Member, now),
        ending: World::ending(world.direct_of_group(group.id), now, by).len(),
        href_ending: address(&convert::group_href(group), &[("ends", "week")]),
    }
}

fn waiting(page: &Page, request: &Request) -> Option<Waiting> {
    let world = page.world();
    let kind = match &request.wants {
        Wants::Membership {
            kind: MembershipKind::Member,
            ..
        } => "to join",
        Wants::Membership {
            kind: MembershipKind::Owner,
            ..
        } => "to own",
        Wants::Inclusion { .. } => "to add a role to",
        Wants::NewGroup { .. } => "a new group",
    };
    Some(Waiting {
        who: convert::user(world.user(request.requester)?),
        what: match request.until {
            Expiry::NEVER => format!("{kind}, with no end,"),
            _ => kind.to_owned(),
        },
        group: request
            .wants
            .group()
            .and_then(|group| world.group(group))
            .map(convert::group),
        when: convert::when(request.created_at, page.now()),
        href: format!("/requests/{}", request.id),
    })
}

/// Where to ask for a place in a group.
pub(crate) fn ask(group: &Group, kind: MembershipKind) -> String {
    address(
        "/requests/new",
        &[
            ("group", &group.id.to_string()),
            ("kind", &kind.to_string()),
        ],
    )
}
