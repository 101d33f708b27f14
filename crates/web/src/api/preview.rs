//! What a change would do, and its exact edits, on the wire.

use std::collections::BTreeMap;

use portcullis_app::{
    Preview, Warning,
    decide::{AffectedUsers, DecisionChange, RulesDiff},
};
use portcullis_model::{
    ChangeSet, Diff, World,
    world::{DiffLine, What},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{AdditionalProperties, ArrayBuilder, Type},
    },
};

use super::wire::{GroupRef, Person, Place, Until};
use crate::http::text::{of_type, text};

/// What a change would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewBody<'w> {
    /// Who gains and loses what.
    diff: DiffBody<'w>,
    /// What changes by rules; missing where no list of rules is touched.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<RulesBody<'w>>,
    /// What is allowed but should be thought of.
    warnings: Vec<WarningRow<'w>>,
    /// The edits.
    change: Edits<'w>,
}

impl<'w> PreviewBody<'w> {
    pub(crate) fn of(preview: &'w Preview) -> Self {
        let rules = preview.rules.as_ref();
        Self {
            diff: DiffBody::of(&preview.before, &preview.after, &preview.diff),
            rules: rules.map(|rules| RulesBody::of(preview, rules)),
            warnings: preview.warnings.iter().map(WarningRow::of).collect(),
            change: Edits(&preview.change),
        }
    }
}

/// Something to think of first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WarningRow<'w> {
    /// A stable code.
    code: &'static str,
    /// The sentence to show.
    message: &'w str,
}

impl<'w> WarningRow<'w> {
    fn of(warning: &'w Warning) -> Self {
        Self {
            code: warning.code.as_str(),
            message: &warning.message,
        }
    }
}

/// Who gains and loses what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiffBody<'w> {
    /// What people have after and had not before.
    gains: Vec<DiffRow<'w>>,
    /// What people had before and have not after.
    losses: Vec<DiffRow<'w>>,
    /// What people have before and after, with another end.
    changes: Vec<DiffRow<'w>>,
    /// How many people it concerns.
    people: usize,
}

impl<'w> DiffBody<'w> {
    pub(crate) fn of(before: &'w World, after: &'w World, diff: &'w Diff) -> Self {
        let rows = |lines: &'w [DiffLine]| {
            lines
                .iter()
                .map(|line| DiffRow::of(before, after, line))
                .collect()
        };
        Self {
            gains: rows(&diff.gains),
            losses: rows(&diff.losses),
            changes: rows(&diff.changes),
            people: diff.people(),
        }
    }
}

/// One person and one thing they have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiffRow<'w> {
    user: Person<'w>,
    /// The group, if it is a place in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupRef<'w>>,
    /// As what, if it is a place in a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Place>,
    /// The permission, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<&'w str>,
    /// Until when before; missing if they had it not.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Until>,
    /// Until when after; missing if they have it not.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Until>,
}

impl<'w> DiffRow<'w> {
    pub(crate) fn of(before: &'w World, after: &'w World, line: &'w DiffLine) -> Self {
        let known = |id| {
            if after.user(id).is_some() {
                after
            } else {
                before
            }
        };
        let (group, kind, permission) = match &line.what {
            What::Group { group, kind } => {
                let world = if after.group(*group).is_some() {
                    after
                } else {
                    before
                };
                (
                    Some(GroupRef::by_id(world, *group)),
                    Some((*kind).into()),
                    None,
                )
            }
            What::Permission { permission } => (None, None, Some(permission.as_str())),
        };
        Self {
            user: Person::by_id(known(line.user), line.user),
            group,
            kind,
            permission,
            before: line.before.map(Until),
            after: line.after.map(Until),
        }
    }
}

/// What a change does by rules.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RulesBody<'w> {
    /// How many people are judged by other rules than before.
    people: usize,
    /// One for each way in which their rules differ.
    shifts: Vec<AffectedUsersRow<'w>>,
    /// For how many people it was not looked at.
    not_compared: usize,
}

/// People whose rules change alike.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AffectedUsersRow<'w> {
    users: Vec<Person<'w>>,
    /// Requests that get another answer, one for each way that was found.
    turns: Vec<DecisionChangeRow<'w>>,
    /// Whether these are all the ways in which answers change. If there are none, nothing changes.
    exhaustive: bool,
}

/// A request that gets another answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionChangeRow<'w> {
    action: &'w str,
    /// The type of the resource.
    #[serde(rename = "type")]
    kind: &'w str,
    /// What rules look at; all other attributes are missing.
    #[schema(value_type = Object)]
    attributes: BTreeMap<&'w str, Value>,
    /// Attributes that are each person's own: the name of theirs, by name.
    #[schema(value_type = Object)]
    own: BTreeMap<&'w str, &'w str>,
    /// Whether it is allowed afterwards; it was not, or was, before.
    allowed: bool,
    /// For how many of the people, as they are known, this was seen.
    people: usize,
    /// Whether it was tried on all of them.
    tried_all: bool,
}

impl<'w> RulesBody<'w> {
    fn of(preview: &'w Preview, diff: &'w RulesDiff) -> Self {
        let world = |id| {
            if preview.after.user(id).is_some() {
                &preview.after
            } else {
                &*preview.before
            }
        };
        let shift = |shift: &'w AffectedUsers| AffectedUsersRow {
            users: shift
                .people
                .iter()
                .map(|id| Person::by_id(world(*id), *id))
                .collect(),
            turns: shift.turns.iter().map(DecisionChangeRow::of).collect(),
            exhaustive: shift.exhaustive,
        };
        Self {
            people: diff.people,
            shifts: diff.shifts.iter().map(shift).collect(),
            not_compared: diff.not_compared,
        }
    }
}

impl<'w> DecisionChangeRow<'w> {
    fn of(turn: &'w DecisionChange) -> Self {
        let attributes = turn.attributes.iter();
        let own = turn.linked.iter();
        Self {
            action: &turn.action,
            kind: &turn.resource_type,
            attributes: attributes
                .map(|(n, value)| (&**n, value.to_json()))
                .collect(),
            own: own.map(|(name, own)| (&**name, &**own)).collect(),
            allowed: turn.allowed,
            people: turn.people,
            tried_all: turn.tried_all,
        }
    }
}

/// The exact edits of a change.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Edits<'w>(pub(crate) &'w ChangeSet);

impl PartialSchema for Edits<'_> {
    fn schema() -> RefOr<Schema> {
        let free = || Some(AdditionalProperties::<Schema>::FreeForm(true));
        let any = |about| {
            let any = of_type(Type::Object).additional_properties(free());
            any.description(Some(about))
        };
        let records = [
            "user",
            "group",
            "app",
            "tag",
            "membership",
            "inclusion",
            "entitlement",
            "request",
            "resource",
        ];
        let edit = ObjectBuilder::new()
            .property("record", text().enum_values(Some(records)))
            .required("record")
            .property("before", any("As it was; missing if it is created."))
            .property("after", any("As it is to be; missing if it ends."));
        ObjectBuilder::new()
            .description(Some(
                "Edits of records, in order, under the name of one operation.",
            ))
            .property(
                "operation",
                text().description(Some("What is done, as noun and verb.")),
            )
            .required("operation")
            .property("changes", ArrayBuilder::new().items(edit))
            .required("changes")
            .property(
                "undoes",
                of_type(Type::Integer).description(Some("The log entry this undoes.")),
            )
            .into()
    }
}
impl ToSchema for Edits<'_> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Edits".into()
    }
}
