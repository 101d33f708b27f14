//! Create an app with its owners group.

use portcullis_model::{
    App, ChangeSet, Context, Edit, Expiry, Group, GroupKind, Id, Membership, MembershipKind,
    OperationName, Refusal, Tag, User, World,
    name::{Description, Name},
    record::{AppOrigin, AppPart, Authority},
};

use crate::{Operation, grants};

/// Makes an app, its owners group, and its first groups. The first owners are members and owners
/// of the owners group; without any named, the actor is the owner.
#[derive(Clone, Debug)]
pub struct CreateApp {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Who owns it first.
    pub owners: Vec<Id<User>>,
    /// Tags on it, which reach all its groups.
    pub tags: Vec<Id<Tag>>,
    /// The names of its first groups, without the app's prefix, and what they are for.
    pub groups: Vec<(Name, Description)>,
    /// Whether it is Portcullis itself.
    pub origin: AppOrigin,
}

impl Operation for CreateApp {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        for tag in &self.tags {
            world.require_tag(*tag)?;
        }
        let app = App {
            id: context.id(),
            source: None,
            name: self.name.clone(),
            description: self.description.clone(),
            tags: self.tags.clone(),
            origin: self.origin,
        };
        let policy = &context.policy;
        let group = |name: String, description: Description, part| {
            Name::parse(&name)
                .map_err(|bad| Refusal::invalid("name", bad.0))
                .map(|name| Group {
                    id: context.id(),
                    source: None,
                    name,
                    description,
                    kind: GroupKind::App { app: app.id, part },
                    authority: Authority::Portcullis,
                    tags: Vec::new(),
                })
        };
        let about = format!("Owners of the {} app", self.name);
        let owners_group = group(
            policy.owners_group_name(&self.name),
            Description::parse(&about).unwrap_or_default(),
            AppPart::Owners,
        )?;
        let mut change = ChangeSet::new(OperationName::AppCreate)
            .with(Edit::create(app.clone()))
            .with(Edit::create(owners_group.clone()));
        for (name, description) in &self.groups {
            let prefix = policy.app_group_prefix(&self.name);
            let full = if name.starts_with(&prefix) {
                name.to_string()
            } else {
                format!("{prefix}{name}")
            };
            change.push(Edit::create(group(
                full,
                description.clone(),
                AppPart::Access,
            )?));
        }
        let mut owners = self.owners.clone();
        if owners.is_empty() {
            owners.extend(context.actor.user());
        }
        owners.sort_unstable();
        owners.dedup();
        let demands = self
            .tags
            .iter()
            .filter_map(|tag| world.tag(*tag))
            .filter(|tag| tag.enabled)
            .fold(portcullis_model::Constraints::default(), |all, tag| {
                all.and(tag.constraints)
            });
        for owner in owners {
            world.require_user(owner)?;
            for kind in MembershipKind::ALL {
                let until = demands.cap(kind, Expiry::NEVER, context.now);
                let reason = grants::reason("first owner of the app");
                let made = Membership::grant(context, owner, owners_group.id, kind, until, &reason);
                change.push(Edit::create(made));
            }
        }
        Ok(change)
    }
}
