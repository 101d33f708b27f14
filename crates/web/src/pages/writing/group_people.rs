//! People put into a group, taken out of it, and the ends of those who are in it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::group::{AddPeople, RemovePeople};
use portcullis_model::{
    Action, Group, Id, MembershipKind, Noun, Refusal, Target, User, name::Reason,
};

use super::{
    convert,
    demands::Demands,
    fields::Submission,
    flow::{self, ConfirmPolicy, Step},
    form::{Aside, Field, FormPage, Text, Values, allowed, answer, ask_first, first},
    frame::{Page, render},
    group_write::{crumbs, found},
    pick,
};
use crate::{Web, error::Failure, ui};

pub(super) async fn add(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    let group = found(&page, &id)?;
    first(
        &page,
        (Action::AddPeople, Target::Group(group)),
        |values, errors| add_form(&page, group, values, errors),
    )
}

pub(super) async fn added(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let (page, group) = (&sent.page, found(&sent.page, &id)?);
    let users = pick::people(
        &page.viewer.world,
        fields.get("users"),
        "users",
        &mut errors,
    );
    if users.is_empty() {
        errors.add("users", "name at least one person");
    }
    let operation = placing(&sent, group, users.clone(), &mut errors);
    let who = many(page, &users);
    let step = Step {
        title: format!("Add {who} to {}", group.name),
        confirm: "Add".into(),
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
        |values, errors| Ok(add_form(page, group, values, errors)),
    )
    .await
}

fn placing(
    sent: &Submission,
    group: &Group,
    users: Vec<Id<User>>,
    errors: &mut ui::Errors,
) -> Option<AddPeople> {
    let fields = &sent.fields;
    let until = fields.ends("until", sent.page.viewer.context.now, errors);
    let reason = fields.parse("reason", errors, Reason::parse);
    until.zip(reason).map(|(until, reason)| AddPeople {
        group: group.id,
        kind: pick::kind(fields.get("kind")),
        users,
        until,
        reason,
    })
}

fn add_form(page: &Page, group: &Group, values: &Values, errors: ui::Errors) -> FormPage {
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let kind = pick::kind(&values.text("kind", "member"));
    let mut form = FormPage::new(page, format!("Add {kind}s to {}", group.name), errors);
    form.crumbs = crumbs(group);
    let here = format!("{}/people/add?kind=", convert::group_href(group));
    let current = format!("{here}{kind}");
    form.tabs = vec![
        ui::Tab::new("Members", format!("{here}member"), &current),
        ui::Tab::new("Owners", format!("{here}owner"), &current),
    ];
    let demands = Demands::of_place(world, group, kind, now);
    form.banners
        .extend(demands.self_add_banner(world, page.viewer.id, group, kind, now));
    form.fields = vec![
        Field::hidden("kind", kind),
        Field::Lines(
            Text::new("users", "People", values.text("users", ""))
                .required()
                .help("Logins or e-mail addresses, separated by commas, spaces or new lines. Lists can be pasted. Existing members get the new end date."),
        ),
        Field::Durations(demands.durations(values, &form.errors, now)),
        demands.reason_field(values, "Shown next to the member."),
    ];
    form.asides.push(Aside {
        title: "What they get",
        entities: leads_to(page, group, kind),
        text: match kind {
            MembershipKind::Member => String::new(),
            MembershipKind::Owner => {
                "Owners decide who is in it. They are not members by that.".into()
            }
        },
    });
    form.asides
        .retain(|aside| !(aside.entities.is_empty() && aside.text.is_empty()));
    form.submit = format!("Add {kind}s");
    form.cancel = convert::group_href(group);
    form
}

/// What a place in `group` leads to: the first of the groups and permissions.
fn leads_to(page: &Page, group: &Group, kind: MembershipKind) -> Vec<ui::Entity> {
    const MOST: usize = 12;
    if kind == MembershipKind::Owner {
        return Vec::new();
    }
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let groups = world.reach(group.id, now).into_iter().map(|(group, kind)| {
        let entity = convert::group(group);
        if kind == MembershipKind::Owner {
            entity.with_detail("as owner")
        } else {
            entity
        }
    });
    let confers = world.entitlements_of(group.id).map(convert::entitlement);
    groups.chain(confers).take(MOST).collect()
}

pub(super) async fn extend(
    page: Page,
    Path((id, login)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (group, user) = (found(&page, &id)?, person(&page, &login)?);
    let place = Target::Place {
        user: user.id,
        group,
    };
    allowed(&page, Action::AddPeople, place)?;
    let values = Values::asked(&page);
    render(&extend_form(
        &page,
        group,
        user,
        &values,
        ui::Errors::default(),
    )?)
}

pub(super) async fn extended(
    State(web): State<Web>,
    Path((id, login)): Path<(String, String)>,
    sent: Submission,
) -> Result<Response, Failure> {
    let mut errors = ui::Errors::default();
    let page = &sent.page;
    let (group, user) = (found(page, &id)?, person(page, &login)?);
    let operation = placing(&sent, group, vec![user.id], &mut errors);
    let step = Step {
        title: format!("Change until when {} is in {}", user.name, group.name),
        confirm: "Change".into(),
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
        |values, errors| extend_form(page, group, user, values, errors),
    )
    .await
}

fn extend_form(
    page: &Page,
    group: &Group,
    user: &User,
    values: &Values,
    errors: ui::Errors,
) -> Result<FormPage, Failure> {
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let kind = pick::kind(&values.text("kind", "member"));
    let direct = world.direct(user.id, group.id, kind).ok_or_else(|| {
        Refusal::not_found(kind.into(), format!("{} in {}", user.login, group.name))
    })?;
    let title = format!("Until when is {} in {}?", user.name, group.name);
    let mut form = FormPage::new(page, title, errors);
    form.crumbs = crumbs(group);
    let demands = Demands::of_place(world, group, kind, now);
    form.banners.extend(
        demands
            .self_add_banner(world, page.viewer.id, group, kind, now)
            .filter(|_| page.viewer.id == user.id),
    );
    let ends = direct.validity.until.instant();
    let ends = ends.map_or("has no end".into(), |at| {
        format!("ends {}", convert::when(at, now).absolute())
    });
    let who = convert::user(user).with_detail(format!("{}, {ends}", kind.noun()));
    form.fields = vec![
        Field::hidden("kind", kind),
        Field::known("Now", who),
        Field::Durations(demands.durations(values, &form.errors, now)),
        demands.reason_field(values, "Why it goes on, or ends earlier."),
    ];
    form.submit = "Change the end".into();
    form.cancel = convert::group_href(group);
    Ok(form)
}

/// Takes people out: field `user` several times, by login or id, and `kind`.
pub(super) async fn remove(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (page, group) = (&sent.page, found(&sent.page, &id)?);
    let named = ["user", "pick"]
        .into_iter()
        .flat_map(|name| sent.fields.all(name));
    let users = named
        .map(|key| person(page, key).map(|user| user.id))
        .collect::<Result<Vec<_>, _>>()?;
    let kind = pick::kind(sent.fields.get("kind"));
    let who = many(page, &users);
    let operation = RemovePeople {
        group: group.id,
        kind,
        users,
    };
    let step = Step {
        title: match kind {
            MembershipKind::Member => format!("Remove {who} from {}", group.name),
            MembershipKind::Owner => format!("Take {} away from {who}", ownership_of(group)),
        },
        confirm: "Remove".into(),
        cancel: convert::group_href(group),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    };
    let done = |_: &_| convert::group_href(group);
    flow::run(&web, &sent, operation, step, done).await
}

pub(super) async fn leave(
    State(web): State<Web>,
    page: Page,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let group = found(&page, &id)?.clone();
    let kind = pick::kind(&page.query("kind"));
    let (operation, step) = leaving(&page, &group, kind);
    ask_first(&web, page, operation, step).await
}

pub(super) async fn left(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let group = found(&sent.page, &id)?;
    let asked = if sent.fields.has("kind") {
        sent.fields.get("kind").to_owned()
    } else {
        sent.page.query("kind")
    };
    let (operation, step) = leaving(&sent.page, group, pick::kind(&asked));
    let done = |_: &_| convert::group_href(group);
    flow::run(&web, &sent, operation, step, done).await
}

fn leaving(page: &Page, group: &Group, kind: MembershipKind) -> (RemovePeople, Step) {
    let operation = RemovePeople {
        group: group.id,
        kind,
        users: vec![page.viewer.id],
    };
    let title = match kind {
        MembershipKind::Member => format!("Leave {}", group.name),
        MembershipKind::Owner => format!("Give up {}", ownership_of(group)),
    };
    let step = Step {
        title,
        confirm: "Leave".into(),
        cancel: convert::group_href(group),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    };
    (operation, step)
}

fn ownership_of(group: &Group) -> String {
    format!("ownership of {}", group.name)
}

fn person<'p>(page: &'p Page, key: &str) -> Result<&'p User, Refusal> {
    let found = page.viewer.world.find_user(key);
    found.ok_or_else(|| Refusal::not_found(Noun::Person, key))
}

/// One person by name, several by number.
fn many(page: &Page, users: &[Id<User>]) -> String {
    match users {
        [one] => page
            .viewer
            .world
            .user(*one)
            .map_or_else(String::new, |user| user.name.to_string()),
        all => format!("{} people", all.len()),
    }
}
