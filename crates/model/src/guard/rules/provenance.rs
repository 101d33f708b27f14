//! A connector changes and ends what carries its own name, and what is in a group whose authority
//! its system is. What people or other connectors granted is not its to touch.

use crate::{
    Actor, Change, ChangeSet, ConnectorId, Context, Edit, Fact, Refusal, RefusalCode, World,
};

pub(super) fn check(before: &World, change: &ChangeSet, context: &Context) -> Result<(), Refusal> {
    let Actor::Connector(connector) = context.actor else {
        return Ok(());
    };
    let own = Own {
        world: before,
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
        Change::User(_)
        | Change::Group(_)
        | Change::App(_)
        | Change::Tag(_)
        | Change::Request(_)
        | Change::Resource(_) => Ok(()),
    })
}

struct Own<'a> {
    world: &'a World,
    context: &'a Context,
    connector: ConnectorId,
}

impl Own<'_> {
    /// Whether the connector may touch a fact that is on record. One that has lapsed only takes up
    /// the room of another, and is anybody's to replace.
    fn check<F: Fact>(&self, edit: &Edit<F>) -> Result<(), Refusal> {
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

fn foreign(sentence: String) -> Refusal {
    Refusal::rule(
        RefusalCode::ForeignFact,
        sentence,
        "report it as drift; people decide",
    )
}
