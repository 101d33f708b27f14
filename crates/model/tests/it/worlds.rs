//! Random worlds and random changes to them. A wish is a few numbers; it becomes edits only when
//! it meets a world, so that most wishes are valid changes and shrinking stays simple.

use portcullis_model::{
    Actor, App, Change, ChangeSet, ConnectorId, Description, Edit, Entitlement, Expiry, Grant,
    Group, GroupKind, Inclusion, Membership, MembershipKind, OperationName, Permission, Request,
    Resource, State, SystemActor, Tag, Timestamp, User, Validity, Wants, World,
    name::PermissionName,
    record::{AppPart, Authority},
    request::Resolution,
};
use proptest::prelude::*;

use crate::company::Company;
use crate::records::{NOW, app_group, days, group, id, limit_of_days, name, reason, user};

const USERS: u8 = 5;
const GROUPS: u8 = 8;

/// A wish: which sort of edit, about whom and what, from and until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    sort: u8,
    a: u8,
    b: u8,
    kind: bool,
    from: i8,
    until: i8,
}

pub(crate) fn wish() -> impl Strategy<Value = Wish> {
    let numbers = (
        0..34u8,
        any::<u8>(),
        any::<u8>(),
        any::<bool>(),
        -4..4i8,
        -4..9i8,
    );
    numbers.prop_map(|(sort, a, b, kind, from, until)| Wish {
        sort,
        a,
        b,
        kind,
        from,
        until,
    })
}

pub(crate) fn wishes(most: usize) -> impl Strategy<Value = Vec<Wish>> {
    prop::collection::vec(wish(), 0..most)
}

/// A world that many wishes have been tried on, whether or not the guard would have let them.
pub(crate) fn world() -> impl Strategy<Value = World> {
    wishes(60).prop_map(|wishes| {
        wishes.iter().fold(seed(), |world, wish| {
            world.after(&wish.on(&world, 0)).unwrap_or(world)
        })
    })
}

fn seed() -> World {
    let mut c = Company::new()
        .app("Pay", "root")
        .tag("Short", Default::default());
    for n in 0..USERS {
        c = c.user(&format!("u{n}"));
    }
    for n in 0..GROUPS {
        c = c.has(Edit::create(group_number(n)));
    }
    c.world
}

fn group_number(n: u8) -> Group {
    match n % 4 {
        0 => group(&format!("Role-{n}"), GroupKind::Role),
        1 => app_group("Pay", &format!("App-Pay-{n}"), AppPart::Access),
        2 => Group {
            authority: Authority::External(ConnectorId::EXTERNAL),
            ..group(&format!("Mirror {n}"), GroupKind::Group)
        },
        _ => group(&format!("Group {n}"), GroupKind::Group),
    }
}

fn pick<T>(all: impl IntoIterator<Item = T>, n: u8) -> Option<T> {
    let mut all: Vec<T> = all.into_iter().collect();
    if all.is_empty() {
        return None;
    }
    let at = n as usize % all.len();
    Some(all.swap_remove(at))
}

impl Wish {
    fn kind(&self) -> MembershipKind {
        if self.kind {
            MembershipKind::Member
        } else {
            MembershipKind::Owner
        }
    }

    fn until(&self) -> Expiry {
        if self.until > 5 {
            Expiry::NEVER
        } else {
            days(i64::from(self.until))
        }
    }

    fn validity(&self) -> Validity {
        Validity::new(NOW.plus_days(i64::from(self.from)), self.until())
    }

    /// The wish as a change of this world; `salt` keeps the ids of two wishes apart.
    pub(crate) fn on(&self, world: &World, salt: u64) -> ChangeSet {
        let mut change = ChangeSet::new(OperationName::GroupEdit);
        for edit in self.edits(world, salt) {
            change.push(edit);
        }
        change
    }

    fn edits(&self, world: &World, salt: u64) -> Vec<Change> {
        let fresh = format!("{self:?} {salt} {}", world.position());
        let one = |change: Option<Change>| change.into_iter().collect();
        match self.sort {
            0..=11 => one(self.join(world, &fresh).map(|m| Edit::create(m).into())),
            12..=15 => one(self.include(world, &fresh).map(|i| Edit::create(i).into())),
            16..=17 => one(self.confer(world, &fresh).map(|e| Edit::create(e).into())),
            18 => one(sorted(world.memberships())
                .get(self.nth(world.membership_count()))
                .map(|m| {
                    let mut after = (*m).clone();
                    after.validity = self.validity();
                    Edit::update((*m).clone(), after).into()
                })),
            19 => {
                one(pick(sorted(world.memberships()), self.a).map(|m| Edit::end(m.clone()).into()))
            }
            20 => {
                one(pick(sorted(world.inclusions()), self.a).map(|i| Edit::end(i.clone()).into()))
            }
            21 => one(pick(sorted(world.inclusions()), self.a).map(|i| {
                let mut after = i.clone();
                after.validity = self.validity();
                Edit::update(i.clone(), after).into()
            })),
            22 => {
                one(pick(sorted(world.entitlements()), self.a).map(|e| Edit::end(e.clone()).into()))
            }
            23 => pick(world.groups(), self.a).map_or_else(Vec::new, |g| end_group(world, g)),
            24 => pick(world.users(), self.a).map_or_else(Vec::new, |u| end_user(world, u)),
            25 => one(missing_user(world).map(|u| Edit::create(u).into())),
            26 => one(missing_group(world).map(|g| Edit::create(g).into())),
            27 => one(pick(world.groups(), self.a).map(|g| self.edit_group(world, g))),
            28 => one(pick(world.users(), self.a).map(|u| {
                let mut after = u.clone();
                after.name = name(&format!("User {}", self.b));
                Edit::update(u.clone(), after).into()
            })),
            29 => one(self.ask(world, &fresh).map(|r| Edit::create(r).into())),
            30 => one(pick(world.requests(), self.a).map(|r| {
                let resolution = Resolution {
                    by: Actor::System(SystemActor::Operator),
                    at: NOW,
                    reason: reason(""),
                };
                let after = Request {
                    state: State::Rejected { resolution },
                    ..r.clone()
                };
                Edit::update(r.clone(), after).into()
            })),
            31 => one(world.find_tag("Short").map(|tag| self.edit_tag(tag))),
            32 => one(pick(world.apps(), self.a).map(|app| self.edit_app(world, app))),
            _ => vec![
                Edit::create(Resource {
                    id: id(&fresh),
                    source: None,
                    resource_type: format!("type{}", self.a % 2).into(),
                    resource_id: format!("{}", self.b).into(),
                    properties: [].into(),
                })
                .into(),
            ],
        }
    }

    fn nth(&self, count: usize) -> usize {
        self.a as usize % count.max(1)
    }

    fn join(&self, world: &World, fresh: &str) -> Option<Membership> {
        let (user, group) = (
            pick(world.users(), self.a)?.id,
            pick(world.groups(), self.b)?.id,
        );
        Some(Membership {
            id: id(fresh),
            user,
            group,
            kind: if self.sort < 9 {
                MembershipKind::Member
            } else {
                self.kind()
            },
            validity: self.validity(),
            reason: reason(if self.kind { "why not" } else { "" }),
            granted_by: Actor::User(user),
            request: None,
        })
    }

    fn include(&self, world: &World, fresh: &str) -> Option<Inclusion> {
        let child = pick(world.groups(), self.a)?.id;
        let target = pick(world.groups(), self.b)?.id;
        (child != target).then(|| Inclusion {
            id: id(fresh),
            child,
            target,
            kind: if self.sort < 15 {
                MembershipKind::Member
            } else {
                self.kind()
            },
            validity: self.validity(),
            reason: reason(""),
            granted_by: Actor::Connector(ConnectorId::IMPORT),
        })
    }

    fn confer(&self, world: &World, fresh: &str) -> Option<Entitlement> {
        Some(Entitlement {
            id: id(fresh),
            group: pick(world.groups(), self.a)?.id,
            grant: Grant::Permission(Permission {
                name: PermissionName::parse(&format!("p{}", self.b % 3)).unwrap(),
                environments: [].into(),
            }),
            validity: self.validity(),
            reason: reason(""),
            granted_by: Actor::System(SystemActor::Operator),
        })
    }

    fn ask(&self, world: &World, fresh: &str) -> Option<Request> {
        Some(Request {
            id: id(fresh),
            requester: pick(world.users(), self.a)?.id,
            wants: Wants::Membership {
                group: pick(world.groups(), self.b)?.id,
                kind: self.kind(),
            },
            reason: reason("please"),
            until: self.until(),
            created_at: NOW,
            state: State::Pending,
        })
    }

    fn edit_group(&self, world: &World, before: &Group) -> Change {
        let mut after = before.clone();
        if self.kind {
            after.description = Description::parse(&format!("about {}", self.b)).unwrap();
        } else if after.tags.is_empty() {
            after.tags.extend(world.find_tag("Short").map(|tag| tag.id));
        } else {
            after.tags.clear();
        }
        Edit::update(before.clone(), after).into()
    }

    fn edit_tag(&self, before: &Tag) -> Change {
        let mut after = before.clone();
        after.enabled = self.kind;
        after.constraints.member_time_limit = limit_of_days(i64::from(self.a % 5) + 1);
        after.constraints.require_owner_reason = self.b.is_multiple_of(2);
        after.constraints.disallow_self_add_membership = self.b.is_multiple_of(3);
        Edit::update(before.clone(), after).into()
    }

    fn edit_app(&self, world: &World, before: &App) -> Change {
        let mut after = before.clone();
        if self.kind {
            after.description = Description::parse(&format!("about {}", self.b)).unwrap();
        } else {
            let short = world.find_tag("Short").map(|tag| tag.id);
            after.tags = short
                .filter(|tag| !before.tags.contains(tag))
                .into_iter()
                .collect();
        }
        Edit::update(before.clone(), after).into()
    }
}

/// By id, so that a choice does not depend on how the world came about.
fn sorted<'w, T: portcullis_model::Record + 'w>(all: impl Iterator<Item = &'w T>) -> Vec<&'w T> {
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|record| record.id());
    all
}

/// The group with all that hangs on it.
pub(crate) fn end_group(world: &World, group: &Group) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    let links = world
        .targets_of(group.id)
        .chain(world.children_of(group.id));
    all.extend(links.map(|i| Edit::end(i.clone()).into()));
    all.extend(
        world
            .direct_of_group(group.id)
            .map(|m| Edit::end(m.clone()).into()),
    );
    all.extend(
        world
            .entitlements_of(group.id)
            .map(|e| Edit::end(e.clone()).into()),
    );
    let waiting = world
        .requests()
        .filter(|r| r.wants.group() == Some(group.id));
    all.extend(waiting.map(|r| Edit::end(r.clone()).into()));
    all.push(Edit::end(group.clone()).into());
    all
}

fn end_user(world: &World, user: &User) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    all.extend(
        world
            .direct_of_user(user.id)
            .map(|m| Edit::end(m.clone()).into()),
    );
    let waiting = world.requests().filter(|r| r.requester == user.id);
    all.extend(waiting.map(|r| Edit::end(r.clone()).into()));
    all.push(Edit::end(user.clone()).into());
    all
}

fn missing_user(world: &World) -> Option<User> {
    let all = (0..USERS).map(|n| user(&format!("u{n}")));
    all.into_iter().find(|user| world.user(user.id).is_none())
}

fn missing_group(world: &World) -> Option<Group> {
    let mut all = (0..GROUPS).map(group_number);
    let group = all.find(|group| world.group(group.id).is_none())?;
    group
        .app()
        .is_none_or(|app| world.app(app).is_some())
        .then_some(group)
}

/// The instants around which anything begins or ends in these worlds.
pub(crate) fn instant() -> impl Strategy<Value = Timestamp> {
    (-5..10i64, -1..2i64)
        .prop_map(|(days, micros)| Timestamp::from_micros(NOW.plus_days(days).micros() + micros))
}
