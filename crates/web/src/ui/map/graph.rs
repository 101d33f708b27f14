//! What is on a map: nodes in layers, and edges from one layer to a later one.

/// The column a node stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    Person,
    /// What somebody is in themselves and what leads on.
    Role,
    /// What is led to on the way, so many steps after the first.
    Further(u8),
    /// Groups, plain or of an app.
    Group,
    Entitlement,
}

impl Layer {
    pub(super) fn heading(self) -> &'static str {
        self.words().0
    }

    pub(super) fn class(self) -> &'static str {
        self.words().1
    }

    /// Its heading and its class.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Person => ("Person", "person"),
            Self::Role => ("Through", "role"),
            Self::Further(_) => ("and then", "role"),
            Self::Group => ("Groups", "group"),
            Self::Entitlement => ("Entitlements", "entitlement"),
        }
    }
}

/// How a node or an edge bears on the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    Missing,
    Plain,
    Deciding,
}

impl Weight {
    /// Of what decides, or does not.
    pub(crate) fn of(decides: bool) -> Self {
        if decides { Self::Deciding } else { Self::Plain }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Missing => " missing",
            Self::Plain => "",
            Self::Deciding => " deciding",
        }
    }
}

/// A person, role, group or entitlement on the map.
pub(crate) struct Node {
    pub(crate) layer: Layer,
    pub(crate) label: String,
    /// A second, muted line; may be empty.
    pub(crate) detail: String,
    /// Where it goes; empty draws plain text.
    pub(crate) href: String,
    pub(crate) weight: Weight,
}

/// A grant from one node to another, left to right.
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// How long or why, for its title; may be empty.
    pub(crate) note: String,
    pub(crate) weight: Weight,
}

/// Everything on one map.
#[derive(Default)]
pub(crate) struct Map {
    pub(crate) title: String,
    /// The nodes; edges point at them by index.
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
}

impl Map {
    /// Puts what leads on from one to the other into columns of its own, one for each step: what
    /// stands between a person and a group is drawn where it stands.
    pub(crate) fn level(&mut self) {
        let leads = |layer| matches!(layer, Layer::Role | Layer::Further(_) | Layer::Group);
        let among = |nodes: &[Node], edge: &Edge| {
            leads(nodes[edge.from].layer) && leads(nodes[edge.to].layer)
        };
        let mut steps = vec![0_u8; self.nodes.len()];
        // As many rounds as there are nodes are enough where nothing goes in circles.
        for _ in 0..self.nodes.len() {
            for edge in self.edges.iter().filter(|edge| among(&self.nodes, edge)) {
                steps[edge.to] = steps[edge.to].max(steps[edge.from].saturating_add(1));
            }
        }
        let on: Vec<_> = self
            .edges
            .iter()
            .filter(|edge| among(&self.nodes, edge))
            .collect();
        let on: std::collections::BTreeSet<_> = on.into_iter().map(|edge| edge.from).collect();
        for (at, node) in self
            .nodes
            .iter_mut()
            .enumerate()
            .filter(|(_, node)| leads(node.layer))
        {
            node.layer = match steps[at] {
                _ if !on.contains(&at) => Layer::Group,
                0 => Layer::Role,
                further => Layer::Further(further),
            };
        }
    }
}

/// Small maps for tests.
#[cfg(test)]
pub(super) mod small {
    use super::*;

    pub(crate) fn node(layer: Layer, label: &str) -> Node {
        Node {
            layer,
            label: label.to_owned(),
            detail: String::new(),
            href: format!("/x/{label}"),
            weight: Weight::Plain,
        }
    }

    pub(crate) fn edge(from: usize, to: usize) -> Edge {
        Edge {
            from,
            to,
            note: String::new(),
            weight: Weight::Plain,
        }
    }

    pub(crate) fn map(nodes: Vec<Node>, edges: Vec<Edge>) -> Map {
        Map {
            title: "Why <b>".to_owned(),
            nodes,
            edges,
        }
    }
}
