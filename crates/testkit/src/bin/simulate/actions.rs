//! What people do: sensible and senseless operations, by those who may and those who may not.

use portcullis_app::{
    App,
    group::{AddPeople, AttachRole, CreateGroup, DeleteGroup, DetachRole, EditGroup, RemovePeople},
    log::Undo,
    request::{Approve, CreateRequest, Reject, Withdraw},
    user::{CreateUser, DeleteUser},
};
use portcullis_model::{
    Actor, Context, Description, Expiry, Group, GroupKind, Id, Login, MembershipKind, Name,
    Position, Reason, Request, User, UserKind, Wants, World,
};
use portcullis_sandbox::Rng;
use portcullis_store::{CommitError, Committed};

/// The names of everything, so that picking is cheap and always the same.
pub(crate) struct Choice {
    users: Vec<Id<User>>,
    groups: Vec<Id<Group>>,
    roles: Vec<Id<Group>>,
    requests: Vec<Id<Request>>,
}

impl Choice {
    fn of(world: &World) -> Self {
        let (roles, groups) = world
            .groups()
            .partition::<Vec<_>, _>(|group| group.is_role());
        let mut requests: Vec<_> = world.requests().map(|request| request.id).collect();
        requests.sort_unstable();
        Self {
            users: world.users().map(|user| user.id).collect(),
            groups: groups.iter().map(|group| group.id).collect(),
            roles: roles.iter().map(|group| group.id).collect(),
            requests,
        }
    }
}

/// One thing somebody tries; `None` where there is nothing to try it on.
pub(crate) async fn act(app: &App, rng: &mut Rng) -> Option<Result<Committed, CommitError>> {
    let world = app.world();
    let choice = Choice::of(&world);
    let admins = choice
        .users
        .iter()
        .filter(|user| world.is_admin(**user, app.now()));
    let admins: Vec<_> = admins.copied().collect();
    let anybody = *rng.pick(&choice.users)?;
    let who = match rng.below(10) {
        0..4 => anybody,
        _ => rng.pick(&admins).copied().unwrap_or(anybody),
    };
    let context = |who| app.context(Actor::User(who));
    let act = Act {
        app,
        world: &world,
        choice: &choice,
        context: context(who),
    };
    match rng.below(100) {
        0..55 => act.people(rng, context).await,
        55..75 => act.requests(rng, anybody, context).await,
        75..95 => act.groups(rng).await,
        _ => act.undo(rng).await,
    }
}

struct Act<'a> {
    app: &'a App,
    world: &'a World,
    choice: &'a Choice,
    context: Context,
}

type Tried = Option<Result<Committed, CommitError>>;

impl Act<'_> {
    async fn people(self, rng: &mut Rng, as_: impl Fn(Id<User>) -> Context) -> Tried {
        let app = self.app;
        let group = *rng.pick(&self.choice.groups)?;
        let held: Vec<_> = self.world.direct_of_group(group).collect();
        let kind = kind(rng);
        // Whoever owns it may, mostly.
        let owners = held.iter().filter(|m| m.kind == MembershipKind::Owner);
        let owners: Vec<_> = owners.map(|m| m.user).collect();
        let context = match rng.pick(&owners) {
            Some(owner) if rng.chance(60) => as_(*owner),
            _ => self.context,
        };
        let (until, reason) = (until(rng, app), reason());
        Some(match rng.below(100) {
            0..60 => {
                let users = (0..=rng.below(3)).filter_map(|_| rng.pick(&self.choice.users));
                let users = users.copied().collect();
                let add = AddPeople {
                    group,
                    kind,
                    users,
                    until,
                    reason,
                };
                app.commit(context, add, None).await
            }
            60..90 => {
                let mut places: Vec<_> = held.iter().map(|m| (m.user, m.kind)).collect();
                places.sort_unstable();
                let (user, kind) = *rng.pick(&places)?;
                let remove = RemovePeople {
                    group,
                    kind,
                    users: vec![user],
                };
                app.commit(context, remove, None).await
            }
            90..95 => {
                let login = format!("new{}", app.world().position());
                let create = CreateUser {
                    login: Login::parse(&login).ok()?,
                    name: Name::parse("Somebody New").ok()?,
                    email: None,
                    kind: UserKind::Person,
                    manager: None,
                    attributes: Default::default(),
                };
                app.commit(context, create, None).await
            }
            _ => {
                let user = *rng.pick(&self.choice.users)?;
                app.commit(context, DeleteUser { user }, None).await
            }
        })
    }

    async fn requests(
        self,
        rng: &mut Rng,
        anybody: Id<User>,
        as_: impl Fn(Id<User>) -> Context,
    ) -> Tried {
        let (app, reason) = (self.app, reason());
        if rng.chance(45) || self.choice.requests.is_empty() {
            let group = *rng.pick(&self.choice.groups)?;
            let wants = Wants::Membership {
                group,
                kind: kind(rng),
            };
            let create = CreateRequest {
                wants,
                until: until(rng, app),
                reason,
            };
            return Some(app.commit(as_(anybody), create, None).await);
        }
        let request = *rng.pick(&self.choice.requests)?;
        Some(match rng.below(10) {
            0..6 => {
                app.commit(
                    self.context,
                    Approve {
                        request,
                        until: None,
                        reason,
                    },
                    None,
                )
                .await
            }
            6..8 => {
                app.commit(self.context, Reject { request, reason }, None)
                    .await
            }
            _ => {
                let requester = self.world.requests().find(|r| r.id == request)?.requester;
                app.commit(as_(requester), Withdraw { request, reason }, None)
                    .await
            }
        })
    }

    async fn groups(self, rng: &mut Rng) -> Tried {
        let (app, context) = (self.app, self.context);
        let name = Name::parse(&format!("Team {}", app.world().position())).ok()?;
        let group = *rng.pick(&self.choice.groups)?;
        let role = *rng.pick(&self.choice.roles)?;
        let (until, kind, reason) = (until(rng, app), kind(rng), reason());
        Some(match rng.below(100) {
            0..25 => {
                let create = CreateGroup {
                    kind: GroupKind::Group,
                    name,
                    description: Description::default(),
                    tags: Vec::new(),
                    owners: rng.pick(&self.choice.users).copied().into_iter().collect(),
                };
                app.commit(context, create, None).await
            }
            25..40 => {
                let edit = EditGroup {
                    group: Some(group),
                    name: Some(name),
                    description: None,
                    tags: None,
                    kind: None,
                };
                app.commit(context, edit, None).await
            }
            40..45 => app.commit(context, DeleteGroup { group }, None).await,
            45..80 => {
                let attach = AttachRole {
                    role,
                    groups: vec![group],
                    kind,
                    until,
                    reason,
                };
                app.commit(context, attach, None).await
            }
            _ => {
                let mut targets: Vec<_> = self
                    .world
                    .targets_of(role)
                    .map(|i| (i.target, i.kind))
                    .collect();
                targets.sort_unstable();
                let (group, kind) = *rng.pick(&targets)?;
                let detach = DetachRole {
                    role,
                    groups: vec![group],
                    kind,
                };
                app.commit(context, detach, None).await
            }
        })
    }

    async fn undo(self, rng: &mut Rng) -> Tried {
        let head = self.world.position().0;
        let back = u64::try_from(rng.below(30)).unwrap_or_default();
        let position = Position(head.saturating_sub(back).max(1));
        let entry = self.app.store().entry(position).await.ok()??;
        let change = (*entry.change?).clone();
        Some(
            self.app
                .commit(self.context, Undo { position, change }, None)
                .await,
        )
    }
}

fn kind(rng: &mut Rng) -> MembershipKind {
    if rng.chance(85) {
        MembershipKind::Member
    } else {
        MembershipKind::Owner
    }
}

/// Mostly in the next weeks; sometimes never, sometimes in the past.
fn until(rng: &mut Rng, app: &App) -> Expiry {
    match rng.below(10) {
        0..3 => Expiry::NEVER,
        3 => Expiry::at(app.now().plus_days(-1)),
        _ => Expiry::at(app.now().plus_seconds(rng.between(600, 60 * 86_400))),
    }
}

fn reason() -> Reason {
    Reason::parse("it was simulated").unwrap_or_default()
}
