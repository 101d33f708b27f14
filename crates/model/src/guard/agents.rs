//! An agent has at most what its sponsor has, and no longer.
//!
//! Every fact of an agent is covered by what its sponsor has in the same group, as the same, until the
//! same time or longer. What groups lead to is then covered as well, so this is looked at when a fact is
//! made and when what covers it ends; whatever is read anywhere is right as it stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Change, ChangeSet, Context, Edit, Expiry, Group, Id, Membership, MembershipKind, Refusal,
    RefusalCode, User, UserKind, World,
};

/// What each agent's sponsor has, by what they have it in.
type Cover = BTreeMap<(Id<Group>, MembershipKind), Expiry>;

/// What ends for agents because `change` ends it for their sponsors, as edits: `after` is the world
/// without them. What the change says of an agent itself is judged by [`check`].
pub(super) fn follow(after: &World, change: &ChangeSet, context: &Context) -> Vec<Change> {
    let mut follows = Vec::new();
    if after.agents().next().is_none() {
        return follows;
    }
    let said: BTreeSet<Id<Membership>> = change.changes.iter().filter_map(said_of).collect();
    for agent in reached(after, change) {
        let Some(sponsor) = after.sponsor_of(agent.id) else {
            follows.extend(
                after
                    .direct_of_user(agent.id)
                    .filter(|fact| !said.contains(&fact.id))
                    .map(|fact| fact.end().into()),
            );
            follows.extend(
                after
                    .credentials_of(agent.id)
                    .map(|credential| credential.end().into()),
            );
            continue;
        };
        let cover = cover(after, sponsor, context);
        for fact in after.direct_of_user(agent.id) {
            let over = fact.validity.until.is_past(context.now);
            if over || said.contains(&fact.id) {
                continue;
            }
            match cover.get(&(fact.group, fact.kind)) {
                None => follows.push(fact.end().into()),
                Some(until) if *until < fact.validity.until => {
                    follows.push(Edit::update(fact.clone(), fact.ending(*until)).into());
                }
                Some(_) => {}
            }
        }
    }
    follows
}

/// The agents whose cover `change` may have touched.
fn reached<'w>(after: &'w World, change: &ChangeSet) -> Vec<&'w User> {
    let mut people: BTreeSet<Id<User>> = BTreeSet::new();
    for change in &change.changes {
        match change {
            Change::Membership(edit) => people.extend(edit.subject().map(|fact| fact.user)),
            Change::User(edit) => people.extend(edit.id()),
            // Whom a way between groups let in is not looked for; agents are few.
            Change::Inclusion(_) | Change::Group(_) => return after.agents().collect(),
            Change::App(_)
            | Change::Tag(_)
            | Change::Entitlement(_)
            | Change::Request(_)
            | Change::Resource(_)
            | Change::Identity(_)
            | Change::Credential(_)
            | Change::Preferences(_)
            | Change::Provider(_) => {}
        }
    }
    let of_them = people.iter().flat_map(|person| after.agents_of(*person));
    let themselves = people.iter().filter_map(|person| after.user(*person));
    let mut all: Vec<&User> = of_them
        .chain(themselves.filter(|user| user.kind == UserKind::Agent))
        .collect();
    all.sort_by_key(|agent| agent.id);
    all.dedup_by_key(|agent| agent.id);
    all
}

fn said_of(change: &Change) -> Option<Id<Membership>> {
    match change {
        Change::Membership(edit) => edit.id(),
        _ => None,
    }
}

fn cover(world: &World, sponsor: &User, context: &Context) -> Cover {
    let groups = world.groups_of(sponsor.id, context.now);
    groups
        .map(|(group, kind, until)| ((group.id, kind), until))
        .collect()
}

/// Whether a fact that is made or reaches further is covered, where it is an agent's.
pub(super) fn check(after: &World, fact: &Membership, context: &Context) -> Result<(), Refusal> {
    let Some(agent) = after
        .user(fact.user)
        .filter(|it| it.kind == UserKind::Agent)
    else {
        return Ok(());
    };
    let refused = |sentence: String, next: String| {
        Err(Refusal::rule(RefusalCode::BeyondSponsor, sentence, next))
    };
    let Some(sponsor) = after.sponsor_of(agent.id) else {
        return refused(
            format!("`{}` is an agent that acts for nobody", agent.name),
            "name a sponsor first".to_owned(),
        );
    };
    let group = after.group(fact.group);
    let group = group.map_or_else(String::new, |group| group.name.to_string());
    let (name, kind) = (
        &sponsor.name,
        match fact.kind {
            MembershipKind::Member => "a member",
            MembershipKind::Owner => "an owner",
        },
    );
    match after.holds(sponsor.id, fact.group, fact.kind, context.now) {
        None => refused(
            format!(
                "`{}` acts for {name}, who is not {kind} of `{group}`",
                agent.name
            ),
            format!("make {name} {kind} first"),
        ),
        Some(until) if until < fact.validity.until => refused(
            format!(
                "`{}` acts for {name}, who is {kind} of `{group}` until {until} only",
                agent.name
            ),
            "choose an end that is no later".to_owned(),
        ),
        Some(_) => Ok(()),
    }
}
