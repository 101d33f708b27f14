//! What comes back to itself, as the shortest path that does. Linear in what leads where.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::finding::Place;

/// What leads from a node to another, with the place that says so; none for a folder.
pub(crate) type Edges<'n> = BTreeMap<&'n str, Vec<(&'n str, Option<&'n Place>)>>;

/// A node with how it is reached.
pub(crate) type Step<'n> = (&'n str, Option<&'n Place>);

/// One path for each set of nodes that all lead to each other, the first node again at the end.
pub(crate) fn cycles<'n>(edges: &Edges<'n>) -> Vec<Vec<Step<'n>>> {
    let mut all = Vec::new();
    for nodes in components(edges) {
        let nodes: BTreeSet<&str> = nodes.into_iter().collect();
        if let Some(first) = nodes.first() {
            all.extend(back(edges, first, &nodes));
        }
    }
    all.sort_by_key(|path| path.first().map(|(node, _)| *node));
    all
}

/// The nodes in an order in which each stands after all it leads to, as far as there is one.
pub(crate) fn order<'n>(edges: &Edges<'n>) -> Vec<&'n str> {
    components(edges).into_iter().flatten().collect()
}

/// A node that is being looked at.
struct Visit<'n> {
    node: &'n str,
    /// How many of what it leads to were looked at.
    next: usize,
}

/// Sets of nodes that all lead to each other, each set after those it leads to: the algorithm of Tarjan,
/// without recursion, because what stands in the files may be as deep as they are long.
fn components<'n>(edges: &Edges<'n>) -> Vec<Vec<&'n str>> {
    // By node: when it was found, and the first found that it leads back to.
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let mut low: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut open, mut is_open): (Vec<&'n str>, BTreeSet<&str>) = (Vec::new(), BTreeSet::new());
    let mut all = Vec::new();
    for root in edges.keys().copied() {
        if found.contains_key(root) {
            continue;
        }
        let mut path = vec![Visit {
            node: root,
            next: 0,
        }];
        while let Some(visit) = path.last_mut() {
            let node = visit.node;
            if visit.next == 0 && !found.contains_key(node) {
                let turn = found.len();
                found.insert(node, turn);
                low.insert(node, turn);
                open.push(node);
                is_open.insert(node);
            }
            let targets = edges.get(node).map_or(&[][..], Vec::as_slice);
            if let Some((target, _)) = targets.get(visit.next) {
                visit.next += 1;
                match found.get(target) {
                    None if edges.contains_key(target) => path.push(Visit {
                        node: target,
                        next: 0,
                    }),
                    Some(turn) if is_open.contains(target) => lower(&mut low, node, *turn),
                    _ => {}
                }
                continue;
            }
            path.pop();
            let lowest = low.get(node).copied().unwrap_or_default();
            if let Some(above) = path.last() {
                lower(&mut low, above.node, lowest);
            }
            if found.get(node) == Some(&lowest) {
                let at = open.iter().rposition(|it| *it == node).unwrap_or_default();
                let set = open.split_off(at);
                for node in &set {
                    is_open.remove(node);
                }
                all.push(set);
            }
        }
    }
    all
}

fn lower<'n>(low: &mut BTreeMap<&'n str, usize>, node: &'n str, to: usize) {
    let known = low.entry(node).or_insert(to);
    *known = to.min(*known);
}

/// The shortest way from a node back to it, within some nodes.
fn back<'n>(edges: &Edges<'n>, start: &str, within: &BTreeSet<&str>) -> Option<Vec<Step<'n>>> {
    let mut came: BTreeMap<&str, Step<'n>> = BTreeMap::new();
    let (start, _) = edges.get_key_value(start)?;
    let mut todo = VecDeque::from([*start]);
    while let Some(node) = todo.pop_front() {
        for (target, place) in edges.get(node).into_iter().flatten() {
            if came.contains_key(target) || !within.contains(target) {
                continue;
            }
            came.insert(target, (node, *place));
            if target == start {
                return Some(walked(&came, start));
            }
            todo.push_back(target);
        }
    }
    None
}

fn walked<'n>(came: &BTreeMap<&str, Step<'n>>, start: &'n str) -> Vec<Step<'n>> {
    let mut path = Vec::new();
    let mut at = start;
    while let Some((from, place)) = came.get(at) {
        path.push((at, *place));
        at = from;
        if at == start {
            break;
        }
    }
    path.push((start, None));
    path.reverse();
    path
}
