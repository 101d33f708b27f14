//! A town to try operations on: people, groups and roles by name, always the same ids.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use portcullis_app::{
    Clock, Operation,
    app::CreateApp,
    group::{AddPeople, AttachRole, CreateGroup, GrantEntitlement},
    user::{CreateUser, InitAdmin},
};
use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Context, Edit, Entitlement, Expiry, Grant, Group, GroupKind, Id,
    Ids, Membership, MembershipKind, OperationName, Permission, Policy, Refusal, Request,
    Sourced as _, SystemActor, Timestamp, User, UserKind, World,
    entitlement::Rules,
    guard,
    name::{ParseTextError, PermissionName},
};
use portcullis_rules::{Budget, RuleList};
use portcullis_testkit::ManualClock;
use uuid::Uuid;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_772_442_000_000_000);
pub(crate) const NEVER: Expiry = Expiry::NEVER;

pub(crate) fn days(days: i64) -> Expiry {
    Expiry::at(NOW.plus_days(days))
}

/// A text of the kind that is wanted.
pub(crate) fn text<T>(parse: fn(&str) -> Result<T, ParseTextError>, text: &str) -> T {
    parse(text).unwrap()
}

macro_rules! parse {
    ($Type:ident, $text:expr) => {
        $crate::town::text(portcullis_model::$Type::parse, $text)
    };
}
pub(crate) use parse;

/// A clock that is moved by hand.
#[derive(Clone, Default)]
pub(crate) struct ByHand(pub(crate) ManualClock);

impl Clock for ByHand {
    fn now(&self) -> Timestamp {
        self.0.now().into()
    }

    fn elapsed(&self) -> i64 {
        self.0.elapsed()
    }
}

impl ByHand {
    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.0.advance(jiff::SignedDuration::from_secs(seconds));
    }
}

pub(crate) struct Counter(pub(crate) AtomicU64);

impl Ids for Counter {
    fn next(&self, _: Timestamp) -> Uuid {
        Uuid::from_u64_pair(7, self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A world with an admin `root` who has made everything in it.
#[derive(Clone)]
pub(crate) struct Town {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    ids: Arc<Counter>,
}

impl Town {
    pub(crate) fn new() -> Self {
        let mut town = Self {
            world: World::default(),
            now: NOW,
            ids: Arc::new(Counter(AtomicU64::new(1))),
        };
        let init = InitAdmin {
            email: parse!(Email, "root@example.com"),
            login: None,
            name: None,
        };
        town.as_actor(Actor::System(SystemActor::Operator), &init)
            .unwrap();
        town
    }

    pub(crate) fn context(&self, actor: Actor) -> Context {
        Context {
            means: Default::default(),
            actor,
            now: self.now,
            policy: Arc::new(Policy::default()),
            ids: Arc::clone(&self.ids) as Arc<dyn Ids>,
        }
    }

    /// Plans and guards the operation, and goes on with the world it leads to.
    pub(crate) fn as_actor(
        &mut self,
        actor: Actor,
        operation: &impl Operation,
    ) -> Result<ChangeSet, Refusal> {
        let context = self.context(actor);
        if let Some(prepare) = operation.prepare() {
            prepare(&Budget::unlimited())?;
        }
        let judged = operation.judged();
        let (change, after) = match judged.filter(|it| it.counts(&self.world, &context, NOW)) {
            Some(judged) => judged.allowed,
            None => guard(
                &self.world,
                operation.plan(&self.world, &context)?,
                &context,
            )?,
        }
        .into_parts();
        self.world = after;
        Ok(change)
    }

    pub(crate) fn tries(
        &mut self,
        login: &str,
        operation: &impl Operation,
    ) -> Result<ChangeSet, Refusal> {
        let actor = Actor::User(self.uid(login));
        self.as_actor(actor, operation)
    }

    /// The town after `login` did it.
    #[track_caller]
    pub(crate) fn does(&mut self, login: &str, operation: &impl Operation) -> ChangeSet {
        self.tries(login, operation).expect("it is allowed")
    }

    pub(crate) fn users(mut self, logins: &[&str]) -> Self {
        for login in logins {
            let create = CreateUser {
                login: parse!(Login, login),
                name: parse!(Name, login),
                email: None,
                kind: UserKind::Person,
                manager: None,
                attributes: [].into(),
            };
            self.does("root", &create);
        }
        self
    }

    fn made(mut self, kind: GroupKind, names: &[&str]) -> Self {
        for name in names {
            let create = CreateGroup {
                kind,
                name: parse!(Name, name),
                description: Default::default(),
                tags: Vec::new(),
                owners: Vec::new(),
            };
            self.does("root", &create);
        }
        self
    }

    pub(crate) fn groups(self, names: &[&str]) -> Self {
        self.made(GroupKind::Group, names)
    }

    /// The town where `source` keeps the users and groups of those names.
    pub(crate) fn kept_by(mut self, source: ConnectorId, names: &[&str]) -> Self {
        for name in names {
            let mut change = ChangeSet::new(OperationName::SourceAdopt);
            if let Some(user) = self.world.find_user(name) {
                let kept = user.clone().kept_by(Some(source));
                change.push(Edit::update(user.clone(), kept));
            }
            if let Some(group) = self.world.find_group(name) {
                let kept = group.clone().kept_by(Some(source));
                change.push(Edit::update(group.clone(), kept));
            }
            self.world = self.world.after(&change).unwrap();
        }
        self
    }

    pub(crate) fn roles(self, names: &[&str]) -> Self {
        self.made(GroupKind::Role, names)
    }

    pub(crate) fn app(mut self, name: &str, groups: &[&str]) -> Self {
        let create = CreateApp {
            name: parse!(Name, name),
            description: Default::default(),
            owners: Vec::new(),
            tags: Vec::new(),
            groups: groups
                .iter()
                .map(|group| (parse!(Name, group), Default::default()))
                .collect(),
            origin: Default::default(),
        };
        self.does("root", &create);
        self
    }

    pub(crate) fn member(self, login: &str, group: &str) -> Self {
        self.placed(login, group, MembershipKind::Member, NEVER)
    }

    pub(crate) fn placed(
        mut self,
        login: &str,
        group: &str,
        kind: MembershipKind,
        until: Expiry,
    ) -> Self {
        let add = AddPeople {
            group: self.gid(group),
            kind,
            users: vec![self.uid(login)],
            until,
            reason: parse!(Reason, "so it is"),
        };
        self.does("root", &add);
        self
    }

    pub(crate) fn leads(mut self, role: &str, group: &str, until: Expiry) -> Self {
        let attach = AttachRole {
            role: self.gid(role),
            groups: vec![self.gid(group)],
            kind: MembershipKind::Member,
            until,
            reason: parse!(Reason, "so it is"),
        };
        self.does("root", &attach);
        self
    }

    pub(crate) fn confers(mut self, group: &str, grant: Grant) -> Self {
        let confer = GrantEntitlement {
            group: self.gid(group),
            replaces: None,
            grant,
            until: NEVER,
            reason: Default::default(),
        };
        self.does("root", &confer);
        self
    }

    pub(crate) fn uid(&self, login: &str) -> Id<User> {
        self.world.find_user(login).expect("a user").id
    }

    pub(crate) fn gid(&self, name: &str) -> Id<Group> {
        self.world.find_group(name).expect("a group").id
    }

    pub(crate) fn direct(&self, login: &str, group: &str) -> Option<&Membership> {
        self.world
            .direct(self.uid(login), self.gid(group), MembershipKind::Member)
    }

    /// Until when `login` is a member of `group`, however.
    pub(crate) fn until(&self, login: &str, group: &str) -> Option<Expiry> {
        let (user, group) = (self.uid(login), self.gid(group));
        self.world
            .holds(user, group, MembershipKind::Member, self.now)
    }

    pub(crate) fn request_of(&self, login: &str) -> Option<&Request> {
        let user = self.uid(login);
        self.world
            .requests()
            .find(|request| request.requester == user)
    }

    pub(crate) fn conferred(&self, group: &str, name: &str) -> Option<&Entitlement> {
        let group = self.gid(group);
        self.world
            .entitlements_of(group)
            .find(|e| e.grant.label() == name)
    }
}

pub(crate) fn permission(name: &str, environments: &[&str]) -> Grant {
    Grant::Permission(Permission {
        name: PermissionName::parse(name).unwrap(),
        environments: environments
            .iter()
            .map(|e| portcullis_model::name::Environment::parse(e).unwrap())
            .collect(),
    })
}

pub(crate) fn list(name: &str, priority: i32, rules: &serde_json::Value) -> Grant {
    rules_list(name, priority, RuleList::from_json_value(rules).unwrap())
}

pub(crate) fn rules_list(name: &str, priority: i32, rules: RuleList) -> Grant {
    Grant::Rules(Rules {
        name: parse!(Name, name),
        priority,
        rules: Arc::new(rules),
        cases: Vec::new(),
    })
}
