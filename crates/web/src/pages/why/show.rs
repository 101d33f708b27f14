//! Why somebody has something, or why not and the one step that gives it.

use portcullis_app::{
    decide::DecidedBy,
    why::{self, Why},
};
use portcullis_model::{
    Expiry, Group, Id, Timestamp, User,
    world::{Holder, Path},
};

use crate::pages::{
    asked::Asked,
    compare::{Give, give, pick},
    fields,
    grants::{path_groups, person, why_has},
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
struct Shown<'p> {
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
    let mut why = shown(&web, &page);
    why.user = why.user.or_later(&web, &page).await?;
    if let Some(unknown) = why.unknown {
        why.unknown = Some(unknown.or_later(&web, &page).await?);
    }
    render(&why)
}

fn shown<'p>(web: &Web, page: &'p Page) -> Shown<'p> {
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
    Shown {
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
    let why = Why::in_group(world, user, group, kind, now);
    let is = match kind {
        MembershipKind::Member => "a member",
        MembershipKind::Owner => "an owner",
    };
    let mut drawing = Drawing::new(user);
    let Some(ends) = why.until() else {
        drawing.missing_group(world, group, kind, now);
        let text = match why.verdict {
            why::Verdict::Begins(from) => {
                let begins = convert::when(from, now).date();
                format!("It is planned to begin on {begins}.")
            }
            _ => "There is no path to it.".to_owned(),
        };
        let title = format!("No: {} is not {is} of {}.", user.name, group.name);
        let map = drawing.map(format!("Why {} is not in {}", user.name, group.name));
        return Verdict {
            steps: why.missing.into_iter().map(|group| (group, kind)).collect(),
            ..Verdict::new(user, ui::Level::Bad, title, text, map)
        };
    };
    for (n, way) in why.ways.iter().take(MOST_WAYS).enumerate() {
        drawing.path(world, &way.path, n == 0);
    }
    let title = format!("Yes: {} is {is} of {}", user.name, group.name);
    let text = why.ways.first().map_or_else(String::new, |way| {
        format!("{}, {}.", through_words(page, &way.path), until(ends))
    });
    let map = drawing.map(format!("How {} is in {}", user.name, group.name));
    Verdict {
        ways: Few::of(MOST_WAYS, why.ways, |way| {
            convert::path(world, &way.path, now)
        }),
        ..Verdict::new(user, ui::Level::Good, title, text, map)
    }
}

fn of_permission<'p>(web: &Web, page: &'p Page, user: &'p User, name: &str) -> Verdict<'p> {
    let (world, now) = (page.world(), page.now());
    let why = Why::permission(web.decider(), world, user, name, None, now);
    let mut drawing = Drawing::new(user);
    let is_held = !matches!(why.verdict, why::Verdict::Denied);
    for (n, way) in why.ways.iter().take(MOST_WAYS).enumerate() {
        let decides = is_held && n == 0;
        let node = drawing.path(world, &way.path, decides);
        drawing.confers(node, name, decides);
    }
    for group in why.missing.iter().take(MOST_GROUPS) {
        let node = drawing.missing_group(world, group, MembershipKind::Member, now);
        drawing.confers(node, name, false);
    }
    let (level, title) = match &why.verdict {
        why::Verdict::OnlyIn(places) => {
            let places = places.join(", ");
            (
                ui::Level::Warn,
                format!("Only in {places}: {} has {name}", user.name),
            )
        }
        why::Verdict::Holds(_) => (ui::Level::Good, format!("Yes: {} has {name}", user.name)),
        why::Verdict::Denied => (
            ui::Level::Bad,
            format!("No: {} may not use {name}.", user.name),
        ),
        why::Verdict::Begins(_) | why::Verdict::Lacks => (
            ui::Level::Bad,
            format!("No: {} does not have {name}.", user.name),
        ),
    };
    let text = match (&why.verdict, why.ways.first()) {
        (why::Verdict::Denied, way) => {
            let by = why
                .decided_by
                .as_ref()
                .map_or("a rule", DecidedBy::in_words);
            let although = if way.is_some() {
                "A group grants it, but "
            } else {
                ""
            };
            format!("{although}{by} denies it.")
        }
        (why::Verdict::Holds(ends), None) => format!("because a rule allows it, {}.", until(*ends)),
        (why::Verdict::Holds(_) | why::Verdict::OnlyIn(_), Some(way)) => {
            let (through, until) = (through_words(page, &way.path), until(way.ends));
            let name = &way.group.name;
            format!("because {name} grants it, where they are {through}, {until}.")
        }
        _ => match why.missing.len() {
            0 => "No group grants it.".to_owned(),
            1 => "One group grants it.".to_owned(),
            many => format!("{many} groups grant it."),
        },
    };
    let map = drawing.map(match &why.verdict {
        why::Verdict::Holds(_) | why::Verdict::OnlyIn(_) => format!("How {} has {name}", user.name),
        _ => format!("Why {} does not have {name}", user.name),
    });
    let steps = why.missing.into_iter().take(MOST_GROUPS);
    Verdict {
        steps: steps.map(|group| (group, MembershipKind::Member)).collect(),
        ways: Few::of(MOST_WAYS, why.ways, |way| {
            let what = ui::Entity::new(ui::EntityKind::Entitlement, name, "");
            let mut steps = convert::path(world, &way.path, now);
            steps.push((what, Some(convert::ends(way.ends, now))));
            steps
        }),
        ..Verdict::new(user, level, title, text, map)
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
