//! Where the nodes of a map stand: columns by layer, lanes for edges that skip one, and an order
//! with few crossings.

use std::collections::BTreeMap;

use super::graph::{Edge, Layer, Map};

pub(super) const NODE_WIDTH: i64 = 196;
pub(super) const NODE_HEIGHT: i64 = 46;
pub(super) const LANE: i64 = 10;
pub(super) const GAP_X: i64 = 84;
pub(super) const GAP_Y: i64 = 14;
pub(super) const TOP: i64 = 32;
pub(super) const PAD: i64 = 4;
const SWEEPS: usize = 6;

/// What takes a place in a column: a node, or the lane of a node's edges through a later column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    Node(usize),
    Lane(usize),
}

impl Slot {
    fn height(self) -> i64 {
        match self {
            Self::Node(_) => NODE_HEIGHT,
            Self::Lane(_) => LANE,
        }
    }
}

pub(super) struct Layout {
    layers: Vec<Layer>,
    pub(super) columns: Vec<Vec<Slot>>,
    middles: BTreeMap<(usize, Slot), i64>,
    pub(super) width: i64,
    pub(super) height: i64,
}

impl Layout {
    pub(super) fn of(map: &Map) -> Self {
        let mut layers: Vec<Layer> = map.nodes.iter().map(|node| node.layer).collect();
        layers.sort();
        layers.dedup();
        let column = |layer: Layer| layers.iter().position(|l| *l == layer).unwrap_or(0);
        let mut columns: Vec<Vec<Slot>> = vec![Vec::new(); layers.len()];
        for (index, node) in map.nodes.iter().enumerate() {
            columns[column(node.layer)].push(Slot::Node(index));
        }
        for edge in &map.edges {
            let (from, to) = edge.columns(map, &column);
            for lane in &mut columns[from + 1..to] {
                if !lane.contains(&Slot::Lane(edge.from)) {
                    lane.push(Slot::Lane(edge.from));
                }
            }
        }
        let links = links(map, &column);
        order(&mut columns, &links);
        let count = i64::try_from(columns.len()).unwrap_or(1).max(1);
        let mut layout = Self {
            layers,
            middles: BTreeMap::new(),
            width: count * NODE_WIDTH + (count - 1) * GAP_X + 2 * PAD,
            height: TOP + columns.iter().map(|c| tall(c)).max().unwrap_or(0) + PAD,
            columns,
        };
        layout.place();
        layout
    }

    fn place(&mut self) {
        for (column, places) in self.columns.iter().enumerate() {
            let mut y = TOP + (self.height - TOP - PAD - tall(places)) / 2;
            for place in places {
                self.middles
                    .insert((column, *place), y + place.height() / 2);
                y += place.height() + GAP_Y;
            }
        }
    }

    /// The layers with the left edges of their columns.
    pub(super) fn headings(&self) -> impl Iterator<Item = (&Layer, i64)> {
        self.layers.iter().zip((0..).map(Self::left))
    }

    pub(super) fn left(column: usize) -> i64 {
        PAD + i64::try_from(column).unwrap_or(0) * (NODE_WIDTH + GAP_X)
    }

    pub(super) fn middle(&self, column: usize, place: Slot) -> i64 {
        self.middles.get(&(column, place)).copied().unwrap_or(TOP)
    }

    pub(super) fn column(&self, layer: Layer) -> usize {
        self.layers.iter().position(|l| *l == layer).unwrap_or(0)
    }
}

/// What every place is linked to, as (column, place) pairs on both sides.
type Links = Vec<((usize, Slot), (usize, Slot))>;

fn links(map: &Map, column: &impl Fn(Layer) -> usize) -> Links {
    let mut links = Vec::new();
    for edge in &map.edges {
        let (from, to) = edge.columns(map, column);
        let mut at = (from, Slot::Node(edge.from));
        for next in edge.places(from, to) {
            links.push((at, next));
            at = next;
        }
    }
    links
}

impl Edge {
    /// The columns it leads from and to.
    fn columns(&self, map: &Map, column: &impl Fn(Layer) -> usize) -> (usize, usize) {
        let of = |node: usize| column(map.nodes[node].layer);
        (of(self.from), of(self.to))
    }

    /// The places it runs through after its first column, up to its last.
    pub(super) fn places(&self, first: usize, last: usize) -> impl Iterator<Item = (usize, Slot)> {
        (first + 1..=last).map(move |column| {
            let on_the_way = column < last;
            let lane = Slot::Lane(self.from);
            (
                column,
                if on_the_way {
                    lane
                } else {
                    Slot::Node(self.to)
                },
            )
        })
    }
}

/// Sorts every column by the mean position of its neighbours, to and fro.
fn order(columns: &mut [Vec<Slot>], links: &Links) {
    let mut incoming: BTreeMap<(usize, Slot), Vec<Slot>> = BTreeMap::new();
    let mut outgoing: BTreeMap<(usize, Slot), Vec<Slot>> = BTreeMap::new();
    for (a, b) in links {
        outgoing.entry(*a).or_default().push(b.1);
        incoming.entry(*b).or_default().push(a.1);
    }
    for sweep in 0..SWEEPS {
        let forth = sweep % 2 == 0;
        for step in 1..columns.len() {
            let (column, beside, neighbours) = if forth {
                (step, step - 1, &incoming)
            } else {
                let column = columns.len() - 1 - step;
                (column, column + 1, &outgoing)
            };
            let position: BTreeMap<Slot, usize> = columns[beside]
                .iter()
                .enumerate()
                .map(|(at, place)| (*place, at))
                .collect();
            let mean = |(at, place): (usize, &Slot)| {
                let of = neighbours.get(&(column, *place));
                let of = of.map_or(&[][..], Vec::as_slice);
                let sum: usize = of.iter().filter_map(|other| position.get(other)).sum();
                // Thousandths keep the mean exact enough without floating point.
                let mean = (sum * 1000).checked_div(of.len());
                (mean.unwrap_or(at * 1000), *place)
            };
            let mut keyed: Vec<_> = columns[column].iter().enumerate().map(mean).collect();
            keyed.sort_by_key(|(mean, _)| *mean);
            columns[column] = keyed.into_iter().map(|(_, place)| place).collect();
        }
    }
}

fn tall(places: &[Slot]) -> i64 {
    let gaps = i64::try_from(places.len().saturating_sub(1)).unwrap_or(0) * GAP_Y;
    places.iter().map(|place| place.height()).sum::<i64>() + gaps
}

#[cfg(test)]
mod tests {
    use super::{super::graph::small::*, *};

    #[test]
    fn crossings_are_swept_away() {
        let picture = map(
            vec![
                node(Layer::Role, "r0"),
                node(Layer::Role, "r1"),
                node(Layer::Group, "g0"),
                node(Layer::Group, "g1"),
            ],
            vec![edge(0, 3), edge(1, 2)],
        );
        let layout = Layout::of(&picture);
        let place = |n| layout.middle(usize::from(n > 1), Slot::Node(n));
        assert_eq!((place(0), place(1)), (place(3), place(2)));
    }

    #[test]
    fn an_edge_that_skips_a_layer_keeps_clear_of_its_nodes() {
        let picture = map(
            vec![
                node(Layer::Person, "p"),
                node(Layer::Role, "r"),
                node(Layer::Group, "g"),
            ],
            vec![edge(0, 1), edge(0, 2)],
        );
        let layout = Layout::of(&picture);
        let (role, lane) = (
            layout.middle(1, Slot::Node(1)),
            layout.middle(1, Slot::Lane(0)),
        );
        assert!((role - lane).abs() >= NODE_HEIGHT / 2 + LANE / 2);
    }
}
