//! Asking for access: find the group, then say for how long and why.

use askama::Template;
use axum::{extract::State, response::Response};
use portcullis_app::request::CreateRequest;
use portcullis_model::{
    Change, Group, GroupKind, MembershipKind, Wants, name::Reason, world::contains,
};
use portcullis_store::Committed;

use super::{
    convert,
    demands::Demands,
    fields::Submission,
    flow::{self, Step},
    form::{Aside, Banner, Field, FormPage, Values, answer},
    frame::{Page, render},
    group_write::found,
    pick,
};
use crate::{Web, error::Failure, ui};

/// How many groups a search shows.
const MOST_FOUND: usize = 30;

#[derive(Template)]
#[template(path = "request_new.html")]
struct Picker {
    shell: ui::Shell,
    crumbs: Vec<ui::Link>,
    query: String,
    found: Vec<Candidate>,
    more: usize,
}

struct Candidate {
    group: ui::Entity,
    about: String,
    ask: String,
    has: Option<ui::ExpiryPill>,
}

pub(super) async fn new(page: Page) -> Result<Response, Failure> {
    let key = page.query("group");
    if key.is_empty() {
        return render(&picker(&page));
    }
    let group = found(&page, &key)?;
    let values = Values::asked(&page);
    render(&form(&page, group, &values, ui::Errors::default()))
}

fn picker(page: &Page) -> Picker {
    let (world, now) = (&page.viewer.world, page.viewer.context.now);
    let query = page.query("q");
    let mine: std::collections::HashMap<_, _> = world
        .groups_of(page.viewer.id, now)
        .filter(|(_, kind, _)| *kind == MembershipKind::Member)
        .map(|(group, _, until)| (group.id, until))
        .collect();
    let mut all: Vec<_> = world
        .groups()
        .filter(|group| group.is_managed())
        .filter(|group| {
            contains(&group.name, &query)
                || contains(&group.description, &query)
                || app_name(page, group).is_some_and(|app| contains(app, &query))
        })
        .collect();
    // What the name says comes before what the description says; roles before single groups.
    all.sort_by_key(|group| (!contains(&group.name, &query), !group.is_role()));
    let more = all.len().saturating_sub(MOST_FOUND);
    let found = all.into_iter().take(MOST_FOUND).map(|group| Candidate {
        group: convert::group(group),
        about: group.description.to_string(),
        ask: format!("/requests/new?group={}", group.id),
        has: mine.get(&group.id).map(|until| convert::ends(*until, now)),
    });
    Picker {
        shell: page.shell(),
        crumbs: vec![ui::Link::new("Requests", "/requests")],
        found: found.collect(),
        more,
        query,
    }
}

fn app_name<'p>(page: &'p Page, group: &Group) -> Option<&'p str> {
    let GroupKind::App { app, .. } = group.kind else {
        return None;
    };
    page.viewer.world.app(app).map(|app| &*app.name)
}

pub(super) async fn create(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let page = &sent.page;
    let key = if fields.has("group") {
        fields.get("group").to_owned()
    } else {
        page.query("group")
    };
    let group = found(page, &key)?;
    let kind = pick::kind(fields.get("kind"));
    let until = fields.ends("until", page.viewer.context.now, &mut errors);
    let reason = fields.parse("reason", &mut errors, Reason::parse);
    let operation = until.zip(reason).map(|(until, reason)| CreateRequest {
        wants: Wants::Membership {
            group: group.id,
            kind,
        },
        until,
        reason,
    });
    let step = Step {
        title: format!("Ask for {}", group.name),
        confirm: "Ask".into(),
        cancel: convert::group_href(group),
        ask: flow::ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        to_made_request,
        |values, errors| Ok(form(page, group, values, errors)),
    )
    .await
}

fn to_made_request(committed: &Committed) -> String {
    let changes = &committed.change.changes;
    let made = changes.iter().find_map(|change| match change {
        Change::Request(edit) if edit.before.is_none() => edit.id(),
        _ => None,
    });
    made.map_or("/requests?tab=mine".into(), |id| format!("/requests/{id}"))
}

fn form(page: &Page, group: &Group, values: &Values, errors: ui::Errors) -> FormPage {
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let kind = pick::kind(&values.text("kind", "member"));
    let me = page.viewer.id;
    let mut form = FormPage::new(page, format!("Ask for {}", group.name), errors);
    form.lead = group.description.to_string();
    form.crumbs = vec![ui::Link::new("Requests", "/requests")];
    let here = format!("/requests/new?group={}&kind=", group.id);
    let current = format!("{here}{kind}");
    form.tabs = vec![
        ui::Tab::new("As a member", format!("{here}member"), &current),
        ui::Tab::new("As an owner", format!("{here}owner"), &current),
    ];
    form.banners.extend(standing(page, group, kind));
    let demands = Demands::of_place(world, group, kind, now);
    form.fields = vec![
        Field::hidden("group", group.id),
        Field::hidden("kind", kind),
        Field::known("Group", convert::group(group)),
        Field::Durations(demands.durations(values, &form.errors, now)),
        demands.reason_field(values, "Whoever decides reads this."),
    ];
    let deciders = world.deciders(group, Some(me), now);
    let owners = deciders
        .iter()
        .any(|decider| world.owns_group(decider.id, group.id, now));
    form.asides.push(Aside {
        title: "Who decides",
        text: match (deciders.len(), owners) {
            (0, _) => {
                "No one can approve this: it has no other owners and there is no other admin."
                    .into()
            }
            (_, true) => "One of the owners; the first to answer.".into(),
            (_, false) => "The group has no other owner, so it goes to them.".into(),
        },
        entities: deciders.into_iter().take(8).map(convert::user).collect(),
    });
    let tags: Vec<_> = world
        .tags_on(group)
        .map(|tag| convert::tag(tag).with_detail(super::demands::in_words(tag)))
        .collect();
    if !tags.is_empty() {
        form.asides.push(Aside {
            title: "Tags",
            entities: tags,
            text: String::new(),
        });
    }
    form.submit = "Ask for access".into();
    form.cancel = convert::group_href(group);
    form
}

/// What is so already: they have it, have asked, or a role would be the better thing to ask for.
fn standing(page: &Page, group: &Group, kind: MembershipKind) -> Vec<Banner> {
    let (world, now) = (&*page.viewer.world, page.viewer.context.now);
    let me = page.viewer.id;
    let mut all = Vec::new();
    if let Some(until) = world.holds(me, group.id, kind, now) {
        let until = until.instant().map_or("without an end".into(), |at| {
            format!("until {}", convert::when(at, now).absolute())
        });
        all.push(Banner::new(
            ui::Level::Info,
            format!(
                "You're already {}",
                match kind {
                    MembershipKind::Member => "a member,",
                    MembershipKind::Owner => "an owner,",
                }
            ),
            format!("{until}. Ask only if you need it for longer."),
        ));
    }
    let wants = Wants::Membership {
        group: group.id,
        kind,
    };
    let asked = world
        .requests()
        .find(|request| request.requester == me && request.wants == wants);
    if let Some(request) = asked {
        all.push(
            Banner::new(
                ui::Level::Warn,
                "You already asked for this.",
                "A new request takes the place of that one.",
            )
            .leading("See it", format!("/requests/{}", request.id)),
        );
    }
    let roles = world.groups_into(group.id, kind, now);
    let roles = roles
        .into_iter()
        .filter(|(role, _)| role.is_role() && role.is_managed());
    for (role, _) in roles.take(3) {
        all.push(
            Banner::new(
                ui::Level::Info,
                format!("Role {} includes this group.", role.name),
                "If that is your job, request the role and get everything in it.",
            )
            .leading(
                "Ask for the role",
                format!("/requests/new?group={}", role.id),
            ),
        );
    }
    all
}
