//! The groups that an identity provider says somebody is in, as facts of that provider.
//!
//! Each is a role that the claims of the provider keep, `Role-okta-eng` of the source `okta.groups`, made when somebody first comes with it; so
//! nothing that people made or another source keeps is ever filled by a claim, and what such a role
//! gives is theirs to say who administer this. It is not a source that is read as a whole: of one person
//! it says everything, and of all others nothing. A file or directory called `okta` is another source.

use std::collections::BTreeSet;

use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Context, Description, Edit, Expiry, Group, GroupKind, Id,
    Membership, MembershipKind, Name, OperationName, Reason, Refusal, User, Validity, World, guard,
    record::Authority,
};

use crate::Operation;

/// More groups than these are no answer: what is cut off would read as an end.
pub const MOST_GROUPS: usize = 500;

/// The source that the groups of a provider are facts of; none where the name of the provider is too long.
#[must_use]
pub fn groups_source(provider: ConnectorId) -> Option<ConnectorId> {
    ConnectorId::parse(&format!("{provider}.groups")).ok()
}

/// Brings what a provider says of somebody's groups in line. Planned for the provider, which is who acts.
#[derive(Clone, Debug)]
pub struct SetGroups {
    /// Who.
    pub user: Id<User>,
    /// The provider.
    pub provider: ConnectorId,
    /// All groups the provider says they are in, of those that count here.
    pub groups: BTreeSet<String>,
    /// For how many seconds a session lasts at most. What is said holds as long again after that, and is said
    /// anew at each sign-in; of who does not come any more, or is not asked any more, it ends.
    pub seconds: i64,
}

impl Operation for SetGroups {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let user = world.require_user(self.user)?;
        let mut change = ChangeSet::new(OperationName::IdentityGroups);
        let Actor::Connector(source) = context.actor else {
            return Err(Refusal::invalid(
                "actor",
                "only an identity provider says that",
            ));
        };
        let provider = self.provider;
        let (mut said, mut latest) = (BTreeSet::new(), None);
        for claim in &self.groups {
            let name = format!("{}{provider}-{claim}", context.policy.role_prefix);
            // What cannot be a name here is no group here.
            let Ok(name) = Name::parse(&name) else {
                continue;
            };
            let there = world.find_group(&name);
            // A name that came to somebody else's group is theirs, and claims that differ in case are two groups.
            if there.is_some_and(|group| group.source != Some(source) || group.name != name) {
                continue;
            }
            let group = match there {
                Some(group) => group.id,
                None => {
                    let group = Group {
                        id: context.id(),
                        source: Some(source),
                        name,
                        description: described(provider.as_str(), claim),
                        kind: GroupKind::Role,
                        authority: Authority::External(source),
                        tags: Vec::new(),
                    };
                    let id = group.id;
                    let made =
                        ChangeSet::new(OperationName::IdentityGroups).with(Edit::create(group));
                    // One that may not be called so is left out: it keeps nobody in the others.
                    let Ok(allowed) = guard(latest.as_ref().unwrap_or(world), made, context) else {
                        continue;
                    };
                    let (made, after) = allowed.into_parts();
                    latest = Some(after);
                    change.changes.extend(made.changes);
                    id
                }
            };
            said.insert(group);
        }
        let own = |fact: &&Membership| world.belongs_to(source, *fact);
        let least = Expiry::at(context.now.plus_seconds(self.seconds));
        let until = Expiry::at(context.now.plus_seconds(2 * self.seconds));
        let reason = Reason::parse("the identity provider says so").unwrap_or_default();
        for fact in world.direct_of_user(user.id).filter(own) {
            let Validity { until: ends, .. } = fact.validity;
            let holds = fact.validity.contains(context.now);
            if !(said.contains(&fact.group) && holds) {
                change.push(fact.end());
                continue;
            }
            said.remove(&fact.group);
            if ends < least || ends > until {
                let renewed = fact.extend(context, until, &reason);
                change.push(Edit::update(fact.clone(), renewed));
            }
        }
        for group in said {
            change.push(Edit::create(Membership::grant(
                context,
                user.id,
                group,
                MembershipKind::Member,
                until,
                &reason,
            )));
        }
        Ok(change)
    }
}

fn described(provider: &str, claim: &str) -> Description {
    let text = format!("Who is in {claim} at {provider}, as of when they last signed in.");
    Description::parse(&text).unwrap_or_default()
}

/// Which claimed groups count: those named, also by their beginning and a star.
#[must_use]
pub fn counts(filter: &[String], claim: &str) -> bool {
    if claim.trim().is_empty() {
        return false;
    }
    filter.is_empty()
        || filter.iter().any(|wanted| match wanted.strip_suffix('*') {
            Some(beginning) => claim.starts_with(beginning),
            None => wanted == claim,
        })
}
