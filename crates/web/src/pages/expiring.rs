//! What ends soon: mine, in what I own, and for admins all of it.

use std::collections::{BTreeSet, HashSet};

use portcullis_app::group::{Held, SettleMany, Settlement};
use portcullis_model::{
    Membership, User, World,
    world::{Access, contains},
};

use crate::pages::{
    access::{renew, through},
    fields::{self, Submission},
    flow::Step,
    form::{again, attempt},
    grants::{ends_within, is_meant, person},
    input::Input,
    prelude::*,
};

#[derive(Template)]
#[template(path = "expiring.html")]
struct Expiring<'p> {
    page: &'p Page,
    tabs: Vec<ui::Tab>,
    whose: &'static str,
    empty: &'static str,
    it: List<'p, Row<'p>>,
    /// Whether several may be selected, and extended.
    bulk: Bulk,
    /// Where what is done to several is sent: what the list shows is kept for showing it again.
    settle: String,
    sent: Sent,
}

/// What may be done to several at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bulk {
    /// My own: let go.
    LetGo,
    /// Others': extend, or let go.
    Extend,
}

/// So many are settled at once: more than a page shows.
const MOST_SETTLED: usize = 200;

/// What was sent for several, where something was wrong with it.
#[derive(Default)]
struct Sent {
    picked: HashSet<String>,
    until: String,
    reason: String,
    errors: ui::Errors,
}

/// What ends, and whose it is.
type Row<'p> = (&'p User, Access<'p>);

pub(crate) async fn show(page: Page) -> Result<Response, Failure> {
    render(&draw(&page, Sent::default()))
}

fn draw(page: &Page, sent: Sent) -> Expiring<'_> {
    let days = match page.query("days").as_str() {
        "7" => 7,
        "90" => 90,
        _ => 30,
    };
    let asked = page.query("whose");
    let (name, empty) = match asked.as_str() {
        "owned" => ("owned", "Nothing in your groups ends in that time"),
        "all" if page.is_admin() => ("all", "Nothing ends in that time"),
        _ => ("mine", "None of your access ends in that time"),
    };
    let mut it = match name {
        "mine" => mine(page, days),
        whose => others(page, whose == "all", days),
    };
    it.keep("whose", name);
    let within = format!("{days}d");
    let whose = match name {
        "mine" => ("user", "@me"),
        "owned" => ("owner", "@me"),
        _ => ("owner", ""),
    };
    it.exported("/api/v1/expiring", &["q"], &[("within", &within), whose]);
    it.select(
        "days",
        "Ends",
        [
            ("7", "in 7 days", ""),
            ("30", "in 30 days", ""),
            ("90", "in 90 days", ""),
        ],
    );
    for select in &mut it.selects {
        select.chosen = days.to_string();
    }
    let tab = |label, whose: &str| {
        let parameters = [("whose", whose), ("days", &page.query("days"))];
        ui::Tab {
            current: asked == whose || (asked.is_empty() && whose == "mine"),
            ..ui::Tab::new(label, address("/expiring", &parameters), "")
        }
    };
    let mut tabs = vec![tab("Mine", "mine"), tab("My groups", "owned")];
    if page.is_admin() {
        tabs.push(tab("Everything", "all"));
    }
    Expiring {
        page,
        tabs,
        whose: name,
        empty,
        it,
        bulk: match name {
            "mine" => Bulk::LetGo,
            _ => Bulk::Extend,
        },
        settle: page
            .with_query(&[])
            .replacen("/expiring", "/expiring/settle", 1),
        sent,
    }
}

/// Extends or lets go of several: fields `held` (several, as [`key`] has them), `do`, `until`,
/// `reason`.
pub(crate) async fn settle(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let mut input = Input::new(&sent);
    let said: BTreeSet<_> = sent.fields.all("held").collect();
    if said.len() > MOST_SETTLED {
        let wrong = format!("select at most {MOST_SETTLED}; the rest after these");
        input.errors.add("", wrong);
    }
    let said = said.into_iter().take(MOST_SETTLED);
    let held: Vec<_> = said.filter_map(read_key).collect();
    if held.is_empty() {
        input.errors.add("", "select at least one");
    }
    let many = match held.len() {
        1 => "1 membership".to_owned(),
        many => format!("{many} memberships"),
    };
    let wanted = match input.text("do") {
        "extend" => input
            .ends("until")
            .zip(input.reason())
            .map(|(until, reason)| {
                let title = format!("Extend {many}");
                (Settlement::Until { until, reason }, title, "Extend")
            }),
        "end" => Some((Settlement::End, format!("Let go of {many}"), "Let go")),
        _ => {
            input
                .errors
                .add("", "choose whether to extend or to let go");
            None
        }
    };
    // Back to the list as it was, where they are gone or last longer.
    let there = sent.page.with_query(&[]);
    let there = there.replacen("/expiring/settle", "/expiring", 1);
    let step = wanted.map(|(settlement, title, verb)| {
        let operation = SettleMany { held, settlement };
        let back = there.clone();
        Step::new(operation, title, verb, there)
            .always()
            .then(|_| back)
    });
    let errors = match attempt(&web, &sent, step, input.errors).await? {
        Ok(done) => return Ok(done),
        Err(errors) => errors,
    };
    let said = Sent {
        picked: sent.fields.all("held").map(str::to_owned).collect(),
        until: sent.fields.get("until").to_owned(),
        reason: sent.fields.get("reason").to_owned(),
        errors,
    };
    let mut page = sent.page;
    page.path = page.path.replacen("/expiring/settle", "/expiring", 1);
    again(&draw(&page, said))
}

/// What somebody has in a group themselves, as the value of a box; nothing where the reader cannot
/// end it.
fn key(page: &Page, user: &User, access: &Access<'_>) -> Option<String> {
    let (world, group, kind) = (page.world(), access.group, access.kind);
    let fact = world.direct(user.id, group.id, kind)?;
    let target = Target::Place {
        user: user.id,
        group,
    };
    let may = page.may(Wish::RemovePeople, target) && group.is_managed();
    (may && fact.validity.contains(page.now())).then(|| format!("{} {kind} {}", group.id, user.id))
}

fn read_key(text: &str) -> Option<Held> {
    let mut parts = text.split(' ');
    Some(Held {
        group: parts.next()?.parse().ok()?,
        kind: fields::kind(parts.next()?),
        user: parts.next()?.parse().ok()?,
    })
}

/// The ends that several can be extended to.
fn lengths(page: &Page, sent: &Sent) -> Vec<(ui::Choice, bool)> {
    let lengths = &page.viewer.context.policy.lengths;
    let mut all: Vec<_> = lengths
        .offered
        .iter()
        .map(|offered| {
            let label = format!("for {}", offered.label);
            ui::Choice::new(offered.seconds.to_string(), label)
        })
        .collect();
    if lengths.no_end {
        all.push(ui::Choice::new("never", "with no end"));
    }
    let usual = lengths.usual.to_string();
    let chosen = if sent.until.is_empty() {
        &usual
    } else {
        &sent.until
    };
    let chosen = |choice: &ui::Choice| choice.is(chosen);
    all.into_iter()
        .map(|it| (it.clone(), chosen(&it)))
        .collect()
}

/// What of mine ends, through whatever way I have it.
fn mine(page: &Page, days: i64) -> List<'_, Row<'_>> {
    let (world, now, query) = (page.world(), page.now(), page.query("q"));
    let mut found = world.access_of(page.viewer.id, now);
    found.retain(|access| {
        ends_within(access.until, now, days) && contains(&access.group.name, &query)
    });
    found.sort_by_key(|access| access.until);
    let me = page.viewer.user();
    let row = |access| Some((me?, access));
    List::new(page, "/expiring", Sort::of(page, "ends"), found, row)
}

/// Direct places that end, in what I own or anywhere.
fn others(page: &Page, anywhere: bool, days: i64) -> List<'_, Row<'_>> {
    let (world, now, query) = (page.world(), page.now(), page.query("q"));
    let by = now.plus_days(days);
    let mut found = if anywhere {
        World::ending(world.memberships_ending(now, by), now, by)
    } else {
        let groups = world.owned_with_apps(page.viewer.id, now);
        let places = groups.flat_map(|group| world.direct_of_group(group.id));
        World::ending(places, now, by)
    };
    found.retain(|fact| {
        let group = world.group(fact.group);
        query.is_empty()
            || group.is_some_and(|group| contains(&group.name, &query))
            || world
                .user(fact.user)
                .is_some_and(|user| is_meant(user, &query))
    });
    let sort = Sort::of(page, "ends");
    List::new(page, "/expiring", sort, found, |fact| row(page, fact))
}

fn row<'p>(page: &'p Page, fact: &Membership) -> Option<Row<'p>> {
    let world = page.world();
    let access = Access {
        group: world.group(fact.group)?,
        kind: fact.kind,
        until: fact.validity.until,
        paths: Vec::new(),
    };
    Some((world.user(fact.user)?, access))
}

/// Where a place is made to last longer: mine by asking, others' by who may.
fn keep(page: &Page, whose: &str, user: &User, access: &Access<'_>) -> String {
    let group = access.group;
    if whose == "mine" {
        return renew(access);
    }
    let may = page.may(Wish::AddPeople, Target::Group(group)) && group.is_managed();
    let there = may.then(|| convert::extend_href(group, user, access.kind));
    there.unwrap_or_default()
}
