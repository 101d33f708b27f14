//! Turns a JSON tree into rules, noting every offence on the way with its path.
//!
//! Each function returns `None` after it has reported something, and its caller goes on with the next
//! part, so that one load tells everything. Reading text does not belong here.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::json::{Entry, Kind, Node, clip};
use super::{Code, Limits, LoadError, Offence, Position};
use crate::pattern::{Like, Pattern};
use crate::syntax::{Condition, ConditionSet, Effect, Operand, Operator, Rule, RuleList, SlugSet};
use crate::value::{NumberError, Value};

/// Offences found so far.
pub(super) struct Report {
    found: Vec<(Code, String, Option<usize>, String)>,
    omitted: usize,
    most: usize,
}

impl Report {
    pub(super) fn new(limits: &Limits) -> Self {
        // At least one is kept, because a LoadError is never empty.
        Self {
            found: Vec::new(),
            omitted: 0,
            most: limits.offences.max(1),
        }
    }

    pub(super) fn add(
        &mut self,
        code: Code,
        path: String,
        at: Option<usize>,
        message: impl Into<String>,
    ) {
        if self.found.len() < self.most {
            self.found.push((code, path, at, message.into()));
        } else {
            self.omitted += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn into_error(self, text: Option<&str>) -> LoadError {
        let mut order: Vec<_> = self.found;
        order.sort_by_key(|(_, _, at, _)| *at);
        // One pass over the text for all positions, since offsets only grow.
        let (mut seen, mut line, mut column) = (0, 1, 1);
        let offences = order.into_iter().map(|(code, path, at, message)| {
            let position = text.zip(at).map(|(text, offset)| {
                for c in text.get(seen..offset).unwrap_or_default().chars() {
                    (line, column) = if c == '\n' {
                        (line + 1, 1)
                    } else {
                        (line, column + 1)
                    };
                }
                seen = offset;
                Position {
                    offset,
                    line,
                    column,
                }
            });
            Offence {
                code,
                path,
                position,
                message,
            }
        });
        LoadError {
            offences: offences.collect(),
            omitted: self.omitted,
        }
    }
}

/// The way from the root to a node, kept on the stack and written out only for an offence.
#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Index(&'a Path<'a>, usize),
    Key(&'a Path<'a>, &'a str),
}

impl Path<'_> {
    fn index(&self, index: usize) -> Path<'_> {
        Path::Index(self, index)
    }

    fn key<'a>(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    fn write(&self) -> String {
        let mut steps = vec![*self];
        while let Some(Path::Index(parent, _) | Path::Key(parent, _)) = steps.last() {
            steps.push(**parent);
        }
        let mut out = String::new();
        for step in steps.into_iter().rev() {
            // Writing to a string cannot fail.
            let _ = match step {
                Path::Root => Ok(()),
                Path::Index(_, index) => write!(out, "[{index}]"),
                Path::Key(_, key)
                    if !key.is_empty()
                        && key
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || b"_$-".contains(&b)) =>
                {
                    let dot = if out.is_empty() { "" } else { "." };
                    write!(out, "{dot}{key}")
                }
                Path::Key(_, key) => write!(out, "[{}]", Value::from(clip(key))),
            };
        }
        out
    }
}

pub(super) fn too_deep(limit: usize) -> String {
    format!("condition sets nest deeper than {limit} levels; flatten the conditions")
}

/// Checks a whole document.
pub(super) fn document(root: &Node, limits: &Limits, report: Report) -> Result<RuleList, Report> {
    let mut checker = Checker {
        limits,
        report,
        compiled: HashSet::new(),
    };
    let list = checker.rules(root);
    match list {
        Some(list) if checker.report.is_empty() => Ok(list),
        _ => Err(checker.report),
    }
}

struct Checker<'l> {
    limits: &'l Limits,
    report: Report,
    /// Expressions that compiled, because long lists repeat a few patterns many times.
    compiled: HashSet<(String, bool)>,
}

impl Checker<'_> {
    fn offence(
        &mut self,
        code: Code,
        path: &Path<'_>,
        at: Option<usize>,
        message: impl Into<String>,
    ) {
        self.report.add(code, path.write(), at, message);
    }

    fn wrong_type(&mut self, path: &Path<'_>, node: &Node, wanted: &str) {
        let message = format!("found {} where {wanted} should be", node.kind.name());
        self.offence(Code::WrongType, path, node.at, message);
    }

    fn rules(&mut self, root: &Node) -> Option<RuleList> {
        let path = Path::Root;
        let Kind::Array(items) = &root.kind else {
            let single = matches!(&root.kind, Kind::Object(_));
            let wanted = if single {
                "a list of rules should be; put `[` and `]` around the rule"
            } else {
                "a list of rules should be; write `[]` for none"
            };
            let message = format!("found {} where {wanted}", root.kind.name());
            self.offence(Code::WrongType, &path, root.at, message);
            return None;
        };
        if items.len() > self.limits.rules {
            let message = format!(
                "the list has {} rules, at most {} are allowed; split it or name several values in one rule",
                items.len(),
                self.limits.rules
            );
            self.offence(Code::TooManyRules, &path, root.at, message);
            return None;
        }
        let mut rules = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            rules.extend(self.rule(&path.index(i), item));
        }
        Some(RuleList(rules))
    }

    fn rule(&mut self, path: &Path<'_>, node: &Node) -> Option<Rule> {
        const SHAPE: &str = "a rule, a map with `access` and `where`,";
        let entries = self.map(path, node, SHAPE, &["access", "where", "$meta"])?;
        let effect = self.required(path, node, entries, "access");
        let effect = effect.and_then(|entry| self.access(&path.key("access"), &entry.value));
        let parts = self.required(path, node, entries, "where");
        let parts = parts.and_then(|entry| self.parts(&path.key("where"), &entry.value));
        let meta = match last(entries, "$meta") {
            Some(entry) => Some(self.meta(&path.key("$meta"), &entry.value)?),
            None => None,
        };
        let (types, actions, condition) = parts?;
        Some(Rule {
            effect: effect?,
            types,
            actions,
            condition,
            meta,
        })
    }

    fn access(&mut self, path: &Path<'_>, node: &Node) -> Option<Effect> {
        match &node.kind {
            Kind::String(word) if word == "allow" => Some(Effect::Allow),
            Kind::String(word) if word == "deny" => Some(Effect::Deny),
            Kind::String(word) => {
                let message = format!("`{}` is not an access; write `allow` or `deny`", clip(word));
                self.offence(Code::UnknownAccess, path, node.at, message);
                None
            }
            _ => {
                self.wrong_type(path, node, "`\"allow\"` or `\"deny\"`");
                None
            }
        }
    }

    fn parts(&mut self, path: &Path<'_>, node: &Node) -> Option<(SlugSet, SlugSet, ConditionSet)> {
        if matches!(&node.kind, Kind::String(word) if word == "all") {
            let message = "`all` is not supported here; write \
                `{\"rsrc_type\": \"*\", \"action\": \"*\", \"rsrc_match\": []}`";
            self.offence(Code::WrongType, path, node.at, message);
            return None;
        }
        const SHAPE: &str = "a map with `rsrc_type`, `action` and `rsrc_match`";
        let entries = self.map(path, node, SHAPE, &["rsrc_type", "action", "rsrc_match"])?;
        let types = self.required(path, node, entries, "rsrc_type");
        let types = types.and_then(|e| self.names(&path.key("rsrc_type"), &e.value));
        let actions = self.required(path, node, entries, "action");
        let actions = actions.and_then(|e| self.names(&path.key("action"), &e.value));
        let set = self.required(path, node, entries, "rsrc_match");
        let set = set.and_then(|e| self.whole_match(&path.key("rsrc_match"), &e.value));
        Some((types?, actions?, set?))
    }

    fn names(&mut self, path: &Path<'_>, node: &Node) -> Option<SlugSet> {
        const SHAPE: &str = "`\"*\"`, a name, a list of names, or a map with `$not`";
        match &node.kind {
            Kind::String(name) if name == "*" => Some(SlugSet::Any),
            Kind::String(_) | Kind::Array(_) => Some(SlugSet::only(self.listed_names(path, node)?)),
            Kind::Object(_) => {
                let entries = self.map(path, node, SHAPE, &["$not"])?;
                let entry = self.required(path, node, entries, "$not")?;
                let names = self.listed_names(&path.key("$not"), &entry.value)?;
                Some(SlugSet::except(names))
            }
            _ => {
                self.wrong_type(path, node, SHAPE);
                None
            }
        }
    }

    fn listed_names<'n>(&mut self, path: &Path<'_>, node: &'n Node) -> Option<Vec<&'n str>> {
        match &node.kind {
            Kind::String(name) => Some(vec![self.name(path, node, name)?]),
            Kind::Array(items) => {
                if items.is_empty() {
                    let message =
                        "the list of names is empty; name at least one, or write `\"*\"` for all";
                    self.offence(Code::EmptyNames, path, node.at, message);
                    return None;
                }
                self.count(path, node, items.len())?;
                let mut names = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    let path = path.index(i);
                    if let Kind::String(name) = &item.kind {
                        names.extend(self.name(&path, item, name));
                    } else {
                        self.wrong_type(&path, item, "a name in quotes");
                    }
                }
                (names.len() == items.len()).then_some(names)
            }
            _ => {
                self.wrong_type(path, node, "a name or a list of names");
                None
            }
        }
    }

    fn name<'n>(&mut self, path: &Path<'_>, node: &Node, name: &'n str) -> Option<&'n str> {
        if name.is_empty() {
            let message = "the name is empty; write a name, or `\"*\"` for all";
            self.offence(Code::EmptyName, path, node.at, message);
            return None;
        }
        Some(name)
    }

    /// The value of `rsrc_match`, where a condition without a list around it is a mistake.
    fn whole_match(&mut self, path: &Path<'_>, node: &Node) -> Option<ConditionSet> {
        if as_condition(node).is_some() {
            let message =
                "a lone condition needs a list around it; write `[[left, operator, right]]`";
            self.offence(Code::MalformedCondition, path, node.at, message);
            return None;
        }
        self.set(path, node, 1)
    }

    // INVARIANT: recursion is bounded by the condition depth checked on entry.
    fn set(&mut self, path: &Path<'_>, node: &Node, depth: usize) -> Option<ConditionSet> {
        if depth > self.limits.condition_depth() {
            let message = too_deep(self.limits.condition_depth());
            self.offence(Code::TooDeep, path, node.at, message);
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
                    self.offence(Code::MalformedCondition, path, node.at, message);
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
                    self.offence(code, path, node.at, message);
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
                self.offence(Code::EmptySetInOr, &path, item.at, message);
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
            self.offence(Code::UnknownOperator, &path.index(1), sign.0.at, message);
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
                self.offence(Code::BareReference, path, node.at, message);
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
        self.offence(Code::NotAList, path, node.at, message);
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
                        let result = Pattern::new(text, fold, limits).map(drop);
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
            self.offence(Code::BadPattern, path, node.at, message);
            return false;
        }
        true
    }

    fn literal(&mut self, path: &Path<'_>, node: &Node) -> Option<Value> {
        Some(match &node.kind {
            Kind::Null => Value::Null,
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Number(n) => Value::Number(*n),
            Kind::BadNumber(written, error) => {
                self.bad_number(path, node, written, *error);
                return None;
            }
            Kind::String(text) => text.as_str().into(),
            Kind::Array(items) => {
                self.count(path, node, items.len())?;
                let values: Vec<_> = items
                    .iter()
                    .enumerate()
                    .filter_map(|(i, item)| self.literal(&path.index(i), item))
                    .collect();
                (values.len() == items.len()).then(|| values.into())?
            }
            Kind::Object(entries) => {
                self.count(path, node, entries.len())?;
                self.repeated_keys(path, entries)?;
                let values: BTreeMap<Arc<str>, Value> = entries
                    .iter()
                    .filter_map(|e| {
                        let value = self.literal(&path.key(&e.key), &e.value)?;
                        Some((e.key.as_str().into(), value))
                    })
                    .collect();
                (values.len() == entries.len()).then(|| Value::Object(Arc::new(values)))?
            }
        })
    }

    /// Notes keep their JSON as it is; only what JSON leaves open is refused.
    fn meta(&mut self, path: &Path<'_>, node: &Node) -> Option<serde_json::Value> {
        Some(match &node.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool(b) => (*b).into(),
            Kind::Number(n) => serde_json::Value::Number(n.to_json()),
            Kind::BadNumber(written, error) => {
                self.bad_number(path, node, written, *error);
                return None;
            }
            Kind::String(text) => text.as_str().into(),
            Kind::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    values.extend(self.meta(&path.index(i), item));
                }
                (values.len() == items.len()).then_some(serde_json::Value::Array(values))?
            }
            Kind::Object(entries) => {
                self.repeated_keys(path, entries)?;
                let mut map = serde_json::Map::new();
                for entry in entries {
                    if let Some(value) = self.meta(&path.key(&entry.key), &entry.value) {
                        map.insert(entry.key.clone(), value);
                    }
                }
                (map.len() == entries.len()).then_some(serde_json::Value::Object(map))?
            }
        })
    }

    fn bad_number(&mut self, path: &Path<'_>, node: &Node, written: &str, error: NumberError) {
        let message = format!(
            "the number `{}` is {error}; write it as a string",
            clip(written)
        );
        self.offence(Code::NumberOutOfRange, path, node.at, message);
    }

    fn count(&mut self, path: &Path<'_>, node: &Node, items: usize) -> Option<()> {
        if items <= self.limits.items {
            return Some(());
        }
        let message = format!(
            "there are {items} items here, at most {} are allowed; split them over several rules",
            self.limits.items
        );
        self.offence(Code::TooManyItems, path, node.at, message);
        None
    }

    /// The entries of a map, after reporting keys that are repeated or not among `known`.
    fn map<'n>(
        &mut self,
        path: &Path<'_>,
        node: &'n Node,
        wanted: &str,
        known: &[&str],
    ) -> Option<&'n [Entry]> {
        let Kind::Object(entries) = &node.kind else {
            self.wrong_type(path, node, wanted);
            return None;
        };
        let repeated = self.repeated_keys(path, entries).is_none();
        let mut unknown = false;
        for entry in entries.iter().filter(|e| !known.contains(&e.key.as_str())) {
            unknown = true;
            let near = known.iter().find(|k| {
                k.trim_start_matches('$')
                    .eq_ignore_ascii_case(entry.key.trim_start_matches('$'))
            });
            let advice = match near {
                Some(near) => format!("write `{near}`"),
                None if entry.key == "$not" => {
                    "negate the operators instead, such as `!=` for `=`".to_owned()
                }
                None => {
                    let known: Vec<_> = known.iter().map(|k| format!("`{k}`")).collect();
                    format!("only {} may stand here", known.join(", "))
                }
            };
            let message = format!("`{}` is not a key of this map; {advice}", clip(&entry.key));
            self.offence(Code::UnknownKey, &path.key(&entry.key), entry.at, message);
        }
        // Parts of a rule are still looked at when a stray key stands beside them, so that all is told;
        // of a `$and`/`$or`/`$not` map nothing sure is left.
        if (repeated || unknown) && known.iter().any(|k| matches!(*k, "$and" | "$not")) {
            return None;
        }
        Some(entries)
    }

    fn repeated_keys(&mut self, path: &Path<'_>, entries: &[Entry]) -> Option<()> {
        let mut seen = HashSet::with_capacity(entries.len());
        let mut good = Some(());
        for entry in entries {
            if !seen.insert(entry.key.as_str()) {
                let message = format!("the key `{}` is written twice; keep one", clip(&entry.key));
                self.offence(Code::DuplicateKey, &path.key(&entry.key), entry.at, message);
                good = None;
            }
        }
        good
    }

    fn required<'n>(
        &mut self,
        path: &Path<'_>,
        node: &Node,
        entries: &'n [Entry],
        key: &str,
    ) -> Option<&'n Entry> {
        let found = last(entries, key);
        if found.is_none() {
            let message = format!("the key `{key}` is missing; add it");
            self.offence(Code::MissingKey, path, node.at, message);
        }
        found
    }
}

fn last<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Entry> {
    entries.iter().rev().find(|e| e.key == key)
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
