//! The one form in which anything is changed.
//!
//! A [`ChangeSet`] lists edits of records, each with what was before and what is to be after. So it
//! can be applied to a copy of the world (and refuses where the world has moved), shown exactly,
//! stored as the log entry, and inverted: undo is the same edits, swapped and in reverse order.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Actor, App, Credential, Entitlement, Group, Id, Identity, Inclusion, Membership, OperationName,
    Preferences, Provider, Record, RecordKind, Request, Resource, Tag, User, words,
};

/// A place in the log: 0 before anything was written, then one more for each commit.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is wanted, as edits in order, under the name of one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// The operation.
    pub operation: OperationName,
    /// The edits, in order.
    pub changes: Vec<Change>,
    /// The log entry this undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<Position>,
}

/// What a record was and is to be. Absent before: it is created. Absent after: it ends.
///
/// INVARIANT: at least one side is present and both have the same id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub struct Edit<T> {
    /// As it was.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<T>>,
    /// As it is to be.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub after: Option<Box<T>>,
}

const fn none<T>() -> Option<Box<T>> {
    None
}

impl<T: Record> Edit<T> {
    /// A new record.
    #[must_use]
    pub fn create(after: T) -> Self {
        Self {
            before: None,
            after: Some(Box::new(after)),
        }
    }

    /// A record replaced by another version of itself.
    #[must_use]
    pub fn update(before: T, after: T) -> Self {
        debug_assert!(
            before.id() == after.id(),
            "an edit keeps the record's identity"
        );
        Self {
            before: Some(Box::new(before)),
            after: Some(Box::new(after)),
        }
    }

    /// A record that ends.
    #[must_use]
    pub fn end(before: T) -> Self {
        Self {
            before: Some(Box::new(before)),
            after: None,
        }
    }

    /// The same edit the other way round.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self {
            before: self.after,
            after: self.before,
        }
    }

    /// The record as it is to be, or as it was if it ends.
    ///
    /// `None` only for an edit that breaks its invariant, which the world refuses to apply.
    #[must_use]
    pub fn subject(&self) -> Option<&T> {
        self.after.as_deref().or(self.before.as_deref())
    }

    /// The record's identity.
    #[must_use]
    pub fn id(&self) -> Option<Id<T>> {
        self.subject().map(Record::id)
    }

    /// What it does to the record.
    #[must_use]
    pub const fn kind(&self) -> EditKind {
        match (&self.before, &self.after) {
            (None, _) => EditKind::Created,
            (Some(_), Some(_)) => EditKind::Changed,
            (Some(_), None) => EditKind::Ended,
        }
    }
}

words! {
    /// What an edit does to its record.
    pub enum EditKind {
        /// There was none.
        Created = "created",
        /// It is another version now.
        Changed = "changed",
        /// There is none any more.
        Ended = "ended",
    }
}

/// An edit without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// What kind of record it is of.
    pub record: RecordKind,
    /// What it does.
    pub edit: EditKind,
    /// Which record.
    pub id: Option<uuid::Uuid>,
}

macro_rules! declare {
    (() $($(#[$doc:meta])* $Record:ident = $text:literal, $plural:literal;)+) => {
        /// One edit of one record.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "record", rename_all = "snake_case")]
        pub enum Change { $($(#[$doc])* $Record(Edit<$Record>),)+ }

        impl Change {
            /// Of what it is and what it does.
            #[must_use]
            pub fn outline(&self) -> Outline {
                match self {$(
                    Self::$Record(edit) => Outline {
                        record: RecordKind::$Record,
                        edit: edit.kind(),
                        id: edit.id().map(Id::uuid),
                    },
                )+}
            }

            /// The edit that leads from what one edit creates to what another does, of one record;
            /// nothing where there is neither, or they are of two kinds.
            #[must_use]
            pub fn between(before: Option<Self>, after: Option<Self>) -> Option<Self> {
                match (before, after) {
                    (None, after) => after,
                    (Some(before), None) => Some(before.inverse()),
                    $((Some(Self::$Record(before)), Some(Self::$Record(after))) => {
                        Some(Edit { before: before.after, after: after.after }.into())
                    })+
                    _ => None,
                }
            }

            /// The same edit the other way round.
            #[must_use]
            pub fn inverse(self) -> Self {
                match self { $(Self::$Record(edit) => Self::$Record(edit.inverse()),)+ }
            }
        }
        $(
            impl From<Edit<$Record>> for Change {
                fn from(edit: Edit<$Record>) -> Self {
                    Self::$Record(edit)
                }
            }

            impl<'c> TryFrom<&'c Change> for &'c Edit<$Record> {
                type Error = ();
                fn try_from(change: &'c Change) -> Result<Self, ()> {
                    match change {
                        Change::$Record(edit) => Ok(edit),
                        _ => Err(()),
                    }
                }
            }
        )+
    };
}
crate::records!(declare!());

impl Change {
    fn repeats(&self) -> bool {
        let ours = |was: Actor, is: Actor| {
            let source = |actor| matches!(actor, Actor::Connector(_));
            was == is || !(source(was) || source(is))
        };
        match self {
            Self::Membership(edit) => edit.leaves(|was, is| {
                let same = Membership {
                    granted_by: is.granted_by,
                    request: is.request,
                    ..was.clone()
                };
                ours(was.granted_by, is.granted_by) && same == *is
            }),
            Self::Inclusion(edit) => edit.leaves(|was, is| {
                let granted_by = is.granted_by;
                let same = Inclusion {
                    granted_by,
                    ..was.clone()
                };
                ours(was.granted_by, granted_by) && same == *is
            }),
            Self::Entitlement(edit) => edit.leaves(|was, is| {
                let granted_by = is.granted_by;
                let same = Entitlement {
                    granted_by,
                    ..was.clone()
                };
                ours(was.granted_by, granted_by) && same == *is
            }),
            _ => false,
        }
    }
}

impl<T> Edit<T> {
    fn leaves(&self, same: impl FnOnce(&T, &T) -> bool) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => same(before, after),
            _ => false,
        }
    }
}

impl ChangeSet {
    /// A change set for `operation`, empty so far.
    #[must_use]
    pub const fn new(operation: OperationName) -> Self {
        Self {
            operation,
            changes: Vec::new(),
            undoes: None,
        }
    }

    /// With one more edit.
    #[must_use]
    pub fn with(mut self, change: impl Into<Change>) -> Self {
        self.changes.push(change.into());
        self
    }

    /// Adds one more edit.
    pub fn push(&mut self, change: impl Into<Change>) {
        self.changes.push(change.into());
    }

    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether all it does is to say again, in another person's name, what is so already.
    ///
    /// What a source granted and a person grants again is theirs from then on, and the other way round:
    /// that is news.
    #[must_use]
    pub fn only_repeats(&self) -> bool {
        self.is_empty() || self.undoes.is_none() && self.changes.iter().all(Change::repeats)
    }

    /// The same edits, each leaving what was there: the answer to one that only repeats.
    #[must_use]
    pub fn left_as_it_was(mut self) -> Self {
        for change in &mut self.changes {
            match change {
                Change::Membership(edit) => edit.after.clone_from(&edit.before),
                Change::Inclusion(edit) => edit.after.clone_from(&edit.before),
                Change::Entitlement(edit) => edit.after.clone_from(&edit.before),
                _ => {}
            }
        }
        self
    }

    /// The edits of one kind of record, in order.
    pub fn edits<'c, T: 'c>(&'c self) -> impl Iterator<Item = &'c Edit<T>>
    where
        &'c Edit<T>: TryFrom<&'c Change>,
    {
        let edits = self.changes.iter();
        edits.filter_map(|change| change.try_into().ok())
    }

    /// What undoes this once it is committed at `position`.
    ///
    /// # Examples
    /// ```
    /// use portcullis_model::*;
    /// # use portcullis_model::{name::Login, record::Authority};
    /// # let id = |n: u128| uuid::Uuid::from_u128(n);
    /// # let ada = User {
    /// #     id: Id::new(id(1)),
    /// #     source: None,
    /// #     login: Login::parse("ada").unwrap(),
    /// #     name: Name::parse("Ada").unwrap(),
    /// #     email: None,
    /// #     kind: UserKind::Person,
    /// #     manager: None,
    /// #     attributes: Default::default(),
    /// # };
    /// # let team = Group {
    /// #     id: Id::new(id(2)),
    /// #     source: None,
    /// #     name: Name::parse("Team").unwrap(),
    /// #     description: Description::default(),
    /// #     kind: GroupKind::Group,
    /// #     authority: Authority::Portcullis,
    /// #     tags: Vec::new(),
    /// # };
    /// # let now: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
    /// # let joins = Membership {
    /// #     id: Id::new(id(3)),
    /// #     user: ada.id,
    /// #     group: team.id,
    /// #     kind: MembershipKind::Member,
    /// #     validity: Validity::new(now, Expiry::at(now.plus_days(7))),
    /// #     reason: Reason::default(),
    /// #     granted_by: Actor::System(SystemActor::Demo),
    /// #     request: None,
    /// # };
    /// let company = ChangeSet::new(OperationName::GroupCreate)
    ///     .with(Edit::create(ada.clone()))
    ///     .with(Edit::create(team.clone()));
    /// let world = World::default().after(&company)?;
    ///
    /// let change = ChangeSet::new(OperationName::GroupAddPeople).with(Edit::create(joins));
    /// let after = world.after(&change)?;
    /// let undo = change.inverse(after.position());
    ///
    /// assert_eq!(undo.undoes, Some(after.position()));
    /// let back = after.after(&undo)?;
    /// assert!(world.diff(&back, now).is_empty());
    /// # Ok::<(), Refusal>(())
    /// ```
    #[must_use]
    pub fn inverse(self, position: Position) -> Self {
        Self {
            operation: OperationName::LogUndo,
            changes: self
                .changes
                .into_iter()
                .rev()
                .map(Change::inverse)
                .collect(),
            undoes: Some(position),
        }
    }
}
