//! The systems of the first week: apps with their groups, roles that lead into them, first people.

use portcullis_app::{
    app::CreateApp,
    group::{CreateGroup, EditGroup, GrantEntitlement},
};
use portcullis_model::{
    Actor, Expiry, Grant, Group, GroupKind, Id, MembershipKind, Noun, Permission, Refusal,
    name::{Description, Environment, Name, PermissionName},
    record::{AppOrigin, AppPart},
};

use super::{app_group, bad, reason, role_name};
use crate::{
    catalog::{APPS, DEPARTMENTS, LINKS},
    life::Company,
};

impl Company {
    pub(super) fn apps(&mut self, admin: Actor) -> Result<(), Refusal> {
        for spec in APPS {
            let by = DEPARTMENTS
                .iter()
                .position(|department| department.name == spec.by)
                .unwrap_or_default();
            let owners = match spec.name {
                "Payroll" | "Ledger" => vec![self.person("marta.oyelaran")?, self.head(by)?],
                _ => self.app_owners(by)?,
            };
            let parse = |text: &str| Name::parse(text).map_err(bad);
            let groups = spec
                .groups
                .iter()
                .map(|g| Ok((parse(g.name)?, Description::parse(g.about).map_err(bad)?)));
            let make = CreateApp {
                name: parse(spec.name)?,
                description: Description::parse(spec.about).map_err(bad)?,
                owners: owners.clone(),
                tags: self.tag_ids(spec.tags),
                groups: groups.collect::<Result<_, Refusal>>()?,
                origin: AppOrigin::Made,
            };
            self.story.act(admin, &make)?;
            let owner = Actor::User(owners[0]);
            for group in spec.groups {
                let id = self.story.group(&app_group(spec.name, group.name))?.id;
                if !group.tags.is_empty() {
                    let tags = self.tag_ids(group.tags);
                    let edit = EditGroup {
                        group: Some(id),
                        tags: Some(tags),
                        ..Default::default()
                    };
                    self.story.act(owner, &edit)?;
                }
                self.confer(admin, id, group.confers)?;
            }
            self.wait(11)?;
        }
        Ok(())
    }

    fn confer(
        &mut self,
        admin: Actor,
        group: Id<Group>,
        confers: &[(&str, &[&str])],
    ) -> Result<(), Refusal> {
        for (permission, environments) in confers {
            let environments = environments
                .iter()
                .map(|e| Environment::parse(e).map_err(bad));
            let grant = Grant::Permission(Permission {
                name: PermissionName::parse(permission).map_err(bad)?,
                environments: environments.collect::<Result<_, _>>()?,
            });
            let confer = GrantEntitlement {
                group,
                replaces: None,
                grant,
                until: Expiry::NEVER,
                reason: reason("What the app calls it"),
            };
            self.story.act(admin, &confer)?;
        }
        Ok(())
    }

    pub(super) fn roles(&mut self, admin: Actor) -> Result<(), Refusal> {
        let mut roles: Vec<(&str, &str, usize)> = DEPARTMENTS
            .iter()
            .enumerate()
            .flat_map(|(at, department)| {
                department
                    .jobs
                    .iter()
                    .map(move |job| (job.role, job.title, at))
            })
            .collect();
        roles.push(("Engineering-Manager", "Engineering Manager", 0));
        for (role, title, department) in roles {
            let mut owners = vec![self.head(department)?];
            owners.extend(
                self.leads
                    .get(&department)
                    .and_then(|leads| leads.first())
                    .copied(),
            );
            let make = CreateGroup {
                kind: GroupKind::Role,
                name: Name::parse(&role_name(role)).map_err(bad)?,
                description: Description::parse(&format!("What every {title} needs"))
                    .map_err(bad)?,
                tags: Vec::new(),
                owners,
            };
            self.story.act(admin, &make)?;
            for link in LINKS.iter().filter(|link| link.role == role) {
                let group = self.story.group(&app_group(link.app, link.group))?;
                let owner = self.story.decider(group, None).unwrap_or(admin);
                let (role, group) = (self.story.group(&role_name(role))?.id, group.id);
                self.attach(owner, role, group, link.kind, "Part of the job")?;
            }
            self.wait(7)?;
        }
        Ok(())
    }

    /// The first people in the groups that no role leads into.
    pub(super) fn first_members(&mut self) -> Result<(), Refusal> {
        for spec in APPS {
            let by = DEPARTMENTS
                .iter()
                .position(|department| department.name == spec.by)
                .unwrap_or_default();
            for group in spec.groups {
                let linked = LINKS.iter().any(|l| {
                    (l.app, l.group) == (spec.name, group.name) && l.kind == MembershipKind::Member
                });
                if linked
                    || group.tags.contains(&"Break Glass")
                    || spec.name == "Wiki" && group.name == "Readers"
                {
                    continue;
                }
                let name = app_group(spec.name, group.name);
                let actor = self
                    .story
                    .decider(self.story.group(&name)?, None)
                    .unwrap_or(self.admin()?);
                let few = 3 + self.rng.below(3);
                let users = self.some_of(by, few);
                self.add(
                    actor,
                    &name,
                    MembershipKind::Member,
                    users,
                    Expiry::NEVER,
                    "First people with this access",
                )?;
            }
        }
        Ok(())
    }

    /// A place for a new group of an app, made long after the app.
    pub(crate) fn late_group(
        &mut self,
        owner: Actor,
        app: &str,
        name: &str,
        about: &str,
    ) -> Result<(), Refusal> {
        let app_id = self
            .story
            .world
            .find_app(app)
            .ok_or_else(|| Refusal::not_found(Noun::App, app))?
            .id;
        let make = CreateGroup {
            kind: GroupKind::App {
                app: app_id,
                part: AppPart::Access,
            },
            name: Name::parse(&app_group(app, name)).map_err(bad)?,
            description: Description::parse(about).map_err(bad)?,
            tags: Vec::new(),
            owners: owner.user().into_iter().collect(),
        };
        self.story.act(owner, &make)?;
        Ok(())
    }
}
