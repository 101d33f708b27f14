//! What stands beside a group's people: owners, what it confers, what it leads into, what leads
//! into it, its tags, who asks for it, and what may be done with it.

use portcullis_model::{Entitlement, EntitlementKind, Expiry, Group, Id, Inclusion, Request};

use super::entitlements::granted_at;
use crate::pages::{
    actions::Actions,
    constraints::{TagLine, tags_of},
    prelude::*,
};

/// More of a list than this stands on a page of its own.
const MOST: usize = 10;

/// What stands beside a group's people.
pub(crate) struct Facts {
    pub owners: Few<ui::Entity>,
    /// Who decides where there is no owner.
    pub instead: Vec<ui::Entity>,
    pub app: Option<ui::Entity>,
    pub confers: Few<Conferred>,
    /// Whether what is listed can be taken away, on the list's own page.
    pub may_confers: bool,
    pub into: Few<Linked>,
    pub may_into: bool,
    pub from: Few<Linked>,
    pub may_from: bool,
    pub tags: Vec<TagLine>,
    pub requests: Few<Asking>,
}

/// What membership gives.
pub(crate) struct Conferred {
    pub name: String,
    /// Whether its rules say what it is, not its name.
    pub is_rules: bool,
    pub limits: String,
    pub who: String,
    pub ends: ui::ExpiryPill,
    /// The form that ends it; empty where the reader may not.
    pub withhold: String,
}

/// A group at the other end of an inclusion.
pub(crate) struct Linked {
    pub group: ui::Entity,
    /// As what its members, or this group's, are there.
    pub as_owners: bool,
    pub ends: ui::ExpiryPill,
    /// The form that ends it: where it posts to and the role's id; nothing where the reader may not.
    pub detach: Option<Detach>,
}

/// What the form that ends an inclusion sends.
pub(crate) struct Detach {
    pub action: String,
    pub role: String,
    pub kind: MembershipKind,
}

/// A request that waits.
pub(crate) struct Asking {
    pub who: ui::Entity,
    pub kind: &'static str,
    pub when: ui::When,
    pub href: String,
}

pub(crate) fn facts(page: &Page, group: &Group) -> Facts {
    let (world, now) = (page.world(), page.now());
    let owners = world.holders(group.id, MembershipKind::Owner, now);
    let instead = if owners.is_empty() && group.is_managed() {
        world.deciders(group, None, now)
    } else {
        Vec::new()
    };
    // Rights are looked up for each row: only for those that are shown.
    let confers = Few::of(MOST, conferred(page, group), |it| drawn_grant(page, it));
    let into = Few::of(MOST, into(page, group), |link| drawn(page, link));
    let from = Few::of(MOST, from(page, group), |link| drawn(page, link));
    let can_go = |links: &Few<Linked>| links.shown.iter().any(|link| link.detach.is_some());
    let requests = world.requests();
    let requests = requests.filter(|request| request.wants.group() == Some(group.id));
    let asking = |request: &Request| {
        Some(Asking {
            who: convert::user(world.user(request.requester)?),
            kind: request.wants.kind().map_or("it", MembershipKind::noun),
            when: convert::when(request.created_at, now),
            href: convert::request_href(request.id),
        })
    };
    Facts {
        owners: Few::of(FEW, owners, |holder| convert::user(holder.user)),
        instead: instead.into_iter().take(3).map(convert::user).collect(),
        app: group.app().and_then(|app| world.app(app)).map(convert::app),
        may_confers: confers.shown.iter().any(|row| !row.withhold.is_empty()),
        confers,
        may_into: can_go(&into),
        into,
        may_from: can_go(&from),
        from,
        tags: tags_of(world, group),
        requests: Few::of(FEW, requests.filter_map(asking).collect(), |it| it),
    }
}

/// One of the lists beside a group's people, on a page of its own.
pub(crate) struct Listed {
    pub title: &'static str,
    pub links: Vec<Linked>,
    pub confers: Vec<Conferred>,
    pub pages: ui::Pages,
}

/// The list that `?show=` asks for instead of the people.
pub(crate) fn listed(page: &Page, group: &Group) -> Option<Listed> {
    let links = |title, all| {
        let (links, pages) = cut(page, all);
        Listed {
            title,
            links: links.into_iter().map(|link| drawn(page, link)).collect(),
            confers: Vec::new(),
            pages,
        }
    };
    match page.query("show").as_str() {
        "into" => Some(links("Its members get into", into(page, group))),
        "from" => Some(links("People get in through", from(page, group))),
        "confers" => {
            let (confers, pages) = cut(page, conferred(page, group));
            let confers = confers.into_iter().map(|it| drawn_grant(page, it));
            Some(Listed {
                title: "Permissions",
                links: Vec::new(),
                confers: confers.collect(),
                pages,
            })
        }
        _ => None,
    }
}

fn conferred<'p>(page: &'p Page, group: &Group) -> Vec<&'p Entitlement> {
    let entitlements = page.world().entitlements_of(group.id);
    let mut all: Vec<_> = entitlements
        .filter(|entitlement| entitlement.validity.contains(page.now()))
        .collect();
    all.sort_by(|a, b| a.grant.label().cmp(b.grant.label()));
    all
}

fn drawn_grant(page: &Page, entitlement: &Entitlement) -> Conferred {
    let it = convert::entitlement(entitlement);
    let may_end = page.may(Wish::GrantEntitlement, Target::Nothing);
    Conferred {
        limits: entitlement.grant.limits(),
        is_rules: it.kind == ui::EntityKind::Rule,
        name: it.name,
        who: it.href,
        ends: convert::ends(entitlement.validity.until, page.now()),
        withhold: if may_end {
            format!("/entitlements/{}/withhold", entitlement.id)
        } else {
            String::new()
        },
    }
}

/// An inclusion and the group at its other end.
type Link<'w> = (&'w Inclusion, &'w Group);

/// The groups that a group leads into.
fn into<'p>(page: &'p Page, group: &Group) -> Vec<Link<'p>> {
    linked(page, page.world().targets_of(group.id), |it| it.target)
}

/// The groups and roles that lead into a group.
fn from<'p>(page: &'p Page, group: &Group) -> Vec<Link<'p>> {
    linked(page, page.world().children_of(group.id), |it| it.child)
}

/// Inclusions in force with the group at their other end, by its name.
fn linked<'w>(
    page: &'w Page,
    inclusions: impl Iterator<Item = &'w Inclusion>,
    other: impl Fn(&Inclusion) -> Id<Group>,
) -> Vec<Link<'w>> {
    let mut all: Vec<Link<'w>> = inclusions
        .filter(|inclusion| inclusion.validity.contains(page.now()))
        .filter_map(|inclusion| Some((inclusion, page.world().group(other(inclusion))?)))
        .collect();
    all.sort_by(|a, b| (&a.1.name, a.0.kind).cmp(&(&b.1.name, b.0.kind)));
    all
}

fn drawn(page: &Page, (inclusion, group): Link<'_>) -> Linked {
    let detach = || {
        let target = page.world().group(inclusion.target)?;
        let child = inclusion.child;
        let may = page.may(Wish::DetachRole, Target::Inclusion { child, target });
        may.then(|| Detach {
            action: format!("/groups/{}/roles/detach", target.id),
            role: child.to_string(),
            kind: inclusion.kind,
        })
    };
    Linked {
        group: convert::group(group),
        as_owners: inclusion.kind == MembershipKind::Owner,
        ends: convert::ends(inclusion.validity.until, page.now()),
        detach: detach(),
    }
}

/// What may be done with a group: what its reader is most likely to want first.
pub(crate) fn actions(page: &Page, group: &Group) -> Actions {
    let (world, me) = (page.world(), page.viewer.id);
    let mut all = Actions::default();
    let (group_at, role_at) = (
        format!("/groups/{}", group.id),
        format!("/roles/{}", group.id),
    );
    let here = |rest: &str| format!("{group_at}{rest}");
    let role = |rest: &str| format!("{role_at}{rest}");
    let (is_managed, is_role) = (group.is_managed(), group.is_role());
    let may = |action| page.may(action, Target::Group(group));
    let may_at_all = |action| page.may(action, Target::Nothing);

    let add = is_managed && may(Wish::AddPeople);
    all.add_if(add, "Add people", here("/people/add?kind=member"), "plus");
    all.add_if(add, "Add owners", here("/people/add?kind=owner"), "person");
    let attach = is_managed && !is_role && may(Wish::AttachRole);
    all.add_if(attach, "Add role to group", here("/roles/attach"), "role");
    let is_in = world.holds(me, group.id, MembershipKind::Member, page.now());
    let is_now = page.view.at == crate::At::Now;
    let ask = is_now && is_managed && is_in.is_none_or(|until| until != Expiry::NEVER);
    let label = is_in.map_or("Ask to join", |_| "Ask for longer");
    all.add_if(ask, label, ask_href(group, MembershipKind::Member), "inbox");
    let edit = may(Wish::EditGroup);
    all.add_if(
        is_role && edit,
        "Add to groups",
        role("/groups/attach"),
        "link",
    );
    let leave = is_managed && page.may(Wish::RemovePeople, Target::Place { user: me, group });
    let can_leave = |kind| leave && world.direct(me, group.id, kind).is_some();
    let is_member = can_leave(MembershipKind::Member);
    all.also_if(is_member, "Leave", here("/leave?kind=member"), "external");
    let is_owner = can_leave(MembershipKind::Owner);
    all.also_if(
        is_owner,
        "Give up owning it",
        here("/leave?kind=owner"),
        "external",
    );
    let grant = may_at_all(Wish::GrantEntitlement);
    for (label, at, icon) in EntitlementKind::ALL.map(granted_at) {
        all.add_if(grant, label, here(at), icon);
    }
    all.add_if(edit, "Edit", here("/edit"), "rule");
    let reshape = is_role && may_at_all(Wish::CreateGroup);
    all.add_if(reshape, "Clone", role("/clone"), "copy");
    all.add_if(reshape, "Merge", role("/merge"), "link");
    all.add_if(reshape, "Split", role("/split"), "compare");
    all.log("group", group.id);
    all.delete_if(
        may(Wish::DeleteGroup) && !group.is_owners_group(),
        &group_at,
    );
    all
}
