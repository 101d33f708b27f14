//! Telling admins that something outside does not take what it is told: by everything else that writes to people.

use std::sync::Arc;

use portcullis_model::Timestamp;
use portcullis_store::{Due, Effect, EffectState, StoreError};

use crate::{
    App,
    deliver::Sink,
    notices::{About, Notice},
};

/// What was tried in vain for so long is told, in seconds; what was given up at once.
const PATIENCE: i64 = 15 * 60;
/// Each is told at most once in so long, in seconds; what was given up never again.
const AGAIN: i64 = 24 * 3600;
/// As much of what was said is told.
const MOST_SAID: usize = 200;

/// What a sink did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Of when it is.
    pub since: Timestamp,
    /// Whether it was given up; else it is tried on.
    pub given_up: bool,
    /// What was said last.
    pub said: String,
}

/// What `sink` did not take: the oldest that is tried in vain, or was given up after `since`.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn trouble_of(
    app: &App,
    sink: &str,
    since: Timestamp,
) -> Result<Option<Trouble>, StoreError> {
    let before = app.time().steady.plus_seconds(-PATIENCE);
    let row = app.store().outbox().trouble(sink, before, since).await?;
    Ok(row.map(|row| {
        let said = row.receipt.unwrap_or_default();
        Trouble {
            since: row.at,
            given_up: row.state == EffectState::Dead,
            said: said.chars().take(MOST_SAID).collect(),
        }
    }))
}

/// Tells of each sink in trouble, once a day.
///
/// # Errors
/// [`StoreError::Database`]: what was not told is found again.
pub async fn tell_of_trouble(app: &App, sinks: &[Arc<dyn Sink>]) -> Result<(), StoreError> {
    let (now, world) = (app.time().steady, app.world());
    for failing in sinks {
        let name = failing.name();
        let task = format!("failing:{name}");
        let outbox = app.store().outbox();
        let from = outbox.looked_until(&task).await?;
        if from.is_some_and(|from| now.seconds_since(from) < AGAIN) {
            continue;
        }
        let told = from.unwrap_or_else(|| now.plus_seconds(-AGAIN));
        let Some(trouble) = trouble_of(app, name, told).await? else {
            continue;
        };
        let since = trouble.since;
        let about = About::Failing {
            connector: name.to_owned(),
            trouble: trouble.said,
            since,
            given_up: trouble.given_up,
        };
        let admins = world.admins(None, now).into_iter();
        let notices: Vec<Notice> = admins
            .filter_map(|admin| Notice::new(&world, admin, about.clone()))
            .collect();
        let others = sinks.iter().filter(|other| other.name() != name);
        let effects = others.flat_map(|other| {
            let told = notices.iter().filter_map(|notice| {
                let key = format!("failing:{name}:{}:{}", notice.to.user, now.micros());
                Some((other.name().to_owned(), other.tell(notice, key)?))
            });
            told.collect::<Vec<(String, Effect)>>()
        });
        let due = Due {
            from,
            until: now,
            position: world.position(),
            effects: effects.collect(),
        };
        // Where nobody else can be written to, the log still says it.
        tracing::warn!(sink = name, %since, "what it is told does not arrive");
        outbox.write_due(&task, due).await?;
    }
    Ok(())
}
