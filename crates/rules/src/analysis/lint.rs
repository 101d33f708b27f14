//! Findings about one rule list: what cannot have an effect, and what may have another than meant.
//!
//! Findings about reach (unreachable, redundant, never, always) are proved: acting on one of them
//! changes no answer. The others point at forms that are often mistakes. Refusing documents does not
//! belong here; loading does that.

mod finding;
mod form;
mod reach;

use finding::Findings;
pub use finding::{Finding, Lint, Severity};

use super::Effort;
use crate::budget::Budget;
use crate::syntax::RuleList;

/// Looks through a list; findings come in rule order.
///
/// Each unreachable or redundant rule may be removed without changing an answer, but removing one
/// can make another needed: remove one, then look again.
///
/// ```
/// use portcullis_rules::{RuleList, analysis::lint::{Lint, lint}};
/// let rules: RuleList = r#"[
///     {"access": "allow", "where": {"rsrc_type": "doc", "action": "read", "rsrc_match": [["@team", "$in", ["a", "b"]]]}},
///     {"access": "allow", "where": {"rsrc_type": "doc", "action": "read", "rsrc_match": [["@team", "=", "a"]]}}
/// ]"#.parse().unwrap();
/// let findings = lint(&rules);
/// assert_eq!((findings[0].lint, findings[0].rule), (Lint::UnreachableRule, 1));
/// assert_eq!(
///     findings[0].to_string(),
///     "error[unreachable_rule] [1]: rule 0 decides everything this rule would match; \
///      remove the rule, or move it before rule 0",
/// );
/// ```
#[must_use]
pub fn lint(rules: &RuleList) -> Vec<Finding> {
    lint_with(rules, &Effort::default())
}

/// As [`lint`], with a bound on the work: less effort finds less, never anything wrong.
#[must_use]
pub fn lint_with(rules: &RuleList, effort: &Effort) -> Vec<Finding> {
    lint_within(rules, effort, &Budget::unlimited()).findings
}

/// What looking through a list came to.
#[derive(Clone, Debug, Default)]
pub struct Linted {
    /// In rule order.
    pub findings: Vec<Finding>,
    /// Whether all was examined before the effort or the budget was spent.
    pub complete: bool,
}

/// As [`lint_with`], for a list that somebody sent: where effort or budget are spent before the end,
/// what was found until then is told, and that the rest was not examined.
#[must_use]
pub fn lint_within(rules: &RuleList, effort: &Effort, budget: &Budget) -> Linted {
    let mut findings = Findings::default();
    form::check(rules, &mut findings);
    let complete = reach::check(rules, effort, budget, &mut findings);
    findings
        .0
        .sort_by(|a, b| (a.rule, a.lint, &a.path).cmp(&(b.rule, b.lint, &b.path)));
    Linted {
        findings: findings.0,
        complete,
    }
}
