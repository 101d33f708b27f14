//! A small company to try rules on: people, groups, roles and apps by name, with ids that are
//! the same in every run.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use portcullis_model::{
    Actor, Allowed, App, Change, ChangeSet, ConnectorId, Constraints, Context, Credential, Edit,
    Entitlement, Expiry, Grant, Granted, Group, GroupKind, Id, Ids, Inclusion, Membership,
    MembershipKind, OperationName, Permission, Policy, Refusal, Request, Sourced as _, State,
    SystemActor, Timestamp, User, Validity, Wants, World, guard,
    name::PermissionName,
    record::{AppOrigin, AppPart, Authority},
    request::Resolution,
};
use uuid::Uuid;

use crate::records::{
    ChangeSetOrOne, NEVER, NOW, app, app_group, code, group, id, one, reason, tag, user,
};

struct Counter(AtomicU64);
impl Ids for Counter {
    fn next(&self, _: Timestamp) -> Uuid {
        Uuid::from_u64_pair(7, self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A world that grows by names. It starts with the built-in app and its admin `root`.
pub(crate) struct Company {
    pub(crate) world: World,
    pub(crate) policy: Policy,
    facts: Cell<u64>,
}

impl Company {
    pub(crate) fn new() -> Self {
        Self::without_admin()
            .user("root")
            .member("root", "App-Portcullis-Owners")
    }

    pub(crate) fn without_admin() -> Self {
        let empty = Self {
            world: World::default(),
            policy: Policy::default(),
            facts: Cell::new(0),
        };
        let app = App {
            origin: AppOrigin::BuiltIn,
            ..app("Portcullis")
        };
        empty.has(Edit::create(app)).has(Edit::create(app_group(
            "Portcullis",
            "App-Portcullis-Owners",
            AppPart::Owners,
        )))
    }

    /// Makes something so without asking the guard.
    pub(crate) fn has(&self, change: impl Into<Change>) -> Self {
        let change = ChangeSet::new(OperationName::GroupEdit).with(change);
        self.with_world(self.world.after(&change).expect("it fits into the company"))
    }

    fn with_world(&self, world: World) -> Self {
        Self {
            world,
            policy: self.policy.clone(),
            facts: self.facts.clone(),
        }
    }

    pub(crate) fn user(self, login: &str) -> Self {
        self.has(Edit::create(user(login)))
    }

    pub(crate) fn users<const N: usize>(self, logins: [&str; N]) -> Self {
        logins.into_iter().fold(self, Self::user)
    }

    pub(crate) fn group(self, called: &str) -> Self {
        self.has(Edit::create(group(called, GroupKind::Group)))
    }

    pub(crate) fn role(self, called: &str) -> Self {
        self.has(Edit::create(group(called, GroupKind::Role)))
    }

    /// The group of that name as `source` keeps it.
    pub(crate) fn kept_by(self, source: ConnectorId, groups: &[&str]) -> Self {
        groups.iter().fold(self, |all, called| {
            let there = all.the_group(called);
            let kept = there.clone().kept_by(Some(source));
            all.has(Edit::update(there, kept))
        })
    }

    pub(crate) fn mirrored_group(self, called: &str) -> Self {
        let group = Group {
            authority: Authority::External(ConnectorId::EXTERNAL),
            ..group(called, GroupKind::Group)
        };
        self.has(Edit::create(group))
    }

    /// An app with its owners group `App-…-Owners`, in which `owner` is owner.
    pub(crate) fn app(self, called: &str, owner: &str) -> Self {
        let owners = format!("App-{called}-Owners");
        self.has(Edit::create(app(called)))
            .has(Edit::create(app_group(called, &owners, AppPart::Owners)))
            .owner(owner, &owners)
    }

    /// A group `App-<app>-<called>`.
    pub(crate) fn app_group(self, app: &str, called: &str) -> Self {
        let full = format!("App-{app}-{called}");
        self.has(Edit::create(app_group(app, &full, AppPart::Access)))
    }

    pub(crate) fn member(self, login: &str, group: &str) -> Self {
        let fact = self.membership(login, group, MembershipKind::Member, NEVER);
        self.has(Edit::create(fact))
    }

    pub(crate) fn owner(self, login: &str, group: &str) -> Self {
        let fact = self.membership(login, group, MembershipKind::Owner, NEVER);
        self.has(Edit::create(fact))
    }

    pub(crate) fn member_between(self, login: &str, group: &str, from: i64, until: Expiry) -> Self {
        let mut fact = self.membership(login, group, MembershipKind::Member, until);
        fact.validity.from = NOW.plus_days(from);
        self.has(Edit::create(fact))
    }

    pub(crate) fn attached(self, role: &str, target: &str, kind: MembershipKind) -> Self {
        self.attached_until(role, target, kind, NEVER)
    }

    pub(crate) fn attached_until(
        self,
        role: &str,
        target: &str,
        kind: MembershipKind,
        until: Expiry,
    ) -> Self {
        let fact = self.inclusion(role, target, kind, until);
        self.has(Edit::create(fact))
    }

    pub(crate) fn tag(self, called: &str, constraints: Constraints) -> Self {
        self.has(Edit::create(tag(called, constraints)))
    }

    pub(crate) fn tagged(self, group: &str, tag: &str) -> Self {
        let before = self.the_group(group);
        let mut after = before.clone();
        after.tags.push(id(&format!("tag {tag}")));
        self.has(Edit::update(before, after))
    }

    pub(crate) fn app_tagged(self, app: &str, tag: &str) -> Self {
        let before = self.the_app(app);
        let mut after = before.clone();
        after.tags.push(id(&format!("tag {tag}")));
        self.has(Edit::update(before, after))
    }

    pub(crate) fn confers(self, group: &str, permission: &str) -> Self {
        let fact = self.entitlement(group, permission, NEVER);
        self.has(Edit::create(fact))
    }

    pub(crate) fn asked(
        self,
        login: &str,
        group: &str,
        kind: MembershipKind,
        until: Expiry,
    ) -> Self {
        let request = self.request(login, group, kind, until);
        self.has(Edit::create(request))
    }

    // What there is.

    pub(crate) fn uid(&self, login: &str) -> Id<User> {
        self.world.find_user(login).expect("a user").id
    }

    pub(crate) fn gid(&self, group: &str) -> Id<Group> {
        self.the_group(group).id
    }

    pub(crate) fn the_group(&self, called: &str) -> Group {
        self.world.find_group(called).expect("a group").clone()
    }

    pub(crate) fn the_app(&self, called: &str) -> App {
        self.world.find_app(called).expect("an app").clone()
    }

    pub(crate) fn the_fact(&self, login: &str, group: &str, kind: MembershipKind) -> Membership {
        let (user, group) = (self.uid(login), self.gid(group));
        self.world
            .direct(user, group, kind)
            .expect("a fact")
            .clone()
    }

    /// The only credential there is.
    pub(crate) fn the_credential(&self) -> Credential {
        self.world.credentials().next().unwrap().clone()
    }

    pub(crate) fn the_inclusion(&self, role: &str, target: &str) -> Inclusion {
        let target = self.gid(target);
        let mut all = self.world.targets_of(self.gid(role));
        all.find(|i| i.target == target)
            .expect("an inclusion")
            .clone()
    }

    pub(crate) fn the_request(&self, login: &str) -> Request {
        let user = self.uid(login);
        let mut all = self.world.requests();
        all.find(|r| r.requester == user)
            .expect("a request")
            .clone()
    }

    // What could be.

    fn fact_id<T>(&self, what: &str) -> Id<T> {
        self.facts.set(self.facts.get() + 1);
        id(&format!("{what} {}", self.facts.get()))
    }

    pub(crate) fn membership(
        &self,
        login: &str,
        group: &str,
        kind: MembershipKind,
        until: Expiry,
    ) -> Membership {
        Membership {
            id: self.fact_id("membership"),
            user: id(&format!("user {login}")),
            group: id(&format!("group {group}")),
            kind,
            validity: Validity::new(NOW.plus_days(-1), until),
            reason: reason(""),
            granted_by: Actor::System(SystemActor::Operator),
            request: None,
        }
    }

    pub(crate) fn inclusion(
        &self,
        role: &str,
        target: &str,
        kind: MembershipKind,
        until: Expiry,
    ) -> Inclusion {
        Inclusion {
            id: self.fact_id("inclusion"),
            child: id(&format!("group {role}")),
            target: id(&format!("group {target}")),
            kind,
            validity: Validity::new(NOW.plus_days(-1), until),
            reason: reason(""),
            granted_by: Actor::System(SystemActor::Operator),
        }
    }

    pub(crate) fn entitlement(&self, group: &str, permission: &str, until: Expiry) -> Entitlement {
        Entitlement {
            id: self.fact_id("entitlement"),
            group: id(&format!("group {group}")),
            grant: Grant::Permission(Permission {
                name: PermissionName::parse(permission).unwrap(),
                environments: [].into(),
            }),
            validity: Validity::new(NOW.plus_days(-1), until),
            reason: reason(""),
            granted_by: Actor::System(SystemActor::Operator),
        }
    }

    pub(crate) fn request(
        &self,
        login: &str,
        group: &str,
        kind: MembershipKind,
        until: Expiry,
    ) -> Request {
        Request {
            id: self.fact_id("request"),
            requester: id(&format!("user {login}")),
            wants: Wants::Membership {
                group: id(&format!("group {group}")),
                kind,
            },
            reason: reason("to do my job"),
            until,
            created_at: NOW,
            state: State::Pending,
        }
    }

    /// `login` approves the request of `requester` until `until`.
    pub(crate) fn approval(&self, login: &str, requester: &str, until: Expiry) -> ChangeSet {
        let before = self.the_request(requester);
        let fact = Membership {
            id: self.fact_id("granted"),
            user: before.requester,
            group: before.wants.group().unwrap(),
            kind: before.wants.kind().unwrap(),
            validity: Validity::new(NOW, until),
            reason: reason("approved"),
            granted_by: Actor::User(self.uid(login)),
            request: Some(before.id),
        };
        let after = Request {
            state: State::Approved {
                resolution: self.resolution(login),
                granted_until: until,
                granted: Granted::Membership(fact.id),
            },
            ..before.clone()
        };
        ChangeSet::new(OperationName::RequestApprove)
            .with(Edit::create(fact))
            .with(Edit::update(before, after))
    }

    pub(crate) fn rejection(&self, login: &str, requester: &str) -> ChangeSet {
        let before = self.the_request(requester);
        let after = Request {
            state: State::Rejected {
                resolution: self.resolution(login),
            },
            ..before.clone()
        };
        one(Edit::update(before, after))
    }

    pub(crate) fn resolution(&self, login: &str) -> Resolution {
        Resolution {
            by: Actor::User(self.uid(login)),
            at: NOW,
            reason: reason(""),
        }
    }

    // Who acts.

    pub(crate) fn as_actor(&self, actor: Actor) -> Context {
        Context {
            means: Default::default(),
            actor,
            now: NOW,
            policy: Arc::new(self.policy.clone()),
            ids: Arc::new(Counter(AtomicU64::new(1))),
        }
    }

    pub(crate) fn as_user(&self, login: &str) -> Context {
        self.as_actor(Actor::User(id(&format!("user {login}"))))
    }

    pub(crate) fn as_system(&self) -> Context {
        self.as_actor(Actor::System(SystemActor::Operator))
    }

    pub(crate) fn guards(&self, login: &str, change: ChangeSet) -> Result<Allowed, Refusal> {
        guard(&self.world, change, &self.as_user(login))
    }

    /// The code of the refusal, or `ok`.
    pub(crate) fn tries(&self, login: &str, change: impl Into<ChangeSetOrOne>) -> &'static str {
        code(&self.guards(login, change.into().0))
    }

    /// The company after a change that the guard lets `login` make.
    pub(crate) fn does(&self, login: &str, change: impl Into<ChangeSetOrOne>) -> Self {
        let allowed = self.guards(login, change.into().0).expect("it is allowed");
        self.with_world(allowed.into_parts().1)
    }
}
