//! What a change brings about that is easily missed.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    Change, ChangeSet, Diff, Id, LinkBy, MembershipKind, ProviderState, Purpose, Timestamp, User,
    World, world::What,
};

use crate::{Warning, WarningCode};

/// The end that the last admin's access gets, where it had none or a later one.
pub(super) fn admins_end(before: &World, after: &World, now: Timestamp) -> Option<Warning> {
    let last = |world: &World| {
        let admins = world.owners_group(world.built_in_app()?.id)?;
        let holders = world.holders(admins.id, MembershipKind::Member, now);
        holders.into_iter().map(|holder| holder.until).max()
    };
    let (was, is) = (last(before)?, last(after)?);
    let at = is.instant().filter(|_| is < was)?;
    Some(Warning {
        code: WarningCode::AdminsEnd,
        message: format!("nobody would administer Portcullis after {at}"),
    })
}

/// Groups that lose their last owner or member.
pub(super) fn nobody_left(
    before: &World,
    after: &World,
    diff: &Diff,
    now: Timestamp,
) -> Vec<Warning> {
    let touched: BTreeSet<_> = diff
        .losses
        .iter()
        .filter_map(|line| match line.what {
            What::Group { group, kind } => Some((group, kind)),
            What::Permission { .. } => None,
        })
        .collect();
    let mut all = Vec::new();
    for (id, kind) in touched {
        let Some(group) = after.group(id) else {
            continue;
        };
        if after.holder_count(id, kind, now) > 0 || before.holder_count(id, kind, now) == 0 {
            continue;
        }
        all.push(match kind {
            MembershipKind::Owner => Warning {
                code: WarningCode::NoOwnerLeft,
                message: format!(
                    "`{}` would have no owner; requests for it would go to {}",
                    group.name,
                    if group.app().is_some() && !group.is_owners_group() {
                        "the app's owners"
                    } else {
                        "the admins"
                    }
                ),
            },
            MembershipKind::Member => Warning {
                code: WarningCode::NoMemberLeft,
                message: format!("`{}` would have no members", group.name),
            },
        });
    }
    all
}

/// The sessions and tokens that end with something else. Where nothing else is done they are what it is
/// about.
pub(super) fn signed_out(before: &World, change: &ChangeSet) -> Vec<Warning> {
    let credential = |change: &Change| matches!(change, Change::Credential(_));
    if change.changes.iter().all(credential) {
        return Vec::new();
    }
    let mut ended: BTreeMap<Id<User>, [usize; 2]> = BTreeMap::new();
    for change in &change.changes {
        if let Change::Credential(edit) = change
            && let (Some(gone), None) = (&edit.before, &edit.after)
        {
            let kind = match gone.purpose {
                Purpose::Session(_) => 0,
                Purpose::Token { .. } => 1,
                Purpose::Link | Purpose::Invitation => continue,
            };
            ended.entry(gone.user).or_default()[kind] += 1;
        }
    }
    let told = ended.into_iter().filter_map(|(user, [sessions, tokens])| {
        let user = before.user(user)?;
        let counted = |count, one: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{count} {one}s")),
        };
        let all = [counted(sessions, "session"), counted(tokens, "token")];
        let all: Vec<_> = all.into_iter().flatten().collect();
        Some(Warning {
            code: WarningCode::SignedOut,
            message: format!("{} of `{}` would end", all.join(" and "), user.login),
        })
    });
    told.collect()
}

/// The agents that act for nobody once their sponsor is gone.
pub(super) fn orphaned(before: &World, after: &World, change: &ChangeSet) -> Vec<Warning> {
    let touched = change.changes.iter().filter_map(|change| match change {
        Change::User(edit) => edit.before.as_deref(),
        _ => None,
    });
    let agents: BTreeSet<_> = touched
        .flat_map(|user| before.agents_of(user.id).chain(before.user(user.id)))
        .map(|user| user.id)
        .collect();
    let left = agents.into_iter().filter(|agent| {
        before.sponsor_of(*agent).is_some()
            && after.is_agent(*agent)
            && after.sponsor_of(*agent).is_none()
    });
    left.filter_map(|agent| {
        Some(Warning {
            code: WarningCode::NoSponsorLeft,
            message: format!(
                "the agent `{}` would act for nobody, and have nothing, until it has another sponsor",
                after.user(agent)?.login
            ),
        })
    })
    .collect()
}

/// That nobody, or no admin, would be known to an identity provider any more.
pub(super) fn locked_out(before: &World, after: &World, now: Timestamp) -> Vec<Warning> {
    let is_used = |world: &World| {
        let mut all = world.providers();
        all.any(|it| it.state == ProviderState::On)
    };
    // Of a connector that is none of these, the configuration may have the provider.
    let is_on = |world: &World, name| {
        let there = world.provider(name);
        there.is_none_or(|it| it.state == ProviderState::On)
    };
    let knows = |world: &World, admin: &User| {
        let mut linked = world.identities_of(admin.id);
        let mut others = world.providers().filter(|it| {
            let by_address = it.link_by == LinkBy::VerifiedEmail && admin.email.is_some();
            let as_another = world
                .identities_of(admin.id)
                .any(|is| is.connector == it.name);
            it.state == ProviderState::On && by_address && !as_another
        });
        linked.any(|it| is_on(world, it.connector)) || others.next().is_some()
    };
    let knows_admins = |world: &World| {
        let admins = world.admins(None, now);
        let mut admins = admins.iter();
        admins.any(|admin| knows(world, admin))
    };
    let told = [
        (
            is_used(before) && !is_used(after),
            "no identity provider that is set up here would be in use: unless `portcullis.toml` has one, \
             people could sign in only by links that an admin makes on the server",
        ),
        (
            knows_admins(before) && !knows_admins(after),
            "no admin would be known to an identity provider in use any more: they could sign in \
             only by links made on the server",
        ),
    ];
    let told = told.into_iter().filter(|(is_so, _)| *is_so);
    told.map(|(_, message)| Warning {
        code: WarningCode::LockedOut,
        message: message.to_owned(),
    })
    .collect()
}
