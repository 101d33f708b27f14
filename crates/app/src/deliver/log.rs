//! The sink `log`: a line in the program's own log for every record a commit changes.

use std::time::Duration;

use portcullis_model::{ChangeSet, Context, World};
use portcullis_store::{Effect, EffectSource};
use serde_json::{Value, json};

use super::{Answer, Delivering, Delivery, Sink};

/// Writes what was changed to the program's log, in order for each record.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogSink;

impl EffectSource for LogSink {
    fn name(&self) -> &'static str {
        "log"
    }

    fn effects(&self, change: &ChangeSet, after: &World, _: &Context) -> Vec<Effect> {
        let position = after.position();
        let effects = change.changes.iter().enumerate().map(|(n, edit)| {
            let of = edit.outline();
            Effect {
                order_key: of.id.map(|id| id.to_string()).unwrap_or_default(),
                dedup_key: format!("{position}.{n}"),
                payload: json!({ "operation": change.operation, "record": of.record, "what": of.edit }),
                delay: Duration::ZERO,
            }
        });
        effects.collect()
    }
}

impl Sink for LogSink {
    fn told(&self) -> String {
        "A line in the program's own log for every change.".to_owned()
    }

    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> Delivering<'a> {
        let text = |key: &str| {
            delivery
                .payload
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or("")
        };
        tracing::info!(
            target: "portcullis::changes",
            position = delivery.position.0,
            key = delivery.key,
            operation = text("operation"),
            record = text("record"),
            what = text("what"),
            "committed"
        );
        let receipt = "written to the log".to_owned();
        Box::pin(std::future::ready(Answer::Done { receipt }))
    }
}
