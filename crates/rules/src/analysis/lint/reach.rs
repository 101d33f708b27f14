//! What rules and conditions can reach, proved by the solver.

use super::{Findings, Lint};
use crate::analysis::Effort;
use crate::analysis::atoms::Atoms;
use crate::analysis::formula::{FALSE, Formula, TRUE, UNDECIDED};
use crate::analysis::solve::{Answer, Solver};
use crate::budget::Budget;
use crate::syntax::{ConditionSet, Effect, Rule, RuleList, SlugSet};

/// Tells whether there was enough for all of the list.
pub(super) fn check(
    rules: &RuleList,
    effort: &Effort,
    budget: &Budget,
    findings: &mut Findings,
) -> bool {
    let mut left = effort.total_steps;
    let all: Vec<usize> = (0..rules.0.len()).collect();
    let shared = match all.len() <= effort.rules {
        true => match View::new(rules, all, budget) {
            Some(view) => Some(view),
            None => return false,
        },
        false => None,
    };
    for at in 0..rules.0.len() {
        // Looking for a rule's neighbours looks at all others.
        if left == 0 || !budget.spend(rules.0.len() as u64) {
            return false;
        }
        let own;
        let view = match &shared {
            Some(view) => view,
            None => {
                let neighbours = neighbours(rules, at, effort.rules / 4);
                own = match View::new(rules, neighbours, budget) {
                    Some(view) => view,
                    None => return false,
                };
                left = left.saturating_sub(own.cost);
                &own
            }
        };
        let mut question = Question {
            rules,
            view,
            at,
            steps: effort.steps,
            left: &mut left,
            findings,
        };
        question.rule();
    }
    (left > 0 || rules.0.is_empty()) && !budget.is_spent()
}

/// The rules that may matter for one, with itself, in order and at most so many.
fn neighbours(rules: &RuleList, at: usize, most: usize) -> Vec<usize> {
    let rule = &rules.0[at];
    let meets = |&i: &usize| {
        overlaps(&rules.0[i].types, &rule.types) && overlaps(&rules.0[i].actions, &rule.actions)
    };
    // Broad rules tend to stand at the ends of a list.
    let before: Vec<usize> = (0..at).filter(meets).collect();
    let quarter = most / 4;
    let mut chosen: Vec<usize> = before.iter().copied().take(quarter).collect();
    chosen.extend(
        before
            .iter()
            .copied()
            .skip(quarter.max(before.len().saturating_sub(quarter))),
    );
    chosen.push(at);
    // What follows may be cut short, but must not have gaps.
    chosen.extend((at + 1..rules.0.len()).filter(meets).take(most / 2));
    chosen
}

fn overlaps(a: &SlugSet, b: &SlugSet) -> bool {
    match (a, b) {
        (SlugSet::Only(names), other) | (other, SlugSet::Only(names)) => {
            names.iter().any(|n| other.contains(n))
        }
        _ => true,
    }
}

/// Some rules of a list, ready for questions.
struct View {
    /// Their places in the list.
    chosen: Vec<usize>,
    /// Whether rules after the last one chosen were left out.
    cut: bool,
    rules: Vec<Rule>,
    fires: Vec<Formula>,
    passes: Vec<Formula>,
    matches: Vec<Formula>,
    differs: Vec<Formula>,
    sound: Vec<Conditions>,
    solver: Solver,
    cost: usize,
}

/// The formulas about a rule's conditions alone.
struct Conditions {
    matters: Formula,
    fails: Formula,
    branches: Vec<(String, Formula)>,
}

impl View {
    /// Nothing if the budget does not suffice.
    fn new(rules: &RuleList, chosen: Vec<usize>, budget: &Budget) -> Option<Self> {
        let mut atoms = Atoms::default();
        let picked: Vec<Rule> = chosen.iter().map(|&i| rules.0[i].clone()).collect();
        let cut = picked.len() < rules.0.len();
        let fires: Vec<_> = picked.iter().map(|r| atoms.fires(r).shared()).collect();
        let passes: Vec<_> = picked.iter().map(|r| atoms.passes(r).shared()).collect();
        let matches = picked.iter().map(|r| atoms.matches(r).shared()).collect();
        let differs = picked.iter().map(|r| atoms.differs(r).shared()).collect();
        let sound = picked
            .iter()
            .zip(&chosen)
            .map(|(r, &i)| conditions(&mut atoms, r, i))
            .collect();
        let solver = Solver::new(&atoms, budget)?;
        let cost = solver.size();
        Some(Self {
            chosen,
            cut,
            rules: picked,
            fires,
            passes,
            matches,
            differs,
            sound,
            solver,
            cost,
        })
    }
}

fn conditions(atoms: &mut Atoms, rule: &Rule, at: usize) -> Conditions {
    let wanted = match rule.effect {
        Effect::Allow => TRUE,
        Effect::Deny => TRUE | UNDECIDED,
    };
    let mut branches = Vec::new();
    let root = format!("[{at}].where.rsrc_match");
    super::form::walk(&rule.condition, &root, &mut |set, path| {
        if let ConditionSet::Or(items) = set
            && items.len() > 1
        {
            for (i, item) in items.iter().enumerate() {
                branches.push((format!("{path}.$or[{i}]"), atoms.condition(item, wanted)));
            }
        }
    });
    Conditions {
        matters: atoms.condition(&rule.condition, wanted),
        fails: atoms.condition(&rule.condition, wanted ^ (TRUE | FALSE | UNDECIDED)),
        branches,
    }
}

struct Question<'q> {
    rules: &'q RuleList,
    view: &'q View,
    at: usize,
    steps: usize,
    left: &'q mut usize,
    findings: &'q mut Findings,
}

impl Question<'_> {
    fn impossible(&mut self, formula: &Formula) -> bool {
        self.view.solver.impossible(formula, self.steps, self.left)
    }

    fn add(&mut self, lint: Lint, message: impl Into<String>, suggestion: impl Into<String>) {
        self.findings
            .add(lint, self.at, format!("[{}]", self.at), message, suggestion);
    }

    fn rule(&mut self) {
        let Some(own) = self.view.chosen.iter().position(|&i| i == self.at) else {
            return;
        };
        let view = self.view;
        if self.conditions(&view.sound[own]) {
            return;
        }
        let mut reached = vec![view.fires[own].clone()];
        // The nearest condition first: the rule's own match narrows everything after.
        reached.extend(view.passes[..own].iter().cloned());
        let reached = Formula::All(reached);
        if self.impossible(&reached) {
            self.unreachable(own);
            return;
        }
        if self.redundant(own, reached) {
            return;
        }
        self.conflicts(own);
    }

    /// Tells whether the rule's conditions can never be met.
    fn conditions(&mut self, conditions: &Conditions) -> bool {
        let path = format!("[{}].where.rsrc_match", self.at);
        let deny = self.rules.0[self.at].effect == Effect::Deny;
        if self.impossible(&conditions.matters) {
            let message = if deny {
                "the conditions are false for every resource"
            } else {
                "no resource can meet the conditions"
            };
            let suggestion = "remove the rule, or correct the values that exclude each other";
            self.findings
                .add(Lint::ConditionNever, self.at, path, message, suggestion);
            return true;
        }
        let empty = matches!(&self.rules.0[self.at].condition,
            ConditionSet::And(items) | ConditionSet::Or(items) if items.is_empty());
        if !empty && self.impossible(&conditions.fails) {
            let message = if deny {
                "the conditions deny whatever the resource is"
            } else {
                "every resource meets the conditions"
            };
            let suggestion = "write `[]` if that is meant, or narrow the conditions";
            self.findings
                .add(Lint::ConditionAlways, self.at, path, message, suggestion);
            return false;
        }
        for (path, branch) in &conditions.branches {
            if self.impossible(branch) {
                let message = "this branch of `$or` can never be met";
                let suggestion = "remove the branch, or correct its values";
                self.findings
                    .add(Lint::DeadBranch, self.at, path, message, suggestion);
            }
        }
        false
    }

    fn unreachable(&mut self, own: usize) {
        let view = self.view;
        // One rule that alone stands in the way makes the better message.
        let alone = (0..own).find(|&k| {
            let both = Formula::All(vec![view.fires[own].clone(), view.passes[k].clone()]);
            self.impossible(&both)
        });
        let (message, suggestion) = match alone {
            Some(k) => {
                let k = view.chosen[k];
                (
                    format!("rule {k} decides everything this rule would match"),
                    format!("remove the rule, or move it before rule {k}"),
                )
            }
            None => (
                "the rules before it together decide everything this rule would match".to_owned(),
                "remove the rule, or move it up".to_owned(),
            ),
        };
        self.add(Lint::UnreachableRule, message, suggestion);
    }

    fn redundant(&mut self, own: usize, reached: Formula) -> bool {
        let effect = self.view.rules[own].effect;
        let other = match effect {
            Effect::Allow => Effect::Deny,
            Effect::Deny => Effect::Allow,
        };
        let after = self.view.rest_decides(own, other);
        if !self.impossible(&Formula::All(vec![reached, after])) {
            return false;
        }
        let suggestion = "remove the rule, unless it is there for the reader";
        self.add(
            Lint::RedundantRule,
            format!("without the rule the answer is {effect} all the same"),
            suggestion,
        );
        true
    }

    /// Earlier rules of the other effect that overlap this one, where neither contains the other.
    fn conflicts(&mut self, own: usize) {
        const MOST: usize = 8;
        let view = self.view;
        let from = own.saturating_sub(MOST);
        for k in (from..own).filter(|&k| view.rules[k].effect != view.rules[own].effect) {
            let (a, b) = (k, own);
            let mut met = |x: &Formula, y: &Formula| {
                let both = Formula::All(vec![x.clone(), y.clone()]);
                matches!(
                    view.solver.solve(&both, self.steps, self.left),
                    Answer::Found(_)
                )
            };
            if met(&view.matches[a], &view.matches[b])
                && met(&view.matches[a], &view.differs[b])
                && met(&view.differs[a], &view.matches[b])
            {
                let other = view.chosen[k];
                let (first, second) = (view.rules[k].effect, view.rules[own].effect);
                self.add(
                    Lint::ConflictByOrder,
                    format!("this {second} rule and the {first} rule {other} overlap, and only their order decides"),
                    "check a resource that both match, and keep the order that is meant",
                );
            }
        }
    }
}

impl View {
    /// The rules after this one decide for the effect; if some were left out, they may decide anything.
    fn rest_decides(&self, own: usize, effect: Effect) -> Formula {
        let mut rest = Formula::Constant(self.cut || effect == Effect::Deny);
        for i in (own + 1..self.rules.len()).rev() {
            rest = if self.rules[i].effect == effect {
                Formula::Any(vec![self.fires[i].clone(), rest])
            } else {
                Formula::All(vec![self.passes[i].clone(), rest])
            };
        }
        rest
    }
}
