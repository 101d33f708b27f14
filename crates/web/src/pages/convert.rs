//! The model's values as the view types of `ui`.

use std::collections::BTreeMap;

use portcullis_model::{
    Actor, App, Diff, Entitlement, EntitlementKind, Expiry, Group, GroupKind, Id, MembershipKind,
    Request, Tag, Timestamp, User, UserKind, Wants, World,
    world::{DiffLine, Path, What},
};

use crate::{ui, words};

/// More lines than this of who gains and loses what are counted but not listed: a page stays small.
const MOST_LINES: usize = 80;

pub(crate) fn user(user: &User) -> ui::Entity {
    let kind = match user.kind {
        UserKind::Person => ui::EntityKind::Person,
        UserKind::Service => ui::EntityKind::Service,
        UserKind::Agent => ui::EntityKind::Agent,
    };
    ui::Entity::new(kind, &*user.name, user_href(user))
}

pub(crate) fn user_href(user: &User) -> String {
    match user.login.as_str() {
        // There somebody is added.
        "new" => format!("/people/{}", user.id),
        login => format!("/people/{}", escape(login)),
    }
}

pub(crate) fn group(group: &Group) -> ui::Entity {
    let kind = if group.is_role() {
        ui::EntityKind::Role
    } else {
        ui::EntityKind::Group
    };
    ui::Entity::new(kind, &*group.name, group_href(group))
}

/// The group that is asked for, while it is there; a new one as it would be.
pub(crate) fn wanted(world: &World, wants: &Wants) -> Option<ui::Entity> {
    let (place, _) = wants.place(world)?;
    let mut wanted = group(&place);
    if wants.group().is_none() {
        wanted.href.clear();
    }
    Some(wanted)
}

/// Where what a group confers is shown: what is asked for by name leads to why.
pub(crate) fn entitlement_href(entitlement: &Entitlement) -> String {
    let Entitlement {
        id, group, grant, ..
    } = entitlement;
    match grant.kind() {
        EntitlementKind::Permission => format!("/why?permission={}", escape(grant.label())),
        EntitlementKind::Rules => format!("/groups/{group}/rules/{id}"),
    }
}

pub(crate) fn group_href(group: &Group) -> String {
    let place = match group.kind {
        GroupKind::Role => "roles",
        GroupKind::Group | GroupKind::App { .. } => "groups",
    };
    format!("/{place}/{}", group.id)
}

/// What whoever did something is called.
pub(crate) fn actor(world: &World, actor: Actor) -> String {
    match actor {
        Actor::User(id) => world
            .user(id)
            .map_or_else(|| "deleted user".to_owned(), |user| user.name.to_string()),
        Actor::System(part) => format!("Portcullis ({part})"),
        Actor::Connector(id) => words::connector(id),
    }
}

pub(crate) fn app(app: &App) -> ui::Entity {
    ui::Entity::new(ui::EntityKind::App, &*app.name, app_href(app))
}

pub(crate) fn app_href(app: &App) -> String {
    format!("/apps/{}", app.id)
}

pub(crate) fn tag(tag: &Tag) -> ui::Entity {
    ui::Entity::new(ui::EntityKind::Tag, &*tag.name, tag_href(tag))
}

/// Where a request is shown and decided.
pub(crate) fn request_href(request: Id<Request>) -> String {
    format!("/requests/{request}")
}

pub(crate) fn tag_href(tag: &Tag) -> String {
    format!("/tags/{}", tag.id)
}

pub(crate) fn ends(ends: Expiry, now: Timestamp) -> ui::ExpiryPill {
    ui::ExpiryPill::new(ends.instant().map(Timestamp::to_jiff), now.to_jiff())
}

pub(crate) fn when(at: Timestamp, now: Timestamp) -> ui::When {
    ui::When::new(at.to_jiff(), now.to_jiff())
}

/// A path as a line: the person, each group on the way, until when.
pub(crate) fn path(world: &World, path: &Path<'_>, now: Timestamp) -> Vec<ui::PathStep> {
    let person = world.user(path.direct.user).map(|u| (user(u), None));
    let steps = path.steps(world).into_iter();
    let groups = steps.map(|step| (group(step.group), Some(ends(step.until, now))));
    person.into_iter().chain(groups).collect()
}

/// What a group confers.
pub(crate) fn entitlement(entitlement: &Entitlement) -> ui::Entity {
    let label = entitlement.grant.label();
    match entitlement.grant.named() {
        Some(_) => permission(label),
        None => ui::Entity::new(ui::EntityKind::Rule, label, entitlement_href(entitlement)),
    }
}

fn permission(name: &str) -> ui::Entity {
    let href = format!("/why?permission={}", escape(name));
    ui::Entity::new(ui::EntityKind::Entitlement, name, href)
}

/// A diff grouped by person, those listed whose lines fit into a page. Names come from the world in
/// which the thing exists.
pub(crate) fn diff(before: &World, after: &World, diff: &Diff, now: Timestamp) -> ui::Diff {
    let mut people: BTreeMap<Id<User>, Vec<(ui::Sign, &DiffLine)>> = BTreeMap::new();
    let signed = [
        (ui::Sign::Loses, &diff.losses),
        (ui::Sign::Gains, &diff.gains),
        (ui::Sign::Changes, &diff.changes),
    ];
    for (sign, lines) in signed {
        for line in lines {
            people.entry(line.user).or_default().push((sign, line));
        }
    }
    let name = |id| after.user(id).or_else(|| before.user(id));
    let people = people.into_iter();
    let mut people: Vec<_> = people
        .filter_map(|(id, lines)| Some((name(id)?, lines)))
        .collect();
    people.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    let (total, mut left) = (people.len(), MOST_LINES);
    let mut subjects = Vec::new();
    for (who, lines) in people {
        if left == 0 {
            break;
        }
        let lines = lines.into_iter().take(left);
        let lines = lines.filter_map(|(sign, line)| {
            let world = if line.after.is_some() { after } else { before };
            diff_line(world, sign, line, now)
        });
        let (who, lines) = (user(who), lines.collect::<Vec<_>>());
        left -= lines.len();
        subjects.push(ui::DiffSubject { who, lines });
    }
    let mut shown = ui::Diff::new(subjects);
    shown.omitted = total - shown.subjects.len();
    let unlisted = signed.map(|(sign, lines)| (sign, lines.len() - shown.count(sign)));
    shown.unlisted = unlisted.into();
    shown
}

fn diff_line(
    world: &World,
    sign: ui::Sign,
    line: &DiffLine,
    now: Timestamp,
) -> Option<ui::DiffLine> {
    let (what, note) = match &line.what {
        What::Group { group: id, kind } => (group(world.group(*id)?), Some(kind.to_string())),
        What::Permission { permission } => (self::permission(permission), None),
    };
    // An end that moves is only understood beside the one it had.
    let was = line.before.filter(|_| line.after.is_some()).map(|end| {
        let date = end.instant().map(|at| when(at, now).date());
        format!("was {}", date.as_deref().unwrap_or("without an end"))
    });
    let notes: Vec<_> = note.into_iter().chain(was).collect();
    Some(ui::DiffLine {
        sign,
        what,
        note: notes.join(", "),
        ends: line.after.map(|end| ends(end, now)),
    })
}

/// The beginning of a description, for a row.
pub(crate) fn short(text: &str) -> String {
    ui::cut(text.lines().next().unwrap_or_default(), 101)
}

/// An address with the given parameters.
pub(crate) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    let pairs = given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    with_pairs(path, pairs)
}

/// A path with a query.
pub(super) fn with_pairs(path: &str, pairs: impl Iterator<Item = (String, String)>) -> String {
    let pairs: Vec<_> = pairs
        .map(|(name, value)| format!("{}={}", escape(&name), escape(&value)))
        .collect();
    if pairs.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", pairs.join("&"))
}

/// Where to ask for a place in a group.
pub(crate) fn ask_href(group: &Group, kind: MembershipKind) -> String {
    address(
        "/requests/new",
        &[
            ("group", &group.id.to_string()),
            ("kind", &kind.to_string()),
        ],
    )
}

/// Where the end of what somebody has in a group is changed.
pub(crate) fn extend_href(group: &Group, user: &User, kind: MembershipKind) -> String {
    format!("/groups/{}/people/{}/extend?kind={kind}", group.id, user.id)
}

/// A text as part of an address.
pub(crate) fn escape(text: &str) -> percent_encoding::PercentEncode<'_> {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    percent_encoding::utf8_percent_encode(text, KEPT)
}
