//! Roles merged and split.

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::role::{MergeRoles, SplitRole};
use portcullis_model::{Action, Group, MembershipKind, Target, name::Reason};

use super::{
    convert,
    fields::Submission,
    flow::{ConfirmPolicy, Step},
    form::{Check, Checks, Field, FormPage, Text, Values, allowed, answer, first},
    frame::{Page, render},
    group_roles::role,
    group_write::{crumbs, description_field, to_made_group},
    pick,
    role_new::{Described, name_field, reason_field},
};
use crate::{Web, error::Failure, ui};

pub(super) async fn merge(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    let role = role(&page, &id)?;
    first(
        &page,
        (Action::AddPeople, Target::Group(role)),
        |values, errors| merge_form(&page, role, values, errors),
    )
}

pub(super) async fn merged(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let (page, into) = (&sent.page, role(&sent.page, &id)?);
    let from = pick::role(&page.viewer.world, fields.get("from"), "from", &mut errors);
    let reason = fields.parse("reason", &mut errors, Reason::parse);
    let operation = from.zip(reason).map(|(from, reason)| MergeRoles {
        into: into.id,
        from,
        reason,
    });
    let step = Step {
        title: format!(
            "Merge {} into {} and delete it",
            fields.get("from"),
            into.name
        ),
        confirm: "Merge".into(),
        cancel: convert::group_href(into),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    };
    let done = |_: &_| convert::group_href(into);
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        done,
        |values, errors| Ok(merge_form(page, into, values, errors)),
    )
    .await
}

fn merge_form(page: &Page, into: &Group, values: &Values, errors: ui::Errors) -> FormPage {
    let mut form = FormPage::new(page, format!("Merge a role into {}", into.name), errors);
    form.lead = format!(
        "Its people and groups move to {}, and it is deleted. Where both have somebody or something, the later end stays.",
        into.name
    );
    form.crumbs = crumbs(into);
    form.fields = vec![
        Field::Line(
            Text::new("from", "The role that goes", values.text("from", ""))
                .required()
                .options(pick::role_names(&page.viewer.world, Some(into.id))),
        ),
        reason_field(values),
    ];
    form.submit = "Show what changes".into();
    form.cancel = convert::group_href(into);
    form
}

pub(super) async fn split(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    allowed(&page, Action::CreateGroup, Target::Nothing)?;
    let role = role(&page, &id)?;
    let values = Values::asked(&page);
    render(&split_form(&page, role, &values, ui::Errors::default()))
}

pub(super) async fn divided(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (page, old) = (&sent.page, role(&sent.page, &id)?);
    let mut errors = ui::Errors::default();
    let text = Described::read(&web, &sent, &mut errors);
    let operation = text.map(|text| SplitRole {
        role: old.id,
        name: text.name,
        description: text.description,
        groups: pick::ids(&sent.fields, "groups"),
        reason: text.reason,
    });
    let step = Step {
        title: format!("Split {} off {}", sent.fields.get("name"), old.name),
        confirm: "Split".into(),
        cancel: convert::group_href(old),
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
        |values, errors| Ok(split_form(page, old, values, errors)),
    )
    .await
}

fn split_form(page: &Page, role: &Group, values: &Values, errors: ui::Errors) -> FormPage {
    let world = &page.viewer.world;
    let mut form = FormPage::new(page, format!("Split {}", role.name), errors);
    form.lead = "The groups you tick move to a new role with the same people, so nobody gains or loses anything today.".into();
    form.crumbs = crumbs(role);
    let boxes = world.targets_of(role.id).filter_map(|inclusion| {
        let group = world.group(inclusion.target)?;
        let value = group.id.to_string();
        Some(Check {
            label: group.name.to_string(),
            help: if inclusion.kind == MembershipKind::Owner {
                "as owner".into()
            } else {
                String::new()
            },
            checked: values.checked("groups", &value, false),
            locked: false,
            value,
        })
    });
    let mut boxes: Vec<_> = boxes.collect();
    boxes.sort_by(|a, b| a.label.cmp(&b.label));
    form.fields = vec![
        name_field(page, values),
        description_field(values, ""),
        Field::Checks(Checks {
            name: "groups",
            label: "Groups that move",
            boxes,
            help: String::new(),
            none: "This role leads into no group.",
        }),
        reason_field(values),
    ];
    form.submit = "Show what changes".into();
    form.cancel = convert::group_href(role);
    form
}
