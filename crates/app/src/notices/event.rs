//! Every edit of a commit under a name that does not change, with what was before and is after.

use portcullis_model::{Change, ChangeSet, Context, World};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{kind::EventKind, names::Names, sentence};

/// The most of a record that an event holds, in bytes of JSON: what is larger is read over the API.
const MOST: usize = 64 << 10;

/// An edit of a record, for programs and channels outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// What it is of: `membership/0198…`.
    pub subject: String,
    /// The same in a sentence.
    pub text: String,
    /// For programs: the operation, its place in the log and who did it, and the record before and after.
    pub data: Value,
}

/// The events of a change, in order.
pub fn events<'a>(
    change: &'a ChangeSet,
    after: &'a World,
    context: &'a Context,
) -> impl Iterator<Item = Event> + 'a {
    let names = Names::new(change, after);
    let edits = change.changes.iter();
    let told = edits.filter(|edit| EventKind::of(edit).is_told());
    told.map(move |edit| {
        let (kind, outline) = (EventKind::of(edit), edit.outline());
        let id = outline.id.map(|id| id.to_string()).unwrap_or_default();
        let mut data = json!({
            "operation": change.operation,
            "position": after.position(),
            "actor": context.actor,
            "record": outline.record,
            "id": id,
            "change": outline.edit,
        });
        if let (Some(data), Some(sides)) = (data.as_object_mut(), sides(edit)) {
            data.extend(sides);
        }
        Event {
            kind,
            subject: format!("{}/{id}", outline.record),
            text: sentence::of_edit(edit, kind, &names, context.actor),
            data,
        }
    })
}

/// Before and after, where there is room for them.
fn sides(edit: &Change) -> Option<serde_json::Map<String, Value>> {
    let left_out = || match json!({ "left_out": true }) {
        Value::Object(map) => Some(map),
        _ => None,
    };
    let Ok(Value::Object(mut sides)) = serde_json::to_value(edit) else {
        return left_out();
    };
    sides.remove("record");
    let fits = serde_json::to_string(&sides).is_ok_and(|text| text.len() <= MOST);
    if fits { Some(sides) } else { left_out() }
}
