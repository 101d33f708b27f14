//! One app: its groups, who owns it, how people get in.

use std::collections::BTreeMap;

use portcullis_model::{App, Group, Id, User, record::AppOrigin, world::contains};

use super::people::{self, MOST_LOOKED_AT};

use crate::{
    At,
    pages::{
        actions::Actions,
        constraints::TagLine,
        grants::{person, why_href},
        groups::pending,
        prelude::*,
    },
};

#[derive(Template)]
#[template(path = "apps/show.html")]
struct AppPage<'p> {
    page: &'p Page,
    app: &'p App,
    chips: Vec<ui::Chip>,
    tabs: Vec<ui::Tab>,
    groups: List<'p, &'p Group>,
    /// Who has access, where that is shown instead of the groups.
    people: Option<List<'p, people::Row<'p>>>,
    owners: ui::Aside,
    roles: ui::Aside,
    tags: Vec<TagLine<'p>>,
}

/// What the reader is in a group, or how to ask.
enum Mine {
    Has(ui::ExpiryPill),
    /// They decide who is in it.
    Add(String),
    Ask(String),
    /// They have asked.
    Asked(String),
    Nothing,
}

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    let (app, world) = (page.shown::<App>()?, page.world());
    let kind = ui::Chip::kind(ui::EntityKind::App);
    let owners_group = world.owners_group(app.id).map(convert::group_href);
    let more = format!("{}?kind=owner", owners_group.unwrap_or_default());
    render(&AppPage {
        chips: match app.origin {
            AppOrigin::BuiltIn => vec![kind, ui::Chip::plain("built in")],
            AppOrigin::Made => vec![kind],
        },
        tabs: tabs(&page, app),
        people: (page.query("show") == "people").then(|| people::list(&page, app)),
        groups: groups(&page, app),
        owners: Few::of(FEW, owners(&page, app), convert::user)
            .beside("Owners", more)
            .or_none("None. Administrators decide on what is asked for."),
        roles: Few::of(FEW, roles(&page, app.id), convert::group)
            .beside("How people get in", "")
            .led_by("Through roles, or by asking for a place in one of the groups.")
            .or_none("No role leads in: ask for a place in one of the groups."),
        tags: app
            .tags
            .iter()
            .filter_map(|id| world.tag(*id))
            .map(|tag| (tag, None))
            .collect(),
        page: &page,
        app,
    })
}

fn tabs(page: &Page, app: &App) -> Vec<ui::Tab> {
    let (here, show) = (convert::app_href(app), page.query("show"));
    let current = address(&here, &[("show", &show)]);
    vec![
        ui::Tab::new("Groups", here.clone(), &current),
        ui::Tab::new(
            "Everyone with access",
            format!("{here}?show=people"),
            &current,
        ),
    ]
}

fn groups<'p>(page: &'p Page, app: &App) -> List<'p, &'p Group> {
    let query = page.query("q");
    let of_app = page.world().app_groups(app.id);
    let mut found: Vec<_> = of_app
        .filter(|group| contains(&group.name, &query) || contains(&group.description, &query))
        .collect();
    // The owners group stands first: it answers who decides.
    found.sort_by(|a, b| (!a.is_owners_group(), &a.name).cmp(&(!b.is_owners_group(), &b.name)));
    let sort = Sort::of(page, "name");
    if sort.down {
        found.reverse();
    }
    let here = convert::app_href(app);
    let mut list = List::new(page, here, sort, found, Some);
    list.searched("Text");
    actions(page, app, &mut list.actions);
    list
}

fn mine(page: &Page, group: &Group) -> Mine {
    let (world, now) = (page.world(), page.now());
    let has = world.holds(page.viewer.id, group.id, MembershipKind::Member, now);
    if let Some(until) = has {
        return Mine::Has(convert::ends(until, now));
    }
    if page.view.at != At::Now || !group.is_managed() {
        return Mine::Nothing;
    }
    if page.may(Wish::AddPeople, Target::Group(group)) {
        return Mine::Add(format!("/groups/{}/people/add?kind=member", group.id));
    }
    match pending(page, group) {
        Some(request) => Mine::Asked(convert::request_href(request)),
        None => Mine::Ask(ask_href(group, MembershipKind::Member)),
    }
}

/// The owners of an app, by login.
fn owners<'p>(page: &'p Page, app: &App) -> Vec<&'p User> {
    let world = page.world();
    let mut owners = BTreeMap::new();
    for group in world.app_groups(app.id).filter(|g| g.is_owners_group()) {
        let holders = world.holders(group.id, MembershipKind::Owner, page.now());
        owners.extend(holders.iter().map(|it| (&it.user.login, it.user)));
    }
    owners.into_values().collect()
}

/// The roles and groups that lead into an app's groups, by name.
fn roles(page: &Page, app: Id<App>) -> Vec<&Group> {
    let (world, now) = (page.world(), page.now());
    let mut roles = BTreeMap::new();
    for group in world.app_groups(app).take(MOST_LOOKED_AT) {
        let inclusions = world.children_of(group.id);
        let in_force = inclusions.filter(|inclusion| inclusion.validity.contains(now));
        let groups = in_force.filter_map(|inclusion| world.group(inclusion.child));
        roles.extend(groups.map(|role| (&role.name, role)));
    }
    roles.into_values().collect()
}

fn actions(page: &Page, app: &App, actions: &mut Actions) {
    let here = convert::app_href(app);
    let target = Target::App(app.id);
    let may = |action| page.may(action, target);
    let new = format!("/groups/new?app={}", app.id);
    let may_edit = may(Wish::EditApp) || may(Wish::TagApp);
    actions.add([
        (may(Wish::CreateAppGroup), "New group", new, "plus"),
        (may_edit, "Edit", format!("{here}/edit"), "rule"),
    ]);
    let may_delete = may(Wish::DeleteApp) && app.origin == AppOrigin::Made;
    actions.end("app", app.id, may_delete, &here);
}
