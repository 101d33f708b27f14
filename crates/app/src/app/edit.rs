//! Edit an app: its name, description and tags.

use portcullis_model::{
    App, ChangeSet, Context, Edit, Group, Id, OperationName, Refusal, Tag, World,
    name::{Description, Name},
};

use crate::{Operation, grants};

/// Changes what is given and leaves the rest. A new name renames the app's groups with it; new
/// tags cut what lasts longer than they allow.
#[derive(Clone, Debug)]
pub struct EditApp {
    /// Which app.
    pub app: Id<App>,
    /// Its new name.
    pub name: Option<Name>,
    /// Its new description.
    pub description: Option<Description>,
    /// All tags it is to carry.
    pub tags: Option<Vec<Id<Tag>>>,
}

impl Operation for EditApp {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let before = world.require_app(self.app)?.clone();
        for tag in self.tags.iter().flatten() {
            world.require_tag(*tag)?;
        }
        let after = App {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            description: self
                .description
                .clone()
                .unwrap_or_else(|| before.description.clone()),
            tags: self.tags.clone().unwrap_or_else(|| before.tags.clone()),
            ..before.clone()
        };
        let mut change = ChangeSet::new(OperationName::AppEdit);
        if after == before {
            return Ok(change);
        }
        let (old, new) = (before.name.clone(), after.name.clone());
        change.push(Edit::update(before, after));
        let groups: Vec<_> = world.app_groups(self.app).map(|group| group.id).collect();
        if old != new {
            rename_groups(world, context, &groups, &old, &new, &mut change)?;
        }
        grants::shrink_after(world, context, &groups, &mut change)?;
        Ok(change)
    }
}

fn rename_groups(
    world: &World,
    context: &Context,
    groups: &[Id<Group>],
    old: &str,
    new: &str,
    change: &mut ChangeSet,
) -> Result<(), Refusal> {
    let policy = &context.policy;
    let (was, is) = (policy.app_group_prefix(old), policy.app_group_prefix(new));
    for id in groups {
        let group = world.require_group(*id)?;
        let name = if group.is_owners_group() {
            policy.owners_group_name(new)
        } else {
            let rest = group.name.strip_prefix(was.as_str()).unwrap_or(&group.name);
            format!("{is}{rest}")
        };
        let name = Name::parse(&name).map_err(|bad| Refusal::invalid("name", bad.0))?;
        if name != group.name {
            change.push(Edit::update(
                group.clone(),
                Group {
                    name,
                    ..group.clone()
                },
            ));
        }
    }
    Ok(())
}
