//! Groups and roles made, edited and deleted.

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::group::{CreateGroup, DeleteGroup, EditGroup};
use portcullis_model::{
    Action, App, Group, GroupKind, Id, Noun, Policy, Refusal, Target,
    name::{Description, Name},
    record::AppPart,
};
use portcullis_store::Committed;

use super::{
    convert,
    fields::Submission,
    flow::{self, ConfirmPolicy, Step},
    form::{
        Banner, Choices, Field, FormPage, Text, Values, allowed, answer, ask_first, first, seen,
        unseen,
    },
    frame::{Page, render},
    pick,
};
use crate::{Web, error::Failure, ui};

pub(super) fn found<'p>(page: &'p Page, id: &str) -> Result<&'p Group, Refusal> {
    let found = page.viewer.world.find_group(id);
    found.ok_or_else(|| Refusal::not_found(Noun::Group, id))
}

/// The way to a group.
pub(super) fn crumbs(group: &Group) -> Vec<ui::Link> {
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

/// Where a commit that made a group leads.
pub(super) fn to_made_group(committed: &Committed) -> String {
    let made = committed
        .change
        .changes
        .iter()
        .find_map(|change| match change {
            portcullis_model::Change::Group(edit) => edit.after.as_deref(),
            _ => None,
        });
    made.map_or("/groups".into(), convert::group_href)
}

pub(super) async fn new(page: Page) -> Result<Response, Failure> {
    let kinds = kinds(&page, None);
    if kinds.is_empty() {
        allowed(&page, Action::CreateGroup, Target::Nothing)?;
    }
    render(&new_form(
        &page,
        &Values::asked(&page),
        ui::Errors::default(),
    ))
}

/// `/roles/new` without a person to take access from.
pub(super) fn new_role(page: &Page) -> Result<Response, Failure> {
    allowed(page, Action::CreateGroup, Target::Nothing)?;
    render(&new_form(page, &Values::asked(page), ui::Errors::default()))
}

pub(super) async fn create(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let (page, policy) = (&sent.page, web.app().policy());
    let kind = kind_of(page, fields.get("kind"), &mut errors);
    let name = kind.and_then(|kind| {
        let full = with_prefix(page, policy, kind, fields.get("name"));
        let parsed = Name::parse(&full).map_err(|bad| errors.add("name", bad.0));
        parsed.ok()
    });
    let description = fields.parse("description", &mut errors, Description::parse);
    let owners = pick::people(
        &page.viewer.world,
        fields.get("owners"),
        "owners",
        &mut errors,
    );
    let operation = kind
        .zip(name)
        .zip(description)
        .map(|((kind, name), description)| CreateGroup {
            kind,
            name,
            description,
            tags: pick::ids(fields, "tags"),
            owners,
        });
    let step = Step {
        title: format!("Create {}", fields.get("name")),
        confirm: "Create".into(),
        cancel: "/groups".into(),
        ask: ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        to_made_group,
        |values, errors| Ok(new_form(page, values, errors)),
    )
    .await
}

fn new_form(page: &Page, values: &Values, errors: ui::Errors) -> FormPage {
    let as_role = page.path.starts_with("/roles");
    let (noun, list) = if as_role {
        ("role", "/roles")
    } else {
        ("group", "/groups")
    };
    let mut form = FormPage::new(page, format!("Create a {noun}"), errors);
    form.crumbs = vec![ui::Link::new(
        if as_role { "Roles" } else { "Groups" },
        list,
    )];
    let kinds = kinds(page, None);
    let app = page.query("app");
    let asked = match page.query("kind").as_str() {
        _ if !app.is_empty() => format!("app:{app}"),
        "role" => "role".into(),
        _ if as_role => "role".into(),
        _ => kinds
            .first()
            .map_or_else(String::new, |kind| kind.value.clone()),
    };
    let me = page.viewer.user().map_or("", |user| user.login.as_str());
    if as_role {
        form.lead =
            "A role is a job function: whoever is in it gets into the groups it leads to.".into();
        form.banners.push(
            Banner::new(
                ui::Level::Info,
                "A role can also be made from what somebody has.",
                "Open their page and choose “Make a role of this”.",
            )
            .leading("Find a person", "/people"),
        );
    }
    let policy = &page.viewer.context.policy;
    form.fields = vec![
        kind_field(kinds, values.text("kind", asked), "What kind of group"),
        Field::Line(
            Text::new("name", "Name", values.text("name", ""))
                .required()
                .help(prefix_help(policy)),
        ),
        description_field(values, ""),
        Field::Lines(
            Text::new("owners", "Owners", values.text("owners", me))
                .help("They decide who is in it. Logins or e-mail addresses, separated by commas, spaces or new lines."),
        ),
        pick::tags_field(page, values, &[], Action::UntagGroup, Target::Nothing),
    ];
    form.submit = format!("Create {noun}");
    form.cancel = list.into();
    form
}

pub(super) async fn edit(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    let group = found(&page, &id)?;
    first(
        &page,
        (Action::EditGroup, Target::Group(group)),
        |values, errors| edit_form(&page, group, values, errors),
    )
}

pub(super) async fn save(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let (page, group) = (&sent.page, found(&sent.page, &id)?);
    let kind = if fields.has("kind") && fields.get("kind") != kind_value(group.kind) {
        kind_of(page, fields.get("kind"), &mut errors)
    } else {
        None
    };
    unseen(fields, group, None, &mut errors);
    let operation = EditGroup {
        group: Some(group.id),
        name: fields.parse("name", &mut errors, Name::parse),
        description: fields.parse("description", &mut errors, Description::parse),
        tags: Some(pick::ids(fields, "tags")),
        kind,
    };
    let step = Step {
        title: format!("Edit {}", group.name),
        confirm: "Save".into(),
        cancel: convert::group_href(group),
        ask: ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    let id = group.id;
    let done = move |committed: &Committed| {
        let group = committed.world.group(id);
        group.map_or("/groups".into(), convert::group_href)
    };
    answer(
        &web,
        &sent,
        Some(operation),
        errors,
        step,
        done,
        |values, errors| Ok(edit_form(page, group, values, errors)),
    )
    .await
}

fn edit_form(page: &Page, group: &Group, values: &Values, errors: ui::Errors) -> FormPage {
    let mut form = FormPage::new(page, format!("Edit {}", group.name), errors);
    form.crumbs = crumbs(group);
    let name = Text::new("name", "Name", values.text("name", &*group.name)).required();
    form.fields = vec![
        Field::Line(name.help(prefix_help(&page.viewer.context.policy))),
        description_field(values, &group.description),
    ];
    let kinds = kinds(page, Some(group));
    if kinds.len() > 1 && !group.is_owners_group() {
        let chosen = values.text("kind", kind_value(group.kind));
        let mut field = kind_field(kinds, chosen, "What kind of group");
        if let Field::Select(choices) = &mut field {
            choices.help = "Another kind needs another name; what changes for people is shown before it is saved.".into();
        }
        form.fields.push(field);
    }
    let target = Target::Group(group);
    form.fields.push(pick::tags_field(
        page,
        values,
        &group.tags,
        Action::UntagGroup,
        target,
    ));
    let inherited: Vec<_> = page
        .viewer
        .world
        .tags_on(group)
        .filter(|tag| !group.tags.contains(&tag.id))
        .map(convert::tag)
        .collect();
    if !inherited.is_empty() {
        form.asides.push(super::form::Aside {
            title: "Tags of the app",
            entities: inherited,
            text: "They reach all its groups.".into(),
        });
    }
    form.fields.push(seen(group));
    form.cancel = convert::group_href(group);
    form
}

pub(super) async fn delete(
    State(web): State<Web>,
    page: Page,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let group = found(&page, &id)?.clone();
    let step = deleting(&group);
    ask_first(&web, page, DeleteGroup { group: group.id }, step).await
}

pub(super) async fn deleted(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let group = found(&sent.page, &id)?;
    let list = if group.is_role() { "/roles" } else { "/groups" };
    let (operation, step) = (DeleteGroup { group: group.id }, deleting(group));
    flow::run(&web, &sent, operation, step, |_| list.into()).await
}

fn deleting(group: &Group) -> Step {
    Step {
        title: format!("Delete the {} {}", group.noun(), group.name),
        confirm: "Delete".into(),
        cancel: convert::group_href(group),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    }
}

pub(super) fn description_field(values: &Values, before: &str) -> Field {
    Field::Lines(
        Text::new(
            "description",
            "Description",
            values.text("description", before),
        )
        .help("Help people decide whether they need it."),
    )
}

fn kind_field(choices: Vec<ui::Choice>, chosen: String, label: &'static str) -> Field {
    Field::Select(Choices {
        name: "kind",
        label,
        choices,
        chosen,
        help: String::new(),
        required: true,
    })
}

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

/// The name with what names of its kind start with, where it was left out.
pub(super) fn with_prefix(page: &Page, policy: &Policy, kind: GroupKind, name: &str) -> String {
    let prefix = match kind {
        GroupKind::Role => policy.role_prefix.clone(),
        GroupKind::App { app, .. } => page
            .viewer
            .world
            .app(app)
            .map_or_else(String::new, |app| policy.app_group_prefix(&app.name)),
        GroupKind::Group => String::new(),
    };
    if name.is_empty() || name.starts_with(&prefix) {
        name.to_owned()
    } else {
        format!("{prefix}{name}")
    }
}

fn kind_value(kind: GroupKind) -> String {
    match kind {
        GroupKind::Group => "group".into(),
        GroupKind::Role => "role".into(),
        GroupKind::App { app, .. } => format!("app:{app}"),
    }
}

fn kind_of(page: &Page, text: &str, errors: &mut ui::Errors) -> Option<GroupKind> {
    let app = |key: &str| page.viewer.world.find_app(key).map(|app| app.id);
    match text.split_once(':') {
        None if text == "group" => Some(GroupKind::Group),
        None if text == "role" => Some(GroupKind::Role),
        Some(("app", key)) if app(key).is_some() => app(key).map(|app| GroupKind::App {
            app,
            part: AppPart::Access,
        }),
        _ => {
            errors.add("kind", "choose what kind of group it is to be");
            None
        }
    }
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
