//! Conditions as a flat program, and the one evaluator that runs it, with or without a trace.

use std::collections::HashMap;
use std::sync::Arc;

use super::members::{Members, equal};
use super::patterns::{Interner, Patterns};
use super::text::with_text;
use crate::naive::{Attributes, compare};
use crate::syntax::{Condition, ConditionSet, Operand, Operator};
use crate::value::{Truth, Value};

/// The conditions of all rules of a list; children of a node stand side by side.
pub(super) struct Program {
    pub(super) nodes: Vec<Node>,
    pub(super) members: Vec<Members>,
    pub(super) patterns: Patterns,
    pub(super) attributes: Vec<Arc<str>>,
}

pub(super) enum Node {
    All { first: u32, len: u32 },
    Any { first: u32, len: u32 },
    Test(Test),
}

/// A condition with its operator resolved; each may be negated.
pub(super) struct Test {
    pub(super) kind: Kind,
    pub(super) negated: bool,
}

pub(super) enum Kind {
    /// The attribute equals the value.
    Equal { attribute: u32, value: Value },
    /// The attribute equals a member.
    Member { attribute: u32, members: u32 },
    /// The attribute is a list that shares an item with the members.
    Overlap { attribute: u32, members: u32 },
    /// The attribute's text matches the pattern.
    Text { attribute: u32, pattern: u32 },
    /// Everything rarer.
    Other {
        left: Argument,
        op: Operator,
        right: Argument,
    },
}

pub(super) enum Argument {
    Literal(Value),
    Attribute(u32),
}

/// Hears the truth of each node that was evaluated.
pub(crate) trait Tracer {
    /// Whether everything must be evaluated, also what can no longer change the answer.
    const ON: bool;

    fn node(&mut self, node: u32, truth: Truth);
}

/// Nobody listens.
pub(super) struct Silent;

impl Tracer for Silent {
    const ON: bool = false;

    #[inline(always)]
    fn node(&mut self, _: u32, _: Truth) {}
}

const SLOTS: usize = 8;

const MATCHES: usize = 4;

/// A resource as conditions see it, remembering the first few attributes it was asked for.
pub(super) struct Resource<'r, A: ?Sized> {
    attributes: &'r A,
    names: &'r [Arc<str>],
    slots: [Option<&'r Value>; SLOTS],
    /// Attributes with patterns they are known to match.
    matches: [(u32, u32); MATCHES],
    known: usize,
}

impl<'r, A: Attributes + ?Sized> Resource<'r, A> {
    #[inline]
    pub(super) fn new(program: &'r Program, attributes: &'r A) -> Self {
        Self {
            attributes,
            names: &program.attributes,
            slots: [None; SLOTS],
            matches: [(0, 0); MATCHES],
            known: 0,
        }
    }

    /// Remembers, as long as there is room, that an attribute matches a pattern.
    pub(super) fn know(&mut self, attribute: u32, pattern: u32) {
        if let Some(free) = self.matches.get_mut(self.known) {
            *free = (attribute, pattern);
            self.known += 1;
        }
    }

    #[inline]
    fn knows(&self, attribute: u32, pattern: u32) -> bool {
        self.matches[..self.known].contains(&(attribute, pattern))
    }

    #[inline]
    pub(super) fn get(&mut self, attribute: u32) -> &'r Value {
        let slot = attribute as usize;
        if let Some(Some(value)) = self.slots.get(slot) {
            return value;
        }
        let value = self
            .attributes
            .get(&self.names[slot])
            .unwrap_or(&Value::Null);
        if let Some(kept) = self.slots.get_mut(slot) {
            *kept = Some(value);
        }
        value
    }
}

impl Program {
    /// Whether the conditions below this node hold.
    pub(super) fn holds<A: Attributes + ?Sized, T: Tracer>(
        &self,
        node: u32,
        resource: &mut Resource<'_, A>,
        tracer: &mut T,
    ) -> Truth {
        let truth = match &self.nodes[node as usize] {
            Node::Test(test) => self.test(test, resource),
            &Node::All { first, len } => {
                let mut all = Truth::True;
                for child in first..first + len {
                    all = all.and(self.child(child, resource, tracer));
                    if !T::ON && all == Truth::False {
                        break;
                    }
                }
                all
            }
            // Empty sets hold, also this one.
            Node::Any { len: 0, .. } => Truth::True,
            &Node::Any { first, len } => {
                let mut any = Truth::False;
                for child in first..first + len {
                    any = any.or(self.child(child, resource, tracer));
                    if !T::ON && any == Truth::True {
                        break;
                    }
                }
                any
            }
        };
        tracer.node(node, truth);
        truth
    }

    /// As `holds`, without a call for a plain test.
    #[inline]
    fn child<A: Attributes + ?Sized, T: Tracer>(
        &self,
        node: u32,
        resource: &mut Resource<'_, A>,
        tracer: &mut T,
    ) -> Truth {
        let Node::Test(test) = &self.nodes[node as usize] else {
            return self.holds(node, resource, tracer);
        };
        let truth = self.test(test, resource);
        tracer.node(node, truth);
        truth
    }

    #[inline]
    fn test<A: Attributes + ?Sized>(&self, test: &Test, resource: &mut Resource<'_, A>) -> Truth {
        let truth = match &test.kind {
            Kind::Equal { attribute, value } => equal(resource.get(*attribute), value),
            Kind::Member { attribute, members } => {
                self.members[*members as usize].contains(resource.get(*attribute))
            }
            Kind::Overlap { attribute, members } => {
                self.members[*members as usize].overlaps(resource.get(*attribute))
            }
            Kind::Text { attribute, pattern } if resource.knows(*attribute, *pattern) => {
                Truth::True
            }
            Kind::Text { attribute, pattern } => self.text(resource.get(*attribute), *pattern),
            Kind::Other { left, op, right } => {
                let left = argument(left, resource);
                let right = argument(right, resource);
                compare_rarely(left, *op, right)
            }
        };
        if test.negated { !truth } else { truth }
    }

    // Kept apart, as are the others below, so that `holds` stays small: its frame is entered for each set.
    #[inline(never)]
    fn text(&self, value: &Value, pattern: u32) -> Truth {
        with_text(value, |text| self.patterns.test(pattern, text))
            .flatten()
            .map_or(Truth::Undecided, Truth::from)
    }
}

#[inline(never)]
fn compare_rarely(left: &Value, op: Operator, right: &Value) -> Truth {
    compare(left, op, right)
}

fn argument<'x, 'r: 'x, A: Attributes + ?Sized>(
    argument: &'x Argument,
    resource: &mut Resource<'r, A>,
) -> &'x Value {
    match argument {
        Argument::Literal(value) => value,
        Argument::Attribute(attribute) => resource.get(*attribute),
    }
}

/// Turns condition trees into a program.
pub(super) struct Builder<'l> {
    nodes: Vec<Node>,
    members: Vec<Members>,
    patterns: Interner<'l>,
    attributes: HashMap<&'l str, u32>,
    names: Vec<Arc<str>>,
}

impl<'l> Builder<'l> {
    pub(super) fn new(pattern_bytes: usize) -> Self {
        Self {
            nodes: Vec::new(),
            members: Vec::new(),
            patterns: Interner::new(pattern_bytes),
            attributes: HashMap::new(),
            names: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Program {
        Program {
            nodes: self.nodes,
            members: self.members,
            patterns: self.patterns.patterns,
            attributes: self.names,
        }
    }

    /// Adds the tree and returns its root; `None` if it is deeper than `depth`.
    pub(super) fn add(&mut self, set: &'l ConditionSet, depth: usize) -> Option<u32> {
        let root = self.reserve(1);
        self.fill(root, set, depth)?;
        Some(root)
    }

    fn reserve(&mut self, len: usize) -> u32 {
        let first = self.nodes.len() as u32;
        let hole = || Node::All { first: 0, len: 0 };
        self.nodes.extend(std::iter::repeat_with(hole).take(len));
        first
    }

    fn fill(&mut self, at: u32, set: &'l ConditionSet, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let node = match set {
            ConditionSet::Leaf(condition) => Node::Test(self.test(condition)),
            ConditionSet::And(items) | ConditionSet::Or(items) => {
                let first = self.reserve(items.len());
                let len = items.len() as u32;
                for (i, item) in (first..).zip(items) {
                    self.fill(i, item, depth)?;
                }
                match set {
                    ConditionSet::Or(_) => Node::Any { first, len },
                    _ => Node::All { first, len },
                }
            }
        };
        self.nodes[at as usize] = node;
        Some(())
    }

    fn attribute(&mut self, name: &'l Arc<str>) -> u32 {
        *self.attributes.entry(name).or_insert_with(|| {
            self.names.push(name.clone());
            (self.names.len() - 1) as u32
        })
    }

    fn members(&mut self, items: &Arc<[Value]>) -> u32 {
        self.members.push(Members::new(items));
        (self.members.len() - 1) as u32
    }

    fn test(&mut self, condition: &'l Condition) -> Test {
        use Operand::{Attribute, Literal};
        use Operator::{Equal, In, Intersects, Like, Match, MatchFold};
        let (op, negated) = condition.op.positive();
        let kind = match (&condition.left, op, &condition.right) {
            (Attribute(name), Equal, Literal(value)) | (Literal(value), Equal, Attribute(name)) => {
                Kind::Equal {
                    attribute: self.attribute(name),
                    value: value.clone(),
                }
            }
            (Attribute(name), In, Literal(Value::Array(items))) => Kind::Member {
                attribute: self.attribute(name),
                members: self.members(items),
            },
            (Attribute(name), Intersects, Literal(Value::Array(items)))
            | (Literal(Value::Array(items)), Intersects, Attribute(name)) => Kind::Overlap {
                attribute: self.attribute(name),
                members: self.members(items),
            },
            (Attribute(name), Like | Match | MatchFold, Literal(Value::String(source))) => {
                Kind::Text {
                    attribute: self.attribute(name),
                    pattern: self.patterns.intern(op, source),
                }
            }
            (left, op, right) => Kind::Other {
                left: self.argument(left),
                op,
                right: self.argument(right),
            },
        };
        Test { kind, negated }
    }

    fn argument(&mut self, operand: &'l Operand) -> Argument {
        match operand {
            Operand::Literal(value) => Argument::Literal(value.clone()),
            Operand::Attribute(name) => Argument::Attribute(self.attribute(name)),
        }
    }
}
