//! Sets of conditions, conditions and their operands.

use super::super::Code;
use super::super::json::{Kind, Node};
use super::super::report::{Path, clip, too_deep};
use super::Checker;
use crate::pattern::{Like, Pattern, PatternError};
use crate::syntax::{Condition, ConditionSet, Operand, Operator};
use crate::value::Value;

impl Checker<'_> {
    /// The value of `rsrc_match`, where a condition without a list around it is a mistake.
    pub(super) fn whole_match(&mut self, path: &Path<'_>, node: &Node) -> Option<ConditionSet> {
        if as_condition(node).is_some() {
            let message =
                "a lone condition needs a list around it; write `[[left, operator, right]]`";
            self.diagnostic(Code::MalformedCondition, path, node.at, message);
            return None;
        }
        self.set(path, node, 1)
    }

    // INVARIANT: recursion is bounded by the condition depth checked on entry.
    fn set(&mut self, path: &Path<'_>, node: &Node, depth: usize) -> Option<ConditionSet> {
        if depth > self.limits.condition_depth() {
            let message = too_deep(self.limits.condition_depth());
            self.diagnostic(Code::TooDeep, path, node.at, message);
            return None;
        }
        match &node.kind {
            Kind::Array(items) => {
                let malformed = items.iter().any(|i| matches!(i.kind, Kind::String(_)));
                if malformed {
                    let message = format!(
                        "a condition is exactly `[left, operator, right]` with the operator in quotes, this list has {} items",
                        items.len()
                    );
                    self.diagnostic(Code::MalformedCondition, path, node.at, message);
                    return None;
                }
                self.items(path, node, items, depth, false)
                    .map(ConditionSet::And)
            }
            Kind::Object(_) => {
                const SHAPE: &str = "a list of conditions, or a map with `$and` or `$or`,";
                let entries = self.map(path, node, SHAPE, &["$and", "$or"])?;
                let [entry] = entries else {
                    let (code, message) = if entries.is_empty() {
                        (
                            Code::MissingKey,
                            "the map is empty; write `[]` for no conditions",
                        )
                    } else {
                        (
                            Code::UnknownKey,
                            "a map of conditions has one key; nest one map in the other",
                        )
                    };
                    self.diagnostic(code, path, node.at, message);
                    return None;
                };
                let path = path.key(&entry.key);
                let Kind::Array(items) = &entry.value.kind else {
                    self.wrong_type(&path, &entry.value, "a list of conditions");
                    return None;
                };
                let or = entry.key == "$or";
                let sets = self.items(&path, &entry.value, items, depth, or)?;
                Some(if or {
                    ConditionSet::Or(sets)
                } else {
                    ConditionSet::And(sets)
                })
            }
            _ => {
                self.wrong_type(
                    path,
                    node,
                    "a condition, a list of conditions, or a map with `$and` or `$or`",
                );
                None
            }
        }
    }

    fn items(
        &mut self,
        path: &Path<'_>,
        list: &Node,
        items: &[Node],
        depth: usize,
        or: bool,
    ) -> Option<Vec<ConditionSet>> {
        self.count(path, list, items.len())?;
        let mut sets = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let path = path.index(i);
            if or && matches!(&item.kind, Kind::Array(inner) if inner.is_empty()) {
                let message =
                    "an empty list inside `$or` would hold always; remove it, or remove the `$or`";
                self.diagnostic(Code::EmptySetInOr, &path, item.at, message);
            } else if let Some((left, sign, right)) = as_condition(item) {
                sets.extend(
                    self.condition(&path, left, sign, right)
                        .map(ConditionSet::Leaf),
                );
            } else {
                sets.extend(self.set(&path, item, depth + 1));
            }
        }
        (sets.len() == items.len()).then_some(sets)
    }

    fn condition(
        &mut self,
        path: &Path<'_>,
        left: &Node,
        sign: (&Node, &str),
        right: &Node,
    ) -> Option<Condition> {
        let op = Operator::from_sign(sign.1);
        if op.is_none() {
            let signs: Vec<_> = Operator::ALL.iter().map(|op| format!("`{op}`")).collect();
            let message = format!(
                "`{}` is not an operator; use one of {}",
                clip(sign.1),
                signs.join(" ")
            );
            self.diagnostic(Code::UnknownOperator, &path.index(1), sign.0.at, message);
        }
        let left_operand = self.operand(&path.index(0), left);
        let right_operand = self.operand(&path.index(2), right);
        let (op, left_operand, right_operand) = (op?, left_operand?, right_operand?);
        let mut good = true;
        if let (Operator::Intersects | Operator::Disjoint, Operand::Literal(value)) =
            (op, &left_operand)
        {
            good &= self.list_literal(&path.index(0), left, op, value);
        }
        if let Operand::Literal(value) = &right_operand {
            let path = path.index(2);
            good &= match op {
                Operator::In | Operator::NotIn | Operator::Intersects | Operator::Disjoint => {
                    self.list_literal(&path, right, op, value)
                }
                Operator::Like
                | Operator::Match
                | Operator::MatchFold
                | Operator::NotMatch
                | Operator::NotMatchFold => self.pattern_literal(&path, right, op, value),
                Operator::Equal | Operator::NotEqual => true,
            };
        }
        good.then_some(Condition {
            left: left_operand,
            op,
            right: right_operand,
        })
    }

    fn operand(&mut self, path: &Path<'_>, node: &Node) -> Option<Operand> {
        if let Kind::String(text) = &node.kind {
            if text == "@" {
                let message =
                    "`@` names no attribute; write `@name`, or `\\\\@` for the text `@` itself";
                self.diagnostic(Code::BareReference, path, node.at, message);
                return None;
            }
            if let Some(name) = text.strip_prefix('@') {
                return Some(Operand::attribute(name));
            }
            if text.starts_with("\\@") {
                return Some(Operand::Literal(text[1..].into()));
            }
        }
        self.literal(path, node).map(Operand::Literal)
    }

    fn list_literal(&mut self, path: &Path<'_>, node: &Node, op: Operator, value: &Value) -> bool {
        if value.as_array().is_some() {
            return true;
        }
        let message = format!(
            "`{op}` needs a list here, `{}` is {}; write `[…]` or an attribute such as `\"@tags\"`",
            clip(&value.to_string()),
            value.kind()
        );
        self.diagnostic(Code::NotAList, path, node.at, message);
        false
    }

    fn pattern_literal(
        &mut self,
        path: &Path<'_>,
        node: &Node,
        op: Operator,
        value: &Value,
    ) -> bool {
        let limits = &self.limits.pattern;
        let mut code = Code::BadPattern;
        let problem = match value.as_str() {
            None => Some(format!(
                "`{op}` needs a pattern here, `{}` is {}; write the pattern in quotes",
                clip(&value.to_string()),
                value.kind()
            )),
            Some(text) => {
                let result = match op {
                    Operator::Like => Like::new(text, limits).map(drop),
                    _ => {
                        let fold = op.positive().0 == Operator::MatchFold;
                        if self.compiled.contains(&(text.to_owned(), fold)) {
                            return true;
                        }
                        let was_spent = self.budget.is_spent();
                        let result = Pattern::check(text, fold, limits, self.budget);
                        if result == Err(PatternError::TooCostly) {
                            // The first one says it for all that follow.
                            if was_spent && !self.report.is_empty() {
                                return false;
                            }
                            code = Code::TooCostly;
                        }
                        if result.is_ok() {
                            self.compiled.insert((text.to_owned(), fold));
                        }
                        result
                    }
                };
                result
                    .err()
                    .map(|error| format!("the pattern `{}` is refused: {error}", clip(text)))
            }
        };
        if let Some(message) = problem {
            self.diagnostic(code, path, node.at, message);
            return false;
        }
        true
    }
}

/// A list of three with text in the middle is always a condition, never a list of sets.
fn as_condition(node: &Node) -> Option<(&Node, (&Node, &str), &Node)> {
    let Kind::Array(items) = &node.kind else {
        return None;
    };
    let [left, middle, right] = items.as_slice() else {
        return None;
    };
    match &middle.kind {
        Kind::String(sign) => Some((left, (middle, sign), right)),
        _ => None,
    }
}
