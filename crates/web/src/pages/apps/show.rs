//! One app: its groups, who owns it, how people get in.

use std::collections::BTreeMap;

use portcullis_model::{App, Group, Id, User, record::AppOrigin, world::contains};

use crate::{
    At,
    pages::{actions::Actions, constraints::TagLine, prelude::*},
};

/// More groups than this are not looked through for the ways into an app.
const MOST_LOOKED_AT: usize = 2_000;

#[derive(Template)]
#[template(path = "apps/show.html")]
struct AppPage<'p> {
    page: &'p Page,
    app: &'p App,
    chips: Vec<ui::Chip>,
    groups: List<'p, &'p Group>,
    owners: ui::Aside,
    roles: ui::Aside,
    tags: Vec<TagLine<'p>>,
}

/// What the reader is in a group, or how to ask.
enum Mine {
    Has(ui::ExpiryPill),
    Ask(String),
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
    list.keep("at", &page.as_of().day);
    list.searched("Text");
    actions(page, app, &mut list.actions);
    list
}

fn mine(page: &Page, group: &Group) -> Mine {
    let (world, now) = (page.world(), page.now());
    match world.holds(page.viewer.id, group.id, MembershipKind::Member, now) {
        Some(until) => Mine::Has(convert::ends(until, now)),
        None if page.view.at == At::Now && group.is_managed() => {
            Mine::Ask(ask_href(group, MembershipKind::Member))
        }
        None => Mine::Nothing,
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
