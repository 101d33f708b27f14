//! Extend or end what several people have in several groups, at once.

use std::collections::BTreeMap;

use portcullis_model::{
    ChangeSet, Context, Expiry, Group, Id, MembershipKind, OperationName, Refusal, User, World,
    name::Reason,
};

use super::{AddPeople, RemovePeople};
use crate::Operation;

/// What somebody has in a group themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// In which group.
    pub group: Id<Group>,
    /// As what.
    pub kind: MembershipKind,
    /// Who.
    pub user: Id<User>,
}

/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It ends then instead, earlier or later; tags may bring the end nearer.
    Until {
        /// When.
        until: Expiry,
        /// Why.
        reason: Reason,
    },
    /// It ends now.
    End,
}

/// Extends or ends what several people have in several groups, each as if it were done alone.
#[derive(Clone, Debug)]
pub struct SettleMany {
    /// What.
    pub held: Vec<Held>,
    /// How.
    pub settlement: Settlement,
}

impl Operation for SettleMany {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        if self.held.is_empty() {
            return Err(Refusal::invalid(
                "held",
                "nothing is selected; select at least one",
            ));
        }
        let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for held in &self.held {
            let (user, group) = (
                world.require_user(held.user)?,
                world.require_group(held.group)?,
            );
            // What has ended meanwhile is not given anew.
            let direct = world.direct(user.id, group.id, held.kind);
            if direct.is_none_or(|fact| fact.validity.until.is_past(context.now)) {
                let what = format!("{} in {}", user.login, group.name);
                return Err(Refusal::not_found(held.kind.into(), what));
            }
            groups
                .entry((held.group, held.kind))
                .or_default()
                .push(held.user);
        }
        let mut all = ChangeSet::new(match self.settlement {
            Settlement::Until { .. } => OperationName::GroupAddPeople,
            Settlement::End => OperationName::GroupRemovePeople,
        });
        let mut after = world.clone();
        for ((group, kind), users) in groups {
            let one = match &self.settlement {
                Settlement::Until { until, reason } => AddPeople {
                    group,
                    kind,
                    users,
                    until: *until,
                    reason: reason.clone(),
                }
                .plan(&after, context)?,
                Settlement::End => RemovePeople { group, kind, users }.plan(&after, context)?,
            };
            after = after.after(&one)?;
            all.changes.extend(one.changes);
        }
        Ok(all)
    }
}
