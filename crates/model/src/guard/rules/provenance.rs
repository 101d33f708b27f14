//! A connector changes and ends what carries its own name, and what is in a group whose authority
//! its system is. What people or other connectors granted is not its to touch, and neither is a
//! group that another connector is the authority over, nor who is in it.

use crate::{
    Actor, Change, ChangeSet, ConnectorId, Context, Edit, Fact, Group, Refusal, RefusalCode, World,
    record::Authority,
};

pub(super) fn check(
    before: &World,
    after: &World,
    change: &ChangeSet,
    context: &Context,
) -> Result<(), Refusal> {
    let Actor::Connector(connector) = context.actor else {
        return Ok(());
    };
    let own = Own {
        world: before,
        after,
        context,
        connector,
    };
    change.changes.iter().try_for_each(|change| match change {
        Change::Membership(edit) => own.check(edit),
        Change::Inclusion(edit) => own.check(edit),
        Change::Entitlement(edit) => own.check(edit),
        Change::Identity(edit) => match edit.subject() {
            Some(identity) if identity.connector != connector => Err(foreign(format!(
                "`{connector}` does not say who people are in `{}`",
                identity.connector
            ))),
            _ => Ok(()),
        },
        Change::Group(edit) => own.group(edit),
        Change::User(_)
        | Change::App(_)
        | Change::Tag(_)
        | Change::Request(_)
        | Change::Resource(_) => Ok(()),
    })
}

struct Own<'a> {
    world: &'a World,
    after: &'a World,
    context: &'a Context,
    connector: ConnectorId,
}

impl Own<'_> {
    /// Whether the connector may touch a fact that is on record. One that has lapsed only takes up
    /// the room of another, and is anybody's to replace.
    fn check<F: Fact>(&self, edit: &Edit<F>) -> Result<(), Refusal> {
        let place = edit.after.as_deref().map(Fact::group);
        let place = place.and_then(|id| self.after.group(id));
        if let Some(place) = place {
            self.authority(place)?;
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
}

impl Own<'_> {
    fn group(&self, edit: &Edit<Group>) -> Result<(), Refusal> {
        let mut sides = [&edit.before, &edit.after].into_iter().flatten();
        sides.try_for_each(|group| self.authority(group))
    }

    /// Whether no other connector is the authority over `group`, and it is none of those whose
    /// members administer Portcullis: that is never a source's to say.
    fn authority(&self, group: &Group) -> Result<(), Refusal> {
        if self.after.is_built_in(group) {
            return Err(foreign(format!(
                "`{}` says who administers Portcullis, which no source does",
                group.name
            )));
        }
        match group.authority {
            // Earlier versions did not say which outside system it is.
            Authority::External(ConnectorId::EXTERNAL) => Ok(()),
            Authority::External(other) if other != self.connector => Err(foreign(format!(
                "`{}` is kept by `{other}`, not by `{}`",
                group.name, self.connector
            ))),
            Authority::External(_) | Authority::Portcullis => Ok(()),
        }
    }
}

fn foreign(sentence: String) -> Refusal {
    Refusal::rule(
        RefusalCode::ForeignFact,
        sentence,
        "report it as drift; people decide",
    )
}
