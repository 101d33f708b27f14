//! Who gains and who loses between two states, each with a way that led there.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use portcullis_model::Expiry;

use super::{
    shape::{Because, Cause, Effect, Move},
    side::{Crowd, Side},
};
use crate::{
    Place, Repository,
    facts::Key,
    grantee::Grantee,
    ways::{Step, StepChange, StepKind},
};

/// Adds what happens from one state to the other.
pub(super) fn effects(
    from: &Side<'_>,
    to: &Side<'_>,
    cause: Cause,
    crowd: &Crowd,
    all: &mut Vec<Effect>,
) {
    let (were, are) = (Lines::of(from.repository), Lines::of(to.repository));
    for (environment, permission) in everywhere(from, to) {
        let (was, is) = (
            from.roots(permission, environment),
            to.roots(permission, environment),
        );
        if from.classes(&was) == to.classes(&is) {
            continue;
        }
        let before = from.holders(permission, environment);
        let after = to.holders(permission, environment);
        let difference = Difference::of(&before, &after);
        if difference.is_empty() {
            continue;
        }
        let gains = explain(to, &is, &difference.gains, crowd);
        let losses = explain(from, &was, &difference.losses, crowd);
        let moves = difference
            .moves
            .iter()
            .filter_map(|(person, before, after)| {
                Some(Move {
                    person: crowd.name(*person)?.clone(),
                    before: before.instant(),
                    after: after.instant(),
                })
            });
        let mut moves: Vec<Move> = moves.collect();
        moves.sort_by(|a, b| a.person.cmp(&b.person));
        all.push(Effect {
            environment: environment.to_owned(),
            permission: permission.to_owned(),
            cause,
            before: before.len(),
            after: after.len(),
            gains: marked(gains, &are, &were, StepChange::Added),
            losses: marked(losses, &were, &are, StepChange::Removed),
            moves,
        });
    }
}

/// Every environment with every permission of either state, in order.
pub(super) fn everywhere<'s>(
    from: &'s Side<'_>,
    to: &'s Side<'_>,
) -> impl Iterator<Item = (&'s str, &'s str)> {
    let environments = |side: &'s Side<'_>| side.repository.settings.environments.iter();
    let permissions = |side: &'s Side<'_>| side.facts.permissions.keys();
    let environments: BTreeSet<&str> = environments(from)
        .chain(environments(to))
        .map(String::as_str)
        .collect();
    let permissions: BTreeSet<&str> = permissions(from)
        .chain(permissions(to))
        .map(String::as_str)
        .collect();
    environments.into_iter().flat_map(move |environment| {
        let all: Vec<_> = permissions.iter().map(|key| (environment, *key)).collect();
        all
    })
}

/// Two lists of holders, both by number.
#[derive(Default)]
pub(super) struct Difference {
    pub(super) gains: Vec<(u32, Expiry)>,
    pub(super) losses: Vec<(u32, Expiry)>,
    moves: Vec<(u32, Expiry, Expiry)>,
}

impl Difference {
    pub(super) fn of(before: &[(u32, Expiry)], after: &[(u32, Expiry)]) -> Self {
        let mut all = Self::default();
        let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
        loop {
            match (before.peek(), after.peek()) {
                (Some(was), Some(is)) if was.0 == is.0 => {
                    if was.1 != is.1 {
                        all.moves.push((was.0, was.1, is.1));
                    }
                    before.next();
                    after.next();
                }
                (Some(was), other) if other.is_none_or(|is| was.0 < is.0) => {
                    all.losses.push(**was);
                    before.next();
                }
                (_, Some(is)) => {
                    all.gains.push(**is);
                    after.next();
                }
                _ => return all,
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.gains.is_empty() && self.losses.is_empty() && self.moves.is_empty()
    }
}

/// Each of those people with a way into the groups, the shortest as groups are counted.
fn explain(
    side: &Side<'_>,
    roots: &[usize],
    wanted: &[(u32, Expiry)],
    crowd: &Crowd,
) -> Vec<Because> {
    let ends: HashMap<u32, Expiry> = wanted.iter().copied().collect();
    let mut found = BTreeMap::new();
    let mut open: HashSet<u32> = ends.keys().copied().collect();
    ways(
        side,
        roots,
        &[],
        &mut open,
        &mut |steps: Vec<Step>, people: Vec<u32>| {
            let mut by_end: BTreeMap<Expiry, Vec<u32>> = BTreeMap::new();
            for person in people {
                let until = ends.get(&person).copied().unwrap_or(Expiry::NEVER);
                by_end.entry(until).or_default().push(person);
            }
            for (until, people) in by_end {
                let all: &mut Vec<u32> = found.entry((steps.clone(), until)).or_default();
                all.extend(people);
            }
        },
    );
    let because = |((via, until), people): ((Vec<Step>, Expiry), Vec<u32>)| {
        let names = people.iter().filter_map(|person| crowd.name(*person));
        let mut people: Vec<_> = names.cloned().collect();
        people.sort_unstable();
        Because {
            via,
            until: until.instant(),
            people,
        }
    };
    found.into_iter().map(because).collect()
}

/// Goes down from the groups, the nearest first, until all people are found; tells of each way with those
/// it leads to. A group that takes people out is gone into for those whom it keeps.
fn ways(
    side: &Side<'_>,
    roots: &[usize],
    before: &[Step],
    open: &mut HashSet<u32>,
    tell: &mut impl FnMut(Vec<Step>, Vec<u32>),
) {
    let mut came: HashMap<usize, Option<(usize, Expiry)>> = HashMap::new();
    let mut todo: VecDeque<usize> = VecDeque::new();
    for root in roots {
        came.insert(*root, None);
        todo.push_back(*root);
    }
    while let Some(at) = todo.pop_front() {
        let Some(node) = side.nodes.get(at).filter(|_| !open.is_empty()) else {
            return;
        };
        for (child, until) in &node.children {
            came.entry(*child).or_insert_with(|| {
                todo.push_back(*child);
                Some((at, *until))
            });
        }
        let here: Vec<_> = node
            .members
            .iter()
            .filter(|it| open.contains(&it.person))
            .collect();
        if here.is_empty() {
            continue;
        }
        let mut steps = before.to_vec();
        steps.extend(led(side, &came, at));
        for member in &here {
            open.remove(&member.person);
        }
        let taken = match &node.key {
            Key::Group(path) => side.index(&Key::Taken(path.clone())),
            _ => None,
        };
        if let Some(taken) = taken {
            let mut kept: HashSet<u32> = here.iter().map(|member| member.person).collect();
            ways(side, &[taken], &steps, &mut kept, tell);
            continue;
        }
        let mut by_directory = Vec::new();
        for member in here {
            let into = (node.id, &node.key);
            match side
                .facts
                .last(member.user, into, member.until, |_, _| None)
            {
                None => by_directory.push(member.person),
                Some(own) => {
                    let mut steps = steps.clone();
                    steps.push(own);
                    tell(steps, vec![member.person]);
                }
            }
        }
        if !by_directory.is_empty() {
            tell(steps, by_directory);
        }
    }
}

/// The steps down to a group.
fn led(side: &Side<'_>, came: &HashMap<usize, Option<(usize, Expiry)>>, to: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = to;
    while let Some(Some((from, until))) = came.get(&at) {
        if let (Some(child), Some(target)) = (side.nodes.get(at), side.nodes.get(*from)) {
            let (child, target) = ((child.id.uuid(), &child.key), (target.id, &target.key));
            steps.extend(side.facts.step(side.repository, child, target, *until));
        }
        at = *from;
    }
    steps.reverse();
    steps
}

/// The lines of a repository by what they say and where, whatever line they stand on.
pub(super) struct Lines<'r> {
    said: HashSet<String>,
    by_place: HashMap<&'r Place, String>,
}

impl<'r> Lines<'r> {
    pub(super) fn of(repository: &'r Repository) -> Self {
        let mut by_place = HashMap::new();
        for (key, permission) in &repository.permissions {
            for grant in &permission.grants {
                by_place.insert(&grant.place, said(key, grant));
            }
            for (implied, place) in &permission.implies {
                by_place.insert(place, format!("{key}\0implies\0{implied}"));
            }
        }
        for (path, group) in &repository.groups {
            for member in &group.members {
                by_place.insert(&member.place, said(&format!("./groups/{path}"), member));
            }
        }
        Self {
            said: by_place.values().cloned().collect(),
            by_place,
        }
    }

    /// Whether what stands at a place here stands nowhere there.
    pub(super) fn is_new(&self, place: &Place, there: &Self) -> bool {
        let said = self.by_place.get(place);
        said.is_some_and(|said| !there.said.contains(said))
    }
}

fn said(list: &str, line: &Grantee) -> String {
    let limits = (line.until, line.immediate, line.except);
    format!(
        "{list}\0{:?}{:?}{:?}{limits:?}",
        line.who, line.only, line.roles
    )
}

/// Marks the steps whose lines are not on the other side.
fn marked(
    mut all: Vec<Because>,
    here: &Lines<'_>,
    there: &Lines<'_>,
    as_: StepChange,
) -> Vec<Because> {
    for step in all.iter_mut().flat_map(|because| &mut because.via) {
        let is_line = matches!(step.kind, StepKind::Written | StepKind::ImpliedBy);
        if is_line && step.places.iter().all(|place| here.is_new(place, there)) {
            step.change = Some(as_);
        }
    }
    all
}
