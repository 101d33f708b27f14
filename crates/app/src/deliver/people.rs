//! What sinks that write to people have in common: what they put in the outbox, and how they read it there.

use std::time::Duration;

use portcullis_model::{ChangeSet, Context, World};
use portcullis_store::Effect;
use serde::de::DeserializeOwned;

use super::{Answer, Delivery, Sink};
use crate::notices::{EventFilter, Notice, events, notices};

/// What a commit means at a sink that writes to each person: what it tells of each notice.
pub fn of_people(
    sink: &impl Sink,
    change: &ChangeSet,
    after: &World,
    context: &Context,
) -> Vec<Effect> {
    let position = after.position();
    let all = notices(change, after, context);
    let all = all.iter().enumerate();
    all.filter_map(|(n, notice)| sink.tell(notice, format!("{position}-{n}")))
        .collect()
}

/// A notice in the outbox: all for one person are in one order, and wait so long for more.
#[must_use]
pub fn to_person(notice: &Notice, key: String, delay: Duration) -> Option<Effect> {
    let payload = serde_json::to_value(notice).ok()?;
    Some(Effect {
        order_key: notice.to.user.to_string(),
        dedup_key: key,
        payload,
        delay,
    })
}

/// What a commit means at a sink that writes to one channel: its events, all in one order.
#[must_use]
pub fn of_channel(
    filter: &EventFilter,
    delay: Duration,
    change: &ChangeSet,
    after: &World,
    context: &Context,
) -> Vec<Effect> {
    let position = after.position();
    let wanted = events(change, after, context)
        .enumerate()
        .filter(|(_, event)| filter.wants(event.kind));
    let effects = wanted.filter_map(|(n, event)| {
        Some(Effect {
            order_key: "channel".to_owned(),
            dedup_key: format!("{position}-{n}"),
            payload: serde_json::to_value(&event).ok()?,
            delay,
        })
    });
    effects.collect()
}

/// What a delivery holds, each with the delivery it came in.
///
/// # Errors
/// It is not ours to read, such as what a later version wrote.
pub fn read<T: DeserializeOwned>(delivery: &Delivery) -> Result<Vec<(&Delivery, T)>, Answer> {
    let all = delivery.all().map(|each| {
        let read = serde_json::from_value(each.payload.clone());
        read.map(|read| (each, read))
            .map_err(|error| Answer::Failed {
                why: format!("what was put in the outbox cannot be read: {error}"),
            })
    });
    all.collect()
}
