//! What a change would do, and its exact edits, on the wire.

use super::*;

/// What a change would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewBody<'w> {
    /// Who gains and loses what.
    diff: DiffBody<'w>,
    /// What is allowed but should be thought of.
    warnings: Vec<WarningRow<'w>>,
    /// The edits.
    change: Edits<'w>,
}

impl<'w> PreviewBody<'w> {
    pub(crate) fn of(preview: &'w Preview) -> Self {
        Self {
            diff: DiffBody::of(&preview.before, &preview.after, &preview.diff),
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
            code: warning.code,
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

/// The exact edits of a change.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Edits<'w>(pub(crate) &'w ChangeSet);

impl PartialSchema for Edits<'_> {
    fn schema() -> RefOr<Schema> {
        let any = || {
            ObjectBuilder::new()
                .schema_type(SchemaType::new(Type::Object))
                .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(true)))
        };
        let word = || ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
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
            .property("record", word().enum_values(Some(records)))
            .required("record")
            .property(
                "before",
                any().description(Some("As it was; missing if it is created.")),
            )
            .property(
                "after",
                any().description(Some("As it is to be; missing if it ends.")),
            );
        ObjectBuilder::new()
            .description(Some(
                "Edits of records, in order, under the name of one operation.",
            ))
            .property(
                "operation",
                word().description(Some("What is done, as noun and verb.")),
            )
            .required("operation")
            .property("changes", ArrayBuilder::new().items(edit))
            .required("changes")
            .property(
                "undoes",
                ObjectBuilder::new()
                    .schema_type(SchemaType::new(Type::Integer))
                    .description(Some("The log entry this undoes.")),
            )
            .into()
    }
}
impl ToSchema for Edits<'_> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Edits".into()
    }
}
