//! What a source makes carries its name, and only that source changes it. A connector changes and
//! ends what carries its own name, fills the groups that do, and what is in a group whose authority
//! its system is. What a group of another source confers it may say, too, and not who is in it. What people or other connectors made or granted is not its to touch: it becomes
//! its own only where an admin or the operator says so.

use crate::{
    Actor, Change, ChangeSet, Closed, ConnectorId, Context, Edit, Fact, Group, Refusal,
    RefusalCode, World,
    record::{Authority, Sourced},
};

pub(super) fn check(
    before: &World,
    after: &World,
    change: &ChangeSet,
    context: &Context,
) -> Result<(), Refusal> {
    if let Actor::Connector(connector) = context.actor {
        let own = Own {
            world: before,
            after,
            context,
            connector,
        };
        return change.changes.iter().try_for_each(|edit| own.edit(edit));
    }
    let by_hand = ByHand {
        world: before,
        context,
        undoes: change.undoes.is_some(),
    };
    change.changes.iter().try_for_each(|edit| match edit {
        Change::User(edit) => by_hand.check(edit, |user| user.login.as_str()),
        Change::Group(edit) => by_hand.check(edit, |group| group.name.as_str()),
        Change::App(edit) => by_hand.check(edit, |app| app.name.as_str()),
        Change::Resource(edit) => by_hand.check(edit, |resource| &resource.resource_id),
        Change::Tag(_)
        | Change::Membership(_)
        | Change::Inclusion(_)
        | Change::Entitlement(_)
        | Change::Request(_)
        | Change::Identity(_)
        | Change::Credential(_)
        | Change::Preferences(_)
        | Change::Provider(_) => Ok(()),
    })
}

/// What a source may do.
struct Own<'a> {
    world: &'a World,
    after: &'a World,
    context: &'a Context,
    connector: ConnectorId,
}

impl Own<'_> {
    fn edit(&self, change: &Change) -> Result<(), Refusal> {
        match change {
            Change::Membership(edit) => self.fact(edit),
            Change::Inclusion(edit) => {
                // Who is in the child gets into the target: a name alone must not bring that about.
                let child = edit.after.as_deref().map(|inclusion| inclusion.child);
                let child = child.and_then(|id| self.after.group(id));
                child.map_or(Ok(()), |child| self.open(child))?;
                self.fact(edit)
            }
            Change::Entitlement(edit) => self.fact_in(edit, |group| {
                if self.after.is_open_to_grants(group) {
                    return Ok(());
                }
                self.open(group)
            }),
            Change::Identity(edit) => {
                let linked = edit.after.as_deref();
                let user = linked.and_then(|identity| self.after.user(identity.user));
                match edit.subject() {
                    Some(identity) if identity.connector != self.connector => {
                        Err(foreign(format!(
                            "`{}` does not say who people are in `{}`",
                            self.connector, identity.connector
                        )))
                    }
                    _ => user.map_or(Ok(()), |user| self.own(user)),
                }
            }
            Change::User(edit) => self.record(edit),
            Change::Group(edit) => self.group(edit),
            Change::App(edit) => self.record(edit),
            Change::Resource(edit) => self.record(edit),
            Change::Tag(_) => Err(foreign(format!(
                "`{}` has no say in tags, which people make",
                self.connector
            ))),
            Change::Request(_) => Err(foreign(format!(
                "`{}` has no say in requests, which people make and decide",
                self.connector
            ))),
            Change::Provider(_) => Err(foreign(format!(
                "`{}` has no say in how people sign in",
                self.connector
            ))),
            // What hangs on a user that the source ends, ends with them.
            Change::Preferences(edit) => match edit.before.as_deref() {
                Some(of) if edit.after.is_none() && self.after.user(of.user()).is_none() => Ok(()),
                _ => Err(foreign(format!(
                    "`{}` has no say in what people want to be told",
                    self.connector
                ))),
            },
            Change::Credential(edit) => match edit.before.as_deref() {
                Some(of) if edit.after.is_none() && self.after.user(of.user).is_none() => Ok(()),
                _ => Err(foreign(format!(
                    "`{}` has no say in sessions and tokens",
                    self.connector
                ))),
            },
        }
    }

    /// Whether the connector may touch a fact that is on record. One that has lapsed only takes up
    /// the room of another, and is anybody's to replace.
    fn fact<F: Fact>(&self, edit: &Edit<F>) -> Result<(), Refusal> {
        self.fact_in(edit, |group| self.open(group))
    }

    /// The same, where `open` says whether it may stand in a group.
    fn fact_in<F: Fact>(
        &self,
        edit: &Edit<F>,
        open: impl Fn(&Group) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let place = edit.after.as_deref().map(Fact::group);
        let place = place.and_then(|id| self.after.group(id));
        if let Some(place) = place {
            open(place)?;
        }
        let touched = edit.before.as_deref().filter(|fact| {
            !self.world.belongs_to(self.connector, *fact)
                && !fact.validity().until.is_past(self.context.now)
        });
        let Some(fact) = touched else {
            return Ok(());
        };
        let group = self.world.group(fact.group());
        Err(foreign(format!(
            "`{}` did not grant this in `{}`, and is not the authority over it",
            self.connector,
            group.map_or("", |group| &group.name)
        )))
    }

    fn record<T: Sourced>(&self, edit: &Edit<T>) -> Result<(), Refusal> {
        let mut sides = [&edit.before, &edit.after].into_iter().flatten();
        sides.try_for_each(|record| self.own(&**record))
    }

    fn own<T: Sourced>(&self, record: &T) -> Result<(), Refusal> {
        if record.source() == Some(self.connector) {
            return Ok(());
        }
        Err(not_kept(self.connector, record))
    }

    fn group(&self, edit: &Edit<Group>) -> Result<(), Refusal> {
        let mut sides = [&edit.before, &edit.after].into_iter().flatten();
        sides.try_for_each(|group| self.open(group))?;
        let kind = |group: &Group| group.kind;
        let app = edit.after.as_deref().and_then(Group::app);
        if edit.before.as_deref().map(kind) != edit.after.as_deref().map(kind)
            && let Some(app) = app.and_then(|app| self.after.app(app))
        {
            self.own(app)?;
        }
        let (Some(before), Some(after)) = (&edit.before, &edit.after) else {
            return edit.after.as_deref().map_or(Ok(()), |made| self.own(made));
        };
        // Tags and authority say what of its word counts: they are not for the source to change.
        let people_s = |group: &Group| (group.source, group.tags.clone());
        let authority = before.authority == after.authority
            || before.authority == Authority::External(ConnectorId::EXTERNAL);
        if people_s(before) == people_s(after) && authority {
            return Ok(());
        }
        Err(foreign(format!(
            "`{}` has no say in who keeps `{}` and what tags are on it",
            self.connector, after.name
        )))
    }

    /// Whether the source may fill and change `group`.
    fn open(&self, group: &Group) -> Result<(), Refusal> {
        match self.after.closed_to(self.connector, group) {
            None => Ok(()),
            Some(Closed::BuiltIn) => Err(foreign(format!(
                "`{}` says who administers Portcullis, which no source does",
                group.name
            ))),
            Some(Closed::Outside(other)) => Err(foreign(format!(
                "`{}` is kept by `{other}`, not by `{}`",
                group.name, self.connector
            ))),
            Some(Closed::Kept) => Err(not_kept(self.connector, group)),
        }
    }
}

/// What people and Portcullis itself may do with what a source keeps.
struct ByHand<'a> {
    world: &'a World,
    context: &'a Context,
    undoes: bool,
}

impl ByHand<'_> {
    fn check<T: Sourced>(&self, edit: &Edit<T>, name: fn(&T) -> &str) -> Result<(), Refusal> {
        let Actor::User(user) = self.context.actor else {
            return Ok(());
        };
        let was = edit.before.as_deref().and_then(Sourced::source);
        let Some(after) = &edit.after else {
            return Ok(());
        };
        let renamed = edit
            .before
            .as_deref()
            .is_some_and(|b| name(b) != name(after));
        // What is undone had its source before.
        let given = was != after.source() && !(edit.before.is_none() && self.undoes);
        if !(given || was.is_some() && renamed) || self.world.is_admin(user, self.context.now) {
            return Ok(());
        }
        // By a name the source will bring, its members would get what the source says of that one.
        let (called, source) = (after.called(), was.or(after.source()));
        let by = source.map_or_else(String::new, |source| format!(" by the source `{source}`"));
        Err(Refusal::rule(
            RefusalCode::KeptBySource,
            format!("{called} is kept{by}, which names it"),
            "change its name where the source has it, or ask an admin",
        ))
    }
}

fn not_kept<T: Sourced>(connector: ConnectorId, record: &T) -> Refusal {
    let by = match record.source() {
        Some(other) => format!("is kept by the source `{other}`"),
        None => "was made in Portcullis".to_owned(),
    };
    foreign(format!("{} {by}, not by `{connector}`", record.called()))
}

fn foreign(sentence: String) -> Refusal {
    Refusal::rule(
        RefusalCode::ForeignFact,
        sentence,
        "report it as drift; people decide",
    )
}
