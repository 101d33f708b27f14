//! The access map of one question: a person, the roles and groups on the way, what is conferred.

use portcullis_model::{Group, MembershipKind, Timestamp, User, World, world::Path};

use crate::{
    pages::convert,
    ui::{
        Map,
        map::{Edge, Layer, Node, Weight},
        time::date,
    },
};

/// Roles drawn as ways that would lead somewhere.
const MOST_ROLES: usize = 3;

/// A map in the making. Node 0 is the person.
pub(crate) struct Drawing {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

impl Drawing {
    /// A map with a person on it.
    pub(crate) fn new(user: &User) -> Self {
        let person = Node {
            layer: Layer::Person,
            label: user.name.to_string(),
            detail: user.login.to_string(),
            href: convert::user_href(user),
            weight: Weight::Plain,
        };
        Self {
            nodes: vec![person],
            edges: Vec::new(),
        }
    }

    /// Draws a way that leads to a group, and says which node that is. The first step stands with
    /// the roles, the last with the groups; what lies between is told by the line's note.
    pub(crate) fn path(&mut self, world: &World, path: &Path<'_>, decides: bool) -> usize {
        let weight = if decides {
            Weight::Deciding
        } else {
            Weight::Plain
        };
        self.raise(0, weight);
        let steps = path.steps(world);
        let Some((goal, before)) = steps.split_last() else {
            return 0;
        };
        let note = |until: portcullis_model::Expiry| {
            until.instant().map_or_else(
                || "no end".to_owned(),
                |at| format!("until {}", date(at.to_jiff())),
            )
        };
        let mut from = 0;
        if let Some(first) = before.first() {
            let node = self.node(Layer::Role, first.group, &note(first.until), weight);
            self.edge(from, node, note(first.until), weight);
            from = node;
        }
        let between: Vec<_> = before
            .iter()
            .skip(1)
            .map(|step| step.group.name.to_string())
            .collect();
        let layer = if goal.group.is_role() && before.is_empty() {
            Layer::Role
        } else {
            Layer::Group
        };
        let detail = if between.is_empty() {
            note(path.until)
        } else {
            format!("via {}", between.join(", "))
        };
        let node = self.node(layer, goal.group, &detail, weight);
        self.edge(from, node, note(goal.until), weight);
        node
    }

    /// Draws a group somebody is not in, and the roles that would lead there.
    pub(crate) fn missing_group(
        &mut self,
        world: &World,
        group: &Group,
        kind: MembershipKind,
        now: Timestamp,
    ) -> usize {
        let node = self.node(Layer::Group, group, "a place is missing", Weight::Missing);
        self.edge(0, node, String::new(), Weight::Missing);
        let roles = world.groups_into(group.id, kind, now);
        for (role, _) in roles
            .into_iter()
            .filter(|(r, _)| r.is_role())
            .take(MOST_ROLES)
        {
            let role = self.node(Layer::Role, role, "would lead there", Weight::Missing);
            self.edge(0, role, String::new(), Weight::Missing);
            self.edge(role, node, String::new(), Weight::Plain);
        }
        node
    }

    /// Draws what a group confers.
    pub(crate) fn confers(&mut self, group: usize, name: &str, decides: bool) {
        let weight = if decides {
            Weight::Deciding
        } else {
            Weight::Plain
        };
        let known = self
            .nodes
            .iter()
            .position(|node| node.layer == Layer::Entitlement && node.label == name);
        let node = known.unwrap_or_else(|| {
            self.nodes.push(Node {
                layer: Layer::Entitlement,
                label: name.to_owned(),
                detail: String::new(),
                href: String::new(),
                weight: Weight::Plain,
            });
            self.nodes.len() - 1
        });
        self.raise(node, weight);
        self.edge(group, node, String::new(), weight);
    }

    /// The map.
    pub(crate) fn map(self, title: String) -> Map {
        Map {
            title,
            nodes: self.nodes,
            edges: self.edges,
        }
    }

    fn node(&mut self, layer: Layer, group: &Group, detail: &str, weight: Weight) -> usize {
        let href = convert::group_href(group);
        let known = self
            .nodes
            .iter()
            .position(|node| node.layer == layer && node.href == href);
        let node = known.unwrap_or_else(|| {
            self.nodes.push(Node {
                layer,
                label: group.name.to_string(),
                detail: detail.to_owned(),
                href,
                weight,
            });
            self.nodes.len() - 1
        });
        self.raise(node, weight);
        node
    }

    fn edge(&mut self, from: usize, to: usize, note: String, weight: Weight) {
        let known = self
            .edges
            .iter_mut()
            .find(|edge| edge.from == from && edge.to == to);
        match known {
            Some(edge) => edge.weight = edge.weight.max(weight),
            None => self.edges.push(Edge {
                from,
                to,
                note,
                weight,
            }),
        }
    }

    fn raise(&mut self, node: usize, weight: Weight) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.weight = node.weight.max(weight);
        }
    }
}
