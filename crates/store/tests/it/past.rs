//! Any past world is the one that was current then, on both engines, as in memory.

use std::collections::BTreeMap;

use futures::future::join_all;
use portcullis_model::{
    App, ChangeSet, Constraints, Context, Description, Edit, Entitlement, Expiry, Grant, Granted,
    Group, GroupKind, Id, Inclusion, Membership, MembershipKind, Name, OperationName, Permission,
    Position, Reason, Request, Resource, State, Tag, Timestamp, User, Validity, Wants, World,
    guard,
    name::PermissionName,
    record::{AppOrigin, AppPart},
    request::Resolution,
};
use portcullis_store::StoreError;
use proptest::prelude::*;

use crate::support::{Database, both, commit, context, facts, group, later, membership, user};

/// Makes up changes; most of them pass the guard.
struct Random {
    state: u64,
    done: Vec<ChangeSet>,
}

impl Random {
    fn below(&mut self, n: usize) -> usize {
        // PCG's multiplier; good enough to choose among a dozen things.
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 33) as usize) % n.max(1)
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        let index = self.below(all.len());
        all.get(index).cloned()
    }

    fn until(&mut self, context: &Context) -> Expiry {
        match self.below(3) {
            0 => Expiry::NEVER,
            days => Expiry::at(context.now.plus_days(days as i64 * 7)),
        }
    }

    fn kind(&mut self) -> MembershipKind {
        MembershipKind::ALL[self.below(2)]
    }

    fn change(&mut self, world: &World, context: &Context) -> Option<ChangeSet> {
        let users: Vec<User> = world.users().cloned().collect();
        let groups: Vec<Group> = world.groups().cloned().collect();
        let n = self.below(1_000_000);
        let change = ChangeSet::new(OperationName::ALL[n % OperationName::ALL.len()]);
        Some(match self.below(20) {
            0 | 1 => change.with(Edit::create(user(context, &format!("user{n}")))),
            2 => {
                let mut new = group(context, &format!("Group {n}"));
                new.tags = world.tags().map(|tag| tag.id).take(self.below(3)).collect();
                change.with(Edit::create(new))
            }
            3 => {
                let mut new = group(context, &format!("Role-{n}"));
                new.kind = GroupKind::Role;
                change.with(Edit::create(new))
            }
            4 => {
                let app = App {
                    id: context.id(),
                    source: None,
                    name: Name::parse(&format!("Tool{n}")).unwrap(),
                    description: Description::default(),
                    tags: world.tags().map(|tag| tag.id).take(1).collect(),
                    origin: AppOrigin::Made,
                };
                let mut owners = group(context, &format!("App-Tool{n}-Owners"));
                owners.kind = GroupKind::App {
                    app: app.id,
                    part: AppPart::Owners,
                };
                change.with(Edit::create(app)).with(Edit::create(owners))
            }
            5 => change.with(Edit::create(Tag {
                id: context.id(),
                name: Name::parse(&format!("Tag {n}")).unwrap(),
                description: Description::default(),
                enabled: true,
                constraints: Constraints::default(),
            })),
            6..=9 => {
                let (user, group) = (self.pick(&users)?, self.pick(&groups)?);
                let mut new = membership(context, user.id, group.id, self.kind());
                new.validity.until = self.until(context);
                new.reason = Reason::parse(["", "because", "on call"][self.below(3)]).unwrap();
                change.with(Edit::create(new))
            }
            10 => {
                let before = self.held(world, &groups)?;
                let mut after = before.clone();
                after.validity.until = self.until(context);
                change.with(Edit::update(before, after))
            }
            11 | 12 => change.with(Edit::end(self.held(world, &groups)?)),
            13 => change.with(Edit::create(Inclusion {
                id: context.id(),
                child: self.pick(
                    &groups
                        .iter()
                        .filter(|g| g.is_role())
                        .map(|g| g.id)
                        .collect::<Vec<Id<Group>>>(),
                )?,
                target: self.pick(&groups)?.id,
                kind: self.kind(),
                validity: Validity::new(context.now, self.until(context)),
                reason: Reason::default(),
                granted_by: context.actor,
            })),
            14 => change.with(Edit::create(Entitlement {
                id: context.id(),
                group: self.pick(&groups)?.id,
                grant: Grant::Permission(Permission {
                    name: PermissionName::parse(&format!("do:{}", n % 5)).unwrap(),
                    environments: std::collections::BTreeSet::new(),
                }),
                validity: Validity::new(context.now, self.until(context)),
                reason: Reason::default(),
                granted_by: context.actor,
            })),
            15 => change.with(Edit::create(Request {
                id: context.id(),
                requester: self.pick(&users)?.id,
                wants: Wants::Membership {
                    group: self.pick(&groups)?.id,
                    kind: self.kind(),
                },
                reason: Reason::parse("please").unwrap(),
                until: self.until(context),
                created_at: context.now,
                state: State::Pending,
            })),
            16 => self.resolve(world, context, change)?,
            17 => self.rename(change, &users, &groups, n)?,
            18 => change.with(Edit::create(Resource {
                id: context.id(),
                source: None,
                resource_type: "document".into(),
                resource_id: format!("d{}", n % 20).into(),
                properties: BTreeMap::new(),
            })),
            _ => {
                let last = self.done.len();
                let index = last - 1 - self.below(last.min(4));
                self.done
                    .get(index)?
                    .clone()
                    .inverse(Position(index as u64 + 1))
            }
        })
    }

    fn held(&mut self, world: &World, groups: &[Group]) -> Option<Membership> {
        let group = self.pick(groups)?;
        let facts: Vec<_> = world.direct_of_group(group.id).cloned().collect();
        self.pick(&facts)
    }

    fn resolve(
        &mut self,
        world: &World,
        context: &Context,
        change: ChangeSet,
    ) -> Option<ChangeSet> {
        let pending: Vec<_> = world.requests().cloned().collect();
        let before = self.pick(&pending)?;
        let resolution = Resolution {
            by: context.actor,
            at: context.now,
            reason: Reason::default(),
        };
        let mut after = before.clone();
        if self.below(2) == 0 {
            after.state = State::Rejected { resolution };
            return Some(change.with(Edit::update(before, after)));
        }
        let (group, kind) = (before.wants.group()?, before.wants.kind()?);
        let mut fact = membership(context, before.requester, group, kind);
        fact.request = Some(before.id);
        after.state = State::Approved {
            resolution,
            granted_until: Expiry::NEVER,
            granted: Granted::Membership(fact.id),
        };
        Some(
            change
                .with(Edit::update(before, after))
                .with(Edit::create(fact)),
        )
    }

    /// Twice in one change and back, so that versions within one position are met too.
    fn rename(
        &mut self,
        change: ChangeSet,
        users: &[User],
        groups: &[Group],
        n: usize,
    ) -> Option<ChangeSet> {
        let before = self.pick(groups)?;
        let mut between = before.clone();
        between.description = Description::parse(&format!("in between {n}")).unwrap();
        let mut after = before.clone();
        after.description = Description::parse(&format!("after {n}")).unwrap();
        let change = change
            .with(Edit::update(before, between.clone()))
            .with(Edit::update(between, after));
        let before = self.pick(users)?;
        let mut after = before.clone();
        after.name = Name::parse(&format!("Name {n}")).unwrap();
        Some(change.with(Edit::update(before, after)))
    }
}

/// A history that passed the guard, with the world after each entry.
struct History {
    entries: Vec<(Timestamp, ChangeSet)>,
    worlds: Vec<World>,
}

fn history(seed: u64, steps: i64) -> History {
    let context = context();
    let mut random = Random {
        state: seed,
        done: Vec::new(),
    };
    let mut worlds = vec![World::default()];
    let mut entries = Vec::new();
    for step in 0..steps {
        let context = later(&context, step * 3600);
        let world = worlds.last().unwrap();
        let change = if step == 0 {
            let mut change = ChangeSet::new(OperationName::GroupEdit);
            change.push(Edit::create(user(&context, "ann")));
            change.push(Edit::create(group(&context, "Staff")));
            Some(change)
        } else {
            random.change(world, &context)
        };
        let Some(Ok(allowed)) = change.map(|change| guard(world, change, &context)) else {
            continue;
        };
        let (change, after) = allowed.into_parts();
        // What says again what is so already is no entry.
        if change.only_repeats() {
            continue;
        }
        random.done.push(change.clone());
        entries.push((context.now, change));
        worlds.push(after);
    }
    History { entries, worlds }
}

/// Writes a history in batches of uneven sizes.
async fn write(database: &Database, history: &History) {
    let live = database.live().await;
    let context = context();
    let mut rest = &history.entries[..];
    let mut size = 1;
    while !rest.is_empty() {
        let (batch, after) = rest.split_at(size.min(rest.len()));
        let all = batch.iter().map(|(now, change)| {
            let context = Context {
                now: *now,
                ..context.clone()
            };
            let (live, change) = (live.clone(), change.clone());
            async move { commit(&live, &context, change).await }
        });
        for answer in join_all(all).await {
            answer.unwrap();
        }
        rest = after;
        size = size % 7 + 1;
    }
    assert_eq!(facts(&live.world()), facts(history.worlds.last().unwrap()));
}

async fn check(database: &Database, history: &History) {
    let store = database.store().await;
    for (position, then) in history.worlds.iter().enumerate() {
        let position = Position(position as u64);
        let world = store.load_at_position(position).await.unwrap();
        assert_eq!(world.position(), position);
        assert_eq!(facts(&world), facts(then), "at {position}");
        // Taking back what came later leads to the same, from the last world and from those between.
        for near in history.worlds.iter().skip(position.0 as usize).step_by(40) {
            let world = store.load_near(near, position).await.unwrap();
            assert_eq!(world.position(), position);
            assert_eq!(
                facts(&world),
                facts(then),
                "at {position} from {}",
                near.position()
            );
        }
    }
    for (position, (at, _)) in (1..).zip(&history.entries).step_by(5) {
        let (world, reached) = store.load_at(*at).await.unwrap();
        assert_eq!(reached, Position(position));
        assert_eq!(facts(&world), facts(&history.worlds[position as usize]));
    }
    let now = store.load().await.unwrap();
    assert_eq!(facts(&now), facts(history.worlds.last().unwrap()));
    let verified = store.verify_log(|_, _| {}).await.unwrap();
    assert_eq!(
        (verified.entries, verified.broken),
        (history.entries.len() as u64, None)
    );
    let compared = store.compare_with_log(|_, _| {}).await.unwrap();
    assert_eq!((compared.differences, compared.more), (vec![], false));
}

both! {
    async fn a_past_world_is_the_one_current_then(database) {
        let history = history(20_260_301, 400);
        assert!(history.entries.len() > 150, "{} entries", history.entries.len());
        write(database, &history).await;
        check(database, &history).await;
    }
}

both! {
    async fn the_time_before_the_log_is_empty_and_the_time_after_it_refused(database) {
        let history = history(7, 10);
        write(database, &history).await;
        let store = database.store().await;
        let (world, position) = store.load_at(Timestamp::from_micros(0)).await.unwrap();
        assert_eq!((position, world.user_count()), (Position(0), 0));
        let beyond = store.load_at_position(Position(1000)).await;
        assert!(matches!(beyond, Err(StoreError::Beyond { .. })));
    }
}

both! {
    async fn a_request_left_behind_could_not_be_loaded_again_and_is_not_committed(database) {
        let live = database.live().await;
        let c = context();
        let (ann, staff) = (user(&c, "ann"), group(&c, "Staff"));
        let request = Request {
            id: c.id(),
            requester: ann.id,
            wants: Wants::Membership { group: staff.id, kind: MembershipKind::Member },
            reason: Reason::default(),
            until: Expiry::NEVER,
            created_at: c.now,
            state: State::Pending,
        };
        let start = ChangeSet::new(OperationName::GroupEdit)
            .with(Edit::create(ann.clone()))
            .with(Edit::create(staff.clone()))
            .with(Edit::create(request.clone()));
        commit(&live, &c, start).await.unwrap();
        for end in [Edit::end(staff.clone()).into(), portcullis_model::Change::from(Edit::end(ann))] {
            let refused = commit(&live, &c, ChangeSet::new(OperationName::GroupEdit).with(end)).await;
            let Err(portcullis_store::CommitError::Refused(refusal)) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(refusal.code(), "request_waits");
        }
        let mut rejected = request.clone();
        let resolution = Resolution { by: c.actor, at: c.now, reason: Reason::default() };
        rejected.state = State::Rejected { resolution };
        let end = ChangeSet::new(OperationName::GroupEdit)
            .with(Edit::update(request, rejected))
            .with(Edit::end(staff));
        commit(&live, &c, end).await.unwrap();
        assert_eq!(facts(&live.store().load().await.unwrap()), facts(&live.world()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_is_kept(seed: u64) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let history = history(seed, 60);
            let database = Database::sqlite();
            write(&database, &history).await;
            check(&database, &history).await;
        });
    }
}
