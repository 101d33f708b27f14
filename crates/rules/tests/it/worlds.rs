//! Seeded random rule lists and resources, drawn from small pools so that they meet often.

use std::collections::BTreeMap;

use portcullis_rules::{
    Condition, ConditionSet, Effect, Number, Operand, Operator, Rule, RuleList, SlugSet, Value,
};
use serde_json::json;

/// SplitMix64: enough randomness for tests, the same on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'p, T>(&mut self, pool: &'p [T]) -> &'p T {
        &pool[self.below(pool.len())]
    }
}

pub(crate) const TEXTS: [&str; 26] = [
    "", "0", "1", "5", "5.0", "05", "1e3", "1000", "true", "false", "a", "A", "ab", "aB", "abc",
    "xab", "k", "K", "\u{212a}", "ſ", "S", "É", "é", "a\nb", "100%_", "-3",
];

pub(crate) fn numbers() -> Vec<Value> {
    let floats = [
        0.5,
        -3.25,
        1e21,
        0.1,
        9_007_199_254_740_993.0,
        -9_223_372_036_854_775_808.0,
    ];
    let floats = floats
        .into_iter()
        .filter_map(Number::from_f64)
        .map(Value::from);
    [
        0_i64,
        1,
        5,
        -3,
        1000,
        i64::MAX,
        i64::MIN,
        9_007_199_254_740_993,
    ]
    .into_iter()
    .map(Value::from)
    .chain([Value::from(u64::MAX)])
    .chain(floats)
    .collect()
}

pub(crate) const PATTERNS: [&str; 16] = [
    "a", "^a", "b$", "^ab$", "^a.*b", "k", "[0-9]", "^5$", "s", "é", "^(tr|5)", "_", "(?i)^ab",
    "(?i)k$", "^(?i)s$", "x(a+)?b",
];
pub(crate) const LIKES: [&str; 14] = [
    "a*", "*b", "*ab*", "ab", "*", "k", "*K", "s*", "É", "5", "*0*", "tr*", "100%*", "\u{17f}",
];

/// Which names to draw from.
pub(crate) struct Vocabulary {
    pub(crate) attributes: &'static [&'static str],
    pub(crate) lists: &'static [&'static str],
}

impl Vocabulary {
    pub(crate) fn scalar(&self, random: &mut Random) -> Value {
        match random.below(10) {
            0 => Value::Null,
            1 => random.one_in(2).into(),
            2..=4 => random.pick(&numbers()).clone(),
            _ => (*random.pick(&TEXTS)).into(),
        }
    }

    pub(crate) fn value(&self, random: &mut Random) -> Value {
        match random.below(12) {
            0 => Value::from_json(&json!({"x": 1})),
            1 | 2 => self.list(random),
            _ => self.scalar(random),
        }
    }

    pub(crate) fn list(&self, random: &mut Random) -> Value {
        (0..random.below(4))
            .map(|_| {
                if random.one_in(20) {
                    Value::from(vec![1, 2])
                } else {
                    self.scalar(random)
                }
            })
            .collect()
    }

    fn attribute(&self, random: &mut Random) -> Operand {
        if random.one_in(6) {
            return Operand::attribute(random.pick::<&str>(self.lists));
        }
        Operand::attribute(random.pick::<&str>(self.attributes))
    }

    fn operand(&self, random: &mut Random) -> Operand {
        if random.one_in(5) {
            self.attribute(random)
        } else {
            Operand::Literal(self.value(random))
        }
    }

    fn list_operand(&self, random: &mut Random) -> Operand {
        if random.one_in(3) {
            Operand::attribute(random.pick::<&str>(self.lists))
        } else {
            Operand::Literal(self.list(random))
        }
    }

    pub(crate) fn condition(&self, random: &mut Random) -> Condition {
        let op = *random.pick(&Operator::ALL);
        let (mut left, right) = match op.positive().0 {
            Operator::Equal => (self.attribute(random), self.operand(random)),
            Operator::In => (self.attribute(random), self.list_operand(random)),
            Operator::Intersects => (self.list_operand(random), self.list_operand(random)),
            positive => {
                let pool: &[&str] = if positive == Operator::Like {
                    &LIKES
                } else {
                    &PATTERNS
                };
                let pattern = if random.one_in(12) {
                    self.attribute(random)
                } else {
                    Operand::from(*random.pick(pool))
                };
                (self.attribute(random), pattern)
            }
        };
        if random.one_in(10) && op.positive().0 != Operator::Intersects {
            left = Operand::Literal(self.scalar(random));
        }
        Condition { left, op, right }
    }

    pub(crate) fn set(&self, random: &mut Random, depth: usize) -> ConditionSet {
        if depth == 0 || random.one_in(2) {
            return self.condition(random).into();
        }
        let items = (0..random.below(4))
            .map(|_| self.set(random, depth - 1))
            .collect();
        if random.one_in(2) {
            ConditionSet::And(items)
        } else {
            ConditionSet::Or(items)
        }
    }

    pub(crate) fn rule(&self, random: &mut Random) -> Rule {
        let effect = if random.below(5) < 3 {
            Effect::Allow
        } else {
            Effect::Deny
        };
        let conditions = (0..random.below(3)).map(|_| self.set(random, 2)).collect();
        Rule {
            effect,
            types: names(random),
            actions: names(random),
            condition: ConditionSet::And(conditions),
            meta: None,
        }
    }

    pub(crate) fn rules(&self, random: &mut Random, most: usize) -> RuleList {
        (0..1 + random.below(most))
            .map(|_| self.rule(random))
            .collect()
    }

    /// A list that asks for one outcome of one condition, so that nothing hides a mistake in it.
    pub(crate) fn bare(&self, random: &mut Random) -> RuleList {
        let condition = self.condition(random);
        if random.one_in(2) {
            RuleList(vec![Rule::allow().when(condition)])
        } else {
            RuleList(vec![Rule::deny().when(condition), Rule::allow()])
        }
    }

    pub(crate) fn resource(&self, random: &mut Random) -> BTreeMap<String, Value> {
        let mut resource = BTreeMap::new();
        for name in self.attributes {
            if !random.one_in(5) {
                resource.insert((*name).to_owned(), self.value(random));
            }
        }
        for name in self.lists {
            let value = if random.one_in(4) {
                self.value(random)
            } else {
                self.list(random)
            };
            if !random.one_in(6) {
                resource.insert((*name).to_owned(), value);
            }
        }
        resource
    }
}

fn names(random: &mut Random) -> SlugSet {
    match random.below(6) {
        0 => SlugSet::only(["a"]),
        1 => SlugSet::only(["a", "b"]),
        2 => SlugSet::except(["b"]),
        3 => SlugSet::except(["a", "c"]),
        _ => SlugSet::Any,
    }
}
