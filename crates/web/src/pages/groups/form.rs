//! Groups and roles made, edited and deleted.

use portcullis_app::group::{CreateGroup, DeleteGroup, EditGroup};
use portcullis_model::{App, GroupKind, Policy, record::AppPart};

use crate::pages::{pick, prelude::forms::*};

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
            let app = page.query("app");
            let first = match kinds.first() {
                _ if !app.is_empty() => format!("app:{app}"),
                _ if as_role || page.query("kind") == "role" => "role".into(),
                first => first.map_or_else(String::new, |kind| kind.value.clone()),
            };
            choose(form, kinds.clone(), first);
            form.submit = format!("Create {noun}");
        }
        form.add(Line, "name", "Name", group.map_or("", |group| &group.name))
            .required()
            .help(prefix_help(policy));
        form.description(group.map_or("", |group| &group.description));
        match group {
            None => form.owners("They decide who is in the group. Enter logins or e-mail addresses, separated by commas, spaces or new lines."),
            Some(group) if kinds.len() > 1 && !group.is_owners_group() => {
                let first = kind_value(group.kind);
                choose(form, kinds, first)
                    .help("Another kind may need another name. You see what changes for people before it is saved.");
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
            kept if kept == kind_value(group.kind) => None,
            _ => kind_of(input),
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
            let key = if key.is_empty() {
                input.text(OTHER_APP)
            } else {
                key
            };
            if let Some(app) = world.find_app(key) {
                let part = AppPart::Access;
                return Some(GroupKind::App { app: app.id, part });
            }
        }
        _ => {}
    }
    if input.text("kind") == OTHER {
        let name = input.text(OTHER_APP);
        input.errors.add(OTHER_APP, pick::unknown("app", &[name]));
        return None;
    }
    input.errors.add("kind", "choose what kind of group it is");
    None
}

/// The apps offered at once.
const MOST_APPS: usize = 50;
/// The choice that leaves the app to be named, and the field that names it.
const OTHER: &str = "app:";
const OTHER_APP: &str = "other_app";

/// The choice among `kinds`; of very many apps some are offered, and others are named.
fn choose<'f>(
    form: &'f mut FormPage<'_>,
    mut kinds: Vec<ui::Choice>,
    first: String,
) -> &'f mut Field {
    let left = kinds.len().saturating_sub(MOST_APPS);
    if left > 0 {
        kinds.sort_by_key(|kind| !kind.is(&first));
        kinds.truncate(MOST_APPS);
        let label = format!("Group of another app ({left} more), named below");
        kinds.push(ui::Choice::new(OTHER, label));
        form.add(Line, OTHER_APP, "Name of the other app", "");
        // The name stands below the choice.
        let field = form.fields.len() - 1;
        form.add(Select(kinds), "kind", KIND, first);
        form.fields.swap(field, field + 1);
        return &mut form.fields[field];
    }
    form.add(Select(kinds), "kind", KIND, first)
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
