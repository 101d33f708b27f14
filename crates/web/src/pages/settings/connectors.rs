//! What this program hears from and tells: sources and sinks, with how they are doing.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{Actor, Timestamp};
use portcullis_store::{EffectState, LogFilter, OutboxFilter};

use super::common::{tabs, trouble};
use crate::pages::prelude::*;

#[derive(Template)]
#[template(path = "settings/connectors.html")]
struct Connectors<'p> {
    page: &'p Page,
    sources: Vec<Source>,
    sinks: Vec<Sink>,
}

/// What is read.
struct Source {
    name: String,
    /// When it last changed something, and where the log tells of it.
    last: Option<(ui::When, String)>,
    holds: String,
    log: String,
}

/// What is told.
struct Sink {
    name: String,
    /// Whether it is set up still.
    is_set_up: bool,
    waiting: u64,
    dead: u64,
    last: Option<ui::When>,
    /// Since when it has not taken something, if that is so, and what it said.
    trouble: Option<(ui::When, String)>,
    href: String,
}

pub(super) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    render(&Connectors {
        page: &page,
        sources: sources(&web, &page).await?,
        sinks: sinks(&web, &page).await?,
    })
}

async fn sources(web: &Web, page: &Page) -> Result<Vec<Source>, Failure> {
    let world = &page.viewer.world;
    let mut sources = Vec::new();
    for (name, kept) in world.sources() {
        let filter = LogFilter {
            actor: Some(Actor::Connector(name)),
            limit: 1,
            ..LogFilter::default()
        };
        let last = web.app().store().log(&filter).await?;
        let last = last.items.first();
        sources.push(Source {
            name: name.to_string(),
            last: last.map(|it| (page.when(&it.at), format!("/activity/{}", it.position))),
            holds: format!(
                "{} people, {} groups, {} apps",
                kept.users, kept.groups, kept.apps
            ),
            log: address("/activity", &[("actor", &format!("connector:{name}"))]),
        });
    }
    Ok(sources)
}

async fn sinks(web: &Web, page: &Page) -> Result<Vec<Sink>, Failure> {
    let outbox = web.app().store().outbox();
    let names: BTreeSet<&str> = web.app().sinks().iter().map(|it| it.name()).collect();
    let set_up = names.iter().map(|name| ((*name).to_owned(), [0, 0]));
    let had = outbox.sinks().await?.into_iter();
    let mut sinks: BTreeMap<String, [u64; 2]> =
        set_up.chain(had.map(|name| (name, [0, 0]))).collect();
    for count in outbox.counts().await? {
        let it = sinks.entry(count.sink.clone()).or_default();
        match count.state {
            EffectState::Waiting | EffectState::Leased => it[0] += count.count,
            EffectState::Dead => it[1] += count.count,
            EffectState::Done | EffectState::Skipped => {}
        }
    }
    let mut rows = Vec::new();
    for (name, [waiting, dead]) in sinks {
        let filter = OutboxFilter {
            sink: Some(name.clone()),
            state: Some(EffectState::Done),
            limit: 1,
            before: None,
        };
        let done = outbox.list(&filter).await?.items.into_iter().next();
        let at = done.and_then(|it| it.settled_at);
        rows.push(Sink {
            href: address("/settings/deliveries", &[("sink", &name)]),
            last: at.map(|at: Timestamp| page.when(&at)),
            trouble: trouble(web, page, &name).await?,
            is_set_up: names.contains(&*name),
            name,
            waiting,
            dead,
        });
    }
    Ok(rows)
}
