//! An agent has at most what its sponsor has, and no longer; and it owns nothing.
//!
//! Every fact of an agent is covered by what its sponsor has in the same group, as the same, until the
//! same time or longer. What groups lead to is then covered as well, so this is looked at when a fact is
//! made and when what covers it ends; whatever is read anywhere is right as it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::further::reaches_further;
use crate::{
    Change, ChangeSet, Context, Edit, Expiry, Group, Id, Membership, MembershipKind, Refusal,
    RefusalCode, Request, User, UserKind, Wants, World,
};

/// What each agent's sponsor has, by what they have it in.
type Cover = BTreeMap<(Id<Group>, MembershipKind), Expiry>;

/// What ends for agents because `change` ends it for their sponsors, as edits: `after` is the world
/// without them. What the change gives an agent is judged by [`check`].
pub(super) fn cascade(after: &World, change: &ChangeSet, context: &Context) -> Vec<Change> {
    let mut ends = Vec::new();
    if after.agents().next().is_none() {
        return ends;
    }
    let given: BTreeSet<Id<Membership>> = change.changes.iter().filter_map(given_by).collect();
    let passed_on: BTreeSet<Id<User>> = change.changes.iter().filter_map(passed_on_by).collect();
    for agent in reached(after, change) {
        let sponsor = after.sponsor_of(agent.id);
        let cover = sponsor.map_or_else(Cover::new, |sponsor| cover(after, sponsor, context));
        for fact in after.direct_of_user(agent.id) {
            if fact.validity.until.is_past(context.now) || given.contains(&fact.id) {
                continue;
            }
            match cover.get(&(fact.group, fact.kind)) {
                None => ends.push(fact.end().into()),
                Some(until) if *until < fact.validity.until => {
                    ends.push(Edit::update(fact.clone(), fact.ending(*until)).into());
                }
                Some(_) => {}
            }
        }
        // What one sponsor made is no way in for another's agent.
        if sponsor.is_none() || passed_on.contains(&agent.id) {
            let credentials = after.credentials_of(agent.id);
            ends.extend(credentials.map(|credential| credential.end().into()));
        }
    }
    ends
}

/// The agents whose cover `change` may have touched.
fn reached<'w>(after: &'w World, change: &ChangeSet) -> Vec<&'w User> {
    let mut people: BTreeSet<Id<User>> = BTreeSet::new();
    for change in &change.changes {
        match change {
            Change::Membership(edit) => people.extend(edit.subject().map(|fact| fact.user)),
            Change::User(edit) => people.extend(edit.id()),
            // Whom a way between groups let in is not looked for.
            Change::Inclusion(edit) if edit.before.is_some() => return after.agents().collect(),
            Change::Inclusion(_)
            | Change::Group(_)
            | Change::App(_)
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

/// The agent that acts for somebody else by an edit, or did not act for anybody.
fn passed_on_by(change: &Change) -> Option<Id<User>> {
    let Change::User(edit) = change else {
        return None;
    };
    let (before, after) = (edit.before.as_deref()?, edit.after.as_deref()?);
    let stands = |user: &User| (user.kind, user.manager);
    (after.kind == UserKind::Agent && stands(before) != stands(after)).then_some(after.id)
}

/// The fact that an edit makes, or that reaches further by it.
fn given_by(change: &Change) -> Option<Id<Membership>> {
    match change {
        Change::Membership(edit) if reaches_further(edit, |fact| fact.validity) => edit.id(),
        _ => None,
    }
}

fn cover(world: &World, sponsor: &User, context: &Context) -> Cover {
    let groups = world.groups_of(sponsor.id, context.now);
    groups
        .map(|(group, kind, until)| ((group.id, kind), until))
        .collect()
}

/// Whether `user` may be in `group` as `kind` until then, where it is an agent: asked of what is made, reaches
/// further, or is asked for.
pub(super) fn check(
    after: &World,
    user: Id<User>,
    (group, kind): (Id<Group>, MembershipKind),
    wanted: Expiry,
    context: &Context,
) -> Result<(), Refusal> {
    let agent = after.user(user);
    let Some(agent) = agent.filter(|it| it.kind == UserKind::Agent) else {
        return Ok(());
    };
    if kind == MembershipKind::Owner {
        return Err(Refusal::rule(
            RefusalCode::BeyondSponsor,
            format!("`{}` is an agent, which decides about nothing", agent.name),
            "make it a member, or its sponsor an owner",
        ));
    }
    let refused = |sentence: String, next: String| {
        Err(Refusal::rule(RefusalCode::BeyondSponsor, sentence, next))
    };
    let Some(sponsor) = after.sponsor_of(agent.id) else {
        return refused(
            format!("`{}` is an agent that acts for nobody", agent.name),
            "name a sponsor first".to_owned(),
        );
    };
    let name = &sponsor.name;
    let held = after.holds(sponsor.id, group, kind, context.now);
    let group = after.group(group);
    let group = group.map_or_else(String::new, |group| group.name.to_string());
    match held {
        None => refused(
            format!(
                "`{}` acts for {name}, who is not a member of `{group}`",
                agent.name
            ),
            format!("make {name} a member first"),
        ),
        Some(until) if until < wanted => refused(
            format!(
                "`{}` acts for {name}, who is a member of `{group}` until {until} only",
                agent.name
            ),
            "choose an end that is no later".to_owned(),
        ),
        Some(_) => Ok(()),
    }
}

/// Whether an agent asks for what it could be given.
pub(super) fn check_request(
    after: &World,
    request: &Request,
    context: &Context,
) -> Result<(), Refusal> {
    if !after.is_agent(request.requester) {
        return Ok(());
    }
    let Wants::Membership { group, kind } = request.wants else {
        return Err(Refusal::rule(
            RefusalCode::BeyondSponsor,
            "an agent asks for membership only",
            "let the person it acts for ask",
        ));
    };
    let (user, place) = (request.requester, (group, kind));
    check(after, user, place, request.until, context)
}
