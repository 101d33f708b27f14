//! The expression a filter consists of: tests joined by "all" and "any", without negation.
//!
//! Three-valued logic ends here. A test asks for one outcome of one condition and is either met or
//! not; an undecidable condition meets neither outcome.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use crate::budget::Budget;
use crate::naive::{self, Attributes};
use crate::pattern::{Like, Pattern, PatternLimits, Shape};
use crate::syntax::{Condition, Operand, Operator};
use crate::value::{Truth, Value};

/// A two-valued expression over unknown attributes.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Holds whatever the attributes are.
    Always,
    /// Never holds.
    Never,
    /// All of these hold; at least two, none of them constant.
    All(Vec<Expr>),
    /// One of these holds; at least two, none of them constant.
    Any(Vec<Expr>),
    /// One condition has the outcome asked for.
    Test(Test),
}

/// The outcome a test asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The condition is true.
    Holds,
    /// The condition is false, not merely undecidable.
    Fails,
}

impl Outcome {
    /// The truth value asked for.
    #[must_use]
    pub fn truth(self) -> Truth {
        match self {
            Self::Holds => Truth::True,
            Self::Fails => Truth::False,
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
        }
    }
}

/// A condition with the outcome asked for; its operator is never a negated one.
#[derive(Clone, Debug)]
pub struct Test {
    condition: Condition,
    outcome: Outcome,
    pattern: Option<Matcher>,
}

/// The right side of a text operator, compiled once.
#[derive(Clone, Debug)]
pub(crate) enum Matcher {
    Like(Arc<Like>),
    Pattern(Arc<Pattern>),
}

impl PartialEq for Test {
    fn eq(&self, other: &Self) -> bool {
        self.outcome == other.outcome && self.condition == other.condition
    }
}

impl Test {
    /// The condition tested.
    #[must_use]
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// The outcome asked for.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    pub(super) fn pattern(&self) -> Option<&Matcher> {
        self.pattern.as_ref()
    }

    /// Whether the condition has the outcome asked for.
    #[must_use]
    pub fn holds(&self, attributes: &dyn Attributes) -> bool {
        let left = naive::resolve(&self.condition.left, attributes);
        let truth = match &self.pattern {
            Some(compiled) => left
                .text()
                .map_or(Truth::Undecided, |text| compiled.is_match(&text).into()),
            None => {
                let right = naive::resolve(&self.condition.right, attributes);
                naive::compare(left, self.condition.op, right)
            }
        };
        truth == self.outcome.truth()
    }
}

impl Matcher {
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Like(like) => like.is_match(text),
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }

    /// Compiles a pattern under the limits that deciding uses; `None` if the operator takes no
    /// pattern or refuses this one.
    pub(crate) fn for_operator(op: Operator, pattern: &str) -> Option<Self> {
        Self::within(op, pattern, &Budget::unlimited())
    }

    /// The same, if the budget has what compiling costs.
    pub(crate) fn within(op: Operator, pattern: &str, budget: &Budget) -> Option<Self> {
        let limits = PatternLimits::default();
        match op {
            _ if !is_text_operator(op) => None,
            Operator::Like => Some(Self::Like(Arc::new(Like::new(pattern, &limits).ok()?))),
            _ => {
                let fold = op == Operator::MatchFold;
                let pattern = Pattern::within(pattern, fold, &limits, budget).ok()?;
                Some(Self::Pattern(Arc::new(pattern)))
            }
        }
    }
}

impl Matcher {
    pub(crate) fn shape(&self) -> &Shape {
        match self {
            Self::Like(like) => like.shape(),
            Self::Pattern(pattern) => pattern.shape(),
        }
    }

    /// The expression in the engine's syntax, for what is not a like pattern.
    pub(crate) fn translated(&self) -> Option<&str> {
        match self {
            Self::Like(_) => None,
            Self::Pattern(pattern) => Some(pattern.translated()),
        }
    }
}

pub(crate) fn is_text_operator(op: Operator) -> bool {
    matches!(op, Operator::Like | Operator::Match | Operator::MatchFold)
}

impl Expr {
    /// The test for an outcome of a condition, or a constant if no attribute can change it.
    pub(super) fn test(condition: Condition, outcome: Outcome) -> Self {
        let (op, negated) = condition.op.positive();
        let outcome = if negated { outcome.opposite() } else { outcome };
        let condition = Condition { op, ..condition };
        if let Some(truth) = settled(&condition) {
            return Self::constant(truth == outcome.truth());
        }
        let pattern = match &condition.right {
            Operand::Literal(Value::String(text)) if is_text_operator(op) => {
                match Matcher::for_operator(op, text) {
                    Some(compiled) => Some(compiled),
                    None => return Self::Never,
                }
            }
            _ => None,
        };
        Self::Test(Test {
            condition,
            outcome,
            pattern,
        })
    }

    fn constant(holds: bool) -> Self {
        if holds { Self::Always } else { Self::Never }
    }

    /// Holds if all parts do.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Parts::default();
        for part in parts {
            match part {
                Self::Always => {}
                Self::Never => return Self::Never,
                Self::All(inner) => inner.into_iter().for_each(|p| kept.push(p)),
                part => kept.push(part),
            }
        }
        // No condition is both true and false.
        if kept.contradict() {
            return Self::Never;
        }
        match kept.list.len() {
            0 => Self::Always,
            1 => kept.list.remove(0),
            _ => Self::All(kept.list),
        }
    }

    /// Holds if one part does.
    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Parts::default();
        for part in parts {
            match part {
                Self::Never => {}
                Self::Always => return Self::Always,
                Self::Any(inner) => inner.into_iter().for_each(|p| kept.push(p)),
                part => kept.push(part),
            }
        }
        match kept.list.len() {
            0 => Self::Never,
            1 => kept.list.remove(0),
            _ => Self::Any(kept.list),
        }
    }

    pub(super) fn holds(&self, attributes: &dyn Attributes) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::All(parts) => parts.iter().all(|p| p.holds(attributes)),
            Self::Any(parts) => parts.iter().any(|p| p.holds(attributes)),
            Self::Test(test) => test.holds(attributes),
        }
    }

    pub(super) fn collect_attributes(&self, names: &mut Vec<Arc<str>>) {
        match self {
            Self::Always | Self::Never => {}
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|p| p.collect_attributes(names));
            }
            Self::Test(test) => {
                for operand in [&test.condition.left, &test.condition.right] {
                    if let Operand::Attribute(name) = operand
                        && !names.contains(name)
                    {
                        names.push(name.clone());
                    }
                }
            }
        }
    }
}

/// Parts of a junction, tests kept once.
#[derive(Default)]
struct Parts {
    list: Vec<Expr>,
    seen: HashSet<Key>,
}

type Key = (Operand, Operator, Operand, Outcome);

fn key(test: &Test, outcome: Outcome) -> Key {
    let condition = &test.condition;
    (
        condition.left.clone(),
        condition.op,
        condition.right.clone(),
        outcome,
    )
}

impl Parts {
    fn push(&mut self, part: Expr) {
        if let Expr::Test(test) = &part
            && !self.seen.insert(key(test, test.outcome))
        {
            return;
        }
        self.list.push(part);
    }

    fn contradict(&self) -> bool {
        self.list.iter().any(|part| match part {
            Expr::Test(test) => self.seen.contains(&key(test, test.outcome.opposite())),
            _ => false,
        })
    }
}

/// The truth of a condition with a positive operator, where the unknown attributes cannot change it.
fn settled(condition: &Condition) -> Option<Truth> {
    use Operand::{Attribute, Literal};
    let unlike_all = |v: &Value| matches!(v, Value::Array(_) | Value::Object(_));
    match (&condition.left, condition.op, &condition.right) {
        (Literal(left), op, Literal(right)) => Some(naive::compare(left, op, right)),
        (Literal(v), Operator::Equal, Attribute(_))
        | (Attribute(_), Operator::Equal, Literal(v)) => unlike_all(v).then_some(Truth::Undecided),
        (left, Operator::In, Literal(right)) => match right.as_array() {
            None => Some(Truth::Undecided),
            Some([]) => Some(Truth::False),
            Some(items) => {
                let none = items.iter().all(unlike_all);
                let odd = matches!(left, Literal(v) if unlike_all(v));
                (none || odd).then_some(Truth::Undecided)
            }
        },
        (Attribute(_), Operator::Intersects, Literal(list))
        | (Literal(list), Operator::Intersects, Attribute(_)) => {
            list.as_array().is_none().then_some(Truth::Undecided)
        }
        (Literal(left), op, Attribute(_)) if is_text_operator(op) => {
            left.text().is_none().then_some(Truth::Undecided)
        }
        (Attribute(_), op, Literal(right)) if is_text_operator(op) => {
            right.as_str().is_none().then_some(Truth::Undecided)
        }
        _ => None,
    }
}

impl fmt::Display for Expr {
    /// A form for people: `(@a = 1 and @b ~ "x" is false)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            Self::Always => return f.write_str("always"),
            Self::Never => return f.write_str("never"),
            Self::Test(test) => return write!(f, "{test}"),
            Self::All(parts) => (parts, " and "),
            Self::Any(parts) => (parts, " or "),
        };
        for (i, part) in parts.iter().enumerate() {
            f.write_str(if i == 0 { "(" } else { word })?;
            write!(f, "{part}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operand = |f: &mut fmt::Formatter<'_>, operand: &Operand| match operand {
            Operand::Attribute(name) => write!(f, "@{name}"),
            Operand::Literal(value) => write!(f, "{value}"),
        };
        operand(f, &self.condition.left)?;
        write!(f, " {} ", self.condition.op)?;
        operand(f, &self.condition.right)?;
        match self.outcome {
            Outcome::Holds => Ok(()),
            Outcome::Fails => f.write_str(" is false"),
        }
    }
}
