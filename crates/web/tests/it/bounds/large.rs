//! A large organisation.

use std::{collections::BTreeMap, time::Duration};

use portcullis_app::{Operation, app::CreateApp};
use portcullis_model::{
    Actor, Change, ChangeSet, Constraints, Context, Edit, Entitlement, Expiry, Grant, Group,
    GroupKind, Id, Inclusion, Membership, MembershipKind, OperationName, Permission, Reason,
    Refusal, Request, Resource, SystemActor, Tag, User, UserKind, Wants, World,
    name::{Description, Login, Name, PermissionName},
    record::{AppOrigin, Authority},
};
use portcullis_testkit::TestApp;
use portcullis_web::Limits;

/// The app with the organisation, and where in the log it was made.
pub(super) async fn large() -> anyhow::Result<(TestApp, u64)> {
    // Making it takes a while, and on a busy machine the log is looked at seldom.
    let limits = Limits {
        writes_per_minute: 0,
        costly_per_minute: 0,
        stale_after: Duration::from_secs(3_600),
        ..Limits::default()
    };
    let app = TestApp::limited(limits).await?;
    let by = app.app.context(Actor::System(SystemActor::Operator));
    let done = app.app.commit(by, Large, None).await?;
    Ok((app, done.position.0))
}

/// The requests of [`Waiting`].
pub(super) async fn waiting(app: &TestApp) -> anyhow::Result<()> {
    let by = app.app.context(Actor::System(SystemActor::Operator));
    app.app.commit(by, Waiting, None).await?;
    Ok(())
}

/// What makes the organisation, at once, as an import does:
///
/// | name | is |
/// |---|---|
/// | `boss` | owner of 2,000 groups and of all apps |
/// | `many` | member of the 2,000 groups, and of 200 roles that lead into `Hub` |
/// | `Everybody` | 3,000 members, whose access ends in ten days, and 1,000 owners |
/// | `Rich` | confers 2,000 permissions; `p:all` is conferred by each of the 2,000 groups |
/// | `Role-All` | 20 members, leads into the 2,000 groups |
/// | `Big` | an app with 1,000 groups, beside 1,000 other apps |
/// | `Tagged` | a tag on the 2,000 groups, beside 400 other tags |
///
/// 800 requests wait for `Hub`, and there are 1,000 resources of the type `doc`.
struct Large;

impl Operation for Large {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let mut all = Making {
            context,
            change: ChangeSet::new(OperationName::ImportOrg),
        };
        let (boss, many) = (all.user("boss"), all.user("many"));
        let people: Vec<_> = (0..3_000).map(|n| all.user(&format!("u{n:04}"))).collect();
        let tagged = all.tag("Tagged");
        (0..400).for_each(|n| {
            all.tag(&format!("Tag {n:03}"));
        });
        let (role, hub) = (
            all.group("Role-All", GroupKind::Role, &[]),
            all.group("Hub", GroupKind::Group, &[]),
        );
        for one in &people[..20] {
            all.put(*one, role, MembershipKind::Member, Expiry::NEVER);
        }
        for n in 0..2_000 {
            let group = all.group(&format!("Team {n:04}"), GroupKind::Group, &[tagged]);
            all.put(boss, group, MembershipKind::Owner, Expiry::NEVER);
            all.put(many, group, MembershipKind::Member, Expiry::NEVER);
            all.include(role, group);
            all.confer(group, "p:all");
        }
        for n in 0..200 {
            let role = all.group(&format!("Role-{n:03}"), GroupKind::Role, &[]);
            all.put(many, role, MembershipKind::Member, Expiry::NEVER);
            all.include(role, hub);
        }
        let everybody = all.group("Everybody", GroupKind::Group, &[]);
        let soon = Expiry::at(context.now.plus_days(10));
        for (n, one) in people.iter().enumerate() {
            all.put(*one, everybody, MembershipKind::Member, soon);
            if n < 1_000 {
                all.put(*one, everybody, MembershipKind::Owner, Expiry::NEVER);
            }
        }
        let rich = all.group("Rich", GroupKind::Group, &[]);
        all.put(people[0], rich, MembershipKind::Member, Expiry::NEVER);
        (0..2_000).for_each(|n| all.confer(rich, &format!("p:{n:04}")));
        for n in 0..=1_000 {
            let parts = if n == 0 { 1_000 } else { 0 };
            let parts = (0..parts).map(|n| (name(&format!("Part {n:04}")), Description::default()));
            let app = CreateApp {
                name: name(&if n == 0 {
                    "Big".into()
                } else {
                    format!("App {n:04}")
                }),
                description: Description::default(),
                owners: Vec::new(),
                tags: Vec::new(),
                groups: parts.collect(),
                origin: AppOrigin::Made,
            };
            let made = app.plan(world, context)?.changes;
            let groups = made.iter().filter_map(|edit| match edit {
                Change::Group(edit) => edit.after.as_deref(),
                _ => None,
            });
            let owned: Vec<_> = groups
                .filter(|g| g.is_owners_group())
                .map(|g| g.id)
                .collect();
            all.change.changes.extend(made);
            for group in owned {
                all.put(boss, group, MembershipKind::Owner, Expiry::NEVER);
            }
        }
        for n in 0..1_000 {
            all.change.push(Edit::create(Resource {
                id: context.id(),
                source: None,
                resource_type: "doc".into(),
                resource_id: format!("d{n:04}").into(),
                properties: BTreeMap::new(),
            }));
        }
        Ok(all.change)
    }
}

/// 800 people ask to be in `Hub`.
struct Waiting;

impl Operation for Waiting {
    fn plan(&self, world: &World, context: &Context) -> Result<ChangeSet, Refusal> {
        let group = world.find_group("Hub").unwrap().id;
        let mut change = ChangeSet::new(OperationName::RequestCreate);
        for n in 0..800 {
            let who = world.find_user(&format!("u{n:04}")).unwrap().id;
            let kind = MembershipKind::Member;
            let wants = Wants::Membership { group, kind };
            let (until, why) = (Expiry::NEVER, Reason::default());
            change.push(Request::file(context, who, wants, until, &why));
        }
        Ok(change)
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

struct Making<'c> {
    context: &'c Context,
    change: ChangeSet,
}

impl Making<'_> {
    fn user(&mut self, login: &str) -> Id<User> {
        let id = self.context.id();
        self.change.push(Edit::create(User {
            id,
            source: None,
            login: Login::parse(login).unwrap(),
            name: name(&format!("Person {login}")),
            email: None,
            kind: UserKind::Person,
            manager: None,
            attributes: BTreeMap::new(),
        }));
        id
    }

    fn tag(&mut self, called: &str) -> Id<Tag> {
        let id = self.context.id();
        self.change.push(Edit::create(Tag {
            id,
            name: name(called),
            description: Description::default(),
            enabled: true,
            constraints: Constraints::default(),
        }));
        id
    }

    fn group(&mut self, called: &str, kind: GroupKind, tags: &[Id<Tag>]) -> Id<Group> {
        let id = self.context.id();
        self.change.push(Edit::create(Group {
            id,
            source: None,
            name: name(called),
            description: Description::parse("What it is for, in a sentence of usual length.")
                .unwrap(),
            kind,
            authority: Authority::Portcullis,
            tags: tags.to_vec(),
        }));
        id
    }

    fn put(&mut self, user: Id<User>, group: Id<Group>, kind: MembershipKind, until: Expiry) {
        let reason = Reason::parse("as it always was").unwrap();
        let place = Membership::grant(self.context, user, group, kind, until, &reason);
        self.change.push(Edit::create(place));
    }

    fn include(&mut self, role: Id<Group>, group: Id<Group>) {
        let (never, none) = (Expiry::NEVER, Reason::default());
        let member = MembershipKind::Member;
        let leads = Inclusion::grant(self.context, role, group, member, never, &none);
        self.change.push(Edit::create(leads));
    }

    fn confer(&mut self, group: Id<Group>, permission: &str) {
        let grant = Grant::Permission(Permission {
            name: PermissionName::parse(permission).unwrap(),
            environments: Default::default(),
        });
        let (never, none) = (Expiry::NEVER, Reason::default());
        let conferred = Entitlement::grant(self.context, group, grant, never, &none);
        self.change.push(Edit::create(conferred));
    }
}
