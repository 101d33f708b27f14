//! Telling people that their access ends soon. Whose does is `notices`' to say; each stretch of time is looked at by one
//! replica, once, and what is due goes to the outbox in the same transaction.

use std::{sync::Arc, time::Duration};

use portcullis_model::steady::Jump;
use portcullis_store::{Due, StoreError};

use super::{trouble::tell_of_trouble, turn::Turn};
use crate::{
    App,
    deliver::Sink,
    notices::{LEADS, Lead, ending, tokens_ending},
};

/// How often it is looked.
const PERIOD: Duration = Duration::from_secs(60);
/// Where nothing is due, the mark is moved each hour only.
const HOUR: i64 = 3600;

/// Puts in the outbox of `sinks` what is due now; says whether there may be more.
///
/// # Errors
/// [`StoreError::Database`]: what was not written is found again.
pub async fn remind(app: &App, sinks: &[Arc<dyn Sink>]) -> Result<bool, StoreError> {
    let mut more = false;
    for lead in LEADS {
        more |= remind_of(app, sinks, lead).await?;
    }
    Ok(more)
}

async fn remind_of(app: &App, sinks: &[Arc<dyn Sink>], lead: Lead) -> Result<bool, StoreError> {
    let time = app.time();
    // What a clock that is ahead takes for near may be far.
    if time.jump.is_some_and(Jump::is_ahead) {
        return Ok(false);
    }
    let (outbox, now, world) = (app.store().outbox(), time.steady, app.world());
    let from = outbox.looked_until(lead.task).await?;
    // Who looks for the first time begins now: nobody wants to hear of all that is near already.
    let (found, until) = match from {
        Some(from) => {
            let (mut found, until) = ending(&world, lead, from, now);
            found.extend(tokens_ending(&world, lead, from, until));
            (found, until)
        }
        None => (Vec::new(), now),
    };
    let effects = found.iter().flat_map(|(key, notice)| {
        let told = move |sink: &Arc<dyn Sink>| {
            Some((sink.name().to_owned(), sink.tell(notice, key.clone())?))
        };
        sinks.iter().filter_map(told)
    });
    let effects: Vec<_> = effects.collect();
    let is_old = from.is_none_or(|from| until.seconds_since(from) >= HOUR);
    if effects.is_empty() && !is_old {
        return Ok(false);
    }
    let due = Due {
        from,
        until,
        position: world.position(),
        effects,
    };
    outbox.write_due(lead.task, due).await?;
    Ok(until < now)
}

async fn told(app: &App, sinks: &[Arc<dyn Sink>]) -> Result<bool, StoreError> {
    let (trouble, more) = (tell_of_trouble(app, sinks).await, remind(app, sinks).await);
    trouble.and(more)
}

/// Runs [`remind`] and [`tell_of_trouble`] each minute, until the program ends; of several replicas one does.
pub async fn run_reminders(app: App, sinks: Vec<Arc<dyn Sink>>) {
    let turn = Turn::of(app.clone(), "remind");
    loop {
        let done = match turn.is_ours().await {
            true => told(&app, &sinks).await,
            false => Ok(false),
        };
        match done {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "could not look for what is to be told by time; trying again");
            }
        }
        tokio::time::sleep(PERIOD).await;
    }
}
