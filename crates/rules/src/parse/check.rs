//! Turns a JSON tree into rules, noting every diagnostic on the way with its path.
//!
//! Each function returns `None` after it has reported something, and its caller goes on with the next
//! part, so that one load tells everything. Reading text does not belong here.

mod condition;
mod value;

use std::collections::HashSet;

use super::json::{Entry, Kind, Node};
use super::report::{Path, Report, clip, written_twice};
use super::{Code, Limits};
use crate::budget::Budget;
use crate::syntax::{ConditionSet, Effect, Rule, RuleList, SlugSet};

/// Checks a whole document.
pub(super) fn document(
    root: &Node,
    limits: &Limits,
    budget: &Budget,
    report: Report,
) -> Result<RuleList, Report> {
    let mut checker = Checker {
        limits,
        budget,
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
    budget: &'l Budget,
    report: Report,
    /// Expressions that compiled, because long lists repeat a few patterns many times.
    compiled: HashSet<(String, bool)>,
}

impl Checker<'_> {
    fn diagnostic(
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
        self.diagnostic(Code::WrongType, path, node.at, message);
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
            self.diagnostic(Code::WrongType, &path, root.at, message);
            return None;
        };
        if items.len() > self.limits.rules {
            let message = format!(
                "the list has {} rules, at most {} are allowed; split it or name several values in one rule",
                items.len(),
                self.limits.rules
            );
            self.diagnostic(Code::TooManyRules, &path, root.at, message);
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
                self.diagnostic(Code::UnknownAccess, path, node.at, message);
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
            self.diagnostic(Code::WrongType, path, node.at, message);
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
                    self.diagnostic(Code::EmptyNames, path, node.at, message);
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
            self.diagnostic(Code::EmptyName, path, node.at, message);
            return None;
        }
        Some(name)
    }

    fn count(&mut self, path: &Path<'_>, node: &Node, items: usize) -> Option<()> {
        if items <= self.limits.items {
            return Some(());
        }
        let message = format!(
            "there are {items} items here, at most {} are allowed; split them over several rules",
            self.limits.items
        );
        self.diagnostic(Code::TooManyItems, path, node.at, message);
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
            self.diagnostic(Code::UnknownKey, &path.key(&entry.key), entry.at, message);
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
                let message = written_twice(&entry.key);
                self.diagnostic(Code::DuplicateKey, &path.key(&entry.key), entry.at, message);
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
            self.diagnostic(Code::MissingKey, path, node.at, message);
        }
        found
    }
}

fn last<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Entry> {
    entries.iter().rev().find(|e| e.key == key)
}
