//! What a change would do, and its exact edits, on the wire.

use std::{borrow::Cow, collections::BTreeMap};

use portcullis_app::{
    Preview, Warning,
    decide::{AffectedUsers, DecisionChange, RulesDiff},
};
use portcullis_model::{
    Change, ChangeSet, Diff, Digest, Position, Purpose, RecordKind, World,
    world::{DiffLine, What},
};
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{AdditionalProperties, ArrayBuilder, Type},
    },
};

use super::{
    list::{FEW, Window},
    row::row,
    wire::{GroupRef, Person, Place, Until},
};
use crate::http::text::{of_type, text};

row! {
    /// What a change would do.
    pub(crate) struct PreviewBody<'w> of(preview: &'w Preview, window: &mut Window) where {
        // First, for what they weigh may end the part early.
        let change = Edits::of(&preview.change, window);
    } {
        /// Who gains and loses what.
        diff: DiffBody<'w> = DiffBody::of(&preview.before, &preview.after, &preview.diff, window),
        /// What changes by rules; missing where no list of rules is touched.
        rules?: Option<RulesBody<'w>> =
            preview.rules.as_ref().map(|rules| RulesBody::of(preview, rules, window)),
        /// What is allowed but should be thought of.
        warnings: Vec<WarningRow<'w>> = window.of(&preview.warnings, WarningRow::of),
        /// The edits.
        change: Edits<'w> = change,
        /// What to send as `after`, with the same request, for what follows in these lists; null at
        /// their ends.
        next: Option<String> = window.next(),
    }
}

row! {
    /// Something to think of first.
    pub(crate) struct WarningRow<'w> of(warning: &'w Warning) {
        /// A stable code.
        code: &'static str = warning.code.as_str(),
        /// The sentence to show.
        message: &'w str = &warning.message,
    }
}

row! {
    /// Who gains and loses what.
    pub(crate) struct DiffBody<'w> of(
        before: &'w World,
        after: &'w World,
        diff: &'w Diff,
        window: &mut Window,
    ) where {
        let mut rows = |lines: &'w [DiffLine]| {
            window.of(lines, |line| DiffRow::of(before, after, line))
        };
    } {
        /// What people have after and had not before.
        gains: Vec<DiffRow<'w>> = rows(&diff.gains),
        gain_count: usize = diff.gains.len(),
        /// What people had before and have not after.
        losses: Vec<DiffRow<'w>> = rows(&diff.losses),
        loss_count: usize = diff.losses.len(),
        /// What people have before and after, with another end.
        changes: Vec<DiffRow<'w>> = rows(&diff.changes),
        change_count: usize = diff.changes.len(),
        /// How many people it concerns.
        people: usize = diff.people(),
    }
}

row! {
    /// One person and one thing they have.
    pub(crate) struct DiffRow<'w> of(
        before: &'w World,
        after: &'w World,
        line: &'w DiffLine,
    ) where {
        let known = if after.user(line.user).is_some() { after } else { before };
        let (group, kind, permission) = match &line.what {
            What::Group { group, kind } => {
                let world = if after.group(*group).is_some() { after } else { before };
                (Some(GroupRef::by_id(world, *group)), Some((*kind).into()), None)
            }
            What::Permission { permission } => (None, None, Some(permission.as_str())),
        };
    } {
        user: Person<'w> = Person::by_id(known, line.user),
        /// The group, if it is a place in one.
        group?: Option<GroupRef<'w>> = group,
        /// As what, if it is a place in a group.
        kind?: Option<Place> = kind,
        /// The permission, if it is one.
        permission?: Option<&'w str> = permission,
        /// Until when before; missing if they had it not.
        before?: Option<Until> = line.before.map(Until),
        /// Until when after; missing if they have it not.
        after?: Option<Until> = line.after.map(Until),
    }
}

row! {
    /// What a change does by rules.
    pub(crate) struct RulesBody<'w> of(
        preview: &'w Preview,
        diff: &'w RulesDiff,
        window: &mut Window,
    ) {
        /// How many people are judged by other rules than before.
        people: usize = diff.people,
        /// One for each way in which their rules differ.
        shifts: Vec<AffectedUsersRow<'w>> =
            window.of(&diff.shifts, |shift| AffectedUsersRow::of(preview, shift)),
        shift_count: usize = diff.shifts.len(),
        /// For how many people it was not looked at.
        not_compared: usize = diff.not_compared,
    }
}

row! {
    /// People whose rules change alike.
    pub(crate) struct AffectedUsersRow<'w> of(preview: &'w Preview, shift: &'w AffectedUsers) where {
        let (before, after) = (&*preview.before, &preview.after);
        let known = |id| if after.user(id).is_some() { after } else { before };
    } {
        /// The first 20.
        users: Vec<Person<'w>> =
            shift.people.iter().take(FEW).map(|id| Person::by_id(known(*id), *id)).collect(),
        user_count: usize = shift.people.len(),
        /// Requests that get another answer, one for each way that was found.
        turns: Vec<DecisionChangeRow<'w>> = shift.turns.iter().map(DecisionChangeRow::of).collect(),
        /// Whether these are all the ways in which answers change. If there are none, nothing changes.
        exhaustive: bool = shift.exhaustive,
    }
}

row! {
    /// A request that gets another answer.
    pub(crate) struct DecisionChangeRow<'w> of(turn: &'w DecisionChange) where {
        let attributes = turn.attributes.iter();
        let own = turn.linked.iter();
    } {
        action: &'w str = &turn.action,
        /// The type of the resource.
        #[serde(rename = "type")]
        kind: &'w str = &turn.resource_type,
        /// What rules look at; all other attributes are missing.
        #[schema(value_type = Object)]
        attributes: BTreeMap<&'w str, Value> =
            attributes.map(|(n, value)| (&**n, value.to_json())).collect(),
        /// Attributes that are each person's own: the name of theirs, by name.
        #[schema(value_type = Object)]
        own: BTreeMap<&'w str, &'w str> = own.map(|(name, own)| (&**name, &**own)).collect(),
        /// Whether it is allowed afterwards; it was not, or was, before.
        allowed: bool = turn.allowed,
        /// For how many of the people, as they are known, this was seen.
        people: usize = turn.people,
        /// Whether it was tried on all of them.
        tried_all: bool = turn.tried_all,
    }
}

/// The exact edits of a change, or a part of them.
#[derive(Debug, Serialize)]
pub(crate) struct Edits<'w> {
    operation: &'w str,
    changes: Vec<Box<RawValue>>,
    /// How many there are.
    change_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<Position>,
}

/// An edit as everybody may read it: without what stands for secrets.
fn shown(edit: &Change) -> Cow<'_, Change> {
    let Change::Credential(credential) = edit else {
        return Cow::Borrowed(edit);
    };
    let mut credential = credential.clone();
    let sides = [&mut credential.before, &mut credential.after];
    for side in sides.into_iter().flatten() {
        side.digest = Digest([0; 32]);
        if let Purpose::Session(session) = &mut side.purpose {
            session.sid = None;
        }
    }
    Cow::Owned(Change::Credential(credential))
}

/// An edit that is not the viewer's to read.
#[derive(Serialize)]
struct Hidden {
    record: RecordKind,
    hidden: bool,
}

/// An answer holds no more edits once they are this many bytes. One is never cut.
const MOST_BYTES: usize = 256 * 1024;

impl<'w> Edits<'w> {
    /// Those in the window, which ends before what would weigh too much.
    pub(crate) fn of(change: &'w ChangeSet, window: &mut Window) -> Self {
        let count = change.changes.len();
        Self::part(change, (0, count), window, |_| true)
    }

    /// The same, of a change of which only the edits from a number on are at hand; it has `count`.
    pub(crate) fn part(
        change: &'w ChangeSet,
        (first, count): (usize, usize),
        window: &mut Window,
        sees: impl Fn(&Change) -> bool,
    ) -> Self {
        let mut bytes = 0;
        let (from, limit) = (window.from, window.limit);
        let at_hand = change.changes.iter().skip(from.saturating_sub(first));
        let mut changes = Vec::new();
        for edit in at_hand.take(limit) {
            // INVARIANT: records are trees of text, numbers and maps with text keys: they always
            // serialize.
            let edit = match sees(edit) {
                true => serde_json::value::to_raw_value(&*shown(edit)),
                false => serde_json::value::to_raw_value(&Hidden {
                    record: edit.outline().record,
                    hidden: true,
                }),
            };
            let Ok(edit) = edit else {
                continue;
            };
            bytes += edit.get().len();
            if bytes > MOST_BYTES && !changes.is_empty() {
                window.end_before(from + changes.len());
                break;
            }
            changes.push(edit);
        }
        // What is not at hand is counted all the same.
        window.of(0..count, |_| ());
        Self {
            operation: change.operation.as_str(),
            changes,
            change_count: count,
            undoes: change.undoes,
        }
    }
}

impl PartialSchema for Edits<'_> {
    fn schema() -> RefOr<Schema> {
        let free = || Some(AdditionalProperties::<Schema>::FreeForm(true));
        let any = |about| {
            let any = of_type(Type::Object).additional_properties(free());
            any.description(Some(about))
        };
        let records = RecordKind::ALL.map(RecordKind::as_str);
        let edit = ObjectBuilder::new()
            .property("record", text().enum_values(Some(records)))
            .required("record")
            .property("before", any("As it was; missing if it is created."))
            .property("after", any("As it is to be; missing if it ends."))
            .property(
                "hidden",
                of_type(Type::Boolean).description(Some(
                    "Whether neither side is told, because it is for whom it is of, and for admins.",
                )),
            );
        ObjectBuilder::new()
            .description(Some(
                "Edits of records, in order, under the name of one operation: those in this part.",
            ))
            .property(
                "operation",
                text().description(Some("What is done, as noun and verb.")),
            )
            .required("operation")
            .property("changes", ArrayBuilder::new().items(edit))
            .required("changes")
            .property(
                "change_count",
                of_type(Type::Integer).description(Some("How many edits there are in all.")),
            )
            .required("change_count")
            .property(
                "undoes",
                of_type(Type::Integer).description(Some("The log entry this undoes.")),
            )
            .into()
    }
}
impl ToSchema for Edits<'_> {
    fn name() -> Cow<'static, str> {
        "Edits".into()
    }
}
