//! The sink `log`: a line in the program's own log for every record a commit changes.

use portcullis_model::{Change, ChangeSet, Edit, Record, World};
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

    fn effects(&self, change: &ChangeSet, after: &World) -> Vec<Effect> {
        let position = after.position();
        let effects = change.changes.iter().enumerate().map(|(n, edit)| {
            let (record, id, what) = described(edit);
            Effect {
                order_key: id,
                dedup_key: format!("{position}.{n}"),
                payload: json!({ "operation": change.operation, "record": record, "what": what }),
            }
        });
        effects.collect()
    }
}

impl Sink for LogSink {
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

/// A record's kind, its id, and whether it was created, changed or ended.
fn described(change: &Change) -> (&'static str, String, &'static str) {
    fn of<T: Record>(kind: &'static str, edit: &Edit<T>) -> (&'static str, String, &'static str) {
        let what = match (&edit.before, &edit.after) {
            (None, _) => "created",
            (Some(_), Some(_)) => "changed",
            (Some(_), None) => "ended",
        };
        let id = edit.id().map(|id| id.to_string());
        (kind, id.unwrap_or_default(), what)
    }
    match change {
        Change::User(edit) => of("user", edit),
        Change::Group(edit) => of("group", edit),
        Change::App(edit) => of("app", edit),
        Change::Tag(edit) => of("tag", edit),
        Change::Membership(edit) => of("membership", edit),
        Change::Inclusion(edit) => of("inclusion", edit),
        Change::Entitlement(edit) => of("entitlement", edit),
        Change::Request(edit) => of("request", edit),
        Change::Resource(edit) => of("resource", edit),
        Change::Identity(edit) => of("identity", edit),
    }
}
