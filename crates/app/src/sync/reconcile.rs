//! What a source says, compared with what is: pure, and the same for every source.
//!
//! What carries the source's name is made, renewed, moved and ended as it says. What others made or
//! granted is left and told as [`Drift`], and so is what cannot be done.

mod facts;
mod groups;
mod users;

use std::collections::{BTreeMap, HashMap, HashSet};

use portcullis_model::{
    Actor, App, Change, ConnectorId, Context, Edit, EditKind, Group, Id, Record, Resource, Sourced,
    User, World,
};

use super::{Desired, Drift, DriftCode, FactKind, Groups, Plan, Unsaid, UserKey};

/// What `source` wants done so that `desired` holds; twice in a row it is nothing the second time.
#[must_use]
pub fn reconcile(world: &World, desired: &Desired, source: ConnectorId, context: &Context) -> Plan {
    let mut all = Reconcile {
        world,
        source,
        context: &context.acting_as(Actor::Connector(source)),
        plan: Plan::default(),
        users: HashMap::new(),
        described: HashSet::new(),
        claimed: HashSet::new(),
        groups: HashMap::new(),
        listed: HashSet::new(),
        foreign: HashSet::new(),
        confers: HashSet::new(),
        made: HashMap::new(),
        apps: BTreeMap::new(),
        kinds: desired.scope.kinds.iter().copied().collect(),
        only: None,
        unsaid: HashSet::new(),
    };
    // Everybody is found before anybody is named as a manager.
    let users = desired.users.iter();
    let found: Vec<_> = users.filter_map(|user| all.find(user)).collect();
    found.iter().for_each(|found| all.user(found));
    desired.apps.iter().for_each(|app| all.app(app));
    desired.groups.iter().for_each(|group| all.group(group));
    if let Groups::Only(names) = &desired.scope.groups {
        let ids = names.iter().filter_map(|name| all.known_group(name));
        all.only = Some(ids.collect());
    }
    for (name, what) in &desired.scope.unsaid {
        let group = all.known_group(name);
        all.unsaid.extend(group.map(|group| (group, *what)));
    }
    all.identities(desired, &found);
    all.memberships(desired);
    all.inclusions(desired);
    all.entitlements(desired);
    all.resources(desired);
    let mut plan = all.plan;
    plan.count_cuts(world, source);
    plan.drift.sort_unstable();
    // What comes may need the room of what ends.
    plan.edits
        .sort_by_key(|change| change.outline().edit != EditKind::Ended);
    plan
}

struct Reconcile<'a> {
    world: &'a World,
    source: ConnectorId,
    context: &'a Context,
    plan: Plan,
    /// Whom the source describes; `None` where it must not be taken for anybody.
    users: HashMap<UserKey, Option<Id<User>>>,
    described: HashSet<Id<User>>,
    /// Whose login the source gives to somebody else.
    claimed: HashSet<Id<User>>,
    /// By name in lower case, as the apps.
    groups: HashMap<String, Id<Group>>,
    listed: HashSet<Id<Group>>,
    /// Of which was told that they are another's.
    foreign: HashSet<Id<Group>>,
    /// Those that another source keeps, of which the source says only what they confer.
    confers: HashSet<Id<Group>>,
    /// Those that are new.
    made: HashMap<Id<Group>, Group>,
    apps: BTreeMap<String, Id<App>>,
    kinds: HashSet<FactKind>,
    /// The groups the source knows completely, where these are not all.
    only: Option<HashSet<Id<Group>>>,
    /// What the source describes without saying.
    unsaid: HashSet<(Id<Group>, Unsaid)>,
}

impl Reconcile<'_> {
    fn drift(&mut self, code: DriftCode, at: &(impl ToString + ?Sized), message: String) {
        let at = at.to_string();
        self.plan.drift.push(Drift { at, code, message });
    }

    /// Makes the record, or brings it in line.
    fn put<T: Record>(&mut self, there: Option<&T>, after: T)
    where
        Change: From<Edit<T>>,
    {
        match there {
            None => self.plan.edits.push(Edit::create(after).into()),
            Some(before) if *before != after => {
                let edit = Edit::update(before.clone(), after);
                self.plan.edits.push(edit.into());
            }
            Some(_) => {}
        }
    }

    /// What somebody else keeps or made, told where the source describes it.
    fn not_kept<T: Sourced>(&self, record: &T, name: &str) -> String {
        let by = match record.source() {
            Some(other) => format!("is kept by the source `{other}`"),
            None => "was made in Portcullis".to_owned(),
        };
        format!(
            "{} {by}, not by `{}`; call this one otherwise, or take that one over with `--adopt {}`",
            record.called(),
            self.source,
            quoted(name)
        )
    }

    /// Notes what would make the record the source's own.
    fn adoptable<T: Sourced>(&mut self, record: &T, name: &str)
    where
        Change: From<Edit<T>>,
    {
        let own = record.clone().kept_by(Some(self.source));
        let edit = Edit::update(record.clone(), own).into();
        self.plan.foreign.push((name.to_owned(), vec![edit]));
    }

    fn resources(&mut self, desired: &Desired) {
        for said in &desired.resources {
            let there = self.world.resource_by_key(&said.kind, &said.id);
            let there_known = || there.map(|there| there.properties.clone());
            let properties = said.properties.clone().or_else(there_known);
            let properties = properties.unwrap_or_default();
            if let Some(other) = there.filter(|there| there.source != Some(self.source)) {
                if other.properties != properties {
                    let name = format!("{}:{}", said.kind, said.id);
                    let message = format!("{}; its properties stay", self.not_kept(other, &name));
                    self.drift(DriftCode::OtherResource, &said.at, message);
                    self.adoptable(other, &name);
                }
                continue;
            }
            let after = Resource {
                id: there.map_or_else(|| self.context.id(), |resource| resource.id),
                source: Some(self.source),
                resource_type: said.kind.clone(),
                resource_id: said.id.clone(),
                properties,
            };
            self.put(there, after);
        }
    }
}

/// A name as it is typed on a command line.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@".contains(c);
    if name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}
