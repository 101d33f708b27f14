//! Groups and roles made, edited and deleted.

use portcullis_app::group::{CreateGroup, DeleteGroup, EditGroup};
use portcullis_model::{
    App, GroupKind, Policy,
    name::{Description, Name},
    record::AppPart,
};

use crate::pages::{form::Banner, prelude::forms::*};

/// The way to a group.
pub(in crate::pages) fn crumbs(group: &Group) -> Vec<ui::Link> {
    let list = if group.is_role() {
        ui::Link::new("Roles", "/roles")
    } else {
        ui::Link::new("Groups", "/groups")
    };
    vec![
        list,
        ui::Link::new(&*group.name, convert::group_href(group)),
    ]
}

/// A new group; at `/roles/new` a role, unless another kind is chosen.
pub(in crate::pages) struct New;

impl Form for New {
    fn find(_: &Page, _: &Values) -> Result<Self, Refusal> {
        Ok(Self)
    }

    fn allowed(&self, page: &Page) -> Result<(), Refusal> {
        if !page.path.starts_with("/roles") && !kinds(page, None).is_empty() {
            return Ok(());
        }
        allowed(page, Action::CreateGroup, Target::Nothing)
    }

    fn draw(&self, page: &Page, form: &mut FormPage) {
        let as_role = page.path.starts_with("/roles");
        let (noun, title, list) = if as_role {
            ("role", "Roles", "/roles")
        } else {
            ("group", "Groups", "/groups")
        };
        form.title = format!("Create a {noun}");
        form.crumbs = vec![ui::Link::new(title, list)];
        if as_role {
            form.lead =
                "A role is a job function: everyone in it gets into the groups it includes.".into();
            let banner = Banner::new(
                ui::Level::Info,
                "You can also make a role from what somebody has.",
                "Open their page and choose “Make a role from this”.",
            );
            form.banners
                .push(banner.leading("Find a person", "/people"));
        }
        let kinds = kinds(page, None);
        let app = page.query("app");
        let first = match page.query("kind").as_str() {
            _ if !app.is_empty() => format!("app:{app}"),
            "role" => "role".into(),
            _ if as_role => "role".into(),
            _ => kinds
                .first()
                .map_or_else(String::new, |kind| kind.value.clone()),
        };
        form.select("kind", KIND, kinds, first, "");
        form.line("name", "Name", "")
            .required()
            .help(prefix_help(&page.viewer.context.policy));
        form.description("");
        let me = page.viewer.user().map_or("", |user| user.login.as_str());
        form.lines("owners", "Owners", me)
            .help("They decide who is in the group. Enter logins or e-mail addresses, separated by commas, spaces or new lines.");
        let may_untag = allowed(page, Action::UntagGroup, Target::Nothing).is_ok();
        form.tags(page, &[], may_untag);
        form.submit = format!("Create {noun}");
        form.cancel = list.into();
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let kind = kind_of(input);
        let name = kind.and_then(|kind| named(input, kind));
        let description = input.parse("description", Description::parse);
        let owners = input.people("owners");
        let operation = CreateGroup {
            kind: kind?,
            name: name?,
            description: description?,
            tags: input.ids("tags"),
            owners,
        };
        let title = format!("Create {}", input.text("name"));
        Some(Step::new(operation, title, "Create", "/groups"))
    }
}

pub(super) struct Edit(Group);

impl Form for Edit {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        page.group().cloned().map(Self)
    }

    fn allowed(&self, page: &Page) -> Result<(), Refusal> {
        allowed(page, Action::EditGroup, Target::Group(&self.0))
    }

    fn draw(&self, page: &Page, form: &mut FormPage) {
        let group = &self.0;
        form.title = format!("Edit {}", group.name);
        form.crumbs = crumbs(group);
        form.line("name", "Name", &*group.name)
            .required()
            .help(prefix_help(&page.viewer.context.policy));
        form.description(&group.description);
        let kinds = kinds(page, Some(group));
        if kinds.len() > 1 && !group.is_owners_group() {
            let help = "Another kind may need another name. You see what changes for people before it is saved.";
            form.select("kind", KIND, kinds, kind_value(group.kind), help);
        }
        let may_untag = allowed(page, Action::UntagGroup, Target::Group(group)).is_ok();
        form.tags(page, &group.tags, may_untag);
        let inherited = page
            .viewer
            .world
            .tags_on(group)
            .filter(|tag| !group.tags.contains(&tag.id))
            .map(convert::tag);
        let inherited: Vec<_> = inherited.collect();
        if !inherited.is_empty() {
            form.aside(
                "Tags of the app",
                inherited,
                "They apply to all its groups.",
            );
        }
        form.version(group);
        form.cancel = convert::group_href(group);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let group = &self.0;
        let kind = match input.text("kind") {
            "" => None,
            kept if kept == kind_value(group.kind) => None,
            _ => kind_of(input),
        };
        input.check_stale(group, None);
        let operation = EditGroup {
            group: Some(group.id),
            name: input.parse("name", Name::parse),
            description: input.parse("description", Description::parse),
            tags: Some(input.ids("tags")),
            kind,
        };
        let (id, title) = (group.id, format!("Edit {}", group.name));
        let step = Step::new(operation, title, "Save", convert::group_href(group));
        Some(step.then(move |committed| {
            let group = committed.world.group(id);
            group.map_or("/groups".into(), convert::group_href)
        }))
    }
}

pub(super) fn delete(input: &Input<'_>) -> Result<Step, Failure> {
    let group = input.page.group()?;
    let list = if group.is_role() { "/roles" } else { "/groups" };
    let title = format!("Delete the {} {}", group.noun(), group.name);
    let operation = DeleteGroup { group: group.id };
    let step = Step::new(operation, title, "Delete", convert::group_href(group));
    Ok(step.always().then(|_| list.into()))
}

const KIND: &str = "What kind of group";

fn prefix_help(policy: &Policy) -> String {
    let mut rules = Vec::new();
    if !policy.role_prefix.is_empty() {
        rules.push(format!("role names start with “{}”", policy.role_prefix));
    }
    if !policy.app_prefix.is_empty() {
        rules.push(format!(
            "names of app groups with “{}‹app›-”",
            policy.app_prefix
        ));
    }
    if rules.is_empty() {
        return String::new();
    }
    format!(
        "By policy, {}; we add it if you leave it out.",
        rules.join(" and ")
    )
}

/// The field `name`, with what names of its kind start with put in front where it was left out.
pub(in crate::pages) fn named(input: &mut Input<'_>, kind: GroupKind) -> Option<Name> {
    let policy = &input.page.viewer.context.policy;
    let prefix = match kind {
        GroupKind::Role => policy.role_prefix.clone(),
        GroupKind::App { app, .. } => input
            .world()
            .app(app)
            .map_or_else(String::new, |app| policy.app_group_prefix(&app.name)),
        GroupKind::Group => String::new(),
    };
    input.parse("name", |name| {
        if name.is_empty() || name.starts_with(&prefix) {
            Name::parse(name)
        } else {
            Name::parse(&format!("{prefix}{name}"))
        }
    })
}

fn kind_value(kind: GroupKind) -> String {
    match kind {
        GroupKind::Group => "group".into(),
        GroupKind::Role => "role".into(),
        GroupKind::App { app, .. } => format!("app:{app}"),
    }
}

fn kind_of(input: &mut Input<'_>) -> Option<GroupKind> {
    let world = input.world();
    match input.text("kind").split_once(':') {
        None if input.text("kind") == "group" => return Some(GroupKind::Group),
        None if input.text("kind") == "role" => return Some(GroupKind::Role),
        Some(("app", key)) => {
            if let Some(app) = world.find_app(key) {
                let part = AppPart::Access;
                return Some(GroupKind::App { app: app.id, part });
            }
        }
        _ => {}
    }
    input.errors.add("kind", "choose what kind of group it is");
    None
}

/// The kinds the viewer may give a new group, or `group`.
fn kinds(page: &Page, group: Option<&Group>) -> Vec<ui::Choice> {
    let world = &page.viewer.world;
    let plain = match group {
        None => allowed(page, Action::CreateGroup, Target::Nothing),
        Some(group) => allowed(page, Action::ChangeGroupKind, Target::Group(group)),
    };
    let any = plain.is_ok();
    let is = |kind: GroupKind| group.is_some_and(|group| group.kind == kind);
    let in_app = |app: Id<App>| {
        let (action, target) = match group.map(Group::app) {
            None => (Action::CreateAppGroup, Target::App(app)),
            Some(from) if from == Some(app) => return true,
            Some(Some(_)) => (Action::MoveAppGroup, Target::App(app)),
            Some(None) => return any,
        };
        allowed(page, action, target).is_ok()
    };
    let mut all = Vec::new();
    if any || is(GroupKind::Group) {
        all.push(ui::Choice::new("group", "Plain group"));
    }
    if any || is(GroupKind::Role) {
        all.push(ui::Choice::new("role", "Role"));
    }
    for app in world.apps().filter(|app| in_app(app.id)) {
        let label = format!("Group of the app {}", app.name);
        all.push(ui::Choice::new(format!("app:{}", app.id), label));
    }
    all
}
