//! The access map: person → roles → groups → entitlements, left to right.
//!
//! A pure function from plain nodes and edges to an SVG string. Columns are layers; an edge that
//! skips a layer runs through a lane of its own there, so that it never hides behind a node. The
//! order within a layer is chosen by a few barycentre sweeps. Past [`MAX_NODES`] it refuses, and
//! the caller shows a list.

mod graph;
mod layout;

use std::fmt::Write;

pub(crate) use self::graph::{Edge, Layer, Map, Node, Weight};
use self::layout::{GAP_X, Layout, NODE_HEIGHT, NODE_WIDTH, Slot};
use super::svg::{Esc, cut};

/// The most nodes a map is readable with.
pub(crate) const MAX_NODES: usize = 60;

/// Why a map was not drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
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
    pub(crate) fn svg(&self) -> Result<String, Unreadable> {
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
    pub(crate) fn sentences(&self) -> Vec<String> {
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

impl Layout {
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
                if let Slot::Node(index) = place {
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
        let mut y = self.middle(first, Slot::Node(edge.from));
        let mut path = format!("M{} {y}", Self::left(first) + NODE_WIDTH);
        for column in first + 1..=last {
            let place = if column == last {
                Slot::Node(edge.to)
            } else {
                Slot::Lane(edge.from)
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
