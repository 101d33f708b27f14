//! Test cases that stand beside rules: requests with the answer they must get.
//!
//! The model is plain data for serde, so that a suite can be written in JSON, YAML or TOML; reading
//! files belongs to the command line. [`run`] also tells which rules the cases exercise.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::budget::{Budget, compiling};
use crate::engine::{Engine, Tracer, decides};
use crate::naive::{self, Decision, RequestError};
use crate::partial::is_text_operator;
use crate::pattern::{Analysis, PatternLimits};
use crate::syntax::{ConditionSet, Effect, Operand, RuleList};
use crate::value::{Truth, Value};

/// Cases for a rule list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The rules the cases are about, if the suite says so itself.
    #[serde(default)]
    pub rules: Option<Source>,
    /// The cases, in written order; a suite that is read has one at least, because nothing tested passes
    /// as well as everything.
    #[serde(deserialize_with = "some")]
    pub cases: Vec<Case>,
}

fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Case>, D::Error> {
    let cases = Vec::deserialize(deserializer)?;
    if cases.is_empty() {
        let wrong = "there are no cases, so nothing would be tested; add one under `cases`";
        return Err(serde::de::Error::custom(wrong));
    }
    Ok(cases)
}

/// Where the rules of a suite are.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// In a file, named relative to the suite's own.
    File(String),
    /// In the suite.
    Inline(RuleList),
}

/// One request and the answer it must get.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows, for people.
    pub name: String,
    /// The action asked for.
    pub action: String,
    /// The type of the resource.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The resource's attributes; others are missing.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
    /// The answer that is right.
    pub expect: Expect,
    /// The rule that must give it, counted from 0, if that matters.
    #[serde(default)]
    pub rule: Option<usize>,
}

/// The answer a case must get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// The action is allowed.
    Allow,
    /// The action is denied.
    Deny,
}

impl From<Expect> for Effect {
    fn from(expect: Expect) -> Self {
        match expect {
            Expect::Allow => Self::Allow,
            Expect::Deny => Self::Deny,
        }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(file) => Ok(Self::File(file.to_string())),
            rules => RuleList::from_json_value(&rules.to_json())
                .map(Self::Inline)
                .map_err(serde::de::Error::custom),
        }
    }
}

/// What came of a suite.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// One result for each case, in order.
    pub results: Vec<CaseResult>,
    /// One entry for each rule, in order.
    pub coverage: Vec<Coverage>,
}

/// What came of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// The answer it got.
    pub decision: Result<Decision, RequestError>,
    /// Why the case failed; `None` if it passed.
    pub failure: Option<String>,
}

/// How often the cases exercised a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Cases the rule decided.
    pub decided: usize,
    /// Cases the rule matched, whether or not an earlier rule decided.
    pub matched: usize,
}

impl Report {
    /// Whether every case passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.results.iter().all(|r| r.failure.is_none())
    }

    /// The rules that decided no case, counted from 0.
    pub fn undecided_rules(&self) -> impl Iterator<Item = usize> {
        self.rules_where(|c| c.decided == 0)
    }

    /// The rules that matched no case at all, counted from 0.
    pub fn unmatched_rules(&self) -> impl Iterator<Item = usize> {
        self.rules_where(|c| c.matched == 0)
    }

    fn rules_where(&self, is: fn(&Coverage) -> bool) -> impl Iterator<Item = usize> {
        self.coverage
            .iter()
            .enumerate()
            .filter(move |(_, c)| is(c))
            .map(|(i, _)| i)
    }
}

impl fmt::Display for Report {
    /// Failures, one a line, and then the counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut failed = 0;
        for result in &self.results {
            if let Some(failure) = &result.failure {
                failed += 1;
                writeln!(f, "{}: {failure}", result.name)?;
            }
        }
        let passed = self.results.len() - failed;
        let deciding = self.coverage.iter().filter(|c| c.decided > 0).count();
        let rules = self.coverage.len();
        write!(
            f,
            "{passed} passed, {failed} failed; {deciding} of {rules} rules decided a case"
        )
    }
}

/// Runs the cases against these rules.
///
/// ```
/// use portcullis_rules::{RuleList, cases::{Suite, run}};
/// let rules: RuleList = r#"[
///     {"access": "allow", "where": {"rsrc_type": "doc", "action": "read", "rsrc_match": [["@owner", "=", "ann"]]}},
///     {"access": "deny", "where": {"rsrc_type": "*", "action": "*", "rsrc_match": []}}
/// ]"#.parse().unwrap();
/// let suite: Suite = serde_json::from_str(r#"{"cases": [
///     {"name": "the owner reads", "action": "read", "type": "doc", "attributes": {"owner": "ann"},
///      "expect": "allow", "rule": 0}
/// ]}"#).unwrap();
/// let report = run(&rules, &suite);
/// assert!(report.passed());
/// assert_eq!(report.undecided_rules().collect::<Vec<_>>(), [1]);
/// assert_eq!(report.to_string(), "1 passed, 0 failed; 1 of 2 rules decided a case");
/// ```
#[must_use]
pub fn run(rules: &RuleList, suite: &Suite) -> Report {
    run_within(rules, suite, &Budget::unlimited())
}

/// As [`run`], for what somebody sent: where the budget is spent, further cases fail with a sentence
/// that says so.
#[must_use]
pub fn run_within(rules: &RuleList, suite: &Suite, budget: &Budget) -> Report {
    // Where it compiles, patterns are compiled once for all cases.
    let engine = Engine::compile(rules).ok();
    let cost = Cost::of(rules);
    let mut coverage = vec![Coverage::default(); rules.0.len()];
    let results = suite.cases.iter().map(|case| {
        if !cost.spend(case, budget) {
            return CaseResult {
                name: case.name.clone(),
                decision: Ok(Decision::DEFAULT),
                failure: Some("not tried: the cases before it took too long; send fewer".into()),
            };
        }
        let Case {
            action,
            resource_type,
            attributes,
            ..
        } = case;
        let decision = match &engine {
            Some(engine) => engine.decide(action, resource_type, attributes),
            None => naive::decide(rules, action, resource_type, attributes),
        };
        for (i, (rule, coverage)) in rules.0.iter().zip(&mut coverage).enumerate() {
            let truth = match &engine {
                Some(_) if !rule.types.contains(resource_type) => Truth::False,
                Some(_) if !rule.actions.contains(action) => Truth::False,
                Some(engine) => engine.trace(i, attributes, &mut Untold),
                None => naive::matches(rule, action, resource_type, attributes),
            };
            coverage.matched += usize::from(decides(rule.effect, truth));
        }
        if let Ok(Decision { rule: Some(i), .. }) = decision {
            coverage[i].decided += 1;
        }
        CaseResult {
            name: case.name.clone(),
            failure: failure(case, &decision),
            decision,
        }
    });
    let results = results.collect();
    Report { results, coverage }
}

/// What trying a case costs.
#[derive(Default)]
struct Cost<'l> {
    /// Comparisons.
    steps: u64,
    /// Attributes that hold patterns themselves, which are compiled for each case anew.
    patterns: Vec<&'l str>,
}

impl<'l> Cost<'l> {
    fn of(rules: &'l RuleList) -> Self {
        let mut cost = Self::default();
        for rule in &rules.0 {
            cost.steps += 1;
            cost.add(&rule.condition);
        }
        // The decision looks at them, and so does the count of what matched.
        cost.steps = cost.steps.saturating_mul(2);
        cost
    }

    fn add(&mut self, set: &'l ConditionSet) {
        let condition = match set {
            ConditionSet::And(items) | ConditionSet::Or(items) => {
                return items.iter().for_each(|item| self.add(item));
            }
            ConditionSet::Leaf(condition) => condition,
        };
        let items = |operand: &Operand| match operand {
            Operand::Literal(value) => value.as_array().map_or(1, <[_]>::len) as u64,
            Operand::Attribute(_) => 1,
        };
        self.steps += items(&condition.left) + items(&condition.right);
        let is_pattern = is_text_operator(condition.op.positive().0);
        if let (true, Operand::Attribute(name)) = (is_pattern, &condition.right) {
            self.patterns.push(name);
        }
    }

    fn spend(&self, case: &Case, budget: &Budget) -> bool {
        let values = self.patterns.iter();
        let values = values.filter_map(|name| case.attributes.get(*name)?.as_str());
        let limits = PatternLimits::default();
        let compiled = values.map(|text| {
            // What is no pattern costs what reading it does.
            let read = Analysis::new(text, true, &limits);
            text.len() as u64 + read.map_or(0, |read| compiling(&read.hir, &limits))
        });
        let dynamic = compiled.fold(0, u64::saturating_add);
        budget.spend(self.steps.saturating_add(dynamic.saturating_mul(2)))
    }
}

/// Nobody listens to what comes of the parts of a rule.
struct Untold;

impl Tracer for Untold {
    const ON: bool = false;

    fn node(&mut self, _: u32, _: Truth) {}
}

fn failure(case: &Case, decision: &Result<Decision, RequestError>) -> Option<String> {
    let decision = match decision {
        Ok(decision) => decision,
        Err(error) => return Some(error.to_string()),
    };
    let by = match decision.rule {
        Some(rule) => format!("rule {rule}"),
        None => "default".to_owned(),
    };
    let expected = Effect::from(case.expect);
    if decision.effect != expected {
        return Some(format!(
            "expected {expected}, got {} by {by}",
            decision.effect
        ));
    }
    let rule = case.rule?;
    (decision.rule != Some(rule))
        .then(|| format!("expected {expected} by rule {rule}, got it by {by}"))
}
