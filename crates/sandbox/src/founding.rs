//! The first week: the first people, tags, groups, apps and roles.

mod rules;
mod systems;

use std::collections::BTreeMap;

use portcullis_app::{
    group::{AddPeople, AttachRole, CreateGroup},
    tag::CreateTag,
    user::InitAdmin,
};
use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Constraints, Edit, Expiry, Group, GroupKind, Id, MembershipKind,
    OperationName, Refusal, SystemActor, User, UserKind,
    name::{Description, Email, Login, Name, ParseTextError, Reason},
    record::Authority,
    tag::Limit,
};

use crate::{
    catalog::{DEPARTMENTS, OFFICES, PLAIN},
    life::{Company, Employee, Station},
};

pub(crate) fn bad(text: ParseTextError) -> Refusal {
    Refusal::invalid("name", text.0)
}

pub(crate) fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap_or_default()
}

pub(crate) fn role_name(role: &str) -> String {
    format!("Role-{role}")
}

pub(crate) fn app_group(app: &str, group: &str) -> String {
    format!("App-{app}-{group}")
}

const DAY: i64 = 86_400;

/// Tags: name, what for, whether in force, constraints.
fn tags() -> Vec<(&'static str, &'static str, bool, Constraints)> {
    let days = |days: i64| Limit::try_from(days * DAY).ok();
    let none = Constraints::default;
    vec![
        (
            "Sensitive",
            "Personal or financial data: reasons, no self-service, three months at most",
            true,
            Constraints {
                member_time_limit: days(90),
                require_member_reason: true,
                require_owner_reason: true,
                disallow_self_add_membership: true,
                ..none()
            },
        ),
        (
            "Production",
            "Touches customers: a reason, thirty days at most",
            true,
            Constraints {
                member_time_limit: days(30),
                require_member_reason: true,
                ..none()
            },
        ),
        (
            "Break Glass",
            "For emergencies: one day at most",
            true,
            Constraints {
                member_time_limit: days(1),
                require_member_reason: true,
                disallow_self_add_membership: true,
                ..none()
            },
        ),
        (
            "Four Eyes",
            "Nobody lets themself in",
            true,
            Constraints {
                disallow_self_add_membership: true,
                disallow_self_add_ownership: true,
                ..none()
            },
        ),
        (
            "Yearly Owners",
            "Owners are confirmed once a year",
            true,
            Constraints {
                owner_time_limit: days(365),
                ..none()
            },
        ),
        (
            "Freeze 2024",
            "The freeze of the old year; not in force any more",
            false,
            Constraints {
                member_time_limit: days(7),
                ..none()
            },
        ),
    ]
}

impl Company {
    pub(crate) fn found(&mut self, founders: Vec<Station>) -> Result<(), Refusal> {
        self.at(0, 9, 0)?;
        self.hire(Actor::System(SystemActor::Demo), founders)?;
        let email = self.email("ines.okafor")?;
        let (operator, init) = (
            Actor::System(SystemActor::Operator),
            InitAdmin {
                email,
                login: None,
                name: None,
            },
        );
        self.story.act(operator, &init)?;
        let admin = self.admin()?;
        self.at(0, 9, 30)?;
        let owners = app_group("Portcullis", "Owners");
        for kind in MembershipKind::ALL {
            let second = self.person("tomasz.lindqvist")?;
            self.add(
                admin,
                &owners,
                kind,
                vec![second],
                Expiry::NEVER,
                "Second admin, for holidays",
            )?;
        }
        self.services(admin)?;
        self.tags(admin)?;
        self.at(0, 13, 0)?;
        self.plain_groups(admin)?;
        self.mirror(&["ines.okafor", "tomasz.lindqvist"])?;
        self.at(1, 9, 0)?;
        self.apps(admin)?;
        self.at(2, 9, 0)?;
        self.roles(admin)?;
        self.at(3, 9, 0)?;
        let everybody: Vec<_> = self.staff.iter().map(|employee| employee.id).collect();
        self.place(&everybody)?;
        self.at(3, 15, 0)?;
        self.first_members()?;
        self.at(4, 10, 0)?;
        self.rules(admin)
    }

    pub(crate) fn email(&self, login: &str) -> Result<Email, Refusal> {
        Email::parse(&format!("{login}@harbourline.example")).map_err(bad)
    }

    /// Makes people known and remembers where they stand.
    pub(crate) fn hire(&mut self, actor: Actor, people: Vec<Station>) -> Result<(), Refusal> {
        let context = self.story.context(actor);
        let mut change = ChangeSet::new(OperationName::UserCreate);
        for station in people {
            let id: Id<User> = context.id();
            let department = DEPARTMENTS
                .get(station.department)
                .map_or("Leadership", |d| d.name);
            let manager = match station.rank {
                0 => None,
                1 => self.staff.first().map(|ceo| ceo.id),
                2 => self.heads.get(&station.department).copied(),
                _ => {
                    let leads = self
                        .leads
                        .get(&station.department)
                        .map_or(&[][..], Vec::as_slice);
                    let lead = self.rng.pick(leads).copied();
                    lead.or_else(|| self.heads.get(&station.department).copied())
                }
            };
            match station.rank {
                1 => {
                    self.heads.insert(station.department, id);
                }
                2 => self.leads.entry(station.department).or_default().push(id),
                _ => {}
            }
            let office = OFFICES[self.rng.weighted([5, 4, 3, 2].into_iter())];
            let attributes = BTreeMap::from([
                ("Title".to_owned(), station.title.clone().into()),
                ("Department".to_owned(), department.into()),
                (
                    "Office".to_owned(),
                    office.trim_start_matches("Office ").into(),
                ),
            ]);
            change.push(Edit::create(User {
                id,
                source: None,
                login: Login::parse(&station.name.login).map_err(bad)?,
                name: Name::parse(&station.name.full).map_err(bad)?,
                email: Some(self.email(&station.name.login)?),
                kind: UserKind::Person,
                manager,
                attributes,
            }));
            self.staff.push(Employee {
                id,
                office,
                department: station.department,
                roles: station.roles,
                rank: station.rank,
                stays: station.stays,
            });
        }
        self.story.change(actor, change)?;
        Ok(())
    }

    /// Puts new people where everybody in their place is.
    pub(crate) fn place(&mut self, people: &[Id<User>]) -> Result<(), Refusal> {
        let mut groups: BTreeMap<String, Vec<Id<User>>> = BTreeMap::new();
        for employee in self
            .staff
            .iter()
            .filter(|employee| people.contains(&employee.id))
        {
            let names = [
                "Everyone".to_owned(),
                employee.office.to_owned(),
                app_group("Wiki", "Readers"),
                app_group("VPN", "Office"),
            ];
            let roles = employee.roles.iter().map(|role| role_name(role));
            for name in names.into_iter().chain(roles) {
                groups.entry(name).or_default().push(employee.id);
            }
        }
        for (name, users) in groups {
            let actor = self
                .story
                .decider(self.story.group(&name)?, None)
                .unwrap_or(self.admin()?);
            self.add(
                actor,
                &name,
                MembershipKind::Member,
                users,
                Expiry::NEVER,
                "Part of the job",
            )?;
        }
        Ok(())
    }

    pub(crate) fn add(
        &mut self,
        actor: Actor,
        group: &str,
        kind: MembershipKind,
        users: Vec<Id<User>>,
        until: Expiry,
        why: &str,
    ) -> Result<(), Refusal> {
        if users.is_empty() {
            return Ok(());
        }
        let group = self.story.group(group)?.id;
        // Nobody lets themself in: an admin does it for them.
        let oneself = actor.user().is_some_and(|user| users.contains(&user));
        let actor = if oneself { self.admin()? } else { actor };
        self.story.act(
            actor,
            &AddPeople {
                group,
                kind,
                users,
                until,
                reason: reason(why),
            },
        )?;
        Ok(())
    }

    /// Lets a role into a group, as its owner, or an admin where the owner is in the role.
    pub(crate) fn attach(
        &mut self,
        owner: Actor,
        role: Id<Group>,
        group: Id<Group>,
        kind: MembershipKind,
        why: &str,
    ) -> Result<(), Refusal> {
        let mine = |user| {
            self.story
                .world
                .holds(user, role, MembershipKind::Member, self.story.now)
                .is_some()
        };
        let actor = if owner.user().is_some_and(mine) {
            self.admin()?
        } else {
            owner
        };
        let attach = AttachRole {
            role,
            groups: vec![group],
            kind,
            until: Expiry::NEVER,
            reason: reason(why),
        };
        self.story.act(actor, &attach)?;
        Ok(())
    }

    fn services(&mut self, admin: Actor) -> Result<(), Refusal> {
        let context = self.story.context(admin);
        let mut change = ChangeSet::new(OperationName::UserCreate);
        for (login, name) in [
            ("ci-deployer", "CI deployer"),
            ("nightly-backup", "Nightly backup"),
            ("ticket-bot", "Ticket bot"),
        ] {
            change.push(Edit::create(User {
                id: context.id(),
                source: None,
                login: Login::parse(login).map_err(bad)?,
                name: Name::parse(name).map_err(bad)?,
                email: None,
                kind: UserKind::Service,
                manager: None,
                attributes: BTreeMap::new(),
            }));
        }
        self.story.change(admin, change)?;
        Ok(())
    }

    fn tags(&mut self, admin: Actor) -> Result<(), Refusal> {
        for (name, about, enabled, constraints) in tags() {
            let description = Description::parse(about).map_err(bad)?;
            let name = Name::parse(name).map_err(bad)?;
            self.story.act(
                admin,
                &CreateTag {
                    name,
                    description,
                    enabled,
                    constraints,
                },
            )?;
        }
        Ok(())
    }

    fn tag_ids(&self, names: &[&str]) -> Vec<Id<portcullis_model::Tag>> {
        names
            .iter()
            .filter_map(|name| self.story.world.find_tag(name))
            .map(|tag| tag.id)
            .collect()
    }

    fn plain_groups(&mut self, admin: Actor) -> Result<(), Refusal> {
        for (name, about) in PLAIN {
            let owners = match *name {
                "Everyone" => vec![self.person("ines.okafor")?, self.head(8)?],
                "On-Call" | "Incident-Response" => {
                    vec![self.head(0)?, self.person("tomasz.lindqvist")?]
                }
                _ => vec![self.somebody_senior(), self.anybody()],
            };
            let tags = if *name == "Works-Council" {
                &["Yearly Owners"][..]
            } else {
                &[]
            };
            let mut owners = owners;
            owners.dedup();
            let make = CreateGroup {
                kind: GroupKind::Group,
                name: Name::parse(name).map_err(bad)?,
                description: Description::parse(about).map_err(bad)?,
                tags: self.tag_ids(tags),
                owners,
            };
            self.story.act(admin, &make)?;
        }
        Ok(())
    }

    /// A group that an outside system keeps and we only show.
    fn mirror(&mut self, logins: &[&str]) -> Result<(), Refusal> {
        let actor = Actor::Connector(ConnectorId::IMPORT);
        let context = self.story.context(actor);
        let group = Group {
            id: context.id(),
            source: Some(ConnectorId::IMPORT),
            name: Name::parse("Directory Administrators").map_err(bad)?,
            description: Description::parse("Mirrored from the company directory").map_err(bad)?,
            kind: GroupKind::Group,
            authority: Authority::External(ConnectorId::EXTERNAL),
            tags: Vec::new(),
        };
        let id = group.id;
        self.story.change(
            actor,
            ChangeSet::new(OperationName::GroupCreate).with(Edit::create(group)),
        )?;
        let users = logins
            .iter()
            .map(|login| self.person(login))
            .collect::<Result<_, _>>()?;
        let add = AddPeople {
            group: id,
            kind: MembershipKind::Member,
            users,
            until: Expiry::NEVER,
            reason: reason("as the directory says"),
        };
        self.story.act(actor, &add)?;
        Ok(())
    }
}
