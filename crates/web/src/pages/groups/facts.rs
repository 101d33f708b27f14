//! What stands beside a group's people: owners, what it confers, what it leads into, what leads
//! into it, its tags, who asks for it, and what may be done with it.

use portcullis_model::{
    Entitlement, EntitlementKind, Expiry, Group, Id, Inclusion, Request, Wants,
};

use super::entitlements::granted_at;
use crate::pages::{
    actions::Actions,
    constraints::{TagLine, tags_of},
    prelude::*,
    requirements::Requirements,
};

/// More of a list than this stands on a page of its own.
const MOST: usize = 10;

/// What stands beside a group's people.
pub(crate) struct Facts<'p> {
    pub owners: ui::Aside,
    pub app: Option<ui::Entity>,
    /// Who asks for a place in it.
    pub requests: Few<(ui::Entity, &'p Request)>,
    pub confers: Beside,
    pub into: Beside,
    pub from: Beside,
    pub tags: Vec<TagLine<'p>>,
}

/// The beginning of a list that has a page of its own.
pub(crate) struct Beside {
    pub rows: Few<Row>,
    /// Whether what is listed can be taken away, on the list's own page.
    pub may: bool,
}

/// What membership gives, or a group at the other end of an inclusion.
pub(crate) struct Row {
    pub what: ui::Entity,
    pub ends: ui::ExpiryPill,
    /// The form that ends it; nothing where the reader may not.
    pub end: Option<End>,
}

/// What the form sends that ends something.
pub(crate) struct End {
    pub action: String,
    pub fields: Vec<ui::Hidden>,
    pub verb: &'static str,
}

/// What a request is for, in a word.
pub(crate) fn wanted(request: &Request) -> &'static str {
    request.wants.kind().map_or("it", MembershipKind::noun)
}

pub(crate) fn facts<'p>(page: &'p Page, group: &'p Group) -> Facts<'p> {
    let world = page.world();
    // Rights are looked up for each row: only for those that are shown.
    let beside = |rows: Few<Row>| Beside {
        may: rows.shown.iter().any(|row| row.end.is_some()),
        rows,
    };
    let linked = |all| beside(Few::of(MOST, all, |link| drawn(page, link)));
    let confers = Few::of(MOST, conferred(page, group), |it| drawn_grant(page, it));
    let requests = world.requests();
    let requests = requests.filter(|request| request.wants.group() == Some(group.id));
    let asking = |request: &'p Request| {
        let who = world.user(request.requester)?;
        Some((convert::user(who), request))
    };
    Facts {
        owners: owners(page, group),
        app: page.app_of(group),
        confers: beside(confers),
        into: linked(into(page, group)),
        from: linked(from(page, group)),
        tags: tags_of(world, group),
        requests: Few::of(FEW, requests.filter_map(asking).collect(), |it| it),
    }
}

/// Who owns a group, or who decides where nobody does.
fn owners(page: &Page, group: &Group) -> ui::Aside {
    let (world, now) = (page.world(), page.now());
    let owners = world.holders(group.id, MembershipKind::Owner, now);
    if !owners.is_empty() {
        let more = format!("{}?kind=owner", convert::group_href(group));
        let owners = Few::of(FEW, owners, |holder| convert::user(holder.user));
        return owners.beside("Owners", more);
    }
    let mut instead = world.deciders(group, None, now);
    instead.truncate(if group.is_managed() { 3 } else { 0 });
    let of_app = group.app().is_some_and(|app| {
        let mut owners = instead.iter();
        owners.any(|user| world.owns_app(user.id, app, now))
    });
    let lead = match instead.len() {
        0 => "None.",
        _ if of_app => "None of its own. The owners of its app decide:",
        _ => "None. Requests go to:",
    };
    let instead = instead.into_iter().map(convert::user).collect();
    ui::Aside::new("Owners", instead, "").led_by(lead)
}

/// One of the lists beside a group's people, on a page of its own.
pub(crate) struct Listed {
    pub title: &'static str,
    pub rows: Vec<Row>,
    pub pages: ui::Pages,
}

/// The list that `?show=` asks for instead of the people.
pub(crate) fn listed(page: &Page, group: &Group) -> Option<Listed> {
    fn list<T>(
        page: &Page,
        title: &'static str,
        all: Vec<T>,
        drawn: impl Fn(&Page, T) -> Row,
    ) -> Option<Listed> {
        let (rows, pages) = cut(page, all);
        let rows = rows.into_iter().map(|row| drawn(page, row)).collect();
        Some(Listed { title, rows, pages })
    }
    match page.query("show").as_str() {
        "into" => list(page, "Its members get into", into(page, group), drawn),
        "from" => list(page, "People get in through", from(page, group), drawn),
        "confers" => list(page, "Permissions", conferred(page, group), drawn_grant),
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

fn drawn_grant(page: &Page, entitlement: &Entitlement) -> Row {
    let may_end = page.may(Wish::GrantEntitlement, Target::Nothing);
    Row {
        what: convert::entitlement(entitlement).with_detail(entitlement.grant.limits()),
        ends: convert::ends(entitlement.validity.until, page.now()),
        end: may_end.then(|| End {
            action: format!("/entitlements/{}/withhold", entitlement.id),
            fields: Vec::new(),
            verb: "Remove",
        }),
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

fn drawn(page: &Page, (inclusion, group): Link<'_>) -> Row {
    let (child, kind) = (inclusion.child, inclusion.kind);
    let end = page.world().group(inclusion.target).and_then(|target| {
        let may = page.may(Wish::DetachRole, Target::Inclusion { child, target });
        may.then(|| End {
            action: format!("/groups/{}/roles/detach", target.id),
            fields: vec![
                ("role".into(), child.to_string()),
                ("kind".into(), kind.to_string()),
            ],
            verb: "Detach",
        })
    });
    Row {
        what: convert::group(group).with_detail(match kind {
            MembershipKind::Owner => "as owners",
            MembershipKind::Member => "",
        }),
        ends: convert::ends(inclusion.validity.until, page.now()),
        end,
    }
}

/// The request by which who looks asks to be a member of a group.
pub(crate) fn pending(page: &Page, group: &Group) -> Option<Id<Request>> {
    let wants = Wants::Membership {
        group: group.id,
        kind: MembershipKind::Member,
    };
    let mut all = page.world().requests();
    let mine = all.find(|it| it.requester == page.viewer.id && it.wants == wants);
    mine.map(|request| request.id)
}

/// What may be done with a group: what its reader is most likely to want first.
pub(crate) fn actions(page: &Page, group: &Group) -> Actions {
    let (world, me) = (page.world(), page.viewer.id);
    let here = |rest: &str| format!("/groups/{}{rest}", group.id);
    let role = |rest: &str| format!("/roles/{}{rest}", group.id);
    let (is_managed, is_role) = (group.is_managed(), group.is_role());
    let may = |action| page.may(action, Target::Group(group));
    let may_at_all = |action| page.may(action, Target::Nothing);
    let add = is_managed && may(Wish::AddPeople);
    let attach = is_managed && !is_role && may(Wish::AttachRole);
    let is_in = world.holds(me, group.id, MembershipKind::Member, page.now());
    let is_now = page.view.at == crate::At::Now;
    // Who may add people adds themself, unless a tag stops them.
    let stopped =
        || Requirements::of_place(world, group, MembershipKind::Member, page.now()).no_self;
    let ask = is_now
        && is_managed
        && is_in.is_none_or(|until| until != Expiry::NEVER)
        && (!add || stopped().is_some() && !page.is_admin());
    let (ask_label, ask_at) = match pending(page, group) {
        Some(request) => ("Your request waits", convert::request_href(request)),
        None if is_in.is_some() => ("Ask for longer", ask_href(group, MembershipKind::Member)),
        None => ("Ask to join", ask_href(group, MembershipKind::Member)),
    };
    let edit = may(Wish::EditGroup);
    let leave = is_managed && page.may(Wish::RemovePeople, Target::Place { user: me, group });
    let can_leave = |kind| leave && world.direct(me, group.id, kind).is_some();
    let (leave, give_up) = (
        can_leave(MembershipKind::Member),
        can_leave(MembershipKind::Owner),
    );
    let grant = may_at_all(Wish::GrantEntitlement);
    let reshape = is_role && may_at_all(Wish::CreateGroup);

    let mut all = Actions::default();
    all.add([
        (add, "Add people", here("/people/add?kind=member"), "plus"),
        (add, "Add owners", here("/people/add?kind=owner"), "person"),
        (attach, "Add role to group", here("/roles/attach"), "role"),
        (ask, ask_label, ask_at, "inbox"),
        (
            is_role && edit,
            "Add to groups",
            role("/groups/attach"),
            "link",
        ),
    ]);
    all.also([
        (leave, "Leave", here("/leave?kind=member"), "external"),
        (
            give_up,
            "Give up owning it",
            here("/leave?kind=owner"),
            "external",
        ),
    ]);
    let granted = EntitlementKind::ALL.map(granted_at);
    all.add(granted.map(|(label, at, icon)| (grant, label, here(at), icon)));
    all.add([
        (edit, "Edit", here("/edit"), "rule"),
        (reshape, "Clone", role("/clone"), "copy"),
        (reshape, "Merge", role("/merge"), "link"),
        (reshape, "Split", role("/split"), "compare"),
    ]);
    let delete = may(Wish::DeleteGroup) && !group.is_owners_group();
    all.end("group", group.id, delete, &here(""));
    all
}
