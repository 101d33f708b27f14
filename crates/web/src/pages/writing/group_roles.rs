//! Roles let into groups and taken out again, from either side.

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::group::{AttachRole, DetachRole};
use portcullis_model::{Action, Group, Id, MembershipKind, Noun, Refusal, Target, name::Reason};

use super::{
    convert,
    demands::Demands,
    fields::Submission,
    flow::{self, ConfirmPolicy, Step},
    form::{Aside, Check, Checks, Choices, Field, FormPage, Text, Values, allowed, answer, first},
    frame::{Page, render},
    group_write::{crumbs, found},
    pick,
};
use crate::{Web, error::Failure, ui};

/// The most groups offered as boxes; others are named.
const MOST_BOXES: usize = 40;

pub(super) async fn attach(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    let group = found(&page, &id)?;
    first(
        &page,
        (Action::AttachRole, Target::Group(group)),
        |values, errors| attach_form(&page, group, values, errors),
    )
}

pub(super) async fn attached(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let (page, group) = (&sent.page, found(&sent.page, &id)?);
    let role = pick::role(&page.viewer.world, fields.get("role"), "role", &mut errors);
    let operation = role.and_then(|role| attaching(&sent, role, vec![group.id], &mut errors));
    let step = Step {
        title: format!("Let {} into {}", fields.get("role"), group.name),
        confirm: "Attach".into(),
        cancel: convert::group_href(group),
        ask: ConfirmPolicy::WhenRulesChange,
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
        |values, errors| Ok(attach_form(page, group, values, errors)),
    )
    .await
}

fn attaching(
    sent: &Submission,
    role: Id<Group>,
    groups: Vec<Id<Group>>,
    errors: &mut ui::Errors,
) -> Option<AttachRole> {
    let fields = &sent.fields;
    let until = fields.ends("until", sent.page.viewer.context.now, errors);
    let reason = fields.parse("reason", errors, Reason::parse);
    until.zip(reason).map(|(until, reason)| AttachRole {
        role,
        groups,
        kind: pick::kind(fields.get("kind")),
        until,
        reason,
    })
}

fn attach_form(page: &Page, group: &Group, values: &Values, errors: ui::Errors) -> FormPage {
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let kind = pick::kind(&values.text("kind", "member"));
    let mut form = FormPage::new(page, format!("Add a role to {}", group.name), errors);
    form.lead = format!("The members of the role will be {kind}s of this group, now and later.");
    form.crumbs = crumbs(group);
    let here = format!("{}/roles/attach?kind=", convert::group_href(group));
    let current = format!("{here}{kind}");
    form.tabs = vec![
        ui::Tab::new("As members", format!("{here}member"), &current),
        ui::Tab::new("As owners", format!("{here}owner"), &current),
    ];
    let demands = Demands::of_inclusion(world, group, kind);
    form.fields = vec![
        Field::hidden("kind", kind),
        Field::Line(
            Text::new("role", "Role", values.text("role", ""))
                .required()
                .options(pick::role_names(world, None))
                .help("The role's name. Where it is attached already, the end moves."),
        ),
        Field::Durations(demands.durations(values, &form.errors, now)),
        demands.reason_field(values, ""),
    ];
    form.submit = "Attach the role".into();
    form.cancel = convert::group_href(group);
    form
}

/// Takes a role out of a group, or out of several: fields `role`, `group` (several; the one in the
/// address where none is named), `kind`.
pub(super) async fn detach(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (page, here) = (&sent.page, found(&sent.page, &id)?);
    let world = &page.viewer.world;
    let role = if sent.fields.has("role") {
        let key = sent.fields.get("role");
        let role = world.find_group(key);
        role.ok_or_else(|| Refusal::not_found(Noun::Role, key))?
    } else {
        here
    };
    let mut groups = Vec::new();
    for key in sent.fields.all("group") {
        let group = world.find_group(key);
        groups.push(group.ok_or_else(|| Refusal::not_found(Noun::Group, key))?);
    }
    if groups.is_empty() {
        groups.push(here);
    }
    let operation = DetachRole {
        role: role.id,
        groups: groups.iter().map(|group| group.id).collect(),
        kind: pick::kind(sent.fields.get("kind")),
    };
    let from = match &groups[..] {
        [one] => one.name.to_string(),
        all => format!("{} groups", all.len()),
    };
    let step = Step {
        title: format!("Take {} out of {from}", role.name),
        confirm: "Detach".into(),
        cancel: convert::group_href(here),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    };
    let done = |_: &_| convert::group_href(here);
    flow::run(&web, &sent, operation, step, done).await
}

/// The same from the role's side: into several groups at once.
pub(super) async fn lead(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    let role = role(&page, &id)?;
    if offered(&page, role).0.is_empty() {
        allowed(&page, Action::AttachRole, Target::Nothing)?;
    }
    let values = Values::asked(&page);
    render(&lead_form(&page, role, &values, ui::Errors::default()))
}

pub(super) async fn led(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let (page, role) = (&sent.page, role(&sent.page, &id)?);
    let mut groups = pick::ids(fields, "groups");
    groups.extend(pick::groups(
        &page.viewer.world,
        fields.get("more"),
        "more",
        &mut errors,
    ));
    let count = groups.len();
    let operation = attaching(&sent, role.id, groups, &mut errors);
    let plural = if count == 1 { "" } else { "s" };
    let step = Step {
        title: format!("Add {} to {count} group{plural}", role.name),
        confirm: "Attach".into(),
        cancel: convert::group_href(role),
        ask: ConfirmPolicy::WhenRulesChange,
        ..Step::default()
    };
    let done = |_: &_| convert::group_href(role);
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        done,
        |values, errors| Ok(lead_form(page, role, values, errors)),
    )
    .await
}

fn lead_form(page: &Page, role: &Group, values: &Values, errors: ui::Errors) -> FormPage {
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let kind = pick::kind(&values.text("kind", "member"));
    let mut form = FormPage::new(page, format!("Add {} to groups", role.name), errors);
    form.lead = "Whoever is in the role gets into these groups, now and later.".into();
    form.crumbs = crumbs(role);
    let (groups, left) = offered(page, role);
    let boxes = groups.into_iter().map(|group| {
        let value = group.id.to_string();
        Check {
            label: group.name.to_string(),
            help: limit_note(world, group, kind),
            checked: values.checked("groups", &value, false),
            locked: false,
            value,
        }
    });
    let more = Text::new("more", "More groups", values.text("more", ""));
    form.fields = vec![
        Field::Checks(Checks {
            name: "groups",
            label: "Groups",
            boxes: boxes.collect(),
            help: if left == 0 {
                "The groups you may let roles into.".into()
            } else {
                format!("{left} more are not listed; name them below.")
            },
            none: "You may let this role into no group here.",
        }),
        Field::Lines(more.help("By name, one per line or separated by commas.")),
        Field::Pills(Choices {
            name: "kind",
            label: "As",
            choices: vec![
                ui::Choice::new("member", "Members"),
                ui::Choice::new("owner", "Owners"),
            ],
            chosen: kind.to_string(),
            help: String::new(),
            required: true,
        }),
        // Each group's own limit cuts its own end; none is common to all.
        Field::Durations(Demands::default().durations(values, &form.errors, now)),
        Demands::default().reason_field(
            values,
            "Needed where a tag on one of the groups asks for it.",
        ),
    ];
    let already = world
        .targets_of(role.id)
        .filter_map(|inclusion| world.group(inclusion.target))
        .map(convert::group);
    let already: Vec<_> = already.take(MOST_BOXES).collect();
    if !already.is_empty() {
        form.asides.push(Aside {
            title: "Leads into already",
            entities: already,
            text: String::new(),
        });
    }
    form.submit = "Attach".into();
    form.cancel = convert::group_href(role);
    form
}

fn limit_note(world: &portcullis_model::World, group: &Group, kind: MembershipKind) -> String {
    let demands = Demands::of_inclusion(world, group, kind);
    let mut notes = Vec::new();
    if let Some((seconds, tag)) = demands.limit {
        let most = super::demands::length(seconds);
        notes.push(format!("at most {most} ({})", tag.name));
    }
    if let Some((_, tag)) = demands.reason {
        notes.push(format!("needs a reason ({})", tag.name));
    }
    notes.join(", ")
}

/// Groups the viewer may lead the role into and does not yet, the first of them, and how many more.
fn offered<'p>(page: &'p Page, role: &Group) -> (Vec<&'p Group>, usize) {
    let world = &page.viewer.world;
    let mut all: Vec<_> = world
        .groups()
        .filter(|group| !group.is_role() && group.is_managed())
        .filter(|group| {
            world
                .inclusion_of(role.id, group.id, MembershipKind::Member)
                .is_none()
        })
        .filter(|group| {
            let target = Target::Inclusion {
                child: role.id,
                target: group,
            };
            allowed(page, Action::AttachRole, target).is_ok()
        })
        .collect();
    let left = all.len().saturating_sub(MOST_BOXES);
    all.truncate(MOST_BOXES);
    (all, left)
}

pub(super) fn role<'p>(page: &'p Page, id: &str) -> Result<&'p Group, Refusal> {
    let found = page.viewer.world.find_group(id);
    found
        .filter(|group| group.is_role())
        .ok_or_else(|| Refusal::not_found(Noun::Role, id))
}
