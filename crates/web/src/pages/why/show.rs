//! Why somebody has something, or why not and the one step that gives it.

use portcullis_app::decide::DecidedBy;
use portcullis_model::{
    Expiry, Group, Id, Timestamp, User,
    world::{Holder, Path},
};

use crate::pages::{
    asked::Asked,
    compare::{Give, give, pick},
    fields,
    grants::{deciding, path_groups, person, why_has},
    pick::Kind,
    prelude::*,
    why::map::Drawing,
};

/// Ways listed below the map; more are counted.
const MOST_WAYS: usize = 8;
/// Groups that would give a permission; more are not looked at for a refusal.
const MOST_GROUPS: usize = 4;
/// Roles suggested for a group.
const MOST_ROLES: usize = 3;

#[derive(Template)]
#[template(path = "why/show.html")]
struct Why<'p> {
    page: &'p Page,
    user: Asked,
    what: &'static str,
    name: String,
    answer: Option<Verdict<'p>>,
    holders: Option<Holders<'p>>,
    /// What was named where it names nothing alone, and what it may mean.
    unknown: Option<Asked>,
}

/// What is so, and through what.
struct Verdict<'p> {
    level: ui::Level,
    title: String,
    text: String,
    map: ui::Map,
    ways: Few<Vec<ui::PathStep>>,
    user: &'p User,
    /// Places that would give what is missing.
    steps: Vec<(&'p Group, MembershipKind)>,
}

impl<'p> Verdict<'p> {
    fn new(user: &'p User, level: ui::Level, title: String, text: String, map: ui::Map) -> Self {
        Self {
            level,
            title,
            text,
            map,
            user,
            ways: Few::default(),
            steps: Vec::new(),
        }
    }
}

/// Everybody who has a permission.
struct Holders<'p> {
    rows: Vec<Holder<'p>>,
    groups: ui::Aside,
    pages: ui::Pages,
}

/// What is asked about.
enum Question<'p> {
    Group(&'p Group, MembershipKind),
    Permission(String),
    Nothing,
    /// A name nothing has alone.
    Unknown(Asked),
}

pub(crate) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let mut why = why(&web, &page);
    why.user = why.user.or_later(&web, &page).await?;
    if let Some(unknown) = why.unknown {
        why.unknown = Some(unknown.or_later(&web, &page).await?);
    }
    render(&why)
}

fn why<'p>(web: &Web, page: &'p Page) -> Why<'p> {
    let (user, picked) = pick(page, "user", "Person", page.query("user"));
    let question = question(page);
    let (what, name) = match &question {
        Question::Group(group, MembershipKind::Member) => ("member", group.name.to_string()),
        Question::Group(group, MembershipKind::Owner) => ("owner", group.name.to_string()),
        Question::Permission(name) => ("permission", name.clone()),
        Question::Unknown(asked) => (asked_as(page), asked.text.clone()),
        Question::Nothing => (asked_as(page), String::new()),
    };
    let answer = match (user, &question) {
        (Some(user), Question::Group(group, kind)) => Some(of_group(page, user, group, *kind)),
        (Some(user), Question::Permission(name)) => Some(of_permission(web, page, user, name)),
        _ => None,
    };
    let holders = match (&answer, &question) {
        (None, Question::Permission(name)) => Some(holders(web, page, name)),
        _ => None,
    };
    Why {
        page,
        user: picked,
        what,
        name,
        answer,
        holders,
        unknown: match question {
            Question::Unknown(asked) => Some(asked),
            _ => None,
        },
    }
}

fn asked_as(page: &Page) -> &'static str {
    match (page.query("what").as_str(), page.query("kind").as_str()) {
        ("owner", _) | ("", "owner") => "owner",
        ("permission", _) => "permission",
        _ => "member",
    }
}

/// Links name `group` and `kind`, or `permission`; the page's own form sends `what` and `name`.
fn question(page: &Page) -> Question<'_> {
    let (group, permission) = (page.query("group"), page.query("permission"));
    let (what, name) = (page.query("what"), page.query("name"));
    let permission = if what == "permission" {
        name.clone()
    } else {
        permission
    };
    if !permission.is_empty() {
        return Question::Permission(permission);
    }
    let (field, group) = match name.is_empty() {
        true => ("group", group),
        false => ("name", name),
    };
    if group.is_empty() {
        return Question::Nothing;
    }
    let kind = fields::kind(asked_as(page));
    let asked = Asked::of(page, Kind::Group, field, "group or role", group);
    let found = asked.found.as_ref();
    match found.and_then(|found| page.world().group(Id::new(found.id))) {
        Some(group) => Question::Group(group, kind),
        None => Question::Unknown(asked),
    }
}

/// When something ends, at the end of a sentence.
fn until(ends: Expiry) -> String {
    ends.instant().map_or_else(
        || "with no end".to_owned(),
        |at: Timestamp| format!("until {}", ui::time::date(at.to_jiff())),
    )
}

/// Through what a path leads, in a sentence.
fn through_words(page: &Page, path: &Path<'_>) -> String {
    let through = path_groups(page.world(), path);
    if through.is_empty() {
        return "directly".into();
    }
    let names: Vec<_> = through.into_iter().map(|entity| entity.name).collect();
    format!("through {}", names.join(" and then "))
}

fn of_group<'p>(
    page: &'p Page,
    user: &'p User,
    group: &'p Group,
    kind: MembershipKind,
) -> Verdict<'p> {
    let (world, now) = (page.world(), page.now());
    let paths = world.paths(user.id, group.id, kind, now);
    let is = match kind {
        MembershipKind::Member => "a member",
        MembershipKind::Owner => "an owner",
    };
    let mut drawing = Drawing::new(user);
    let Some(ends) = world.holds(user.id, group.id, kind, now) else {
        drawing.missing_group(world, group, kind, now);
        let planned = world.direct(user.id, group.id, kind);
        let begins = planned
            .map(|fact| fact.validity.from)
            .filter(|from| *from > now)
            .map(|from| convert::when(from, now).date());
        let text = begins.map_or_else(
            || "There is no path to it.".to_owned(),
            |begins| format!("It is planned to begin on {begins}."),
        );
        let title = format!("No: {} is not {is} of {}.", user.name, group.name);
        let map = drawing.map(format!("Why {} is not in {}", user.name, group.name));
        return Verdict {
            steps: vec![(group, kind)],
            ..Verdict::new(user, ui::Level::Bad, title, text, map)
        };
    };
    let decides = deciding(&paths, ends);
    for path in paths.iter().take(MOST_WAYS) {
        drawing.path(world, path, decides.is_some_and(|d| d == path));
    }
    let title = format!("Yes: {} is {is} of {}", user.name, group.name);
    let text = decides.map_or_else(String::new, |path| {
        format!("{}, {}.", through_words(page, path), until(ends))
    });
    let map = drawing.map(format!("How {} is in {}", user.name, group.name));
    Verdict {
        ways: Few::of(MOST_WAYS, paths, |path| convert::path(world, &path, now)),
        ..Verdict::new(user, ui::Level::Good, title, text, map)
    }
}

fn of_permission<'p>(web: &Web, page: &'p Page, user: &'p User, name: &str) -> Verdict<'p> {
    let (world, now) = (page.world(), page.now());
    let mut drawing = Drawing::new(user);
    let mut ways: Vec<(Expiry, Path<'_>, &Group)> = Vec::new();
    let conferring: Vec<_> = world.conferring(name, None, now).collect();
    if !conferring.is_empty() {
        let access = world.access_of(user.id, now);
        for (group, entitlement) in &conferring {
            let held = access.iter().find(|access| {
                access.group.id == group.id && access.kind == MembershipKind::Member
            });
            for path in held.into_iter().flat_map(|access| &access.paths) {
                let ends = path.until.min(entitlement.validity.until);
                ways.push((ends, path.clone(), group));
            }
        }
    }
    ways.sort_by_key(|(ends, path, _)| (std::cmp::Reverse(*ends), path.via.len()));
    if let Some(answer) = by_rule(web, page, user, name, &ways) {
        return answer;
    }
    let Some((ends, path, group)) = ways.first().cloned() else {
        let mut steps = Vec::new();
        for (group, _) in conferring.iter().take(MOST_GROUPS) {
            steps.push((*group, MembershipKind::Member));
            let node = drawing.missing_group(world, group, MembershipKind::Member, now);
            drawing.confers(node, name, false);
        }
        let title = format!("No: {} does not have {name}.", user.name);
        let text = match conferring.len() {
            0 => "No group grants it.".to_owned(),
            1 => "One group grants it.".to_owned(),
            many => format!("{many} groups confer it."),
        };
        let map = drawing.map(format!("Why {} does not have {name}", user.name));
        return Verdict {
            steps,
            ..Verdict::new(user, ui::Level::Bad, title, text, map)
        };
    };
    for (n, (_, path, _)) in ways.iter().take(MOST_WAYS).enumerate() {
        let node = drawing.path(world, path, n == 0);
        drawing.confers(node, name, n == 0);
    }
    let (through, until) = (through_words(page, &path), until(ends));
    let text = format!(
        "because {} grants it, where they are {through}, {until}.",
        group.name
    );
    let only = web.decider().only_in(world, user, name, None, now);
    let (level, title) = match &*only {
        [] => (ui::Level::Good, format!("Yes: {} has {name}", user.name)),
        places => {
            let places = places.join(", ");
            (
                ui::Level::Warn,
                format!("Only in {places}: {} has {name}", user.name),
            )
        }
    };
    let map = drawing.map(format!("How {} has {name}", user.name));
    Verdict {
        ways: Few::of(MOST_WAYS, ways, |(ends, path, _)| {
            let what = ui::Entity::new(ui::EntityKind::Entitlement, name, "");
            let mut steps = convert::path(world, &path, now);
            steps.push((what, Some(convert::ends(ends, now))));
            steps
        }),
        ..Verdict::new(user, level, title, text, map)
    }
}

/// The answer where a rule says otherwise than the groups somebody is in.
fn by_rule<'p>(
    web: &Web,
    page: &'p Page,
    user: &'p User,
    name: &str,
    ways: &[(Expiry, Path<'_>, &Group)],
) -> Option<Verdict<'p>> {
    let (world, now) = (page.world(), page.now());
    let decider = web.decider();
    let allowed = decider.may_use(world, user, name, None, now);
    let mut drawing = Drawing::new(user);
    match (allowed, ways.is_empty()) {
        (Some(until_then), true) => {
            let map = drawing.map(format!("How {} has {name}", user.name));
            let title = format!("Yes: {} may use {name}", user.name);
            let text = format!("because a rule allows it, {}.", until(until_then));
            Some(Verdict::new(user, ui::Level::Good, title, text, map))
        }
        (None, false) => {
            let answer = decider.uses(world, user, name, None, now);
            let by = DecidedBy::of(world, &answer)?;
            for (_, path, _) in ways.iter().take(MOST_WAYS) {
                let node = drawing.path(world, path, false);
                drawing.confers(node, name, false);
            }
            let map = drawing.map(format!("Why {} may not use {name}", user.name));
            let title = format!("No: {} may not use {name}.", user.name);
            let text = format!("A group grants it, but {} denies it.", by.in_words());
            Some(Verdict::new(user, ui::Level::Bad, title, text, map))
        }
        _ => None,
    }
}

/// The roles that lead into a group too.
fn roles(page: &Page, group: &Group, kind: MembershipKind) -> Vec<ui::Entity> {
    let roles = page.world().groups_into(group.id, kind, page.now());
    let roles = roles.into_iter().map(|(role, _)| role);
    let roles = roles.filter(|role| role.is_role() && role.is_managed());
    roles.take(MOST_ROLES).map(convert::group).collect()
}

/// Who decides about a place that somebody lacks.
fn whom(page: &Page, group: &Group, user: &User) -> Vec<ui::Entity> {
    let whom = page.world().deciders(group, Some(user.id), page.now());
    whom.into_iter().take(4).map(convert::user).collect()
}

fn holders<'p>(web: &Web, page: &'p Page, name: &str) -> Holders<'p> {
    let (world, now) = (page.world(), page.now());
    let (rows, pages) = cut(page, web.decider().who_may(world, name, None, now));
    let groups: std::collections::BTreeMap<_, _> = world
        .conferring(name, None, now)
        .map(|(group, _)| (group.name.clone(), convert::group(group)))
        .collect();
    let groups = groups.into_values().take(20).collect();
    Holders {
        rows,
        groups: ui::Aside::new("Granted by", groups, "").or_none("No group."),
        pages,
    }
}
