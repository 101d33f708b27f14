//! One person: what they have, own and may, and around whom they stand.

use portcullis_app::decide::Moment;
use portcullis_model::{
    User, UserKind,
    world::{Access, PermissionAccess, contains},
};

use crate::pages::{
    access,
    actions::Actions,
    grants::{SOON_DAYS, ends_within, why_has},
    people::form::shown,
    prelude::*,
};

#[derive(Template)]
#[template(path = "people/show.html")]
struct PersonPage<'p> {
    page: &'p Page,
    user: &'p User,
    tabs: Vec<ui::Tab>,
    /// Which list is shown: `owned`, `permissions`, or what they have.
    show: &'static str,
    query: String,
    had: Vec<Access<'p>>,
    permissions: Vec<PermissionAccess<'p>>,
    pages: ui::Pages,
    /// What is shown as a table; permissions are not.
    export: Option<Export>,
    reports: ui::Aside,
    agents: ui::Aside,
    ending: usize,
}

pub(crate) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    render(&person(&web, &page, page.shown::<User>()?))
}

/// The tabs of a person's pages.
pub(crate) fn tabs(user: &User, counts: Option<[usize; 3]>, current: &str) -> Vec<ui::Tab> {
    let href = convert::user_href(user);
    let tab = |label, rest: &str| ui::Tab::new(label, format!("{href}{rest}"), current);
    let mut tabs = vec![
        tab("Access", ""),
        tab("Owns", "?show=owned"),
        tab("Permissions", "?show=permissions"),
        tab("History", "/history"),
    ];
    for (tab, count) in tabs.iter_mut().zip(counts.into_iter().flatten()) {
        tab.count = Some(count as u64);
    }
    tabs
}

fn person<'p>(web: &Web, page: &'p Page, user: &'p User) -> PersonPage<'p> {
    let (world, now) = (page.world(), page.now());
    let show = match page.query("show").as_str() {
        "owned" => "owned",
        "permissions" => "permissions",
        _ => "",
    };
    let query = page.query("q");
    let all = world.access_of(user.id, now);
    let ending = all
        .iter()
        .filter(|access| ends_within(access.until, now, SOON_DAYS))
        .count();
    let (owned, had): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|a| a.kind == MembershipKind::Owner);
    let permissions = web.decider().permissions_of(Moment::new(world, now), user);
    let counts = [had.len(), owned.len(), permissions.len()];
    let (mut places, mut listed) = (Vec::new(), Vec::new());
    let pages = if show == "permissions" {
        let found = permissions
            .into_iter()
            .filter(|p| contains(&p.permission.name, &query))
            .collect();
        let (rows, pages) = cut(page, found);
        listed = rows;
        pages
    } else {
        let mut found = if show == "owned" { owned } else { had };
        found.retain(|access| is_meant(page, access, &query));
        access::in_order(world, &mut found);
        let (rows, pages) = cut(page, found);
        places = rows;
        pages
    };
    let kind = match show {
        "owned" => Some("owner"),
        "permissions" => None,
        _ => Some("member"),
    };
    let export = kind.map(|kind| {
        let route = format!("/api/v1/users/{}/access", user.id);
        Export::of(page, &route, &[("q", &query), ("kind", kind)])
    });
    let below = world.reports_of(user.id);
    let (agents, reports): (Vec<_>, Vec<_>) = below.partition(|user| user.kind == UserKind::Agent);
    let all = |kind| address("/people", &[("manager", &user.login), ("kind", kind)]);
    let current = address(&convert::user_href(user), &[("show", show)]);
    PersonPage {
        page,
        user,
        tabs: tabs(user, Some(counts), &current),
        show,
        query,
        had: places,
        permissions: listed,
        pages,
        export,
        reports: Few::of(FEW, reports, convert::user).beside("Reports", all("")),
        agents: Few::of(FEW, agents, convert::user).beside("Agents", all("agent")),
        ending,
    }
}

fn is_meant(page: &Page, access: &Access<'_>, query: &str) -> bool {
    let app = access.group.app().and_then(|app| page.world().app(app));
    contains(&access.group.name, query) || app.is_some_and(|app| contains(&app.name, query))
}

pub(crate) fn chips(page: &Page, user: &User) -> Vec<ui::Chip> {
    let mut chips = Vec::new();
    if user.kind != UserKind::Person {
        chips.push(ui::Chip::kind(convert::user(user).kind));
    }
    if user.id == page.viewer.id {
        chips.push(ui::Chip::level("you", ui::Level::Info));
    }
    if page.world().is_admin(user.id, page.now()) {
        chips.push(ui::Chip::plain("administrator"));
    }
    chips
}

fn actions(page: &Page, user: &User) -> Actions {
    let mut actions = Actions::default();
    let me = page.viewer.user().map_or("", |me| me.login.as_str());
    // What is done is done to whom it was offered for, whatever their login is by then.
    let (is_me, here) = (user.id == page.viewer.id, format!("/people/{}", user.id));
    let login = user.login.as_str();
    let may = |action| page.may(action, Target::Nothing);
    let compare = address("/compare", &[("a", me), ("b", login)]);
    let role = format!("/roles/new?from={}", user.id);
    let may_make = may(Wish::CreateGroup);
    actions.add([
        (is_me, "Get access", "/requests/new".into(), "plus"),
        (!is_me, "Compare with me", compare, "compare"),
        (may_make, "Make a role of this access", role, "role"),
    ]);
    let why = address("/why", &[("user", login)]);
    actions.also([(true, "Why, or why not", why, "link")]);
    let sign_in = match is_me {
        true => "/account".to_owned(),
        false => address("/account", &[("user", login)]),
    };
    let sees = page.may(Wish::EndCredential, Target::User(user.id));
    actions.also([(sees, "Sign-in and tokens", sign_in, "key")]);
    let edit = (
        may(Wish::EditUser),
        "Edit",
        format!("{here}/edit"),
        "person",
    );
    actions.end("user", user.id, may(Wish::DeleteUser), &here);
    actions.add([edit]);
    actions
}

/// How somebody stands to whom they are below.
fn above(user: &User) -> &'static str {
    match user.kind {
        UserKind::Person | UserKind::Service => "Reports to",
        UserKind::Agent => "Acts for",
    }
}

fn acts_for_nobody(page: &Page, user: &User) -> bool {
    user.kind == UserKind::Agent && page.world().sponsor_of(user.id).is_none()
}

/// What the directory knows of somebody, as pairs.
fn facts(user: &User) -> Vec<(String, String)> {
    let email = user.email.iter().map(|e| ("E-mail".into(), e.to_string()));
    let attributes = user
        .attributes
        .iter()
        .take(12)
        .map(|(name, value)| (name.clone(), shown(value).chars().take(200).collect()));
    std::iter::once(("Login".into(), user.login.to_string()))
        .chain(email)
        .chain(attributes)
        .collect()
}
