//! What concerns me: what ends, what waits, what I have, what I own.

use portcullis_model::{Expiry, Group, Request, User, Wants, World, world::Access};

use crate::pages::{
    access,
    grants::{SOON_DAYS, ends_within},
    prelude::*,
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
}

/// A request, and who asks.
type Waiting<'p> = (ui::Entity, &'p Request);

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    let (world, now, me) = (page.world(), page.now(), page.viewer.id);
    let user = page.viewer.user().ok_or(Failure::Unauthenticated)?;
    let all = world.access_of(me, now);
    let ending = all.iter().cloned();
    let mut ending: Vec<_> = ending
        .filter(|access| ends_within(access.until, now, SOON_DAYS))
        .collect();
    ending.sort_by_key(|access| access.until);
    let (owned, mut had): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|access| access.kind == MembershipKind::Owner);
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
        owned: Few::of(MOST_OWNED, owned, |access| access.group),
    })
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

/// The group a request is about, while there is one.
fn group_of(page: &Page, request: &Request) -> Option<ui::Entity> {
    let group = page.world().group(request.wants.group()?);
    group.map(convert::group)
}

fn what(request: &Request) -> String {
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
    match request.until {
        Expiry::NEVER => format!("{kind}, with no end,"),
        _ => kind.to_owned(),
    }
}
