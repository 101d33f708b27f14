//! What concerns me: what ends, what waits, what I have, what I own.

use portcullis_model::{Expiry, Group, Request, Wants, World};

use crate::pages::{
    access::{self, Section},
    grants::{SOON_DAYS, ends_within},
    prelude::*,
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
    ending: Few<access::Row>,
    waiting: Few<Waiting>,
    asked: Vec<Waiting>,
    sections: Vec<Section>,
    access_count: usize,
    access_more: usize,
    owned: Few<Owned>,
    owned_count: usize,
    my_page: String,
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
    let (world, now, me) = (page.world(), page.now(), page.viewer.id);
    let user = page.viewer.user().ok_or(Failure::Unauthenticated)?;
    let all = world.access_of(me, now);
    let ending = all.iter();
    let mut ending: Vec<_> = ending
        .filter(|access| ends_within(access.until, now, SOON_DAYS))
        .collect();
    ending.sort_by_key(|access| access.until);
    let ending = Few::of(FEW, ending, |it| access::row(world, user, it, now));
    let (owned, mut had): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|access| access.kind == MembershipKind::Owner);
    let access_count = had.len();
    access::in_order(world, &mut had);
    had.truncate(MOST_ACCESS);
    let waits = world.waits_for(me, now);
    let asked = world.requests().filter(|request| request.requester == me);
    let first_name = user.name.split_whitespace().next();
    render(&Home {
        shell: page.shell(),
        greeting: first_name.unwrap_or_default().to_owned(),
        ending,
        waiting: Few {
            more: waits.len().saturating_sub(FEW),
            shown: drawn(&page, waits.into_iter()),
        },
        asked: drawn(&page, asked),
        sections: access::sections(world, user, &had, now),
        access_count,
        access_more: access_count.saturating_sub(MOST_ACCESS),
        owned_count: owned.len(),
        owned: Few::of(MOST_OWNED, owned, |access| owned_row(&page, access.group)),
        my_page: convert::user_href(user),
    })
}

fn drawn<'w>(page: &Page, requests: impl Iterator<Item = &'w Request>) -> Vec<Waiting> {
    let few = requests.take(FEW);
    few.filter_map(|request| waiting(page, request)).collect()
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
        href: convert::request_href(request.id),
    })
}
