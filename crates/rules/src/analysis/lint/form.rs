//! Forms that are often mistakes, whatever the rest of the list says.

use super::{Findings, Lint};
use crate::naive;
use crate::partial::Matcher;
use crate::pattern::Shape;
use crate::syntax::{Condition, ConditionSet, Effect, Operand, Operator, Rule, RuleList, SlugSet};
use crate::value::{Truth, Value};

pub(super) fn check(rules: &RuleList, findings: &mut Findings) {
    for (at, rule) in rules.0.iter().enumerate() {
        names(at, rule, &rule.types, "rsrc_type", findings);
        names(at, rule, &rule.actions, "action", findings);
        let root = format!("[{at}].where.rsrc_match");
        walk(&rule.condition, &root, &mut |set, path| match set {
            ConditionSet::Or(items) if items.is_empty() => findings.add(
                Lint::VacuousOr,
                at,
                format!("{path}.$or"),
                "an empty `$or` holds for every resource",
                "name at least one alternative, or remove the `$or`",
            ),
            ConditionSet::Leaf(condition) => {
                references(at, condition, path, findings);
                host(at, rule.effect, condition, path, findings);
                missing(at, rule.effect, condition, path, findings);
            }
            _ => {}
        });
    }
}

/// Visits each set with its path as the list would be written.
pub(super) fn walk(set: &ConditionSet, root: &str, visit: &mut dyn FnMut(&ConditionSet, &str)) {
    visit(set, root);
    match set {
        // The whole match is written as a bare list.
        ConditionSet::And(items) => {
            for (i, item) in items.iter().enumerate() {
                inner(item, &format!("{root}[{i}]"), visit);
            }
        }
        ConditionSet::Or(items) => {
            for (i, item) in items.iter().enumerate() {
                inner(item, &format!("{root}.$or[{i}]"), visit);
            }
        }
        ConditionSet::Leaf(_) => {}
    }
}

fn inner(set: &ConditionSet, path: &str, visit: &mut dyn FnMut(&ConditionSet, &str)) {
    visit(set, path);
    let (items, key) = match set {
        ConditionSet::And(items) => (items, "$and"),
        ConditionSet::Or(items) => (items, "$or"),
        ConditionSet::Leaf(_) => return,
    };
    for (i, item) in items.iter().enumerate() {
        inner(item, &format!("{path}.{key}[{i}]"), visit);
    }
}

fn names(at: usize, rule: &Rule, set: &SlugSet, key: &str, findings: &mut Findings) {
    let path = format!("[{at}].where.{key}");
    match set {
        SlugSet::Any => {}
        SlugSet::Only(names) if names.contains("*") => findings.add(
            Lint::StarInList,
            at,
            path,
            "`*` in a list is the name `*` and nothing else",
            "write `\"*\"` without a list for every name",
        ),
        SlugSet::Only(_) => {}
        SlugSet::Except(names) if names.contains("*") => findings.add(
            Lint::NotStar,
            at,
            path,
            "`$not` of `*` is every name but `*` itself",
            "remove the rule if it should match nothing, or write `\"*\"` if everything",
        ),
        SlugSet::Except(_) if rule.effect == Effect::Allow => findings.add(
            Lint::ExclusionOnly,
            at,
            path,
            "the rule allows every name that is not listed, also names that come into use later",
            "list the names that are meant",
        ),
        SlugSet::Except(_) => {}
    }
}

fn references(at: usize, condition: &Condition, path: &str, findings: &mut Findings) {
    for (side, operand) in [(0, &condition.left), (2, &condition.right)] {
        let Operand::Literal(Value::Array(items)) = operand else {
            continue;
        };
        for (i, item) in items.iter().enumerate() {
            let text = item.as_str().unwrap_or_default();
            if text.starts_with('@') || text.starts_with("\\@") {
                findings.add(
                    Lint::ReferenceInList,
                    at,
                    format!("{path}[{side}][{i}]"),
                    format!("`{text}` in a list is this text, neither an attribute nor an escape"),
                    "compare with the attribute in a condition of its own",
                );
            }
        }
    }
}

fn host(at: usize, effect: Effect, condition: &Condition, path: &str, findings: &mut Findings) {
    let fold = match condition.op {
        Operator::Match => Operator::Match,
        Operator::MatchFold => Operator::MatchFold,
        _ => return,
    };
    let Operand::Literal(Value::String(pattern)) = &condition.right else {
        return;
    };
    if effect != Effect::Allow || !looks_like_host(pattern) {
        return;
    }
    let anchored = match Matcher::for_operator(fold, pattern) {
        Some(matcher) => match matcher.shape() {
            Shape::Exact(_) => true,
            Shape::Regex => {
                let start = pattern.starts_with('^') || pattern.starts_with("\\A");
                let end = pattern.ends_with('$') || pattern.ends_with("\\z");
                start && end && !pattern.contains('|')
            }
            _ => false,
        },
        None => return,
    };
    let dots = bare_dots(pattern);
    if anchored && !dots {
        return;
    }
    let message = if anchored {
        "an unescaped `.` in the pattern stands for any character, so other hosts match too"
    } else {
        "the pattern is not anchored at both ends, so it matches inside longer texts too"
    };
    findings.add(
        Lint::UnanchoredHost,
        at,
        format!("{path}[2]"),
        message,
        "write `^…\\\\.example\\\\.com$`, or use `~=` such as `*.example.com`",
    );
}

/// Labels of letters joined by dots, escaped or not, the last one of two letters or more.
fn looks_like_host(pattern: &str) -> bool {
    let plain = pattern.replace("\\.", ".").replace("[.]", ".");
    let bytes = plain.as_bytes();
    bytes.windows(4).any(|w| {
        w[0].is_ascii_alphanumeric()
            && w[1] == b'.'
            && w[2].is_ascii_lowercase()
            && w[3].is_ascii_lowercase()
    })
}

/// Whether a dot between letters is neither escaped nor repeated.
fn bare_dots(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    bytes
        .windows(3)
        .any(|w| w[0].is_ascii_alphanumeric() && w[1] == b'.' && w[2].is_ascii_alphanumeric())
}

/// What the condition makes of a resource without the attribute.
fn missing(at: usize, effect: Effect, condition: &Condition, path: &str, findings: &mut Findings) {
    let (name, truth) = match (&condition.left, &condition.right) {
        (Operand::Attribute(name), Operand::Literal(value)) => {
            (name, naive::compare(&Value::Null, condition.op, value))
        }
        (Operand::Literal(value), Operand::Attribute(name)) => {
            (name, naive::compare(value, condition.op, &Value::Null))
        }
        _ => return,
    };
    let (_, negative) = condition.op.positive();
    // A condition that names null speaks about missing attributes on purpose.
    let on_purpose = [&condition.left, &condition.right]
        .into_iter()
        .any(|o| match o {
            Operand::Literal(Value::Array(items)) => items.contains(&Value::Null),
            operand => *operand == Operand::Literal(Value::Null),
        });
    if on_purpose {
        return;
    }
    match (effect, truth) {
        (Effect::Allow, Truth::True) if negative => findings.add(
            Lint::NegativeHoldsWhenMissing,
            at,
            path,
            format!("`{}` holds for a resource without `@{name}`", condition.op),
            format!("add `[\"@{name}\", \"!=\", null]` if the attribute must be there"),
        ),
        (Effect::Deny, Truth::Undecided) => findings.add(
            Lint::MissingDenies,
            at,
            path,
            format!(
                "without `@{name}` the condition cannot be decided, and an undecided deny denies"
            ),
            format!("add `[\"@{name}\", \"!=\", null]` if resources without it should pass"),
        ),
        _ => {}
    }
}
