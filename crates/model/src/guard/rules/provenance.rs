//! A connector changes and ends what carries its own name, and what is in a group whose authority
//! its system is. What people or other connectors granted is not its to touch.

use crate::{
    Actor, Change, ChangeSet, ConnectorId, Context, Expiry, Group, Id, Refusal, RefusalCode, World,
    record::Authority,
};

pub(super) fn check(before: &World, change: &ChangeSet, context: &Context) -> Result<(), Refusal> {
    let Actor::Connector(connector) = context.actor else {
        return Ok(());
    };
    change.changes.iter().try_for_each(|change| match change {
        Change::Membership(edit) => edit.before.as_ref().map_or(Ok(()), |m| {
            own(
                before,
                context,
                connector,
                m.granted_by,
                m.group,
                m.validity.until,
            )
        }),
        Change::Inclusion(edit) => edit.before.as_ref().map_or(Ok(()), |i| {
            own(
                before,
                context,
                connector,
                i.granted_by,
                i.target,
                i.validity.until,
            )
        }),
        Change::Entitlement(edit) => edit.before.as_ref().map_or(Ok(()), |e| {
            own(
                before,
                context,
                connector,
                e.granted_by,
                e.group,
                e.validity.until,
            )
        }),
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

/// Whether the connector may touch a fact that is on record. One that has lapsed only takes up the
/// room of another, and is anybody's to replace.
fn own(
    world: &World,
    context: &Context,
    connector: ConnectorId,
    granted_by: Actor,
    group: Id<Group>,
    until: Expiry,
) -> Result<(), Refusal> {
    let group = world.group(group);
    let authority = group.is_some_and(|group| group.authority == Authority::External(connector));
    if granted_by == Actor::Connector(connector) || authority || until.is_past(context.now) {
        return Ok(());
    }
    Err(foreign(format!(
        "`{connector}` did not grant this in `{}`, and is not the authority over it",
        group.map_or("", |group| &group.name)
    )))
}

fn foreign(sentence: String) -> Refusal {
    Refusal::rule(
        RefusalCode::ForeignFact,
        sentence,
        "report it as drift; people decide",
    )
}
