//! Groups and roles made, edited and deleted.

use portcullis_app::group::{CreateGroup, DeleteGroup, EditGroup};
use portcullis_model::{App, GroupKind, Policy, record::AppPart};

use crate::pages::{
    pick::{Kind, Offer},
    prelude::forms::*,
};

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

/// A new group, or one that is there; at `/roles/new` a role, unless another kind is chosen.
pub(in crate::pages) struct GroupForm(Option<Group>);

impl Form for GroupForm {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let group = page.maybe::<Group>()?;
        let in_some_app = !page.path.starts_with("/roles") && !kinds(page, None).is_empty();
        if group.is_some() || !in_some_app {
            let target = group.map(Target::Group);
            may_make(page, Action::CreateGroup, Action::EditGroup, target)?;
        }
        Ok(Self(group.cloned()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let (group, policy) = (self.0.as_ref(), &page.viewer.context.policy);
        let as_role = group.map_or_else(|| page.path.starts_with("/roles"), Group::is_role);
        let (list, noun) = if as_role {
            (("Roles", "/roles"), "role")
        } else {
            (("Groups", "/groups"), "group")
        };
        let title = format!("Create a {noun}");
        form.about(list, group.map(convert::group), &title);
        let kinds = kinds(page, group);
        if group.is_none() {
            if as_role {
                form.lead =
                    "A role is a job function: everyone in it gets into the groups it includes."
                        .into();
                let banner = Banner::new(
                    ui::Level::Info,
                    "You can also make a role from what somebody has.",
                    "Open their page and choose “Make a role from this”.",
                );
                form.banners
                    .push(banner.leading("Find a person", "/people"));
            }
            let app = page.viewer.world.find_app(&page.query("app"));
            let first = match kinds.first() {
                _ if app.is_some() => OF_APP,
                _ if as_role => "role",
                first => first.map_or("", |kind| &kind.value),
            };
            kind_fields(form, kinds.clone(), first, app, "");
            form.submit = format!("Create {noun}");
        }
        form.add(Line, "name", "Name", group.map_or("", |group| &group.name))
            .required()
            .help(prefix_help(policy));
        form.description(group.map_or("", |group| &group.description));
        match group {
            None => form.owners("They decide who is in the group. Names, logins or e-mail addresses; a pasted list is taken whole."),
            Some(group) if may_differ(page, group, &kinds) => {
                let app = group.app().and_then(|app| page.viewer.world.app(app));
                let help = "Another kind may need another name. You see what changes for people before it is saved.";
                kind_fields(form, kinds, kind_value(group.kind), app, help);
            }
            Some(_) => {}
        }
        let target = group.map_or(Target::Nothing, Target::Group);
        let may_untag = allowed(page, Action::UntagGroup, target).is_ok();
        let own = group.map_or(&[][..], |group| &group.tags);
        form.tags(own, may_untag);
        let all = group
            .into_iter()
            .flat_map(|group| page.viewer.world.tags_on(group));
        let inherited: Vec<_> = all
            .filter(|tag| !own.contains(&tag.id))
            .map(convert::tag)
            .collect();
        if !inherited.is_empty() {
            let text = "They apply to all its groups.";
            form.aside("Tags of the app", inherited, text);
        }
        form.version(&self.0);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        input.check_stale(&self.0, None);
        let tags = input.ticked_tags();
        let Some(group) = &self.0 else {
            let kind = kind_of(input);
            let name = kind.and_then(|kind| named(input, kind));
            let description = input.parse("description", Description::parse);
            let owners = input.people("owners");
            let operation = CreateGroup {
                kind: kind?,
                name: name?,
                description: description?,
                tags,
                owners,
            };
            let title = format!("Create {}", input.text("name"));
            return Some(Step::new(operation, title, "Create", "/groups"));
        };
        let kind = match input.text("kind") {
            "" => None,
            _ => kind_of(input).filter(|kind| !same_kind(*kind, group.kind)),
        };
        let (name, description) = input.named(Some(&group.name));
        let operation = EditGroup {
            group: Some(group.id),
            name,
            description,
            tags: Some(tags),
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
    let group = input.page.one::<Group>()?;
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

/// The fields that say of what kind a group is, and of which app.
fn kind_fields(
    form: &mut FormPage<'_>,
    kinds: Vec<ui::Choice>,
    first: &str,
    app: Option<&App>,
    help: &str,
) {
    let of_apps = kinds.iter().any(|kind| kind.is(OF_APP));
    form.add(Select(kinds), "kind", KIND, first).help(help);
    if of_apps {
        form.one(Kind::App, "app", "App", app.map(Offer::app))
            .help("Only for a group of an app.");
    }
}

/// What the field `kind` says of a group of an app.
const OF_APP: &str = "app";

fn kind_value(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Group => "group",
        GroupKind::Role => "role",
        GroupKind::App { .. } => OF_APP,
    }
}

/// Whether two kinds are one to whoever chooses among them.
fn same_kind(a: GroupKind, b: GroupKind) -> bool {
    let app = |kind| match kind {
        GroupKind::App { app, .. } => Some(app),
        GroupKind::Group | GroupKind::Role => None,
    };
    kind_value(a) == kind_value(b) && app(a) == app(b)
}

fn kind_of(input: &mut Input<'_>) -> Option<GroupKind> {
    let kind = input.text("kind");
    let plain = match kind {
        "group" => Some(GroupKind::Group),
        "role" => Some(GroupKind::Role),
        _ => None,
    };
    match plain {
        Some(_) if !input.fields.last("app").is_empty() => {
            let wrong = "only a group of an app has one; choose that kind, or clear this";
            input.errors.add("app", wrong);
            None
        }
        Some(plain) => Some(plain),
        None if kind == OF_APP => Some(GroupKind::App {
            app: input.one(Kind::App, "app")?,
            part: AppPart::Access,
        }),
        None => {
            input.errors.add("kind", "choose what kind of group it is");
            None
        }
    }
}

/// Whether the viewer has a choice about the kind of a group that is there.
fn may_differ(page: &Page, group: &Group, kinds: &[ui::Choice]) -> bool {
    let several = |group: &Group| apps(page, Some(group)).nth(1).is_some();
    !group.is_owners_group() && (kinds.len() > 1 || several(group))
}

/// The kinds the viewer may give a new group, or `group`.
fn kinds(page: &Page, group: Option<&Group>) -> Vec<ui::Choice> {
    let any = may_choose(page, group);
    let is = |kind: GroupKind| group.is_some_and(|group| group.kind == kind);
    let mut all = Vec::new();
    if any || is(GroupKind::Group) {
        all.push(ui::Choice::new("group", "Plain group"));
    }
    if any || is(GroupKind::Role) {
        all.push(ui::Choice::new("role", "Role"));
    }
    if apps(page, group).next().is_some() {
        all.push(ui::Choice::new(OF_APP, "Group of an app"));
    }
    all
}

/// Whether the viewer may make a group of any kind, or make any of `group`.
fn may_choose(page: &Page, group: Option<&Group>) -> bool {
    let may = match group {
        None => allowed(page, Action::CreateGroup, Target::Nothing),
        Some(group) => allowed(page, Action::ChangeGroupKind, Target::Group(group)),
    };
    may.is_ok()
}

/// The apps in which the viewer may make a group, or which `group` may be of.
fn apps<'p>(page: &'p Page, group: Option<&'p Group>) -> impl Iterator<Item = &'p App> {
    let any = may_choose(page, group);
    page.viewer.world.apps().filter(move |app| {
        let (action, target) = match group.map(Group::app) {
            None => (Action::CreateAppGroup, Target::App(app.id)),
            Some(from) if from == Some(app.id) => return true,
            Some(Some(_)) => (Action::MoveAppGroup, Target::App(app.id)),
            Some(None) => return any,
        };
        allowed(page, action, target).is_ok()
    })
}
