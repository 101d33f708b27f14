//! Which few tests of a rule's condition decide whether the rule needs to be looked at.
//!
//! INVARIANT: whenever a rule decides (an allow whose condition is true, a deny whose condition is not
//! false), at least one of the tests in its cover has the same property. So a deny is never lost because
//! a test is undecidable; see `values` and `texts` for how undecidable tests are found.

use super::hash::Map;
use super::program::{Kind, Node, Program, Test};
use crate::syntax::Effect;
use crate::value::Value;

/// Most tests in one cover; a wider alternative is visited always.
const WIDEST: usize = 32;

/// Tests of which one must be passed; none at all means that the rule can never decide.
pub(super) struct Cover {
    pub(super) tests: Vec<u32>,
    /// How many rules share the commonest value asked for.
    cost: u64,
}

/// How many tests ask for each value of each attribute.
#[derive(Default)]
pub(super) struct Frequencies<'p> {
    values: Map<(u32, &'p Value), u64>,
    patterns: Map<(u32, u32), u64>,
}

impl<'p> Frequencies<'p> {
    pub(super) fn of(program: &'p Program) -> Self {
        let mut frequencies = Self::default();
        for node in &program.nodes {
            let Node::Test(Test {
                kind,
                negated: false,
            }) = node
            else {
                continue;
            };
            match kind {
                Kind::Equal { attribute, value } => {
                    *frequencies.values.entry((*attribute, value)).or_default() += 1;
                }
                Kind::Member { attribute, members } => {
                    for value in program.members[*members as usize].items() {
                        *frequencies.values.entry((*attribute, value)).or_default() += 1;
                    }
                }
                Kind::Text { attribute, pattern } => {
                    let key = (*attribute, *pattern);
                    *frequencies.patterns.entry(key).or_default() += 1;
                }
                Kind::Overlap { .. } | Kind::Other { .. } => {}
            }
        }
        frequencies
    }

    /// The cheapest cover of the conditions below a node; `None` if the rule must always be visited.
    pub(super) fn cover(&self, program: &Program, node: u32, effect: Effect) -> Option<Cover> {
        let covers = |first: u32, len: u32| {
            (first..first + len).map(|child| self.cover(program, child, effect))
        };
        match &program.nodes[node as usize] {
            // An item that must hold covers the whole set.
            &Node::All { first, len } => covers(first, len).flatten().min_by_key(|c| c.cost),
            Node::Any { len: 0, .. } => None,
            &Node::Any { first, len } => {
                let mut whole = Cover {
                    tests: Vec::new(),
                    cost: 0,
                };
                for item in covers(first, len) {
                    let item = item?;
                    whole.tests.extend(item.tests);
                    whole.cost += item.cost;
                    if whole.tests.len() > WIDEST {
                        return None;
                    }
                }
                Some(whole)
            }
            Node::Test(test) => self.single(program, node, test, effect),
        }
    }

    fn single(&self, program: &Program, node: u32, test: &Test, effect: Effect) -> Option<Cover> {
        if test.negated {
            return None;
        }
        let (values, attribute) = match &test.kind {
            Kind::Equal { attribute, value } => (std::slice::from_ref(value), *attribute),
            Kind::Member { attribute, members } => {
                (program.members[*members as usize].items(), *attribute)
            }
            Kind::Text { attribute, pattern } => {
                let shared = self.patterns.get(&(*attribute, *pattern)).copied();
                // Of equals, looking up a value is quicker than looking at a text.
                return Some(Cover {
                    tests: vec![node],
                    cost: shared.unwrap_or_default() + 1,
                });
            }
            Kind::Overlap { .. } | Kind::Other { .. } => return None,
        };
        let mut cost = 0;
        let mut possible = false;
        for value in values {
            if matches!(value, Value::Array(_) | Value::Object(_)) {
                // Undecidable whatever the resource holds.
                match effect {
                    Effect::Allow => continue,
                    Effect::Deny => return None,
                }
            }
            possible = true;
            let shared = self.values.get(&(attribute, value)).copied();
            cost = cost.max(shared.unwrap_or_default());
        }
        let tests = if possible { vec![node] } else { Vec::new() };
        Some(Cover { tests, cost })
    }
}
