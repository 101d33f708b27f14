//! The lists of groups and of roles.

use portcullis_model::{
    Group,
    world::query::{GroupBy, GroupQuery},
};

use uuid::Uuid;

use crate::pages::prelude::*;

/// More apps or tags than this are not offered as a choice; a page of theirs leads here instead.
const MOST_CHOICES: usize = 60;
/// Administrators named.
const MOST_NAMED: usize = 3;
/// Tags shown in a row.
const MOST_TAGS: usize = 3;

#[derive(Template)]
#[template(path = "groups/list.html")]
struct Groups<'p> {
    noun: &'static str,
    title: &'static str,
    lead: String,
    with_app: bool,
    it: List<'p, &'p Group>,
    page: &'p Page,
}

/// Of groups, or at `/roles` of roles.
pub(crate) async fn list(page: Page) -> Result<Response, Failure> {
    let roles = page.path.starts_with("/roles");
    let (noun, title, lead, new) = if roles {
        let lead = "A role is a job function. Its members are in all of its groups.";
        ("roles", "Roles", lead, "New role")
    } else {
        let lead = "Members of a group get its permissions.";
        ("groups", "Groups", lead, "New group")
    };
    let lead = format!("{lead}{}", who_creates(&page, noun));
    let mut it = found(&page, &format!("/{noun}"), roles);
    it.offer(Wish::CreateGroup, new);
    render(&Groups {
        noun,
        title,
        lead,
        with_app: !roles,
        page: &page,
        it,
    })
}

/// Whom to ask for a new one, for those who cannot make it themselves.
fn who_creates(page: &Page, noun: &str) -> String {
    if page.may(Wish::CreateGroup, Target::Nothing) || page.view.at != crate::At::Now {
        return String::new();
    }
    let admins = page.viewer.world.admins(None, page.viewer.context.now);
    let names: Vec<_> = admins
        .iter()
        .take(MOST_NAMED)
        .map(|it| it.name.as_str())
        .collect();
    match names.is_empty() {
        true => String::new(),
        false => format!(" Administrators create {noun}: ask {}.", names.join(" or ")),
    }
}

fn found<'p>(page: &'p Page, place: &str, roles: bool) -> List<'p, &'p Group> {
    let world = page.world();
    let sort = Sort::of(page, "name");
    let app = world.find_app(&page.query("app"));
    let tag = world.find_tag(&page.query("tag"));
    let by = page.query("owner");
    let owner = match by.as_str() {
        "me" => Some(page.viewer.id),
        login => world.find_user(login).map(|user| user.id),
    };
    let either = |name: &str, yes: &str, no: &str| match page.query(name) {
        text if text == yes => Some(true),
        text if text == no => Some(false),
        _ => None,
    };
    let query = GroupQuery {
        q: &page.query("q"),
        role: Some(roles),
        of_app: either("kind", "app", "plain"),
        app: app.map(|app| app.id),
        tag: tag.map(|tag| tag.id),
        managed: either("managed", "yes", "no"),
        owner,
        sort: sort.query(match sort.by.as_str() {
            "app" => GroupBy::App,
            "members" => GroupBy::Members,
            "owners" => GroupBy::Owners,
            _ => GroupBy::Name,
        }),
    };
    let mut it = List::of(page, place, sort, &query, |group| group);
    let kinds = [
        ("", "Any kind", ""),
        ("app", "Of an app", "of an app"),
        ("plain", "Of no app", "of no app"),
    ];
    if roles {
        let told = kinds
            .iter()
            .find(|(value, ..)| *value == page.query("kind"));
        it.narrowed("Kind", "kind", told.map_or("", |(.., told)| told));
    } else {
        it.select("kind", "Kind", kinds);
        let apps = world.apps().map(|app| (app.id.uuid(), &*app.name));
        one_of(&mut it, "app", "App", apps, app.map(|app| app.id.uuid()));
    }
    it.narrowed("App", "app", app.map_or("", |app| &app.name));
    let tags = world.tags().map(|tag| (tag.id.uuid(), &*tag.name));
    one_of(&mut it, "tag", "Tag", tags, tag.map(|tag| tag.id.uuid()));
    it.narrowed("Tag", "tag", tag.map_or("", |tag| &tag.name));
    it.select(
        "managed",
        "Managed",
        [
            ("", "Managed or not", ""),
            ("yes", "Managed", "yes"),
            ("no", "Unmanaged", "no"),
        ],
    );
    let by = if by == "me" { "you" } else { &by };
    it.narrowed("Owned by", "owner", owner.map_or("", |_| by));
    it.searched("Text");
    it
}

/// The first of the tags in force on a group.
fn tags(page: &Page, group: &Group) -> Few<ui::Entity> {
    let tags = page.world().tags_on(group);
    Few::of(MOST_TAGS, tags.collect(), convert::tag)
}

/// Offers a choice among records, where there are few enough to choose from.
fn one_of<'w>(
    it: &mut List<'_, &Group>,
    name: &'static str,
    label: &'static str,
    all: impl Iterator<Item = (Uuid, &'w str)>,
    chosen: Option<Uuid>,
) {
    let all = all.take(MOST_CHOICES + 1);
    let all = all.map(|(id, name)| ui::Choice::new(id.to_string(), name));
    let mut choices = vec![ui::Choice::new("", format!("Any {name}"))];
    choices.extend(all);
    if (2..=MOST_CHOICES + 1).contains(&choices.len()) {
        let chosen = chosen.map_or_else(String::new, |id| id.to_string());
        it.pick(name, label, choices, chosen);
    }
}
