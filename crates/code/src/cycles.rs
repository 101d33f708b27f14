//! What comes back to itself, as the shortest path that does.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::finding::Place;

/// What leads from a node to another, with the place that says so; none for a folder.
pub(crate) type Edges<'n> = BTreeMap<&'n str, Vec<(&'n str, Option<&'n Place>)>>;

/// One path for each group of nodes that lead in a circle: `(node, how it is reached)`, the first
/// node again at the end.
pub(crate) fn cycles<'n>(edges: &Edges<'n>) -> Vec<Vec<(&'n str, Option<&'n Place>)>> {
    let (_, left) = order(edges);
    let mut told = BTreeSet::new();
    let mut all = Vec::new();
    for node in left {
        if told.contains(node) {
            continue;
        }
        if let Some(path) = back(edges, node) {
            told.extend(path.iter().map(|(node, _)| *node));
            all.push(path);
        }
    }
    all
}

/// The nodes in an order in which each stands after all it leads to; and those that have none.
pub(crate) fn order<'n>(edges: &Edges<'n>) -> (Vec<&'n str>, BTreeSet<&'n str>) {
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    let mut into: BTreeMap<&str, Vec<&'n str>> = BTreeMap::new();
    for (node, targets) in edges {
        let known = targets
            .iter()
            .filter(|(target, _)| edges.contains_key(target));
        *open.entry(node).or_default() += known.clone().count();
        for (target, _) in known {
            into.entry(target).or_default().push(node);
        }
    }
    let mut done: Vec<&'n str> = edges
        .keys()
        .copied()
        .filter(|node| open[node] == 0)
        .collect();
    let mut at = 0;
    while let Some(node) = done.get(at).copied() {
        at += 1;
        for from in into.get(node).into_iter().flatten() {
            if let Some(count) = open.get_mut(from) {
                *count -= 1;
                if *count == 0 {
                    done.push(from);
                }
            }
        }
    }
    let placed: BTreeSet<_> = done.iter().copied().collect();
    let left = edges
        .keys()
        .copied()
        .filter(|node| !placed.contains(node))
        .collect();
    (done, left)
}

/// The shortest way from a node back to it.
fn back<'n>(edges: &Edges<'n>, start: &'n str) -> Option<Vec<(&'n str, Option<&'n Place>)>> {
    let mut came: BTreeMap<&str, (&'n str, Option<&'n Place>)> = BTreeMap::new();
    let mut todo = VecDeque::from([start]);
    while let Some(node) = todo.pop_front() {
        for (target, place) in edges.get(node).into_iter().flatten() {
            if came.contains_key(target) {
                continue;
            }
            came.insert(target, (node, *place));
            if *target == start {
                return Some(walked(&came, start));
            }
            todo.push_back(target);
        }
    }
    None
}

fn walked<'n>(
    came: &BTreeMap<&str, (&'n str, Option<&'n Place>)>,
    start: &'n str,
) -> Vec<(&'n str, Option<&'n Place>)> {
    let mut path = Vec::new();
    let mut at = start;
    loop {
        let (from, place) = came[at];
        path.push((at, place));
        at = from;
        if at == start {
            path.push((start, None));
            path.reverse();
            return path;
        }
    }
}
