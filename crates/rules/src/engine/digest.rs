//! A stable number for the content of a rule list.

use std::fmt;

use crate::syntax::{ConditionSet, Effect, Operand, RuleList, SlugSet};
use crate::value::Value;

/// A 128-bit FNV-1a hash over the content of a rule list, the same on every machine and version.
///
/// It tells lists apart in logs and caches. It is not cryptographic: whoever wants two lists to share a
/// digest can make them do so. Sign bundles with something stronger.
///
/// ```
/// use portcullis_rules::{Engine, Rule, RuleList};
/// let digest = |rules| Engine::compile(&RuleList(rules)).unwrap().digest();
/// assert_eq!(digest(vec![]).to_string(), "d228cb690f1a8caf78912b704e4a1344");
/// assert_ne!(digest(vec![Rule::allow()]), digest(vec![Rule::deny()]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The digest, most significant byte first.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub(super) fn of(list: &RuleList) -> Self {
        let mut state = State(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        state.byte(1); // the version of the encoding below
        for rule in &list.0 {
            state.byte(match rule.effect {
                Effect::Allow => b'a',
                Effect::Deny => b'd',
            });
            state.names(&rule.types);
            state.names(&rule.actions);
            state.set(&rule.condition);
            match &rule.meta {
                // The canonical text, whatever order the map keeps.
                Some(meta) => state.text(&Value::from_json(meta).to_string()),
                None => state.byte(b'-'),
            }
        }
        Self(state.0.to_be_bytes())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

struct State(u128);

// Every part is a tag, then its length where it has one, then its content, so that no two different lists
// are written alike.
impl State {
    fn byte(&mut self, byte: u8) {
        const PRIME: u128 = (1 << 88) + 0x13b;
        self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(PRIME);
    }

    fn len(&mut self, tag: u8, len: usize) {
        self.byte(tag);
        (len as u64)
            .to_le_bytes()
            .into_iter()
            .for_each(|b| self.byte(b));
    }

    fn text(&mut self, text: &str) {
        self.len(b's', text.len());
        text.bytes().for_each(|b| self.byte(b));
    }

    fn names(&mut self, set: &SlugSet) {
        let (tag, names) = match set {
            SlugSet::Any => return self.byte(b'*'),
            SlugSet::Only(names) => (b'o', names),
            SlugSet::Except(names) => (b'e', names),
        };
        self.len(tag, names.len());
        names.iter().for_each(|name| self.text(name));
    }

    fn set(&mut self, set: &ConditionSet) {
        let (tag, items) = match set {
            ConditionSet::Leaf(condition) => {
                self.operand(&condition.left);
                self.text(condition.op.sign());
                return self.operand(&condition.right);
            }
            ConditionSet::And(items) => (b'&', items),
            ConditionSet::Or(items) => (b'|', items),
        };
        self.len(tag, items.len());
        items.iter().for_each(|item| self.set(item));
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Attribute(name) => {
                self.byte(b'@');
                self.text(name);
            }
            Operand::Literal(value) => self.value(value),
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.byte(b'n'),
            Value::Bool(b) => self.byte(if *b { b't' } else { b'f' }),
            Value::Number(n) => {
                self.byte(b'#');
                self.text(&n.to_string());
            }
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.len(b'[', items.len());
                items.iter().for_each(|item| self.value(item));
            }
            Value::Object(map) => {
                self.len(b'{', map.len());
                for (key, item) in map.iter() {
                    self.text(key);
                    self.value(item);
                }
            }
        }
    }
}
