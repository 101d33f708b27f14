//! All current facts, indexed, immutable and cheap to change into the next version.
//!
//! A `World` is a value: cloning it costs a few pointers, and applying a change copies only what
//! the change touches. Every answer is a pure function of a world and a time. Nothing derived is
//! stored: effective access is computed from the facts whenever it is asked for.

mod access;
mod actors;
mod agents;
mod apply;
mod counter;
mod deciders;
mod diff;
mod find;
mod holders;
mod ix;
mod kept;
mod list;
mod looks;
mod names;
mod needle;
pub mod query;
mod search;
mod slab;
mod slots;
mod sources;
mod times;
mod transitions;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use imbl::{OrdMap, Vector};
use uuid::Uuid;

pub use access::{Access, Path, PathStep, PermissionAccess};
pub use diff::{Diff, DiffLine, What};
pub use holders::Holder;
pub use kept::Kept;
pub(crate) use looks::NameSpace;
pub use needle::{begin, contain, contains};
pub use search::{Found, FoundKind};

use ix::{IdMap, Ix, IxMap};
use looks::Looks;
use slab::Slab;
use slots::Slots;
use times::Times;
use words::Words;

use crate::{
    App, ConnectorId, Constraints, Credential, Digest, Entitlement, Expiry, Group, GroupKind, Id,
    Identity, Inclusion, Membership, MembershipKind, Position, Preferences, Provider, Request,
    Resource, Tag, Timestamp, User, UserKind, Validity, request::WantsTarget,
};

#[derive(Clone, Debug)]
struct UserNode {
    user: Arc<User>,
    /// The login in lower case, by which people are listed.
    key: Arc<str>,
    /// Direct memberships and ownerships, as slots in `World::memberships`.
    facts: Slots,
}

#[derive(Clone, Debug)]
struct GroupNode {
    group: Arc<Group>,
    /// Direct memberships and ownerships, as slots in `World::memberships`.
    facts: Slots,
    /// Those of `facts` that are ownerships: few, where members are many.
    owners: Slots,
    /// Where its members get into.
    targets: Vec<Link>,
    /// Whose members get into it.
    children: Vec<Link>,
    entitlements: Vec<Arc<Entitlement>>,
}

#[derive(Clone, Debug)]
struct Link {
    /// The group at the other end.
    ix: Ix,
    inclusion: Arc<Inclusion>,
}

/// What evaluation needs of a membership, side by side: following a million of these reads a
/// fifth of what the whole records take.
#[derive(Clone, Copy, Debug)]
struct Edge {
    validity: Validity,
    user: Ix,
    group: Ix,
    kind: MembershipKind,
}

#[derive(Clone, Debug)]
struct AppNode {
    app: Arc<App>,
    groups: Vec<Ix>,
}

/// A resource with its properties as rules see them.
#[derive(Clone, Debug)]
struct Registered {
    resource: Arc<Resource>,
    values: BTreeMap<Arc<str>, portcullis_rules::Value>,
}

/// All current facts.
#[derive(Clone, Debug, Default)]
pub struct World {
    position: Position,
    /// The position of the last change to anything that answers depend on.
    access_position: Position,
    users: Slab<Option<Arc<UserNode>>>,
    groups: Slab<Option<Arc<GroupNode>>>,
    /// INVARIANT: filled in the same slots as `memberships`, and says the same.
    edges: Slab<Option<Edge>>,
    memberships: Slab<Option<Membership>>,
    /// Free slots in `memberships` and `edges`.
    free: Vector<u32>,
    user_ix: IdMap<Ix>,
    group_ix: IdMap<Ix>,
    inclusions: IdMap<Arc<Inclusion>>,
    entitlements: IdMap<Arc<Entitlement>>,
    apps: OrdMap<Uuid, Arc<AppNode>>,
    tags: OrdMap<Uuid, Arc<Tag>>,
    requests: OrdMap<Uuid, Arc<Request>>,
    /// Pending requests by what they are about.
    asked: OrdMap<(WantsTarget, Uuid), Arc<Request>>,
    /// Those of `asked` about what nobody owned since but who asks. While no membership has lapsed,
    /// the others do not fall to admins.
    unsettled: OrdMap<(WantsTarget, Uuid), Arc<Request>>,
    resources: OrdMap<Uuid, Arc<Resource>>,
    identities: OrdMap<Uuid, Arc<Identity>>,
    /// Users by what an outside system calls them.
    identity_keys: OrdMap<(ConnectorId, Arc<str>), Uuid>,
    /// Identities by whose they are.
    identities_of: OrdMap<(Uuid, Uuid), ()>,
    credentials: OrdMap<Uuid, Arc<Credential>>,
    credential_keys: OrdMap<Digest, Uuid>,
    /// Credentials by whose they are.
    credentials_of: OrdMap<(Uuid, Uuid), ()>,
    /// Credentials by when they end: apart from `times`, because no answer changes by it.
    credential_ends: OrdMap<(Expiry, Uuid), ()>,
    /// Tokens by when they end.
    token_ends: OrdMap<(Expiry, Uuid), ()>,
    preferences: OrdMap<Uuid, Arc<Preferences>>,
    providers: OrdMap<Uuid, Arc<Provider>>,
    /// By login, in lower case.
    logins: OrdMap<Arc<str>, (Ix, Arc<User>)>,
    emails: OrdMap<Arc<str>, Ix>,
    /// Users by whom they report to, then by login as in `logins`.
    reports: OrdMap<(Uuid, Arc<str>), Ix>,
    /// Users of each kind, as in `logins`.
    kinds: OrdMap<UserKind, OrdMap<Arc<str>, Ix>>,
    sources: OrdMap<ConnectorId, Kept>,
    group_names: OrdMap<Arc<str>, Ix>,
    app_names: OrdMap<Arc<str>, Uuid>,
    tag_names: OrdMap<Arc<str>, Uuid>,
    looks: Looks,
    /// By type, then id.
    resource_keys: OrdMap<Arc<str>, OrdMap<Arc<str>, Arc<Registered>>>,
    /// Groups holding a permission, by its name in lower case.
    permissions: OrdMap<Arc<str>, Arc<BTreeMap<Ix, u32>>>,
    members: u32,
    times: Times,
    /// The app that is Portcullis itself.
    built_in: Option<Uuid>,
    /// People by name, then login, both as [`letters::fold`](crate::letters::fold) has them.
    user_names: OrdMap<(Arc<str>, Arc<str>), Ix>,
    user_words: Words<Ix>,
    group_words: Words<Ix>,
    app_words: Words<Uuid>,
    tag_words: Words<Uuid>,
}

impl World {
    /// The position of the last commit it contains.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The position of the last commit that may have changed who may do what: signing in and out, and
    /// making tokens, does not.
    #[must_use]
    pub const fn access_position(&self) -> Position {
        self.access_position
    }

    /// The same world at another position, for the store.
    #[must_use]
    pub fn at_position(mut self, position: Position) -> Self {
        self.position = position;
        self.access_position = position;
        self
    }

    fn user_node(&self, id: Id<User>) -> Option<&UserNode> {
        self.user_at(*self.user_ix.get(&id.uuid())?)
    }

    fn user_at(&self, ix: Ix) -> Option<&UserNode> {
        self.users.get(ix)?.as_deref()
    }

    fn group_node(&self, id: Id<Group>) -> Option<&GroupNode> {
        self.group_at(*self.group_ix.get(&id.uuid())?)
    }

    fn group_at(&self, ix: Ix) -> Option<&GroupNode> {
        self.groups.get(ix)?.as_deref()
    }

    fn edge(&self, slot: u32) -> Option<&Edge> {
        self.edges.get(slot)?.as_ref()
    }

    fn membership(&self, slot: u32) -> Option<&Membership> {
        self.memberships.get(slot)?.as_ref()
    }

    /// The app that is Portcullis itself.
    #[must_use]
    pub fn built_in_app(&self) -> Option<&App> {
        self.app(Id::new(self.built_in?))
    }

    /// The owners group of `app`.
    #[must_use]
    pub fn owners_group(&self, app: Id<App>) -> Option<&Group> {
        self.app_groups(app).find(|group| group.is_owners_group())
    }

    /// The groups of `app`, in no order.
    pub fn app_groups(&self, app: Id<App>) -> impl Iterator<Item = &Group> {
        self.apps
            .get(&app.uuid())
            .into_iter()
            .flat_map(|node| node.groups.iter())
            .filter_map(|ix| self.group_at(*ix))
            .map(|node| &*node.group)
    }

    /// The direct memberships and ownerships of a group, in no order, also future and lapsed ones
    /// that are still on record as current.
    pub fn direct_of_group(&self, group: Id<Group>) -> impl Iterator<Item = &Membership> {
        self.group_node(group)
            .into_iter()
            .flat_map(|node| node.facts.iter())
            .filter_map(|slot| self.membership(slot))
    }

    /// The direct memberships and ownerships of a user, in no order.
    pub fn direct_of_user(&self, user: Id<User>) -> impl Iterator<Item = &Membership> {
        self.user_node(user)
            .into_iter()
            .flat_map(|node| node.facts.iter())
            .filter_map(|slot| self.membership(slot))
    }

    /// The direct fact that `user` is in `group` as `kind`, whether or not it holds right now.
    #[must_use]
    pub fn direct(
        &self,
        user: Id<User>,
        group: Id<Group>,
        kind: MembershipKind,
    ) -> Option<&Membership> {
        self.membership(self.direct_slot(user, group, kind)?)
    }

    fn direct_slot(&self, user: Id<User>, group: Id<Group>, kind: MembershipKind) -> Option<u32> {
        let user = *self.user_ix.get(&user.uuid())?;
        let group = *self.group_ix.get(&group.uuid())?;
        self.slot_of(user, group, kind)
    }

    fn slot_of(&self, user: Ix, group: Ix, kind: MembershipKind) -> Option<u32> {
        let (of_user, of_group) = (&self.user_at(user)?.facts, &self.group_at(group)?.facts);
        let shorter = if of_user.len() < of_group.len() {
            of_user
        } else {
            of_group
        };
        shorter.iter().find(|slot| {
            self.edge(*slot)
                .is_some_and(|e| e.user == user && e.group == group && e.kind == kind)
        })
    }

    /// The inclusion of `child` in `target` as `kind`.
    #[must_use]
    pub fn inclusion_of(
        &self,
        child: Id<Group>,
        target: Id<Group>,
        kind: MembershipKind,
    ) -> Option<&Inclusion> {
        self.targets_of(child)
            .find(|i| i.target == target && i.kind == kind)
    }

    /// What the members of `child` get into directly.
    pub fn targets_of(&self, child: Id<Group>) -> impl Iterator<Item = &Inclusion> {
        self.group_node(child)
            .into_iter()
            .flat_map(|node| node.targets.iter())
            .map(|link| &*link.inclusion)
    }

    /// Whose members get into `target` directly.
    pub fn children_of(&self, target: Id<Group>) -> impl Iterator<Item = &Inclusion> {
        self.group_node(target)
            .into_iter()
            .flat_map(|node| node.children.iter())
            .map(|link| &*link.inclusion)
    }

    /// What a group confers.
    pub fn entitlements_of(&self, group: Id<Group>) -> impl Iterator<Item = &Entitlement> {
        self.group_node(group)
            .into_iter()
            .flat_map(|node| node.entitlements.iter())
            .map(|entitlement| &**entitlement)
    }

    pub(crate) fn shared_entitlements_of(
        &self,
        group: Id<Group>,
    ) -> impl Iterator<Item = &Arc<Entitlement>> {
        self.group_node(group)
            .into_iter()
            .flat_map(|node| node.entitlements.iter())
    }

    /// The tags in force on a group: its own and its app's, each once.
    pub fn tags_on<'w>(&'w self, group: &'w Group) -> impl Iterator<Item = &'w Tag> {
        let inherited: &[Id<Tag>] = match group.kind {
            GroupKind::App { app, .. } => self.app(app).map_or(&[], |app| &app.tags),
            _ => &[],
        };
        let own = &group.tags;
        own.iter()
            .chain(inherited.iter().filter(move |id| !own.contains(id)))
            .filter_map(|id| self.tag(*id))
    }

    /// What the enabled tags on a group demand together. Unmanaged groups are only mirrored:
    /// nothing is demanded of them.
    #[must_use]
    pub fn constraints_on(&self, group: &Group) -> Constraints {
        if !group.is_managed() {
            return Constraints::default();
        }
        self.tags_on(group)
            .filter(|tag| tag.enabled)
            .map(|tag| tag.constraints)
            .fold(Constraints::default(), Constraints::and)
    }

    /// Managed groups that members of `group` get into at `now`, with the kind they get, however
    /// many steps away; `group` itself excluded.
    #[must_use]
    pub fn reach(&self, group: Id<Group>, now: Timestamp) -> Vec<(&Group, MembershipKind)> {
        self.reach_ix(group, now)
            .into_iter()
            .filter_map(|(ix, kind)| Some((&*self.group_at(ix)?.group, kind)))
            .filter(|(group, _)| group.is_managed())
            .collect()
    }

    /// Whether members of `child` are or will be members of `target` by themselves, over
    /// inclusions that have not ended at `now`.
    pub(crate) fn leads_into(&self, child: Id<Group>, target: Id<Group>, now: Timestamp) -> bool {
        self.group_ix.get(&target.uuid()).is_some_and(|ix| {
            self.reach_ix(child, now)
                .contains(&(*ix, MembershipKind::Member))
        })
    }

    fn reach_ix(&self, group: Id<Group>, now: Timestamp) -> BTreeSet<(Ix, MembershipKind)> {
        let mut seen = BTreeSet::new();
        let Some(&start) = self.group_ix.get(&group.uuid()) else {
            return seen;
        };
        let mut todo = vec![start];
        while let Some(ix) = todo.pop() {
            for link in self.group_at(ix).into_iter().flat_map(|node| &node.targets) {
                let inclusion = &link.inclusion;
                if inclusion.validity.until.is_past(now) || !seen.insert((link.ix, inclusion.kind))
                {
                    continue;
                }
                if inclusion.kind == MembershipKind::Member {
                    todo.push(link.ix);
                }
            }
        }
        seen
    }
}
