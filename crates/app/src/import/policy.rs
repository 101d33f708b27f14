//! Import what decisions are made from: subjects, groups with their rules, registered resources.
//!
//! What the file names is made or brought in line. What an earlier file granted and this one no longer
//! says is ended; what people or other imports granted stays, and so do users, groups and resources.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use portcullis_model::{
    Change, ChangeSet, Context, Edit, Expiry, FieldError, Grant, Group, GroupKind, Id, Membership,
    MembershipKind, OperationName, Permission, Refusal, Resource, User, UserKind, World,
    entitlement::Rules,
    name::{self, Description, Email, Login, Name, PermissionName, Reason},
    record::Authority,
};
use portcullis_rules::RuleList;
use serde::Deserialize;

use crate::{Operation, grants, rules};

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Subjects.
    #[serde(default)]
    pub users: Vec<Subject>,
    /// Groups, who is in them and what they confer.
    #[serde(default)]
    pub groups: Vec<PolicyGroup>,
    /// Resources with what the store knows of them.
    #[serde(default)]
    pub resources: Vec<PolicyResource>,
}

/// A subject.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its id in requests.
    pub login: String,
    /// As people call it; the login if not given.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it can be written to.
    #[serde(default)]
    pub email: Option<String>,
    /// What rules see of it, as `@subject.…`.
    #[serde(default)]
    pub attributes: BTreeMap<String, serde_json::Value>,
}

/// A group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyGroup {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Logins of its members; `*` stands for all subjects of the file.
    #[serde(default)]
    pub members: Vec<String>,
    /// Permissions it confers.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// Lists of rules it confers.
    #[serde(default)]
    pub rules: Vec<PolicyRules>,
}

/// A list of rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRules {
    /// Its name in the group.
    pub list: String,
    /// Higher is asked first.
    #[serde(default)]
    pub priority: i32,
    /// The rules, as a document of the rule language.
    pub rules: serde_json::Value,
    /// Cases kept beside the rules.
    #[serde(default)]
    pub cases: Vec<serde_json::Value>,
}

impl PolicyRules {
    /// What a group confers by it.
    ///
    /// # Errors
    /// Everything that stands against the list, by its place in it.
    pub fn grant(&self) -> Result<Grant, Vec<FieldError>> {
        let name = Name::parse(&self.list).map_err(|bad| vec![FieldError::new("list", bad.0)]);
        let rules = RuleList::from_json_value(&self.rules).map_err(|error| {
            let diagnostics = error.diagnostics().iter();
            diagnostics
                .map(|o| FieldError::new(format!("rules{}", o.path), o.message.clone()))
                .collect()
        });
        let (name, rules) = match (name, rules) {
            (Ok(name), Ok(rules)) => (name, rules),
            (Err(mut faults), Err(more)) => {
                faults.extend(more);
                return Err(faults);
            }
            (Err(faults), _) | (_, Err(faults)) => return Err(faults),
        };
        let list = Rules {
            name,
            priority: self.priority,
            rules: Arc::new(rules),
            cases: self.cases.clone(),
        };
        let faults = rules::faults(&list);
        if faults.is_empty() {
            Ok(Grant::Rules(list))
        } else {
            Err(faults)
        }
    }
}

/// A resource.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyResource {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id in that type.
    pub id: String,
    /// What is known of it.
    #[serde(default)]
    pub properties: BTreeMap<String, serde_json::Value>,
}

/// Brings the world in line with the file.
#[derive(Clone, Debug)]
pub struct ImportPolicy {
    /// The file.
    pub policy: Policy,
}

impl Operation for ImportPolicy {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let mut import = Import {
            world,
            context,
            change: ChangeSet::new(OperationName::ImportPolicy),
            faults: Vec::new(),
            users: BTreeMap::new(),
            memberships: BTreeSet::new(),
            entitlements: BTreeSet::new(),
        };
        self.policy
            .users
            .iter()
            .enumerate()
            .for_each(|(i, subject)| import.user(i, subject));
        self.policy
            .groups
            .iter()
            .enumerate()
            .for_each(|(i, group)| import.group(i, group));
        for resource in &self.policy.resources {
            import.resource(resource);
        }
        import.finish()
    }
}

struct Import<'a> {
    world: &'a World,
    context: &'a Context,
    change: ChangeSet,
    faults: Vec<FieldError>,
    users: BTreeMap<String, Id<User>>,
    /// What the file says.
    memberships: BTreeSet<(Id<User>, Id<Group>)>,
    entitlements: BTreeSet<(Id<Group>, String)>,
}

impl Import<'_> {
    /// The value, or a note of what is wrong with it.
    fn good<T>(
        &mut self,
        at: impl Into<String>,
        read: Result<T, name::ParseTextError>,
    ) -> Option<T> {
        read.map_err(|bad| self.faults.push(FieldError::new(at, bad.0)))
            .ok()
    }

    fn user(&mut self, at: usize, subject: &Subject) {
        let login = self.good(format!("/users/{at}/login"), Login::parse(&subject.login));
        let shown = subject.name.as_deref().unwrap_or(&subject.login);
        let shown = self.good(format!("/users/{at}/name"), Name::parse(shown));
        let email = subject.email.as_deref().map(Email::parse).transpose();
        let email = self.good(format!("/users/{at}/email"), email);
        let (Some(login), Some(shown), Some(email)) = (login, shown, email) else {
            return;
        };
        let there = self.world.find_user(&login);
        let after = User {
            id: there.map_or_else(|| self.context.id(), |user| user.id),
            login: login.clone(),
            name: shown,
            email: email.or_else(|| there.and_then(|user| user.email.clone())),
            kind: there.map_or(UserKind::Person, |user| user.kind),
            manager: there.and_then(|user| user.manager),
            attributes: subject.attributes.clone(),
        };
        self.users.insert(login.key(), after.id);
        match there {
            None => self.change.push(Edit::create(after)),
            Some(before) if *before != after => {
                self.change.push(Edit::update(before.clone(), after));
            }
            Some(_) => {}
        }
    }

    fn group(&mut self, at: usize, wanted: &PolicyGroup) {
        let Some(name) = self.good(format!("/groups/{at}/name"), Name::parse(&wanted.name)) else {
            return;
        };
        let there = self.world.find_group(&name);
        let id = match there {
            Some(group) => group.id,
            None => {
                let group = Group {
                    id: self.context.id(),
                    name,
                    description: Description::parse(&wanted.description).unwrap_or_default(),
                    kind: GroupKind::Group,
                    authority: Authority::Portcullis,
                    tags: Vec::new(),
                };
                let id = group.id;
                self.change.push(Edit::create(group));
                id
            }
        };
        self.members(at, wanted, id);
        for (i, permission) in wanted.permissions.iter().enumerate() {
            let read = PermissionName::parse(permission);
            if let Some(name) = self.good(format!("/groups/{at}/permissions/{i}"), read) {
                self.confer(
                    &format!("/groups/{at}/permissions/{i}"),
                    id,
                    Grant::Permission(Permission {
                        name,
                        environments: Default::default(),
                    }),
                );
            }
        }
        for (i, rules) in wanted.rules.iter().enumerate() {
            self.rules(&format!("/groups/{at}/rules/{i}"), id, rules);
        }
    }

    fn members(&mut self, at: usize, wanted: &PolicyGroup, group: Id<Group>) {
        let mut members = Vec::new();
        for (i, login) in wanted.members.iter().enumerate() {
            if login == "*" {
                members.extend(self.users.values().copied());
                continue;
            }
            let known = self.users.get(&name::key(login)).copied();
            let known = known.or_else(|| self.world.find_user(login).map(|user| user.id));
            match known {
                Some(user) => members.push(user),
                None => self.faults.push(FieldError::new(
                    format!("/groups/{at}/members/{i}"),
                    format!("there is no user `{login}`; list it under `users`"),
                )),
            }
        }
        members.sort_unstable();
        members.dedup();
        for user in members {
            self.memberships.insert((user, group));
            let (context, kind, reason) = (self.context, MembershipKind::Member, reason());
            match self.world.direct(user, group, kind) {
                Some(there) if there.validity.contains(context.now) => {}
                Some(lapsed) => {
                    let renewed = lapsed.extend(context, Expiry::NEVER, &reason);
                    self.change.push(Edit::update(lapsed.clone(), renewed));
                }
                None => {
                    let made =
                        Membership::grant(context, user, group, kind, Expiry::NEVER, &reason);
                    self.change.push(Edit::create(made));
                }
            }
        }
    }

    fn rules(&mut self, at: &str, group: Id<Group>, wanted: &PolicyRules) {
        match wanted.grant() {
            Ok(grant) => self.confer(at, group, grant),
            Err(faults) => {
                let faults = faults.into_iter();
                self.faults.extend(
                    faults.map(|f| FieldError::new(format!("{at}/{}", f.field), f.message)),
                );
            }
        }
    }

    fn confer(&mut self, at: &str, group: Id<Group>, grant: Grant) {
        self.entitlements.insert((group, grant.key()));
        let there = self.world.conferred(group, &grant);
        let in_force = there.filter(|there| there.validity.contains(self.context.now));
        match in_force {
            Some(there) if says_the_same(&there.grant, &grant) => {}
            // Whoever granted it may change it; a file does not take it over.
            Some(there) if there.granted_by != self.context.actor => {
                self.faults.push(FieldError::new(
                    at,
                    format!(
                        "the group confers another `{}`, which did not come from this file; rename this one, or remove that one first",
                        there.grant.label()
                    ),
                ));
            }
            _ => {
                let (world, context) = (self.world, self.context);
                let edit = world.grant_entitlement(context, group, grant, Expiry::NEVER, &reason());
                self.change.push(edit);
            }
        }
    }

    fn resource(&mut self, wanted: &PolicyResource) {
        let there = self.world.resource_by_key(&wanted.kind, &wanted.id);
        let after = Resource {
            id: there.map_or_else(|| self.context.id(), |resource| resource.id),
            resource_type: wanted.kind.as_str().into(),
            resource_id: wanted.id.as_str().into(),
            properties: wanted.properties.clone(),
        };
        match there {
            None => self.change.push(Edit::create(after)),
            Some(before) if *before != after => {
                self.change.push(Edit::update(before.clone(), after));
            }
            Some(_) => {}
        }
    }

    fn finish(mut self) -> Result<ChangeSet, Refusal> {
        if !self.faults.is_empty() {
            return Err(Refusal::Invalid(self.faults));
        }
        let by = self.context.actor;
        let memberships = self.world.memberships().filter(|m| m.granted_by == by);
        let gone = memberships.filter(|m| {
            m.kind != MembershipKind::Member || !self.memberships.contains(&(m.user, m.group))
        });
        let mut ended: Vec<Change> = gone.map(|m| m.end().into()).collect();
        let entitlements = self.world.entitlements().filter(|e| e.granted_by == by);
        let gone = entitlements.filter(|e| !self.entitlements.contains(&(e.group, e.grant.key())));
        ended.extend(gone.map(|e| Change::from(e.end())));
        // Ends come first: what takes their place may need the room.
        ended.append(&mut self.change.changes);
        self.change.changes = ended;
        Ok(self.change)
    }
}

fn reason() -> Reason {
    grants::reason("as the imported file says")
}

/// Whether two grants are one: permissions whatever the case of their names.
fn says_the_same(there: &Grant, wanted: &Grant) -> bool {
    match (there, wanted) {
        (Grant::Permission(a), Grant::Permission(b)) => {
            a.name.key() == b.name.key() && a.environments == b.environments
        }
        _ => there == wanted,
    }
}
