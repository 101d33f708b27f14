//! Create a group, role or app group.

use portcullis_model::{
    ChangeSet, Context, Edit, Expiry, Group, GroupKind, Id, Membership, MembershipKind,
    OperationName, Refusal, Tag, User, World,
    name::{Description, Name},
    record::Authority,
};

use crate::{Operation, grants};

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
            world.require_app(app)?;
        }
        for tag in &self.tags {
            world.require_tag(*tag)?;
        }
        let group = Group {
            id: context.id(),
            source: None,
            name: self.name.clone(),
            description: self.description.clone(),
            kind: self.kind,
            authority: Authority::Portcullis,
            tags: self.tags.clone(),
        };
        let constraints = world.constraints_on(&group);
        let mut change =
            ChangeSet::new(OperationName::GroupCreate).with(Edit::create(group.clone()));
        let mut seen = std::collections::BTreeSet::new();
        for owner_id in self.owners.iter().filter(|owner| seen.insert(**owner)) {
            world.require_user(*owner_id)?;
            let until = constraints.cap(MembershipKind::Owner, Expiry::NEVER, context.now);
            let reason = grants::reason("first owner");
            let owner = MembershipKind::Owner;
            let owns = Membership::grant(context, *owner_id, group.id, owner, until, &reason);
            change.push(Edit::create(owns));
        }
        Ok(change)
    }
}
