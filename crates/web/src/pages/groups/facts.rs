//! What stands beside a group's people: owners, what it confers, what it leads into, what leads
//! into it, its tags, who asks for it, and what may be done with it.

use portcullis_model::{
    Action as Wish, Expiry, Group, Id, Inclusion, MembershipKind, Target, world::Holder,
};

use crate::{
    pages::{
        convert,
        frame::Page,
        home::ask,
        parts::{self, Action, Actions, FEW, TagLine, address, cut},
    },
    ui,
};

/// More of a list than this stands on a page of its own.
const MOST: usize = 10;

/// What stands beside a group's people.
pub(crate) struct Facts {
    pub owners: Vec<ui::Entity>,
    pub owners_more: usize,
    /// Who decides where there is no owner.
    pub instead: Vec<ui::Entity>,
    pub app: Option<ui::Entity>,
    pub confers: Vec<Conferred>,
    pub confers_more: usize,
    /// Whether what is listed can be taken away, on the list's own page.
    pub may_confers: bool,
    pub into: Vec<Linked>,
    pub into_more: usize,
    pub may_into: bool,
    pub from: Vec<Linked>,
    pub from_more: usize,
    pub may_from: bool,
    pub tags: Vec<TagLine>,
    pub requests: Vec<Asking>,
    pub requests_more: usize,
}

/// What membership gives.
pub(crate) struct Conferred {
    pub name: String,
    /// Whether it is a list of rules.
    pub is_list: bool,
    pub places: String,
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
    pub kind: String,
}

/// A request that waits.
pub(crate) struct Asking {
    pub who: ui::Entity,
    pub kind: String,
    pub when: ui::When,
    pub href: String,
}

pub(crate) fn facts(page: &Page, group: &Group) -> Facts {
    let (world, now) = (page.world(), page.now());
    let owners = world.holders(group.id, MembershipKind::Owner, now);
    let instead = if owners.is_empty() && group.is_managed() {
        let deciders = world.deciders(group, None, now);
        deciders.into_iter().take(3).map(convert::user).collect()
    } else {
        Vec::new()
    };
    let confers = conferred(page, group);
    let into = linked(page, world.targets_of(group.id), |i| i.target);
    let from = linked(page, world.children_of(group.id), |i| i.child);
    let drawn_into = drawn(page, &into[..into.len().min(MOST)]);
    let drawn_from = drawn(page, &from[..from.len().min(MOST)]);
    let can_go = |links: &[Linked]| links.iter().any(|link| link.detach.is_some());
    let requests: Vec<_> = world
        .requests()
        .filter(|request| request.wants.group() == Some(group.id))
        .collect();
    Facts {
        owners_more: owners.len().saturating_sub(FEW),
        owners: owners
            .iter()
            .take(FEW)
            .map(|holder: &Holder<'_>| convert::user(holder.user))
            .collect(),
        instead,
        app: group.app().and_then(|app| world.app(app)).map(convert::app),
        confers_more: confers.len().saturating_sub(MOST),
        may_confers: confers.iter().any(|row| !row.withhold.is_empty()),
        confers: confers.into_iter().take(MOST).collect(),
        into_more: into.len().saturating_sub(MOST),
        may_into: can_go(&drawn_into),
        into: drawn_into,
        from_more: from.len().saturating_sub(MOST),
        may_from: can_go(&drawn_from),
        from: drawn_from,
        tags: parts::tags_of(world, group),
        requests_more: requests.len().saturating_sub(FEW),
        requests: requests
            .into_iter()
            .take(FEW)
            .filter_map(|request| {
                Some(Asking {
                    who: convert::user(world.user(request.requester)?),
                    kind: request
                        .wants
                        .kind()
                        .map_or("it", MembershipKind::noun)
                        .to_owned(),
                    when: convert::when(request.created_at, now),
                    href: format!("/requests/{}", request.id),
                })
            })
            .collect(),
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
    let world = page.world();
    let links = |title, all| {
        let (links, pages) = cut(page, all);
        Listed {
            title,
            links: drawn(page, &links),
            confers: Vec::new(),
            pages,
        }
    };
    match page.query("show").as_str() {
        "into" => Some(links(
            "Its members get into",
            linked(page, world.targets_of(group.id), |i| i.target),
        )),
        "from" => Some(links(
            "People get in through",
            linked(page, world.children_of(group.id), |i| i.child),
        )),
        "confers" => {
            let (confers, pages) = cut(page, conferred(page, group));
            Some(Listed {
                title: "Permissions",
                links: Vec::new(),
                confers,
                pages,
            })
        }
        _ => None,
    }
}

fn conferred(page: &Page, group: &Group) -> Vec<Conferred> {
    let (world, now) = (page.world(), page.now());
    let may_confer = page.may(Wish::GrantEntitlement, Target::Nothing);
    let mut entitlements: Vec<_> = world
        .entitlements_of(group.id)
        .filter(|entitlement| entitlement.validity.contains(now))
        .collect();
    entitlements.sort_by(|a, b| a.grant.label().cmp(b.grant.label()));
    let conferred = entitlements.into_iter().map(|entitlement| {
        let name = entitlement.grant.label();
        let permission = entitlement.grant.permission();
        let environments = permission.into_iter().flat_map(|p| &p.environments);
        let places: Vec<_> = environments.map(|e| &**e).collect();
        Conferred {
            name: name.to_owned(),
            places: places.join(", "),
            who: match entitlement.grant.rules() {
                Some(_) => convert::list_href(entitlement),
                None => format!("/why?permission={}", convert::escape(name)),
            },
            is_list: entitlement.grant.rules().is_some(),
            ends: convert::ends(entitlement.validity.until, now),
            withhold: if may_confer {
                format!("/entitlements/{}/withhold", entitlement.id)
            } else {
                String::new()
            },
        }
    });
    conferred.collect()
}

/// An inclusion and the group at its other end.
type Link<'w> = (&'w Inclusion, &'w Group);

/// Inclusions in force with the group at their other end, by its name.
fn linked<'w>(
    page: &'w Page,
    inclusions: impl Iterator<Item = &'w Inclusion>,
    other: impl Fn(&Inclusion) -> Id<Group>,
) -> Vec<Link<'w>> {
    let (world, now) = (page.world(), page.now());
    let mut all: Vec<Link<'w>> = inclusions
        .filter(|inclusion| inclusion.validity.contains(now))
        .filter_map(|inclusion| Some((inclusion, world.group(other(inclusion))?)))
        .collect();
    all.sort_by(|a, b| (&a.1.name, a.0.kind).cmp(&(&b.1.name, b.0.kind)));
    all
}

/// Rows of links. Rights are looked up for each: cut the list first.
fn drawn(page: &Page, links: &[Link<'_>]) -> Vec<Linked> {
    let (world, now) = (page.world(), page.now());
    let detach = |inclusion: &Inclusion| {
        let target = world.group(inclusion.target)?;
        let child = inclusion.child;
        page.may(Wish::DetachRole, Target::Inclusion { child, target })
            .then(|| Detach {
                action: format!("/groups/{}/roles/detach", target.id),
                role: child.to_string(),
                kind: inclusion.kind.to_string(),
            })
    };
    links
        .iter()
        .map(|(inclusion, group)| Linked {
            group: convert::group(group),
            as_owners: inclusion.kind == MembershipKind::Owner,
            ends: convert::ends(inclusion.validity.until, now),
            detach: detach(inclusion),
        })
        .collect()
}

/// What may be done with a group: what its reader is most likely to want first.
pub(crate) fn actions(page: &Page, group: &Group) -> Actions {
    let (world, now, me) = (page.world(), page.now(), page.viewer.id);
    let mut actions = Actions::default();
    let here = format!("/groups/{}", group.id);
    let target = Target::Group(group);
    let is_now = page.view.at == crate::At::Now;
    if page.may(Wish::AddPeople, target) && group.is_managed() {
        actions.add(Action::new(
            "Add people",
            format!("{here}/people/add?kind=member"),
            "plus",
        ));
        actions.add(Action::new(
            "Add owners",
            format!("{here}/people/add?kind=owner"),
            "person",
        ));
    }
    if page.may(Wish::AttachRole, target) && group.is_managed() && !group.is_role() {
        actions.add(Action::new(
            "Add role to group",
            format!("{here}/roles/attach"),
            "role",
        ));
    }
    let is_in = world.holds(me, group.id, MembershipKind::Member, now);
    if is_now && group.is_managed() && is_in.is_none_or(|until| until != Expiry::NEVER) {
        let label = if is_in.is_some() {
            "Ask for longer"
        } else {
            "Ask to join"
        };
        actions.add(Action::new(
            label,
            ask(group, MembershipKind::Member),
            "inbox",
        ));
    }
    if group.is_role() && page.may(Wish::EditGroup, target) {
        actions.add(Action::new(
            "Add to groups",
            format!("/roles/{}/groups/attach", group.id),
            "link",
        ));
    }
    let place = Target::Place { user: me, group };
    let is_direct = |kind| world.direct(me, group.id, kind).is_some();
    if group.is_managed() && page.may(Wish::RemovePeople, place) {
        if is_direct(MembershipKind::Member) {
            actions.also(Action::new(
                "Leave",
                format!("{here}/leave?kind=member"),
                "external",
            ));
        }
        if is_direct(MembershipKind::Owner) {
            let href = format!("{here}/leave?kind=owner");
            actions.also(Action::new("Give up owning it", href, "external"));
        }
    }
    if page.may(Wish::GrantEntitlement, Target::Nothing) {
        actions.add(Action::new(
            "Grant an entitlement",
            format!("{here}/confer"),
            "key",
        ));
        actions.add(Action::new(
            "Add rules",
            format!("{here}/rules/new"),
            "rule",
        ));
    }
    if page.may(Wish::EditGroup, target) {
        actions.add(Action::new("Edit", format!("{here}/edit"), "rule"));
    }
    if group.is_role() && page.may(Wish::CreateGroup, Target::Nothing) {
        let role = format!("/roles/{}", group.id);
        actions.add(Action::new("Clone", format!("{role}/clone"), "copy"));
        actions.add(Action::new("Merge", format!("{role}/merge"), "link"));
        actions.add(Action::new("Split", format!("{role}/split"), "compare"));
    }
    actions.also(Action::new(
        "In the log",
        address("/activity", &[("subject", &format!("group:{}", group.id))]),
        "activity",
    ));
    if page.may(Wish::DeleteGroup, target) && !group.is_owners_group() {
        actions.danger = Some(Action::new("Delete", format!("{here}/delete"), "x"));
    }
    actions
}
