//! The access map of one question: a person, the roles and groups on the way, what is conferred.

use portcullis_model::{Group, MembershipKind, Timestamp, User, World, world::Path};

use crate::{
    pages::convert,
    ui::{
        self, Map,
        map::{Edge, Layer, Node, Weight},
        time::date,
    },
};

/// Roles drawn as ways that would lead somewhere.
const MOST_ROLES: usize = 3;

/// A map in the making. Node 0 is the person.
pub(crate) struct Drawing(Map);

impl Drawing {
    /// A map with a person on it.
    pub(crate) fn new(user: &User) -> Self {
        let mut drawing = Self(Map::default());
        let (who, login) = (convert::user(user), user.login.as_str());
        drawing.node(Layer::Person, who, login, Weight::Plain);
        drawing
    }

    /// Draws a way that leads to a group step by step, and says which node that is.
    pub(crate) fn path(&mut self, world: &World, path: &Path<'_>, decides: bool) -> usize {
        let weight = Weight::of(decides);
        self.raise(0, weight);
        let steps = path.steps(world);
        let note = |until: portcullis_model::Expiry| {
            until.instant().map_or_else(
                || "no end".to_owned(),
                |at| format!("until {}", date(at.to_jiff())),
            )
        };
        let mut from = 0;
        for step in steps {
            let note = note(step.until);
            let node = self.node(Layer::Group, convert::group(step.group), &note, weight);
            self.edge(from, node, note, weight);
            from = node;
        }
        from
    }

    /// Draws a group somebody is not in, and the roles that would lead there.
    pub(crate) fn missing_group(
        &mut self,
        world: &World,
        group: &Group,
        kind: MembershipKind,
        now: Timestamp,
    ) -> usize {
        let goal = convert::group(group);
        let node = self.node(Layer::Group, goal, "a place is missing", Weight::Missing);
        self.edge(0, node, String::new(), Weight::Missing);
        let roles = world.groups_into(group.id, kind, now).into_iter();
        for (role, _) in roles.filter(|(role, _)| role.is_role()).take(MOST_ROLES) {
            let role = convert::group(role);
            let role = self.node(Layer::Group, role, "would lead there", Weight::Missing);
            self.edge(0, role, String::new(), Weight::Missing);
            self.edge(role, node, String::new(), Weight::Plain);
        }
        node
    }

    /// Draws what a group confers.
    pub(crate) fn confers(&mut self, group: usize, name: &str, decides: bool) {
        let what = ui::Entity::new(ui::EntityKind::Entitlement, name, "");
        let weight = Weight::of(decides);
        let node = self.node(Layer::Entitlement, what, "", weight);
        self.edge(group, node, String::new(), weight);
    }

    /// The map.
    pub(crate) fn map(mut self, title: String) -> Map {
        self.0.level();
        Map { title, ..self.0 }
    }

    /// The node of a thing in its layer, drawn if it is not there yet.
    fn node(&mut self, layer: Layer, what: ui::Entity, detail: &str, weight: Weight) -> usize {
        let nodes = &mut self.0.nodes;
        let is_it =
            |node: &Node| node.layer == layer && node.href == what.href && node.label == what.name;
        let node = nodes.iter().position(is_it).unwrap_or(nodes.len());
        if node == nodes.len() {
            nodes.push(Node {
                layer,
                label: what.name,
                detail: detail.to_owned(),
                href: what.href,
                weight,
            });
        }
        self.raise(node, weight);
        node
    }

    fn edge(&mut self, from: usize, to: usize, note: String, weight: Weight) {
        let mut edges = self.0.edges.iter_mut();
        match edges.find(|edge| (edge.from, edge.to) == (from, to)) {
            Some(edge) => edge.weight = edge.weight.max(weight),
            None => self.0.edges.push(Edge {
                from,
                to,
                note,
                weight,
            }),
        }
    }

    fn raise(&mut self, node: usize, weight: Weight) {
        if let Some(node) = self.0.nodes.get_mut(node) {
            node.weight = node.weight.max(weight);
        }
    }
}
