//! What is on a map: nodes in layers, and edges from one layer to a later one.

/// The column a node stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    Person,
    Role,
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
