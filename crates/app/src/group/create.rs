//! Create a group, role or app group.

use portcullis_model::{
    ChangeSet, Context, Edit, Expiry, Group, GroupKind, Id, Membership, MembershipKind, Refusal,
    Tag, User, Validity, World,
    name::{Description, Name},
    record::Authority,
};

use crate::{Operation, parts};

/// Makes a group with its first owners, who own it without end unless tags say otherwise.
#[derive(Clone, Debug)]
pub struct CreateGroup {
    /// What kind of group.
    pub kind: GroupKind,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Tags on it.
    pub tags: Vec<Id<Tag>>,
    /// Who owns it first.
    pub owners: Vec<Id<User>>,
}

impl Operation for CreateGroup {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        if let GroupKind::App { app, .. } = self.kind {
            parts::app(world, app)?;
        }
        for tag in &self.tags {
            parts::tag(world, *tag)?;
        }
        let group = Group {
            id: context.id(),
            name: self.name.clone(),
            description: self.description.clone(),
            kind: self.kind,
            authority: Authority::Managed,
            tags: self.tags.clone(),
        };
        let demands = world.constraints_on(&group);
        let mut change = ChangeSet::new("group.create").with(Edit::create(group.clone()));
        let mut seen = std::collections::BTreeSet::new();
        for owner in self.owners.iter().filter(|owner| seen.insert(**owner)) {
            parts::user(world, *owner)?;
            change.push(Edit::create(Membership {
                id: context.id(),
                user: *owner,
                group: group.id,
                kind: MembershipKind::Owner,
                validity: Validity::new(
                    context.now,
                    demands.cap(MembershipKind::Owner, Expiry::NEVER, context.now),
                ),
                reason: parts::reason("first owner"),
                granted_by: context.actor,
                request: None,
            }));
        }
        Ok(change)
    }
}
