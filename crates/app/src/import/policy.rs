//! Import what decisions are made from: subjects, groups with their rules, registered resources.
//!
//! What the file names is made or brought in line. What an earlier file granted and this one no longer
//! says is ended; what people or other imports granted stays, and so do users, groups and resources.

use std::collections::BTreeMap;

use portcullis_model::{
    ConnectorId, Context, Description, Email, EntitlementKind, FieldError, Grant, Login,
    MembershipKind, Name, OperationName, Permission, World, name::PermissionName,
};
use portcullis_rules::Budget;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Once, good, said};
use crate::{
    rules,
    sync::{
        Desired, DesiredEntitlement, DesiredGroup, DesiredKind, DesiredMembership, DesiredResource,
        DesiredUser, DriftCode, FactKind, Kept, Scope, Source, Unsaid, UserKey, Wording,
    },
};

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a policy: an object with `users`, `groups` and `resources`"
)]
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
#[serde(deny_unknown_fields, expecting = "a user: an object with a `login`")]
pub struct Subject {
    /// Its id in requests.
    pub login: String,
    /// As people call it. Where it is not said, it stays; somebody new is called by login.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it can be written to.
    #[serde(default)]
    pub email: Option<String>,
    /// What rules see of it, as `@subject.…`. Where it is not said, it stays.
    #[serde(default)]
    pub attributes: Option<BTreeMap<String, Value>>,
}

/// A group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a group: an object with a `name`")]
pub struct PolicyGroup {
    /// Its name.
    pub name: String,
    /// The source that keeps it and says who is in it and what it is for. Then this one only says
    /// what it confers.
    #[serde(default)]
    pub kept_by: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Logins of its members; `*` stands for all subjects of the file. Where they are not said, they
    /// stay.
    #[serde(default)]
    pub members: Option<Vec<String>>,
    /// Permissions it confers. Where neither these nor rules are said, both stay.
    #[serde(default)]
    pub permissions: Option<Vec<String>>,
    /// Lists of rules it confers, with the members that the kind has.
    #[serde(default)]
    pub rules: Option<Vec<Map<String, Value>>>,
}

impl PolicyGroup {
    /// What it confers, each by its place in the group that stands at the pointer `at`; without
    /// what faults stand against.
    pub fn grants(&self, at: &str, faults: &mut Vec<FieldError>) -> Vec<(String, Grant)> {
        let mut all = Vec::new();
        // By kind, so that another is not forgotten here.
        for kind in EntitlementKind::ALL {
            match kind {
                EntitlementKind::Permission => {
                    for (n, permission) in self.permissions.iter().flatten().enumerate() {
                        let at = format!("{at}/permissions/{n}");
                        let name = good(faults, &at, PermissionName::parse(permission));
                        let everywhere = |name| Permission {
                            name,
                            environments: Default::default(),
                        };
                        all.extend(name.map(|name| (at, Grant::Permission(everywhere(name)))));
                    }
                }
                EntitlementKind::Rules => {
                    for (n, list) in self.rules.iter().flatten().enumerate() {
                        let at = format!("{at}/rules/{n}");
                        let grant = read(kind, list, &at, faults);
                        all.extend(grant.map(|grant| (at, grant)));
                    }
                }
            }
        }
        all
    }
}

/// What a group confers, of a kind that is said by its members; nothing where faults say what
/// stands against it.
fn read(
    kind: EntitlementKind,
    said: &Map<String, Value>,
    at: &str,
    faults: &mut Vec<FieldError>,
) -> Option<Grant> {
    let before = faults.len();
    let known: Vec<_> = kind.members().iter().map(|member| member.name).collect();
    for key in said.keys().filter(|key| !known.contains(&key.as_str())) {
        let wrong = format!(
            "unknown field `{key}`, expected one of `{}`",
            known.join("`, `")
        );
        faults.push(FieldError::new(format!("{at}/{key}"), wrong));
    }
    let budget = Budget::unlimited();
    let grant = kind.read(said, at, faults, &budget)?;
    let placed = |f: FieldError| FieldError::new(format!("{at}/{}", f.field), f.message);
    faults.extend(rules::faults(&grant, &budget).into_iter().map(placed));
    (faults.len() == before).then_some(grant)
}

/// A resource.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a resource: an object with a `type` and an `id`"
)]
pub struct PolicyResource {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id in that type.
    pub id: String,
    /// What is known of it. Where it is not said, it stays.
    #[serde(default)]
    pub properties: Option<BTreeMap<String, Value>>,
}

impl Policy {
    /// Whether `source` keeps anything that the file describes: then a version of it was taken once.
    /// One that describes nothing is no other file either.
    #[must_use]
    pub fn was_taken(&self, world: &World, source: ConnectorId) -> bool {
        let own = |kept: Option<ConnectorId>| kept == Some(source);
        let user = |said: &Subject| world.user_by_login(&said.login).map(|there| there.source);
        let group = |said: &PolicyGroup| world.find_group(&said.name).map(|there| there.source);
        let resource = |said: &PolicyResource| {
            let there = world.resource_by_key(&said.kind, &said.id);
            there.map(|there| there.source)
        };
        let nothing = self.users.is_empty() && self.groups.is_empty() && self.resources.is_empty();
        nothing
            || self.groups.iter().filter_map(group).any(own)
            || self.users.iter().filter_map(user).any(own)
            || self.resources.iter().filter_map(resource).any(own)
    }
}

impl Source for Policy {
    const OPERATION: OperationName = OperationName::ImportPolicy;

    fn read(&self, _: &Context) -> (Desired, Vec<FieldError>) {
        let mut read = Reader {
            desired: Desired {
                scope: Scope {
                    kinds: [FactKind::Membership, FactKind::Entitlement].into(),
                    ..Scope::default()
                },
                ..Desired::default()
            },
            ..Reader::default()
        };
        self.users
            .iter()
            .enumerate()
            .for_each(|(i, subject)| read.user(i, subject));
        self.groups
            .iter()
            .enumerate()
            .for_each(|(i, group)| read.group(i, group));
        self.resources
            .iter()
            .enumerate()
            .for_each(|(i, resource)| read.resource(i, resource));
        (read.desired, read.faults)
    }

    /// Whoever wrote the file may correct it; only what others did besides is left to be told.
    fn refuses(&self, code: DriftCode) -> bool {
        !matches!(
            code,
            DriftCode::Extra
                | DriftCode::OtherTime
                | DriftCode::OtherUser
                | DriftCode::OtherResource
        )
    }
}

#[derive(Default)]
struct Reader {
    users: Once,
    groups: Once,
    resources: Once,
    faults: Vec<FieldError>,
    desired: Desired,
}

impl Reader {
    fn user(&mut self, i: usize, subject: &Subject) {
        let at = |field: &str| format!("/users/{i}/{field}");
        let faults = &mut self.faults;
        let login = good(faults, at("login"), Login::parse(&subject.login));
        let name = subject.name.as_deref().map(Name::parse).transpose();
        let name = good(faults, at("name"), name);
        let email = subject.email.as_deref().map(Email::parse).transpose();
        let email = good(faults, at("email"), email);
        if let (Some(login), Some(name), Some(email)) = (login, name, email) {
            if let Err(twice) = self.users.insert(login.key(), &*login, at("login")) {
                return self.faults.push(twice);
            }
            self.desired.users.push(DesiredUser {
                at: at("login"),
                login: Some(login),
                name,
                email,
                attributes: subject.attributes.clone(),
                ..DesiredUser::default()
            });
        }
    }

    fn resource(&mut self, i: usize, resource: &PolicyResource) {
        let at = format!("/resources/{i}/id");
        let (kind, id) = (resource.kind.as_str(), resource.id.as_str());
        let key = serde_json::json!([kind, id]).to_string();
        let called = format!("{kind}:{id}");
        if let Err(twice) = self.resources.insert(key, called, &at) {
            return self.faults.push(twice);
        }
        self.desired.resources.push(DesiredResource {
            at,
            kind: kind.into(),
            id: id.into(),
            properties: resource.properties.clone(),
        });
    }

    fn group(&mut self, i: usize, wanted: &PolicyGroup) {
        let at = format!("/groups/{i}");
        let name = good(
            &mut self.faults,
            format!("{at}/name"),
            Name::parse(&wanted.name),
        );
        let description = good(
            &mut self.faults,
            format!("{at}/description"),
            Description::parse(&wanted.description),
        );
        let kept_by = wanted.kept_by.as_deref().map(ConnectorId::parse);
        let kept_by = good(
            &mut self.faults,
            format!("{at}/kept_by"),
            kept_by.transpose(),
        );
        let (Some(name), Some(description), Some(kept_by)) = (name, description, kept_by) else {
            return;
        };
        let here = format!("{at}/name");
        if let Err(twice) = self.groups.insert(name.key(), &*name, here) {
            return self.faults.push(twice);
        }
        if let Some(other) = kept_by {
            let said = [
                ("description", wanted.description.is_empty()),
                ("members", wanted.members.is_none()),
            ];
            for (field, _) in said.into_iter().filter(|(_, unsaid)| !unsaid) {
                let message =
                    format!("`{other}` says this of the group it keeps; leave it out here");
                let at = format!("{at}/{field}");
                self.faults.push(FieldError::new(at, message));
            }
        }
        for (n, login) in wanted.members.iter().flatten().enumerate() {
            let everybody = self
                .desired
                .users
                .iter()
                .filter_map(|user| user.login.as_deref());
            let meant = match login.as_str() {
                "*" => everybody.collect(),
                _ => vec![login.as_str()],
            };
            let members = meant.into_iter().map(|login| DesiredMembership {
                said: said(format!("{at}/members/{n}")),
                user: UserKey::Login(login.into()),
                group: (*name).into(),
                kind: MembershipKind::Member,
            });
            let members: Vec<_> = members.collect();
            self.desired.memberships.extend(members);
        }
        let unsaid = &mut self.desired.scope.unsaid;
        let silent = [
            (
                wanted.members.is_none(),
                Unsaid::People(MembershipKind::Member),
            ),
            (
                wanted.permissions.is_none() && wanted.rules.is_none(),
                Unsaid::Grants,
            ),
        ];
        let silent = silent.into_iter().filter(|(silent, _)| *silent);
        unsaid.extend(silent.map(|(_, what)| (name.key(), what)));
        let grants = wanted.grants(&at, &mut self.faults).into_iter();
        let entitlements = grants.map(|(at, grant)| DesiredEntitlement {
            said: said(at),
            group: (*name).into(),
            grant,
        });
        self.desired.entitlements.extend(entitlements);
        self.desired.groups.push(DesiredGroup {
            at: format!("{at}/name"),
            name,
            description: Wording::AtFirst(description),
            kind: DesiredKind::Group,
            kept: kept_by.map_or(Kept::Here, Kept::By),
            listed: wanted.members.is_some(),
        });
    }
}
