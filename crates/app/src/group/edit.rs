//! Edit a group: its name, description, tags, and what kind of group it is.

use portcullis_model::{
    ChangeSet, Context, Edit, Group, GroupKind, Id, MembershipKind, OperationName, Refusal, Tag,
    World,
    name::{Description, Name},
};

use crate::{Operation, grants};

/// Changes what is given and leaves the rest. New tags cut what lasts longer than they allow.
#[derive(Clone, Debug, Default)]
pub struct EditGroup {
    /// Which group.
    pub group: Option<Id<Group>>,
    /// Its new name.
    pub name: Option<Name>,
    /// Its new description.
    pub description: Option<Description>,
    /// All tags it is to carry itself.
    pub tags: Option<Vec<Id<Tag>>>,
    /// What kind of group it is to be.
    pub kind: Option<GroupKind>,
}

impl Operation for EditGroup {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let id = self
            .group
            .ok_or_else(|| Refusal::invalid("group", "no group is named"))?;
        let before = world.require_group(id)?.clone();
        for tag in self.tags.iter().flatten() {
            world.require_tag(*tag)?;
        }
        if let Some(GroupKind::App { app, .. }) = self.kind {
            world.require_app(app)?;
        }
        let after = Group {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            description: self
                .description
                .clone()
                .unwrap_or_else(|| before.description.clone()),
            tags: self.tags.clone().unwrap_or_else(|| before.tags.clone()),
            kind: self.kind.unwrap_or(before.kind),
            ..before.clone()
        };
        let mut change = ChangeSet::new(OperationName::GroupEdit);
        if after == before {
            return Ok(change);
        }
        if before.is_role() && !after.is_role() {
            for inclusion in world.targets_of(id) {
                change.push(inclusion.end());
            }
        }
        if after.is_role() && !before.is_role() {
            keep_as_direct(world, context, &before, &mut change);
        }
        let leaves_app = before.app().is_some() && before.app() != after.app();
        let mut after = after;
        if leaves_app && self.tags.is_none() {
            // What the app's tags demanded goes on being demanded.
            let own = before.tags.clone();
            let inherited = world
                .tags_on(&before)
                .map(|tag| tag.id)
                .filter(|t| !own.contains(t));
            after.tags.extend(inherited);
        }
        change.push(Edit::update(before, after));
        grants::shrink_after(world, context, &[id], &mut change)?;
        Ok(change)
    }
}

/// Nothing may lead into a role: who is in the group through others stays as a direct member until
/// the same end, and the others are detached.
fn keep_as_direct(world: &World, context: &Context, group: &Group, change: &mut ChangeSet) {
    for inclusion in world.children_of(group.id) {
        change.push(inclusion.end());
    }
    for kind in MembershipKind::ALL {
        for holder in world.holders(group.id, kind, context.now) {
            let direct = world.direct(holder.user.id, group.id, kind);
            if direct.is_some_and(|direct| direct.validity.until >= holder.until) {
                continue;
            }
            let reason = grants::reason("kept when the group became a role");
            let (user, until) = (holder.user.id, holder.until);
            change.push(world.mirror_membership(context, user, group.id, kind, until, &reason));
        }
    }
}
