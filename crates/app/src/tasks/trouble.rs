//! Telling admins that something outside does not take what it is told: by everything else that writes to people.

use std::sync::Arc;

use portcullis_model::Timestamp;
use portcullis_store::{Due, Effect, StoreError};

use crate::{
    App,
    deliver::Sink,
    notices::{About, Notice},
};

/// What was tried in vain for so long is told, in seconds; what is given up at once.
const PATIENCE: i64 = 15 * 60;
/// The same is told again after so long, in seconds.
const AGAIN: i64 = 24 * 3600;
/// As much of what was said is told.
const MOST_SAID: usize = 200;

/// Since when a sink is in trouble, if it is; and what was said.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn trouble_of(
    app: &App,
    sink: &str,
    now: Timestamp,
) -> Result<Option<(Timestamp, String)>, StoreError> {
    let before = Timestamp::from_micros(now.micros() - PATIENCE * 1_000_000);
    let row = app.store().outbox().trouble(sink, before).await?;
    Ok(row.map(|row| {
        let said = row.receipt.unwrap_or_default();
        (row.at, said.chars().take(MOST_SAID).collect())
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
        let Some((since, trouble)) = trouble_of(app, name, now).await? else {
            continue;
        };
        let about = About::Failing {
            connector: name.to_owned(),
            trouble,
            since,
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
