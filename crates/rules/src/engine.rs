//! Compiled rule lists: the same answers as [`naive`](crate::naive), found through an index.
//!
//! Compiling interns names and attributes, turns conditions into a flat program, enters rules under their
//! types and actions, and inside such a bucket under the values or patterns their conditions ask for. A
//! decision looks up the few rules that may decide and visits them in list order. Patterns are read and
//! compiled when a decision first needs them, within one memory budget for the list. However many there
//! are, a text is looked at by a few tables and automata: `texts` finds patterns by the fixed texts they
//! need, `groups` runs together what needs none.
//!
//! Loading and checking documents does not belong here: compile lists that were loaded, or validated.

mod compiled;
mod cover;
mod digest;
mod groups;
mod hash;
mod index;
mod members;
mod options;
mod patterns;
mod program;
mod text;
mod texts;
mod values;
mod walk;

use std::fmt;
use std::sync::{Arc, OnceLock};

use compiled::{Compiled, Names};
pub use digest::Digest;
use index::{Index, Route};
pub use options::{CompileError, EngineOptions};
pub(crate) use program::Tracer;
use program::{Builder, Program, Resource};
use regex_automata::util::pool::Pool;

use crate::naive::{Attributes, Decision, RequestError};
use crate::syntax::{Effect, RuleList};
use crate::value::Truth;

/// Deepest tree of conditions that is compiled: what loading can accept at most, and its root.
const DEPTH: usize = 130;

/// A compiled, immutable rule list; clones share it.
///
/// ```
/// use portcullis_rules::{Effect, Engine, RuleList, Value};
/// let rules: RuleList = r#"[
///     {"access": "deny", "where": {"rsrc_type": "doc", "action": {"$not": "read"},
///         "rsrc_match": [["@locked", "=", true]]}},
///     {"access": "allow", "where": {"rsrc_type": "doc", "action": "*",
///         "rsrc_match": [["@owner", "=", "ann"]]}}]"#
///     .parse()
///     .unwrap();
/// let engine = Engine::compile(&rules).unwrap();
/// let doc = Value::from_json(&serde_json::json!({"owner": "ann", "locked": true}));
/// let read = engine.decide("read", "doc", &doc).unwrap();
/// assert_eq!((read.effect, read.rule), (Effect::Allow, Some(1)));
/// let write = engine.decide("write", "doc", &doc).unwrap();
/// assert_eq!((write.effect, write.rule), (Effect::Deny, Some(0)));
/// ```
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

pub(crate) struct Inner {
    list: RuleList,
    compiled: Vec<Compiled>,
    program: Program,
    index: Index,
    /// The list is so short that walking it is quicker than looking anything up.
    direct: bool,
    /// A name that stands for all actions no rule mentions.
    unmentioned: String,
    digest: OnceLock<Digest>,
    /// A bit for each rule, for decisions that many patterns match; empty until there is one.
    marks: Pool<Vec<u64>, fn() -> Vec<u64>>,
}

impl Engine {
    /// Compiles a list under the default options.
    ///
    /// What loading would refuse is not refused again here; a pattern that is none, for example, is
    /// undecidable, as in [`naive`](crate::naive).
    ///
    /// # Errors
    /// [`CompileError`] when the list is too long or nests too deeply.
    pub fn compile(list: &RuleList) -> Result<Self, CompileError> {
        Self::compile_with(list, &EngineOptions::default())
    }

    /// Compiles a list.
    ///
    /// # Errors
    /// [`CompileError`] when the list is too long or nests too deeply.
    pub fn compile_with(list: &RuleList, options: &EngineOptions) -> Result<Self, CompileError> {
        let limit = options.rules.min(u32::MAX as usize - 1);
        if list.0.len() > limit {
            return Err(CompileError::TooManyRules {
                rules: list.0.len(),
                limit,
            });
        }
        let mut builder = Builder::new(options.pattern_bytes);
        let mut compiled = Vec::with_capacity(list.0.len());
        for (i, rule) in list.0.iter().enumerate() {
            let root = builder.add(&rule.condition, DEPTH);
            compiled.push(Compiled {
                effect: rule.effect,
                root: root.ok_or(CompileError::TooDeep { rule: i })?,
                kinds: Names::Any,
                actions: Names::Any,
            });
        }
        let program = builder.finish();
        let index = Index::new(list, &mut compiled, &program, options.direct_bucket);
        let mut unmentioned = "other".to_owned();
        while index.actions().any(|action| **action == *unmentioned) {
            unmentioned.push('_');
        }
        Ok(Self(Arc::new(Inner {
            list: list.clone(),
            compiled,
            program,
            index,
            direct: list.0.len() <= options.direct_rules,
            unmentioned,
            digest: OnceLock::new(),
            marks: Pool::new(Vec::new),
        })))
    }

    /// Answers whether the rules let the action be done on a resource.
    ///
    /// Nothing is allocated, apart from what patterns keep after their first use and automata when a text
    /// first leads somewhere, with five exceptions: a pattern taken from the resource; a text of over 512
    /// bytes with capitals or letters outside ASCII where case is ignored; a text that spells a fraction
    /// or an exponent where it is compared with a number; a text of tens of kilobytes looked at by an
    /// expression on its own; patterns over the memory budget.
    ///
    /// # Errors
    /// [`RequestError`] when the question itself is malformed; treat it as a denial.
    #[inline]
    pub fn decide<A: Attributes + ?Sized>(
        &self,
        action: &str,
        resource_type: &str,
        attributes: &A,
    ) -> Result<Decision, RequestError> {
        check(resource_type)?;
        let inner = &*self.0;
        Ok(if inner.direct {
            inner.walk_directly(action, resource_type, attributes)
        } else {
            inner.walk(&inner.index.route(resource_type, action), attributes)
        })
    }

    /// Looks up the rules for a type and an action once, for many resources.
    ///
    /// # Errors
    /// [`RequestError`] when the question itself is malformed; treat it as a denial.
    ///
    /// ```
    /// use portcullis_rules::{Engine, Rule, RuleList};
    /// let engine = Engine::compile(&RuleList(vec![Rule::allow().on_types(["doc"])])).unwrap();
    /// let prepared = engine.prepare("read", "doc").unwrap();
    /// assert!(prepared.decide(&()).is_allow());
    /// ```
    pub fn prepare(&self, action: &str, resource_type: &str) -> Result<Prepared<'_>, RequestError> {
        check(resource_type)?;
        Ok(Prepared {
            engine: self,
            route: self.0.index.route(resource_type, action),
        })
    }

    /// Answers for each of many resources of one type, in their order.
    ///
    /// # Errors
    /// [`RequestError`] when the question itself is malformed; treat it as a denial of all.
    ///
    /// ```
    /// use portcullis_rules::{Condition, Engine, Operand, Operator, Rule, RuleList, Value};
    /// let mine = Condition::new(Operand::attribute("owner"), Operator::Equal, "ann");
    /// let engine = Engine::compile(&RuleList(vec![Rule::allow().when(mine)])).unwrap();
    /// let docs = [r#"{"owner": "bob"}"#, r#"{"owner": "ann"}"#]
    ///     .map(|text| Value::from_json(&serde_json::from_str(text).unwrap()));
    /// let answers = engine.decide_many("read", "doc", &docs).unwrap();
    /// assert_eq!(answers.iter().map(|d| d.is_allow()).collect::<Vec<_>>(), [false, true]);
    /// ```
    pub fn decide_many<'r, A: Attributes + ?Sized + 'r>(
        &self,
        action: &str,
        resource_type: &str,
        resources: impl IntoIterator<Item = &'r A>,
    ) -> Result<Vec<Decision>, RequestError> {
        let prepared = self.prepare(action, resource_type)?;
        let resources = resources.into_iter();
        Ok(resources
            .map(|attributes| prepared.decide(attributes))
            .collect())
    }

    /// Answers for every action that a rule mentions, and for all others at once.
    ///
    /// # Errors
    /// [`RequestError`] when the question itself is malformed; treat it as a denial of all.
    ///
    /// ```
    /// use portcullis_rules::{Engine, Rule, RuleList, SlugSet};
    /// let rules = RuleList(vec![Rule::allow().actions(SlugSet::except(["delete"]))]);
    /// let answers = Engine::compile(&rules).unwrap().which_actions("doc", &()).unwrap();
    /// assert!(!answers.named["delete"].is_allow());
    /// assert!(answers.other.is_allow());
    /// ```
    pub fn which_actions<A: Attributes + ?Sized>(
        &self,
        resource_type: &str,
        attributes: &A,
    ) -> Result<ActionAnswers, RequestError> {
        check(resource_type)?;
        let inner = &*self.0;
        let other = inner.index.route(resource_type, &inner.unmentioned);
        let named = inner.index.actions().map(|action| {
            let route = inner.index.reroute(other, action);
            (action.clone(), inner.walk(&route, attributes))
        });
        Ok(ActionAnswers {
            named: named.collect(),
            other: inner.walk(&other, attributes),
        })
    }

    /// The rules as they were compiled.
    #[must_use]
    pub fn rules(&self) -> &RuleList {
        &self.0.list
    }

    /// What identifies the list's content, notes included.
    #[must_use]
    pub fn digest(&self) -> Digest {
        *self.0.digest.get_or_init(|| Digest::of(&self.0.list))
    }

    /// Reads and compiles all patterns now instead of when a decision first needs them.
    pub fn warm(&self) {
        self.0.index.warm(&self.0.program.patterns);
    }

    /// How much of the memory for patterns is not taken yet, in bytes.
    #[must_use]
    pub fn pattern_bytes_left(&self) -> usize {
        self.0.program.patterns.budget_left()
    }

    /// The truth of a rule's condition, telling the tracer about each part.
    pub(crate) fn trace<A: Attributes + ?Sized>(
        &self,
        rule: usize,
        attributes: &A,
        tracer: &mut impl Tracer,
    ) -> Truth {
        let inner = &*self.0;
        let mut resource = Resource::new(&inner.program, attributes);
        let root = inner.compiled[rule].root;
        inner.program.holds(root, &mut resource, tracer)
    }

    /// The node of a rule's whole condition, and of the first item of a set.
    pub(crate) fn root(&self, rule: usize) -> u32 {
        self.0.compiled[rule].root
    }

    pub(crate) fn first_child(&self, node: u32) -> u32 {
        match self.0.program.nodes[node as usize] {
            program::Node::All { first, .. } | program::Node::Any { first, .. } => first,
            program::Node::Test(_) => node,
        }
    }
}

fn check(resource_type: &str) -> Result<(), RequestError> {
    if resource_type.is_empty() {
        return Err(RequestError::EmptyResourceType);
    }
    Ok(())
}

/// Whether the effect follows from a truth: an undecidable allow grants nothing, an undecidable deny
/// still denies.
#[inline]
pub(crate) fn decides(effect: Effect, truth: Truth) -> bool {
    match effect {
        Effect::Allow => truth == Truth::True,
        Effect::Deny => truth != Truth::False,
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Engine({} rules, {})",
            self.0.list.0.len(),
            self.digest()
        )
    }
}

/// The rules for one type and action, looked up already.
#[derive(Clone, Copy)]
pub struct Prepared<'e> {
    engine: &'e Engine,
    route: Route<'e>,
}

impl Prepared<'_> {
    /// Answers for one resource.
    #[must_use]
    pub fn decide<A: Attributes + ?Sized>(&self, attributes: &A) -> Decision {
        self.engine.0.walk(&self.route, attributes)
    }
}

impl fmt::Debug for Prepared<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prepared({:?})", self.engine)
    }
}

/// The answers for all actions there can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionAnswers {
    /// For each action that a rule of the list mentions, for whatever type.
    pub named: std::collections::BTreeMap<Arc<str>, Decision>,
    /// For every action that none mentions.
    pub other: Decision,
}
