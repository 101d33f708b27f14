//! What this program hears from and tells: sources and sinks, with how they are doing.

use std::collections::BTreeMap;

use portcullis_model::{Actor, ConnectorId, Timestamp};
use portcullis_store::{EffectState, LogFilter, OutboxFilter};

use super::common::{admins_only, tabs};
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
    waiting: u64,
    dead: u64,
    last: Option<ui::When>,
    /// What it said when it last did not take something.
    trouble: String,
    href: String,
}

pub(super) async fn show(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    admins_only(&page)?;
    render(&Connectors {
        page: &page,
        sources: sources(&web, &page).await?,
        sinks: sinks(&web, &page).await?,
    })
}

async fn sources(web: &Web, page: &Page) -> Result<Vec<Source>, Failure> {
    let world = &page.viewer.world;
    let mut holds: BTreeMap<ConnectorId, [usize; 3]> = BTreeMap::new();
    let mut count = |source: Option<ConnectorId>, at: usize| {
        if let Some(source) = source {
            holds.entry(source).or_default()[at] += 1;
        }
    };
    world.users().for_each(|it| count(it.source, 0));
    world.groups().for_each(|it| count(it.source, 1));
    world.apps().for_each(|it| count(it.source, 2));
    let mut sources = Vec::new();
    for (name, [people, groups, apps]) in holds {
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
            holds: format!("{people} people, {groups} groups, {apps} apps"),
            log: address("/activity", &[("actor", &format!("connector:{name}"))]),
        });
    }
    Ok(sources)
}

async fn sinks(web: &Web, page: &Page) -> Result<Vec<Sink>, Failure> {
    let outbox = web.app().store().outbox();
    let mut sinks: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for count in outbox.counts().await? {
        let it = sinks.entry(count.sink.clone()).or_default();
        match count.state {
            EffectState::Waiting | EffectState::Leased => it[0] += count.count,
            EffectState::Dead => it[1] += count.count,
            EffectState::Done | EffectState::Skipped => {}
        }
    }
    let newest = async |sink: &str, state| {
        let filter = OutboxFilter {
            sink: Some(sink.to_owned()),
            state: Some(state),
            limit: 1,
            before: None,
        };
        let found = outbox.list(&filter).await?;
        Ok::<_, Failure>(found.items.into_iter().next())
    };
    let mut rows = Vec::new();
    for (name, [waiting, dead]) in sinks {
        let done = newest(&name, EffectState::Done).await?;
        let wrong = match dead {
            0 => newest(&name, EffectState::Waiting).await?,
            _ => newest(&name, EffectState::Dead).await?,
        };
        let said = wrong.and_then(|it| it.receipt).unwrap_or_default();
        let at = done.and_then(|it| it.settled_at);
        rows.push(Sink {
            href: address("/settings/deliveries", &[("sink", &name)]),
            last: at.map(|at: Timestamp| page.when(&at)),
            trouble: ui::cut(&said, 200),
            name,
            waiting,
            dead,
        });
    }
    Ok(rows)
}
