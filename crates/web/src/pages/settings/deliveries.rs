//! What is told outside: what waits, what was delivered, and what was given up, about which admins decide.

use std::collections::{BTreeSet, HashSet};

use axum::response::{IntoResponse as _, Redirect};
use portcullis_app::deliver::{OutboxDecided, OutboxDecision};
use portcullis_store::{AuditEventFilter, EffectState, OutboxCount, OutboxFilter, OutboxRow};

use super::common::{admins_only, tabs};
use crate::pages::{
    fields::Submission,
    form::again,
    history::{Older, before},
    list::pages,
    names::actor,
    prelude::*,
};

/// Deliveries on a page.
const PER_PAGE: u32 = 50;
/// More letters than this of what a sink said are cut.
const MOST_SAID: usize = 201;

#[derive(Template)]
#[template(path = "settings/deliveries.html")]
struct Deliveries<'p> {
    page: &'p Page,
    it: List<'p, OutboxRow>,
    older: Older,
    by_hand: Vec<ByHand>,
    sent: Sent,
    /// Where what is done to several is sent: what the list shows is kept for showing it again.
    decide: String,
}

/// What somebody did about deliveries.
struct ByHand {
    when: ui::When,
    who: Option<ui::Entity>,
    text: String,
}

/// As many are shown, the latest.
const MOST_BY_HAND: u32 = 10;

/// What was done by hand lately: it changes no fact, so that no entry of the log tells of it.
async fn by_hand(web: &Web, page: &Page) -> Result<Vec<ByHand>, Failure> {
    let mut all = Vec::new();
    for (kind, did) in [
        ("outbox.retry", "Delivered again"),
        ("outbox.skip", "Skipped"),
        ("outbox.test", "Tested"),
    ] {
        let filter = AuditEventFilter {
            kind: Some(kind.to_owned()),
            limit: MOST_BY_HAND,
            ..AuditEventFilter::default()
        };
        let found = web.app().store().audit_events(&filter).await?;
        all.extend(found.items.into_iter().map(|event| (event, did)));
    }
    all.sort_by_key(|(event, _)| std::cmp::Reverse(event.at));
    all.truncate(MOST_BY_HAND as usize);
    let rows = all.into_iter().map(|(event, did)| {
        let text = |key: &str| event.body[key].as_str().unwrap_or_default();
        let number = event.body["effect"].as_i64();
        let number = number.map_or_else(String::new, |id| format!("delivery {id} to "));
        let mut said = format!("{did}: {number}{}", text("sink"));
        if !text("reason").is_empty() {
            said = format!("{said}, because “{}”", ui::cut(text("reason"), MOST_SAID));
        }
        ByHand {
            when: page.when(&event.at),
            who: event.actor.map(|who| actor(page.world(), who, None)),
            text: said,
        }
    });
    Ok(rows.collect())
}

/// What was sent for several, and what is wrong with it.
#[derive(Default)]
struct Sent {
    picked: HashSet<i64>,
    reason: String,
    errors: ui::Errors,
}

pub(super) async fn list(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    render(&draw(&web, &page, Sent::default()).await?)
}

/// Decides about several: fields `effect` (several), `do`, `reason`.
pub(super) async fn decide(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    // It is no entry of the log, which the guard would look at: what was sent may have taken its time.
    admins_only(&web.app().world(), &sent.page.viewer)?;
    let mut said = Sent {
        picked: sent
            .fields
            .all("effect")
            .filter_map(|id| id.parse().ok())
            .collect(),
        reason: sent.fields.get("reason").to_owned(),
        errors: ui::Errors::default(),
    };
    let decision = wanted(sent.fields.get("do"), &mut said);
    let mut page = sent.page;
    page.path = page
        .path
        .replacen("/settings/deliveries/decide", "/settings/deliveries", 1);
    let Some(decision) = decision.filter(|_| said.errors.is_empty()) else {
        return again(&draw(&web, &page, said).await?);
    };
    let (store, context) = (web.app().store(), &page.viewer.context);
    for id in said.picked.iter().copied().collect::<BTreeSet<_>>() {
        if !matches!(
            decision.make(store, context.actor, id, context.now).await?,
            OutboxDecided::Done(_)
        ) {
            let wrong = format!(
                "{id} is not {} any more: somebody else decided, or it was delivered",
                decision.wanted()
            );
            said.errors.add("", wrong);
        }
    }
    if said.errors.is_empty() {
        return Ok(Redirect::to(&page.with_query(&[])).into_response());
    }
    again(&draw(&web, &page, said).await?)
}

fn wanted(verb: &str, said: &mut Sent) -> Option<OutboxDecision> {
    if said.picked.is_empty() {
        said.errors.add("", "select at least one delivery");
    }
    match verb {
        "retry" => Some(OutboxDecision::Retry),
        "skip" if said.reason.is_empty() => {
            said.errors
                .add("reason", "say why it is not delivered, for the record");
            None
        }
        "skip" => Some(OutboxDecision::Skip {
            why: said.reason.clone(),
        }),
        _ => {
            said.errors
                .add("", "choose whether to deliver again or to skip");
            None
        }
    }
}

async fn draw<'p>(web: &Web, page: &'p Page, sent: Sent) -> Result<Deliveries<'p>, Failure> {
    let outbox = web.app().store().outbox();
    let text = |name: &str| Some(page.query(name)).filter(|text| !text.is_empty());
    let filter = OutboxFilter {
        sink: text("sink"),
        state: text("state").and_then(|text| EffectState::parse(&text)),
        limit: PER_PAGE,
        before: before(page)?,
    };
    let found = outbox.list(&filter).await?;
    let (names, counts) = (outbox.sinks().await?, outbox.counts().await?);
    let shown = pages(page, 1, found.items.len());
    let mut it = List::given(page, "/settings/deliveries", (found.items, shown));
    it.select(
        "state",
        "State",
        [
            ("", "Any state", ""),
            ("waiting", "Waiting", "waiting"),
            ("leased", "Under way", "under way"),
            ("done", "Delivered", "delivered"),
            ("dead", "Given up", "given up"),
            ("skipped", "Skipped", "skipped"),
        ],
    );
    let sink = page.query("sink");
    it.narrowed("Sink", "sink", &sink);
    it.pick("sink", "Sink", sinks(&names, &counts), sink);
    Ok(Deliveries {
        page,
        it,
        older: Older::of(page, found.next),
        by_hand: by_hand(web, page).await?,
        sent,
        decide: page.with_query(&[]).replacen(
            "/settings/deliveries",
            "/settings/deliveries/decide",
            1,
        ),
    })
}

/// The sinks that have deliveries, each with what waits and what was given up.
fn sinks(names: &[String], counts: &[OutboxCount]) -> Vec<ui::Choice> {
    let of = |sink: &str, state| {
        counts
            .iter()
            .find(|c| c.sink == sink && c.state == state)
            .map_or(0, |c| c.count)
    };
    let choice = |sink: &str| {
        let (waiting, dead) = (of(sink, EffectState::Waiting), of(sink, EffectState::Dead));
        ui::Choice::new(sink, format!("{sink} ({waiting} waiting, {dead} given up)"))
    };
    std::iter::once(ui::Choice::new("", "All sinks"))
        .chain(names.iter().map(|name| choice(name)))
        .collect()
}

/// What an effect tells, in a few words.
fn what(row: &OutboxRow) -> String {
    let text = |key: &str| row.payload.get(key).and_then(serde_json::Value::as_str);
    let to = row
        .payload
        .pointer("/to/name")
        .and_then(serde_json::Value::as_str);
    match (text("text"), to, text("about")) {
        (Some(text), ..) => text.to_owned(),
        (None, Some(to), Some(about)) => format!("A notice ({about}) to {to}"),
        _ => format!(
            "{} {}",
            text("record").unwrap_or("A record"),
            text("what").unwrap_or_default()
        ),
    }
}

/// What the sink said last.
fn said(row: &OutboxRow) -> String {
    ui::cut(row.receipt.as_deref().unwrap_or_default(), MOST_SAID)
}

fn chip(state: EffectState) -> ui::Chip {
    match state {
        EffectState::Waiting => ui::Chip::plain("waiting"),
        EffectState::Leased => ui::Chip::plain("under way"),
        EffectState::Done => ui::Chip::level("delivered", ui::Level::Good),
        EffectState::Dead => ui::Chip::level("given up", ui::Level::Bad),
        EffectState::Skipped => ui::Chip::level("skipped", ui::Level::Warn),
    }
}

/// When it was settled, or is tried next.
fn when(row: &OutboxRow) -> portcullis_model::Timestamp {
    row.settled_at.unwrap_or(row.next_at)
}

/// Whether somebody can decide about it.
fn is_open(row: &OutboxRow) -> bool {
    matches!(row.state, EffectState::Waiting | EffectState::Dead)
}
