//! The access map: person → roles → groups → entitlements, left to right.
//!
//! A pure function from plain nodes and edges to an SVG string. Columns are layers; an edge that
//! skips a layer runs through a lane of its own there, so that it never hides behind a node. The
//! order within a layer is chosen by a few barycentre sweeps. Past [`MAX_NODES`] it refuses, and
//! the caller shows a list.

mod graph;
mod layout;

use askama::Template;

pub(crate) use self::graph::{Edge, Layer, Map, Node, Weight};
use self::layout::{GAP_X, Layout, NODE_HEIGHT, NODE_WIDTH, Slot};

/// The most nodes a map is readable with.
pub(crate) const MAX_NODES: usize = 60;

impl Map {
    /// The picture; none where nobody could follow it, or where an edge does not lead from a node
    /// to one in a later layer.
    pub(crate) fn svg(&self) -> Option<String> {
        let layer = |node: usize| self.nodes.get(node).map(|node| node.layer);
        let leads_on =
            |edge: &Edge| layer(edge.from).is_some() && layer(edge.from) < layer(edge.to);
        if self.nodes.len() > MAX_NODES || !self.edges.iter().all(leads_on) {
            return None;
        }
        let layout = Layout::of(self);
        Picture { map: self, layout }.render().ok()
    }

    /// The same in sentences, the deciding ones first.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let mut edges: Vec<&Edge> = self.edges.iter().collect();
        edges.sort_by_key(|edge| std::cmp::Reverse(edge.weight));
        let name = |index: usize| self.nodes.get(index).map_or("?", |node| &*node.label);
        let told = edges.into_iter().map(|edge| {
            let arrow = match edge.weight {
                Weight::Missing => "is missing for",
                _ => "→",
            };
            let note = match &*edge.note {
                "" => String::new(),
                note => format!(" ({note})"),
            };
            format!("{} {arrow} {}{note}", name(edge.from), name(edge.to))
        });
        told.collect()
    }
}

/// A map with its places, as its template draws it.
#[derive(Template)]
#[template(path = "map.html")]
struct Picture<'m> {
    map: &'m Map,
    layout: Layout,
}

impl Picture<'_> {
    /// The edges, what decides last: it is drawn over the rest.
    fn edges(&self) -> Vec<&Edge> {
        let mut edges: Vec<_> = self.map.edges.iter().collect();
        edges.sort_by_key(|edge| (edge.weight == Weight::Deciding, edge.weight));
        edges
    }

    /// The nodes, column by column, each with its left edge and its middle.
    fn nodes(&self) -> Vec<(&Node, i64, i64)> {
        let mut all = Vec::new();
        for (column, places) in self.layout.columns.iter().enumerate() {
            for place in places {
                if let Slot::Node(index) = place {
                    let middle = self.layout.middle(column, *place);
                    all.push((&self.map.nodes[*index], Layout::left(column), middle));
                }
            }
        }
        all
    }

    /// The line of an edge, through its lanes.
    fn line(&self, edge: &Edge) -> String {
        let layout = &self.layout;
        let column = |node: usize| layout.column(self.map.nodes[node].layer);
        let (first, last) = (column(edge.from), column(edge.to));
        let mut y = layout.middle(first, Slot::Node(edge.from));
        let mut path = format!("M{} {y}", Layout::left(first) + NODE_WIDTH);
        for (column, place) in edge.places(first, last) {
            let (x, next) = (Layout::left(column), layout.middle(column, place));
            let bend = x - GAP_X / 2;
            path += &format!("C{bend} {y} {bend} {next} {x} {next}");
            if column < last {
                path += &format!("H{}", x + NODE_WIDTH);
            }
            y = next;
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::{graph::small::*, *};

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
        assert!(svg.contains("a&#38;b") && !svg.contains("style="), "{svg}");
    }

    #[test]
    fn too_many_nodes_are_refused() {
        let nodes = |n: usize| (0..n).map(|i| node(Layer::Group, &i.to_string())).collect();
        assert!(map(nodes(MAX_NODES), vec![]).svg().is_some());
        assert_eq!(map(nodes(MAX_NODES + 1), vec![]).svg(), None);
    }

    #[test]
    fn edges_must_lead_to_the_right() {
        let nodes = || vec![node(Layer::Person, "a"), node(Layer::Group, "b")];
        assert!(map(nodes(), vec![edge(0, 1)]).svg().is_some());
        assert_eq!(map(nodes(), vec![edge(1, 0)]).svg(), None);
        assert_eq!(map(nodes(), vec![edge(0, 7)]).svg(), None);
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
    fn a_nested_way_stands_in_as_many_columns_as_it_has_steps() {
        // p is in a; a includes b, b includes c: and p is in c directly too.
        let nodes = vec![
            node(Layer::Person, "p"),
            node(Layer::Group, "a"),
            node(Layer::Group, "b"),
            node(Layer::Group, "c"),
            node(Layer::Entitlement, "e"),
        ];
        let edges = vec![edge(0, 1), edge(1, 2), edge(2, 3), edge(0, 3), edge(3, 4)];
        let mut picture = map(nodes, edges);
        picture.level();
        let layers: Vec<_> = picture.nodes.iter().map(|node| node.layer).collect();
        assert_eq!(
            layers,
            [
                Layer::Person,
                Layer::Role,
                Layer::Further(1),
                Layer::Group,
                Layer::Entitlement,
            ]
        );
        let svg = picture.svg().expect("a map");
        for heading in ["Through", "and then", "Groups"] {
            assert!(svg.contains(heading), "{heading} in {svg}");
        }
    }

    #[test]
    fn names_that_begin_alike_stay_apart() {
        let [one, other] = [
            "App-Accounting-Invoice-Readers",
            "App-Accounting-Invoice-Writers",
        ];
        let nodes = vec![node(Layer::Group, one), node(Layer::Group, other)];
        let svg = map(nodes, vec![]).svg().expect("a map");
        assert!(
            svg.contains("…e-Readers<") && svg.contains("…e-Writers<"),
            "{svg}"
        );
        assert!(
            svg.contains(&format!("class=\"full\" x=\"4\" y=\"29\">{one}")),
            "{svg}"
        );
    }

    #[test]
    fn an_empty_map_is_still_a_picture() {
        assert!(Map::default().svg().expect("a map").ends_with("</svg>"));
    }
}
