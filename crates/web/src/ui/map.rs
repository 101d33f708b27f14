//! The access map: person → roles → groups → entitlements, left to right.
//!
//! A pure function from plain nodes and edges to an SVG string. Columns are layers; an edge that
//! skips a layer runs through a lane of its own there, so that it never hides behind a node. The
//! order within a layer is chosen by a few barycentre sweeps. Past [`MAX_NODES`] it refuses, and
//! the caller shows a list.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::svg::{Esc, cut};

/// The most nodes a map is readable with.
pub const MAX_NODES: usize = 60;

const NODE_WIDTH: i64 = 196;
const NODE_HEIGHT: i64 = 46;
const LANE: i64 = 10;
const GAP_X: i64 = 84;
const GAP_Y: i64 = 14;
const TOP: i64 = 32;
const PAD: i64 = 4;
const SWEEPS: usize = 6;

/// The column a node stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Who the map is about.
    Person,
    /// Job functions.
    Role,
    /// Groups, plain or of an app.
    Group,
    /// What groups confer.
    Entitlement,
}

impl Layer {
    fn heading(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Role => "Through",
            Self::Group => "Groups",
            Self::Entitlement => "Entitlements",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Role => "role",
            Self::Group => "group",
            Self::Entitlement => "entitlement",
        }
    }
}

/// How a node or an edge bears on the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Not there, and would have to be.
    Missing,
    /// There, and not what decides.
    Plain,
    /// On the path that decides.
    Deciding,
}

impl Weight {
    fn class(self) -> &'static str {
        match self {
            Self::Missing => " missing",
            Self::Plain => "",
            Self::Deciding => " deciding",
        }
    }
}

/// A person, role, group or entitlement on the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its column.
    pub layer: Layer,
    /// Its name.
    pub label: String,
    /// A second, muted line; may be empty.
    pub detail: String,
    /// Where it goes; empty draws plain text.
    pub href: String,
    /// How it bears on the decision.
    pub weight: Weight,
}

/// A grant from one node to another, left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Index of the node it starts from.
    pub from: usize,
    /// Index of the node it leads to.
    pub to: usize,
    /// How long or why, for its title; may be empty.
    pub note: String,
    /// How it bears on the decision.
    pub weight: Weight,
}

/// Everything on one map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Map {
    /// What the picture shows, in a few words.
    pub title: String,
    /// The nodes; edges point at them by index.
    pub nodes: Vec<Node>,
    /// The edges.
    pub edges: Vec<Edge>,
}

/// Why a map was not drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More nodes than a person can follow; show a list.
    #[error("{nodes} nodes are more than a readable map holds ({MAX_NODES})")]
    TooLarge {
        /// How many nodes there are.
        nodes: usize,
    },
    /// An edge points outside the nodes or not to the right.
    #[error("edge {edge} does not lead from a node to one in a later layer")]
    BadEdge {
        /// The edge's index.
        edge: usize,
    },
}

impl Map {
    /// The picture, or why there is none.
    pub fn svg(&self) -> Result<String, Unreadable> {
        if self.nodes.len() > MAX_NODES {
            return Err(Unreadable::TooLarge {
                nodes: self.nodes.len(),
            });
        }
        for (edge, Edge { from, to, .. }) in self.edges.iter().enumerate() {
            match (self.nodes.get(*from), self.nodes.get(*to)) {
                (Some(from), Some(to)) if from.layer < to.layer => {}
                _ => return Err(Unreadable::BadEdge { edge }),
            }
        }
        Ok(Layout::of(self).draw(self))
    }

    /// The same in sentences, the deciding ones first.
    pub fn sentences(&self) -> Vec<String> {
        let mut edges: Vec<&Edge> = self.edges.iter().collect();
        edges.sort_by_key(|edge| std::cmp::Reverse(edge.weight));
        let name = |index: usize| {
            self.nodes
                .get(index)
                .map_or("?", |node| node.label.as_str())
        };
        edges
            .into_iter()
            .map(|edge| {
                let arrow = if edge.weight == Weight::Missing {
                    "is missing for"
                } else {
                    "→"
                };
                let note = if edge.note.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", edge.note)
                };
                format!("{} {arrow} {}{note}", name(edge.from), name(edge.to))
            })
            .collect()
    }
}

/// What takes a place in a column: a node, or the lane of a node's edges through a later column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Node(usize),
    Lane(usize),
}

impl Place {
    fn height(self) -> i64 {
        match self {
            Self::Node(_) => NODE_HEIGHT,
            Self::Lane(_) => LANE,
        }
    }
}

struct Layout {
    layers: Vec<Layer>,
    columns: Vec<Vec<Place>>,
    /// Vertical middle of every place, by column.
    middles: BTreeMap<(usize, Place), i64>,
    width: i64,
    height: i64,
}

impl Layout {
    fn of(map: &Map) -> Self {
        let mut layers: Vec<Layer> = map.nodes.iter().map(|node| node.layer).collect();
        layers.sort();
        layers.dedup();
        let column = |layer: Layer| layers.iter().position(|l| *l == layer).unwrap_or(0);
        let mut columns: Vec<Vec<Place>> = vec![Vec::new(); layers.len()];
        for (index, node) in map.nodes.iter().enumerate() {
            columns[column(node.layer)].push(Place::Node(index));
        }
        for edge in &map.edges {
            let (from, to) = (
                column(map.nodes[edge.from].layer),
                column(map.nodes[edge.to].layer),
            );
            for lane in &mut columns[from + 1..to] {
                if !lane.contains(&Place::Lane(edge.from)) {
                    lane.push(Place::Lane(edge.from));
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

    fn left(column: usize) -> i64 {
        PAD + i64::try_from(column).unwrap_or(0) * (NODE_WIDTH + GAP_X)
    }

    fn middle(&self, column: usize, place: Place) -> i64 {
        self.middles.get(&(column, place)).copied().unwrap_or(TOP)
    }

    fn column(&self, layer: Layer) -> usize {
        self.layers.iter().position(|l| *l == layer).unwrap_or(0)
    }

    fn draw(&self, map: &Map) -> String {
        let (width, height) = (self.width, self.height);
        let mut svg = format!(
            "<svg class=\"map\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"group\" aria-label=\"{}\">",
            Esc(&map.title)
        );
        for (column, layer) in self.layers.iter().enumerate() {
            let x = Self::left(column);
            let _ = write!(
                svg,
                "<text class=\"layer\" x=\"{x}\" y=\"18\">{}</text>",
                layer.heading()
            );
        }
        // What decides is drawn last, over the rest.
        let mut edges: Vec<&Edge> = map.edges.iter().collect();
        edges.sort_by_key(|edge| (edge.weight == Weight::Deciding, edge.weight));
        for edge in edges {
            self.edge(&mut svg, map, edge);
        }
        for (column, places) in self.columns.iter().enumerate() {
            for place in places {
                if let Place::Node(index) = place {
                    self.node(
                        &mut svg,
                        &map.nodes[*index],
                        column,
                        self.middle(column, *place),
                    );
                }
            }
        }
        svg.push_str("</svg>");
        svg
    }

    fn edge(&self, out: &mut String, map: &Map, edge: &Edge) {
        let (from, to) = (&map.nodes[edge.from], &map.nodes[edge.to]);
        let (first, last) = (self.column(from.layer), self.column(to.layer));
        let mut y = self.middle(first, Place::Node(edge.from));
        let mut path = format!("M{} {y}", Self::left(first) + NODE_WIDTH);
        for column in first + 1..=last {
            let place = if column == last {
                Place::Node(edge.to)
            } else {
                Place::Lane(edge.from)
            };
            let (x, next) = (Self::left(column), self.middle(column, place));
            let bend = GAP_X / 2;
            let _ = write!(path, "C{} {y} {} {next} {x} {next}", x - bend, x - bend);
            if column < last {
                let _ = write!(path, "H{}", x + NODE_WIDTH);
            }
            y = next;
        }
        let note = if edge.note.is_empty() {
            String::new()
        } else {
            format!(", {}", edge.note)
        };
        let _ = write!(
            out,
            "<path class=\"edge{}\" d=\"{path}\"><title>{} → {}{}</title></path>",
            edge.weight.class(),
            Esc(&from.label),
            Esc(&to.label),
            Esc(&note)
        );
    }

    fn node(&self, out: &mut String, node: &Node, column: usize, middle: i64) {
        let (x, y) = (Self::left(column), middle - NODE_HEIGHT / 2);
        let (open, close) = if node.href.is_empty() {
            (String::from("<g"), "</g>")
        } else {
            (format!("<a href=\"{}\"", Esc(&node.href)), "</a>")
        };
        let baseline = if node.detail.is_empty() {
            middle + 5
        } else {
            middle - 4
        };
        let _ = write!(
            out,
            "{open} class=\"node {}{}\"><title>{}{}</title>\
             <rect x=\"{x}\" y=\"{y}\" width=\"{NODE_WIDTH}\" height=\"{NODE_HEIGHT}\" rx=\"6\"/>\
             <text x=\"{tx}\" y=\"{baseline}\">{}</text>",
            node.layer.class(),
            node.weight.class(),
            Esc(&node.label),
            if node.weight == Weight::Missing {
                " (missing)"
            } else {
                ""
            },
            Esc(&cut(&node.label, 20)),
            tx = x + 12,
        );
        if !node.detail.is_empty() {
            let _ = write!(
                out,
                "<text class=\"detail\" x=\"{}\" y=\"{}\">{}</text>",
                x + 12,
                middle + 14,
                Esc(&cut(&node.detail, 25))
            );
        }
        out.push_str(close);
    }
}

/// What every place is linked to, as (column, place) pairs on both sides.
type Links = Vec<((usize, Place), (usize, Place))>;

fn links(map: &Map, column: &impl Fn(Layer) -> usize) -> Links {
    let mut links = Vec::new();
    for edge in &map.edges {
        let (from, to) = (
            column(map.nodes[edge.from].layer),
            column(map.nodes[edge.to].layer),
        );
        let mut at = (from, Place::Node(edge.from));
        for next in from + 1..=to {
            let place = if next == to {
                Place::Node(edge.to)
            } else {
                Place::Lane(edge.from)
            };
            links.push((at, (next, place)));
            at = (next, place);
        }
    }
    links
}

/// Sorts every column by the mean position of its neighbours, to and fro.
fn order(columns: &mut [Vec<Place>], links: &Links) {
    let mut incoming: BTreeMap<(usize, Place), Vec<Place>> = BTreeMap::new();
    let mut outgoing: BTreeMap<(usize, Place), Vec<Place>> = BTreeMap::new();
    for (a, b) in links {
        outgoing.entry(*a).or_default().push(b.1);
        incoming.entry(*b).or_default().push(a.1);
    }
    for sweep in 0..SWEEPS {
        let forth = sweep % 2 == 0;
        for step in 1..columns.len() {
            let column = if forth {
                step
            } else {
                columns.len() - 1 - step
            };
            let beside = if forth { column - 1 } else { column + 1 };
            let neighbours = if forth { &incoming } else { &outgoing };
            let position: BTreeMap<Place, usize> = columns[beside]
                .iter()
                .enumerate()
                .map(|(at, place)| (*place, at))
                .collect();
            let mut keyed: Vec<(usize, Place)> = columns[column]
                .iter()
                .enumerate()
                .map(|(at, place)| {
                    let of = neighbours
                        .get(&(column, *place))
                        .map_or(&[][..], Vec::as_slice);
                    let sum: usize = of.iter().filter_map(|other| position.get(other)).sum();
                    // Thousandths keep the mean exact enough without floating point.
                    (
                        if of.is_empty() {
                            at * 1000
                        } else {
                            sum * 1000 / of.len()
                        },
                        *place,
                    )
                })
                .collect();
            keyed.sort_by_key(|(mean, _)| *mean);
            columns[column] = keyed.into_iter().map(|(_, place)| place).collect();
        }
    }
}

fn tall(places: &[Place]) -> i64 {
    let gaps = i64::try_from(places.len().saturating_sub(1)).unwrap_or(0) * GAP_Y;
    places.iter().map(|place| place.height()).sum::<i64>() + gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(layer: Layer, label: &str) -> Node {
        Node {
            layer,
            label: label.to_owned(),
            detail: String::new(),
            href: format!("/x/{label}"),
            weight: Weight::Plain,
        }
    }

    fn edge(from: usize, to: usize) -> Edge {
        Edge {
            from,
            to,
            note: String::new(),
            weight: Weight::Plain,
        }
    }

    fn map(nodes: Vec<Node>, edges: Vec<Edge>) -> Map {
        Map {
            title: "Why <b>".to_owned(),
            nodes,
            edges,
        }
    }

    #[test]
    fn names_and_addresses_are_escaped() {
        let svg = map(
            vec![
                node(Layer::Person, "\"><script>"),
                node(Layer::Group, "a&b"),
            ],
            vec![Edge {
                note: "<i>".to_owned(),
                ..edge(0, 1)
            }],
        )
        .svg()
        .expect("a map");
        assert!(
            !svg.contains("<script") && !svg.contains("<i>") && !svg.contains("<b>"),
            "{svg}"
        );
        assert!(svg.contains("a&amp;b") && !svg.contains("style="), "{svg}");
    }

    #[test]
    fn too_many_nodes_are_refused() {
        let nodes = |n: usize| (0..n).map(|i| node(Layer::Group, &i.to_string())).collect();
        assert!(map(nodes(MAX_NODES), vec![]).svg().is_ok());
        assert_eq!(
            map(nodes(MAX_NODES + 1), vec![]).svg(),
            Err(Unreadable::TooLarge {
                nodes: MAX_NODES + 1
            })
        );
    }

    #[test]
    fn edges_must_lead_to_the_right() {
        let nodes = || vec![node(Layer::Person, "a"), node(Layer::Group, "b")];
        assert_eq!(
            map(nodes(), vec![edge(1, 0)]).svg(),
            Err(Unreadable::BadEdge { edge: 0 })
        );
        assert_eq!(
            map(nodes(), vec![edge(0, 7)]).svg(),
            Err(Unreadable::BadEdge { edge: 0 })
        );
    }

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
        let place = |n| layout.middle(usize::from(n > 1), Place::Node(n));
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
            layout.middle(1, Place::Node(1)),
            layout.middle(1, Place::Lane(0)),
        );
        assert!((role - lane).abs() >= NODE_HEIGHT / 2 + LANE / 2);
    }

    #[test]
    fn deciding_edges_are_told_first_and_drawn_last() {
        let nodes = vec![
            node(Layer::Person, "p"),
            node(Layer::Group, "g"),
            node(Layer::Group, "h"),
        ];
        let deciding = Edge {
            weight: Weight::Deciding,
            ..edge(0, 1)
        };
        let picture = map(nodes, vec![deciding, edge(0, 2)]);
        assert_eq!(picture.sentences(), ["p → g", "p → h"]);
        let svg = picture.svg().expect("a map");
        assert!(svg.find("edge deciding") > svg.find("class=\"edge\""));
    }

    #[test]
    fn an_empty_map_is_still_a_picture() {
        assert!(Map::default().svg().expect("a map").ends_with("</svg>"));
    }
}
