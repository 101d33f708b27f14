//! A role made new, or from what somebody has.

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::role::{CloneRole, People, RoleFromPerson};
use portcullis_model::{
    Action, Group, GroupKind, MembershipKind, Noun, Refusal, Target, User,
    name::{Description, Name, Reason},
};

use super::{
    convert,
    fields::Submission,
    flow::{ConfirmPolicy, Step},
    form::{Check, Checks, Field, FormPage, Text, Values, allowed, answer},
    frame::{Page, render},
    group_roles::role,
    group_write::{crumbs, description_field, new_role, to_made_group, with_prefix},
    pick,
};
use crate::{Web, error::Failure, ui};

pub(super) async fn new(page: Page) -> Result<Response, Failure> {
    let from = page.query("from");
    if from.is_empty() {
        return new_role(&page);
    }
    allowed(&page, Action::CreateGroup, Target::Nothing)?;
    let user = person(&page, &from)?;
    let values = Values::asked(&page);
    render(&from_form(&page, user, &values, ui::Errors::default()))
}

pub(super) async fn create(web: State<Web>, sent: Submission) -> Result<Response, Failure> {
    let from = sent.page.query("from");
    if from.is_empty() {
        return super::group_write::create(web, sent).await;
    }
    let (State(web), page) = (web, &sent.page);
    let user = person(page, &from)?;
    let mut errors = ui::Errors::default();
    let text = Described::read(&web, &sent, &mut errors);
    let operation = text.map(|text| RoleFromPerson {
        user: user.id,
        name: text.name,
        description: text.description,
        groups: Some(pick::ids(&sent.fields, "groups")),
        reason: text.reason,
    });
    let step = Step {
        title: format!(
            "Make the role {} of what {} has",
            sent.fields.get("name"),
            user.name
        ),
        confirm: "Make the role".into(),
        cancel: convert::user_href(user),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    };
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        to_made_group,
        |values, errors| Ok(from_form(page, user, values, errors)),
    )
    .await
}

/// What every new role is given.
pub(super) struct Described {
    pub name: Name,
    pub description: Description,
    pub reason: Reason,
}

impl Described {
    pub(super) fn read(web: &Web, sent: &Submission, errors: &mut ui::Errors) -> Option<Self> {
        let fields = &sent.fields;
        let full = with_prefix(
            &sent.page,
            web.app().policy(),
            GroupKind::Role,
            fields.get("name"),
        );
        let name = Name::parse(&full)
            .map_err(|bad| errors.add("name", bad.0))
            .ok();
        let description = fields.parse("description", errors, Description::parse);
        let reason = fields.parse("reason", errors, Reason::parse);
        Some(Self {
            name: name?,
            description: description?,
            reason: reason?,
        })
    }
}

pub(super) fn name_field(page: &Page, values: &Values) -> Field {
    let prefix = &page.viewer.context.policy.role_prefix;
    let text = Text::new(
        "name",
        "Name of the new role",
        values.text("name", &**prefix),
    )
    .required();
    Field::Line(if prefix.is_empty() {
        text
    } else {
        text.help(format!("Roles are called “{prefix}…”."))
    })
}

pub(super) fn reason_field(values: &Values) -> Field {
    Field::Lines(
        Text::new("reason", "Reason", values.text("reason", ""))
            .help("Needed where a tag on one of the groups asks for it."),
    )
}

fn from_form(page: &Page, user: &User, values: &Values, errors: ui::Errors) -> FormPage {
    let (world, now) = (&page.viewer.world, page.viewer.context.now);
    let title = format!("Make a role of what {} has", user.name);
    let mut form = FormPage::new(page, title, errors);
    form.lead = format!(
        "The role leads into the groups you tick, and {} is its first member. Their own places stay.",
        user.name
    );
    form.crumbs = vec![
        ui::Link::new("People", "/people"),
        ui::Link::new(&*user.name, convert::user_href(user)),
    ];
    let asked = page.query("groups");
    let asked: Vec<_> = asked.split(',').filter(|id| !id.is_empty()).collect();
    let access = world.access_of(user.id, now);
    let could = access
        .iter()
        .filter(|a| a.kind == MembershipKind::Member && a.group.is_managed() && !a.group.is_role());
    let boxes = could.map(|access| {
        let value = access.group.id.to_string();
        let through = access.paths.first().filter(|path| !path.is_direct());
        let through = through.and_then(|path| world.group(path.direct.group));
        let checked = if values.fields().has("name") {
            values.checked("groups", &value, false)
        } else {
            asked.is_empty() || asked.contains(&value.as_str())
        };
        Check {
            label: access.group.name.to_string(),
            help: through.map_or_else(String::new, |role| format!("through {}", role.name)),
            checked,
            locked: false,
            value,
        }
    });
    form.fields = vec![
        name_field(page, values),
        description_field(values, ""),
        Field::Checks(Checks {
            name: "groups",
            label: "Leads into",
            boxes: boxes.collect(),
            help: String::new(),
            none: "They are in no group that a role could take over.",
        }),
        reason_field(values),
    ];
    form.submit = "Show what changes".into();
    form.cancel = convert::user_href(user);
    form
}

pub(super) async fn clone(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    allowed(&page, Action::CreateGroup, Target::Nothing)?;
    let role = role(&page, &id)?;
    let values = Values::asked(&page);
    render(&clone_form(&page, role, &values, ui::Errors::default()))
}

pub(super) async fn cloned(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (page, role) = (&sent.page, role(&sent.page, &id)?);
    let mut errors = ui::Errors::default();
    let text = Described::read(&web, &sent, &mut errors);
    let operation = text.map(|text| CloneRole {
        role: role.id,
        name: text.name,
        description: Some(text.description),
        people: if sent.fields.has("people") {
            People::Same
        } else {
            People::Nobody
        },
        reason: text.reason,
    });
    let step = Step {
        title: format!("Clone {} as {}", role.name, sent.fields.get("name")),
        confirm: "Clone".into(),
        cancel: convert::group_href(role),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    };
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        to_made_group,
        |values, errors| Ok(clone_form(page, role, values, errors)),
    )
    .await
}

fn clone_form(page: &Page, role: &Group, values: &Values, errors: ui::Errors) -> FormPage {
    let mut form = FormPage::new(page, format!("Clone {}", role.name), errors);
    form.lead = "The clone leads where this role leads; from then on each goes its own way.".into();
    form.crumbs = crumbs(role);
    form.fields = vec![
        name_field(page, values),
        description_field(values, &role.description),
        Field::Checks(Checks {
            name: "people",
            label: "Who is in it",
            boxes: vec![Check {
                value: "same".into(),
                label: "The same people, until the same ends".into(),
                help: String::new(),
                checked: values.checked("people", "same", false),
                locked: false,
            }],
            help: String::new(),
            none: "",
        }),
        reason_field(values),
    ];
    form.submit = "Show what changes".into();
    form.cancel = convert::group_href(role);
    form
}

fn person<'p>(page: &'p Page, key: &str) -> Result<&'p User, Refusal> {
    let found = page.viewer.world.find_user(key);
    found.ok_or_else(|| Refusal::not_found(Noun::Person, key))
}
