//! What a group confers, given and withheld.

use std::collections::BTreeSet;

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::group::{GrantEntitlement, RevokeEntitlement};
use portcullis_model::{
    Action, Entitlement, Grant, Group, Id, Noun, Permission, Refusal, Target,
    name::{Environment, PermissionName, Reason},
};

use super::{
    convert,
    demands::Demands,
    fields::Submission,
    flow::{self, ConfirmPolicy, Step},
    form::{Aside, Field, FormPage, Text, Values, answer, first},
    frame::Page,
    group_write::{crumbs, found},
};
use crate::{Web, error::Failure, ui};

pub(super) async fn confer(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    let group = found(&page, &id)?;
    first(
        &page,
        (Action::GrantEntitlement, Target::Group(group)),
        |values, errors| form(&page, group, values, errors),
    )
}

pub(super) async fn conferred(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let (page, group) = (&sent.page, found(&sent.page, &id)?);
    let name = fields.parse("permission", &mut errors, PermissionName::parse);
    let mut environments = BTreeSet::new();
    let words = fields
        .get("environments")
        .split(|c: char| c == ',' || c.is_whitespace());
    for word in words.filter(|word| !word.is_empty()) {
        match Environment::parse(word) {
            Ok(environment) => {
                environments.insert(environment);
            }
            Err(bad) => errors.add("environments", bad.0),
        }
    }
    let until = fields.ends("until", page.viewer.context.now, &mut errors);
    let reason = fields.parse("reason", &mut errors, Reason::parse);
    let operation = name
        .zip(until)
        .zip(reason)
        .map(|((name, until), reason)| GrantEntitlement {
            group: group.id,
            replaces: None,
            grant: Grant::Permission(Permission { name, environments }),
            until,
            reason,
        });
    let step = Step {
        title: format!("Grant {} to {}", fields.get("permission"), group.name),
        confirm: "Confer".into(),
        cancel: convert::group_href(group),
        ask: ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    let done = |_: &_| convert::group_href(group);
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        done,
        |values, errors| Ok(form(page, group, values, errors)),
    )
    .await
}

fn form(page: &Page, group: &Group, values: &Values, errors: ui::Errors) -> FormPage {
    const MOST: usize = 200;
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let mut form = FormPage::new(
        page,
        format!("Grant an entitlement to {}", group.name),
        errors,
    );
    form.lead = "Every member of the group has the permission, however they are in it.".into();
    form.crumbs = crumbs(group);
    let known: Vec<_> = world
        .permission_names(now)
        .take(MOST)
        .map(str::to_owned)
        .collect();
    let mut durations = Demands::default().durations(values, &form.errors, now);
    if values.text("until", "").is_empty() {
        durations.chosen = "never".into();
    }
    form.fields = vec![
        Field::Line(
            Text::new("permission", "Permission", values.text("permission", ""))
                .required()
                .options(known)
                .help("As decisions name it, such as “invoices:approve”. What the group confers under that name already is replaced."),
        ),
        Field::Line(
            Text::new("environments", "Environments", values.text("environments", ""))
                .help("Where it holds, such as “staging production”; everywhere, if empty."),
        ),
        Field::Durations(durations),
        Demands::default().reason_field(values, ""),
    ];
    let there = world.entitlements_of(group.id).map(convert::entitlement);
    let there: Vec<_> = there.take(MOST).collect();
    if !there.is_empty() {
        form.asides.push(Aside {
            title: "Confers already",
            entities: there,
            text: String::new(),
        });
    }
    form.submit = "Confer".into();
    form.cancel = convert::group_href(group);
    form
}

pub(super) async fn withhold(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let world = &sent.page.viewer.world;
    let entitlement = id
        .parse::<Id<Entitlement>>()
        .ok()
        .and_then(|id| world.entitlement(id))
        .ok_or_else(|| Refusal::not_found(Noun::Entitlement, &id))?;
    let group = world.group(entitlement.group);
    let (name, href) = group.map_or(("", "/groups".into()), |group| {
        (&*group.name, convert::group_href(group))
    });
    let operation = RevokeEntitlement {
        entitlement: entitlement.id,
    };
    let step = Step {
        title: format!("{name} no longer confers {}", entitlement.grant.label()),
        confirm: "Remove".into(),
        cancel: match entitlement.grant.rules() {
            Some(_) => convert::list_href(entitlement),
            None => href.clone(),
        },
        ask: ConfirmPolicy::Always,
        ..Step::default()
    };
    flow::run(&web, &sent, operation, step, |_| href).await
}
