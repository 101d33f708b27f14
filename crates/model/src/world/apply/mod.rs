//! Changing a world into the next one. Every edit is checked against what is there: a world never
//! takes a change that was made for another.

use std::sync::Arc;

mod facts;
mod nouns;

use super::World;
use crate::{
    Change, ChangeSet, EditKind, Position, Record, RecordKind, Refusal, RefusalCode, letters,
};

impl World {
    /// The world after `change`, at the next position.
    ///
    /// # Errors
    /// A conflict where the world is not as the change found it; names taken; things still in use.
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
    ///
    /// assert!(after.holds(ada.id, team.id, MembershipKind::Member, now).is_some());
    /// // The world it came from is as it was, and a change fits only the world it was made for.
    /// assert!(world.holds(ada.id, team.id, MembershipKind::Member, now).is_none());
    /// assert_eq!(after.after(&change).unwrap_err().code(), "already_in_group");
    /// # Ok::<(), Refusal>(())
    /// ```
    pub fn after(&self, change: &ChangeSet) -> Result<Self, Refusal> {
        let mut world = self.clone();
        for edit in &change.changes {
            world.apply(edit)?;
        }
        world.position = self.position.next();
        let moves_nothing = |edit: &Change| {
            matches!(
                edit,
                Change::Credential(_) | Change::Preferences(_) | Change::Provider(_)
            )
        };
        if !change.changes.iter().all(moves_nothing) {
            world.access_position = world.position;
        }
        Ok(world)
    }

    /// Builds a world from all current records, in this order: users, apps, tags, groups,
    /// inclusions, memberships, entitlements, requests, resources, identities,
    /// credentials, providers, preferences.
    ///
    /// # Errors
    /// The same as [`World::after`], where the records contradict each other.
    pub fn load(
        records: impl IntoIterator<Item = Change>,
        position: Position,
    ) -> Result<Self, Refusal> {
        let mut world = Self::default();
        for record in records {
            world.apply_owned(record)?;
        }
        world = world.at_position(position);
        Ok(world)
    }

    /// The world at another position in which the records of `edits` differ, each named once, as it
    /// is here and as it is there. It shares with this one what does not differ.
    ///
    /// # Errors
    /// As for [`World::after`]; also where names were passed on among records, so that no order of
    /// the edits goes.
    pub fn at_other(&self, mut edits: Vec<Change>, position: Position) -> Result<Self, Refusal> {
        edits.sort_by_key(turn);
        let mut world = self.clone();
        for edit in edits {
            world.apply_owned(edit)?;
        }
        world = world.at_position(position);
        Ok(world)
    }

    /// Applies one edit in place. What is to be replaced is only looked at, never copied.
    fn apply(&mut self, change: &Change) -> Result<(), Refusal> {
        match change {
            Change::User(edit) => {
                self.apply_user(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Group(edit) => {
                self.apply_group(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::App(edit) => {
                self.apply_app(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Tag(edit) => {
                self.apply_tag(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Membership(edit) => {
                self.apply_membership(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Inclusion(edit) => {
                self.apply_inclusion(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Entitlement(edit) => {
                self.apply_entitlement(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Request(edit) => {
                self.apply_request(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Resource(edit) => {
                self.apply_resource(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Identity(edit) => {
                self.apply_identity(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Credential(edit) => {
                self.apply_credential(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Preferences(edit) => {
                self.apply_preferences(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
            Change::Provider(edit) => {
                self.apply_provider(edit.before.as_deref(), edit.after.as_deref().cloned())
            }
        }
    }

    fn apply_owned(&mut self, change: Change) -> Result<(), Refusal> {
        match change {
            Change::User(edit) => {
                self.apply_user(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Group(edit) => {
                self.apply_group(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::App(edit) => {
                self.apply_app(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Tag(edit) => {
                self.apply_tag(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Membership(edit) => {
                self.apply_membership(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Inclusion(edit) => {
                self.apply_inclusion(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Entitlement(edit) => {
                self.apply_entitlement(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Request(edit) => {
                self.apply_request(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Resource(edit) => {
                self.apply_resource(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Identity(edit) => {
                self.apply_identity(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Credential(edit) => {
                self.apply_credential(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Preferences(edit) => {
                self.apply_preferences(edit.before.as_deref(), edit.after.map(|after| *after))
            }
            Change::Provider(edit) => {
                self.apply_provider(edit.before.as_deref(), edit.after.map(|after| *after))
            }
        }
    }
}

/// When an edit's turn comes among others: facts end before what they are about, and begin after it.
fn turn(edit: &Change) -> u8 {
    use RecordKind::{
        App, Credential, Entitlement, Group, Identity, Inclusion, Membership, Preferences,
        Provider, Request, Resource, Tag, User,
    };
    let outline = edit.outline();
    match (outline.edit, outline.record) {
        (EditKind::Ended, Group) => 1,
        (EditKind::Ended, App | User) => 2,
        (EditKind::Ended, Tag) => 7,
        (EditKind::Ended, _) => 0,
        (_, User) => 3,
        (_, Tag) => 4,
        (_, App) => 5,
        (_, Group) => 6,
        (_, Inclusion | Membership | Entitlement | Request | Resource | Identity) => 8,
        (_, Credential | Preferences | Provider) => 8,
    }
}

fn known<T: Record>(before: Option<&T>, after: Option<&T>) -> Result<crate::Id<T>, Refusal> {
    match (before, after) {
        (Some(before), Some(after)) if before.id() != after.id() => {}
        (Some(record), _) | (None, Some(record)) => return Ok(record.id()),
        (None, None) => {}
    }
    Err(Refusal::invalid(
        "",
        "an edit names one record, before or after or both",
    ))
}

/// Whoever may edit a fact in one place must not take it from another: what a fact is about is
/// part of its identity, so that rights and rules need to look at one place only.
fn same_place<T, P: PartialEq>(
    before: Option<&T>,
    after: Option<&T>,
    place: impl Fn(&T) -> P,
) -> Result<(), Refusal> {
    match (before, after) {
        (Some(before), Some(after)) if place(before) != place(after) => Err(Refusal::invalid(
            "",
            "an edit keeps who and what a fact is about; end it and create another",
        )),
        _ => Ok(()),
    }
}

fn expect<T: Record>(
    what: &'static str,
    there: Option<&T>,
    before: Option<&T>,
) -> Result<(), Refusal> {
    if there == before {
        return Ok(());
    }
    Err(match (there, before) {
        (Some(_), None) => moved(what, "one with this id already exists"),
        (None, _) => moved(what, "it no longer exists"),
        _ => moved(what, "somebody has changed it since"),
    })
}

fn moved(what: &str, how: &str) -> Refusal {
    Refusal::conflict(
        RefusalCode::ChangedMeanwhile,
        format!("the {what} is not as it was when you looked: {how}"),
        "load it again and repeat what you wanted if it still applies",
    )
}

fn in_use(what: &str, name: &str) -> Refusal {
    Refusal::conflict(
        RefusalCode::InUse,
        format!("{what} `{name}` is still in use"),
        "end what depends on it in the same change",
    )
}

fn taken(what: &'static str, field: &str, value: &str) -> Refusal {
    Refusal::Rule {
        code: RefusalCode::NameTaken,
        sentence: format!("there already is a {what} with the {field} `{value}`"),
        next: "choose another, or change the one that exists".into(),
    }
}

fn free<V: Clone>(
    index: &imbl::OrdMap<Arc<str>, V>,
    what: &'static str,
    field: &str,
    value: &str,
) -> Result<(), Refusal> {
    if index.contains_key(letters::fold(value).as_str()) {
        Err(taken(what, field, value))
    } else {
        Ok(())
    }
}
