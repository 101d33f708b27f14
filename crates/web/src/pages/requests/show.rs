//! One request: who asks for what, what the one who decides should know, and what became of it.

use std::collections::BTreeSet;

use portcullis_app::request::Approve;
use portcullis_model::{
    Expiry, Group, Id, MembershipKind, Noun, OperationName, Refusal, Request, Timestamp, User,
    name::Reason,
};
use portcullis_store::{LogEntry, LogFilter, RequestFilter, SubjectKind};

use super::list::{chip, names, who};
use crate::{
    pages::{
        form::{Values, allowed},
        form_page::durations,
        input::chosen_end,
        names::actor,
        prelude::*,
        requirements::{Requirements, in_words},
    },
    words,
};

#[derive(Template)]
#[template(path = "requests/show.html")]
struct RequestPage<'p> {
    page: &'p Page,
    request: &'p Request,
    title: String,
    requester: ui::Entity,
    user: Option<&'p User>,
    wants: ui::Entity,
    /// What the group is for, if that is said.
    description: String,
    errors: ui::Errors,
    decide: Option<Decide>,
    may_withdraw: bool,
    /// The next that needs the reader's decision, and how many do besides this.
    next: Option<(String, usize)>,
    asides: Vec<ui::Aside>,
    events: Vec<LogEntry>,
    earlier: Vec<Request>,
}

/// The box in which somebody decides.
struct Decide {
    durations: ui::Durations,
    reason: String,
    reason_help: String,
    /// Until when it was asked for, and until when it would be granted as the form stands.
    asked: ui::ExpiryPill,
    granted: ui::ExpiryPill,
    diff: ui::Diff,
    /// Why an approval would be refused; may be empty.
    stands: String,
}

pub(super) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let request = load(&web, &page, id(&page)?).await?;
    let values = Values::asked(&page);
    render(&draw(&web, &page, &request, &values, ui::Errors::default()).await?)
}

/// The request the address names.
pub(super) fn id(page: &Page) -> Result<Id<Request>, Refusal> {
    let key = page.param("id");
    key.parse()
        .map_err(|_| Refusal::not_found(Noun::Request, key))
}

/// A request in whatever state.
pub(super) async fn load(web: &Web, page: &Page, id: Id<Request>) -> Result<Request, Failure> {
    if let Some(pending) = page.viewer.world.request(id) {
        return Ok(pending.clone());
    }
    let found = web.app().store().request(id).await?;
    Ok(found.ok_or_else(|| Refusal::not_found(Noun::Request, id))?)
}

pub(super) async fn draw<'p>(
    web: &Web,
    page: &'p Page,
    request: &'p Request,
    values: &Values,
    errors: ui::Errors,
) -> Result<impl Template + use<'p>, Failure> {
    let (world, now) = (&page.viewer.world, page.viewer.context.now);
    let names = names(web, page, std::slice::from_ref(request)).await?;
    let requester = who(&names, &request.requester);
    let wants = names.wanted(&request.wants);
    let user = world.user(request.requester);
    let place = request.wants.place(world);
    let place = place.as_ref().map(|(group, kind)| (&**group, *kind));
    let pending = request.is_pending();
    let may_approve = allowed(page, Wish::ApproveRequest, Target::Request(request)).is_ok();
    let may_withdraw = allowed(page, Wish::WithdrawRequest, Target::Request(request)).is_ok();
    let decide = match place.filter(|_| pending && may_approve) {
        Some(place) => Some(decide_box(web, page, request, place, values, &errors).await),
        None => None,
    };
    let deciders = if pending {
        request.wants.deciders(world, Some(request.requester), now)
    } else {
        Vec::new()
    };
    let nobody = if pending && deciders.is_empty() {
        "Nobody can decide this yet: there is no other owner and no other admin. Ask an admin to add an owner."
    } else {
        ""
    };
    let deciders = deciders.into_iter().take(FEW).map(convert::user);
    let mut asides = vec![ui::Aside::new("Who decides", deciders.collect(), nobody)];
    if let (Some(user), Some(place), true) = (user, place, decide.is_some()) {
        asides.extend(facts(page, user, place));
    }
    asides.retain(|aside| !aside.is_empty());
    Ok(RequestPage {
        page,
        request,
        title: format!("{} asks for {}", requester.name, wants.name),
        user,
        description: place.map_or_else(String::new, |(group, _)| group.description.to_string()),
        decide,
        may_withdraw: pending && may_withdraw,
        next: next(page, request),
        asides,
        events: events(web, request).await?,
        earlier: earlier(web, request).await?,
        requester,
        wants,
        errors,
    })
}

async fn decide_box(
    web: &Web,
    page: &Page,
    request: &Request,
    (wanted, kind): (&Group, MembershipKind),
    values: &Values,
    errors: &ui::Errors,
) -> Decide {
    let (world, context) = (&page.viewer.world, &page.viewer.context);
    let now = context.now;
    let requirements = Requirements::of_place(world, wanted, kind, now);
    let mut durations = durations(&context.policy.lengths, &requirements, values, errors, now);
    let cut = world.most_of(request, now);
    let label = match cut.instant() {
        None => "No end, as asked".to_owned(),
        Some(at) => {
            let date = |at: Timestamp| convert::when(at, now).date();
            let asked = request.until.instant();
            let asked = asked.map_or_else(|| "no end".to_owned(), date);
            if cut < request.until {
                format!("Until {} (asked for {asked}; a tag allows less)", date(at))
            } else {
                format!("Until {asked}, as asked")
            }
        }
    };
    if cut == Expiry::NEVER {
        // What was asked says it already.
        durations.choices.retain(|choice| !choice.is("never"));
    }
    durations.choices.insert(0, ui::Choice::new("asked", label));
    durations.chosen = values.text("until", "asked");
    let reason_help = match requirements.reason {
        Some((_, tag)) if request.reason.is_empty() => {
            let tag = &tag.name;
            format!("The tag {tag} asks for a reason, and none was given.")
        }
        _ => "Required to reject. The requester sees it.".into(),
    };
    let until = match &*durations.chosen {
        "asked" => Ok(None),
        chosen => {
            let date = values.fields().get("until_date");
            chosen_end(chosen, date, now).map(Some)
        }
    };
    let (until, mut stands) = match until {
        Ok(until) => (until, String::new()),
        Err(wrong) => (None, wrong),
    };
    let wish = until.unwrap_or(request.until);
    let granted = world.constraints_on(wanted).cap(kind, wish, now);
    // Only to show what would change: where a reason is missing, that is said at the reason.
    let operation = Approve {
        request: request.id,
        until,
        reason: Reason::parse("preview").unwrap_or_default(),
    };
    let preview = web.app().preview(context.clone(), operation).await;
    let diff = match preview {
        Ok(preview) => convert::diff(&preview.before, &preview.after, &preview.diff, now),
        Err(refusal) => {
            stands = refusal.to_string();
            ui::Diff::default()
        }
    };
    Decide {
        asked: page.ends(&request.until),
        granted: page.ends(&granted),
        durations,
        reason: values.text("reason", ""),
        reason_help,
        diff,
        stands,
    }
}

/// The request that waits for the reader after this one, and how many others wait.
fn next(page: &Page, request: &Request) -> Option<(String, usize)> {
    let (world, now) = (&page.viewer.world, page.viewer.context.now);
    let waiting = world.waits_for(page.viewer.id, now);
    let here = waiting.iter().position(|it| it.id == request.id);
    let others = waiting.iter().filter(|it| it.id != request.id);
    let after = here.and_then(|here| waiting.get(here + 1));
    let next = after.or_else(|| others.clone().next())?;
    Some((convert::request_href(next.id), others.count()))
}

/// What somebody does and where, as the directory has it.
fn profile(user: &User) -> String {
    let mut all = user.attributes.iter();
    let department = all.find(|(name, _)| name.eq_ignore_ascii_case("department"));
    let department = department
        .and_then(|(_, value)| value.as_str())
        .unwrap_or_default();
    match user.title() {
        title if title == department || department.is_empty() => title.to_owned(),
        title => format!("{title}, {department}"),
    }
}

/// What they have now, who beside them has it, what tags demand, and what it leads to.
fn facts(page: &Page, user: &User, (wanted, kind): (&Group, MembershipKind)) -> Vec<ui::Aside> {
    let (world, now) = (&page.viewer.world, page.viewer.context.now);
    // Nobody has what is not there yet.
    let there = world.group(wanted.id);
    let mut all = Vec::new();
    let mut has: Vec<_> = world
        .groups_of(user.id, now)
        .filter(|(group, ..)| {
            group.id == wanted.id || (wanted.app().is_some() && group.app() == wanted.app())
        })
        .map(|(group, kind, _)| convert::group(group).with_detail(format!("as {kind}")))
        .collect();
    has.sort_by(|a, b| a.name.cmp(&b.name));
    has.truncate(FEW);
    let groups = world.groups_of(user.id, now).map(|(group, ..)| group.id);
    let groups = groups.collect::<BTreeSet<_>>().len();
    let what = match (has.is_empty(), wanted.app().is_some(), there.is_some()) {
        (false, ..) | (true, false, false) => "",
        (true, true, _) => "Nothing of this app. ",
        (true, false, true) => "Not this. ",
    };
    let text = format!("{what}In {groups} groups in all.");
    all.push(ui::Aside::new("Has now", has, text));
    let manager = there.and_then(|_| world.user(user.manager?));
    if let Some(manager) = manager {
        let peers: Vec<_> = world
            .users()
            .filter(|peer| peer.manager == user.manager && peer.id != user.id)
            .collect();
        let with: Vec<_> = peers
            .iter()
            .filter(|peer| world.holds(peer.id, wanted.id, kind, now).is_some())
            .collect();
        let (count, of) = (with.len(), peers.len());
        let text = format!("{count} of {of} others who report to {}", manager.name);
        let with = with.into_iter().take(FEW).map(|peer| convert::user(peer));
        all.push(ui::Aside::new(
            "Colleagues who have it",
            with.collect(),
            text,
        ));
    }
    let tags = world.tags_on(wanted);
    let tags = tags.map(|tag| convert::tag(tag).with_detail(in_words(tag)));
    all.push(ui::Aside::new("Tags", tags.collect(), ""));
    all
}

/// What happened, oldest first, as the log tells it.
async fn events(web: &Web, request: &Request) -> Result<Vec<LogEntry>, Failure> {
    let filter = LogFilter {
        subject: Some((SubjectKind::Request, request.id.uuid())),
        ..LogFilter::default()
    };
    let mut entries = web.app().store().log(&filter).await?.items;
    entries.reverse();
    Ok(entries)
}

/// Why it was decided so, where an entry decided it.
fn reason<'r>(request: &'r Request, entry: &LogEntry) -> &'r str {
    let resolution = request.state.resolution();
    let decided = resolution.filter(|resolution| {
        resolution.at == entry.at && entry.operation != OperationName::RequestCreate
    });
    decided.map_or("", |resolution| &resolution.reason)
}

/// Earlier requests of the same person for the same group.
async fn earlier(web: &Web, request: &Request) -> Result<Vec<Request>, Failure> {
    let filter = RequestFilter {
        requester: Some(request.requester),
        groups: Some(request.wants.group().into_iter().collect()),
        limit: FEW as u32 + 1,
        ..RequestFilter::default()
    };
    let mut found = web.app().store().requests(&filter).await?.items;
    found.retain(|other| other.id != request.id);
    found.truncate(FEW);
    Ok(found)
}
