//! Asking for access: find the group, then say for how long and why.

use portcullis_app::request::CreateRequest;
use portcullis_model::{Expiry, Wants, world::contains};

use crate::pages::{
    form,
    prelude::{forms::*, *},
    requirements::in_words,
};

/// How many groups a search shows.
const MOST_FOUND: usize = 30;

#[derive(Template)]
#[template(path = "requests/new.html")]
struct Picker<'p> {
    page: &'p Page,
    query: String,
    /// Groups, each with when the viewer's place in it ends, if they have one.
    found: Few<(&'p Group, Option<Expiry>)>,
}

pub(super) async fn new(page: Page) -> Result<Response, Failure> {
    if page.query("group").is_empty() {
        render(&picker(&page))
    } else {
        form::show::<Membership>(&page)
    }
}

fn picker(page: &Page) -> Picker<'_> {
    let (world, now) = (&page.viewer.world, page.viewer.context.now);
    let query = page.query("q");
    let mine: std::collections::HashMap<_, _> = world
        .groups_of(page.viewer.id, now)
        .filter(|(_, kind, _)| *kind == MembershipKind::Member)
        .map(|(group, _, until)| (group.id, until))
        .collect();
    let mut all: Vec<_> = world
        .groups()
        // Who owns an app is asked for at the group itself.
        .filter(|group| group.is_managed() && !group.is_owners_group())
        .filter(|group| {
            let app = group.app().and_then(|app| world.app(app));
            contains(&group.name, &query)
                || contains(&group.description, &query)
                || app.is_some_and(|app| contains(&app.name, &query))
        })
        .collect();
    // What the name says comes before what the description says; roles before single groups.
    all.sort_by_key(|group| (!contains(&group.name, &query), !group.is_role()));
    Picker {
        page,
        found: Few::of(MOST_FOUND, all, |group| {
            (group, mine.get(&group.id).copied())
        }),
        query,
    }
}

/// Asking to be in a group.
pub(super) struct Membership {
    group: Group,
    kind: MembershipKind,
}

impl Form for Membership {
    fn find(page: &Page, values: &Values) -> Result<Self, Refusal> {
        let (key, kind) = (values.key("group"), values.kind());
        let group = page.viewer.world.find_group(key).cloned();
        let group = group.ok_or_else(|| Refusal::not_found(Noun::Group, key))?;
        // Anybody may ask.
        Ok(Self { group, kind })
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let (group, kind) = (&self.group, self.kind);
        let (world, now, me) = (&*page.viewer.world, page.viewer.context.now, page.viewer.id);
        form.title = format!("Ask for {}", group.name);
        form.lead = group.description.to_string();
        form.crumbs = vec![ui::Link::new("Requests", "/requests")];
        form.hidden("group", group.id);
        let here = format!("/requests/new?group={}&kind=", group.id);
        form.kind_tabs(&here, ["As a member", "As an owner"], kind);
        form.banners.extend(standing(page, group, kind));
        form.add(Known(convert::group(group)), "", "Group", "");
        let requirements = Requirements::of_place(world, group, kind, now);
        form.until(&requirements, None);
        form.reason(&requirements, "The approver reads this.");
        let deciders = world.deciders(group, Some(me), now);
        let owners = deciders
            .iter()
            .any(|decider| world.owns_group(decider.id, group.id, now));
        let text = match (deciders.len(), owners) {
            (0, _) => {
                "No one can approve this: it has no other owners and there is no other admin."
            }
            (_, true) => "Any one of the owners can decide.",
            (_, false) => "The group has no other owner, so these people decide.",
        };
        let deciders = deciders.into_iter().take(8).map(convert::user);
        form.aside("Who decides", deciders.collect(), text);
        let tags = world
            .tags_on(group)
            .map(|tag| convert::tag(tag).with_detail(in_words(tag)));
        form.aside("Tags", tags.collect(), "");
        form.submit = "Ask for access".into();
        form.cancel = convert::group_href(group);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let (until, reason) = (input.ends("until"), input.reason());
        let operation = CreateRequest {
            wants: Wants::Membership {
                group: self.group.id,
                kind: self.kind,
            },
            until: until?,
            reason: reason?,
        };
        let title = format!("Ask for {}", self.group.name);
        let cancel = convert::group_href(&self.group);
        Some(Step::new(operation, title, "Ask", cancel))
    }
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
        let title = match kind {
            MembershipKind::Member => "You're already a member,",
            MembershipKind::Owner => "You're already an owner,",
        };
        let text = format!("{until}. Ask again only if you need it for longer.");
        all.push(Banner::new(ui::Level::Info, title, text));
    }
    let wants = Wants::Membership {
        group: group.id,
        kind,
    };
    let asked = world
        .requests()
        .find(|request| request.requester == me && request.wants == wants);
    if let Some(request) = asked {
        let title = "You already asked for this.";
        let banner = Banner::new(ui::Level::Warn, title, "A new request replaces that one.");
        all.push(banner.leading("View request", convert::request_href(request.id)));
    }
    let roles = world.groups_into(group.id, kind, now);
    let roles = roles.into_iter().map(|(role, _)| role);
    let roles = roles.filter(|role| role.is_role() && role.is_managed());
    all.extend(roles.take(3).map(|role| {
        let title = format!("Role {} includes this group.", role.name);
        let text = "If that is your job, request the role and get everything in it.";
        let href = format!("/requests/new?group={}", role.id);
        Banner::new(ui::Level::Info, title, text).leading("Request the role", href)
    }));
    all
}
