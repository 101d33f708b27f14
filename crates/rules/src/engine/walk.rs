//! Visiting rules in their order in the list, all of them or those the index finds, without touching
//! the heap.

use super::index::Route;
use super::program::{Resource, Silent};
use super::{Inner, decides};
use crate::naive::{Attributes, Decision};
use crate::syntax::{Rule, SlugSet};

/// Runs of rules that are merged on the stack; with more, the rules are marked in a set.
const RUNS: usize = 16;

const END: u32 = u32::MAX;

/// Ascending runs of rule numbers, merged.
struct Runs<'e> {
    runs: [&'e [u32]; RUNS],
    len: usize,
    overflow: bool,
}

impl<'e> Runs<'e> {
    #[inline]
    fn new() -> Self {
        Self {
            runs: [&[]; RUNS],
            len: 0,
            overflow: false,
        }
    }

    #[inline]
    fn push(&mut self, run: &'e [u32]) {
        if run.is_empty() {
            return;
        }
        match self.runs.get_mut(self.len) {
            Some(room) => {
                *room = run;
                self.len += 1;
            }
            None => self.overflow = true,
        }
    }

    #[inline]
    fn peek(&self) -> u32 {
        let heads = self.runs[..self.len].iter().filter_map(|run| run.first());
        heads.copied().min().unwrap_or(END)
    }

    #[inline]
    fn skip_past(&mut self, rule: u32) {
        for run in &mut self.runs[..self.len] {
            while let Some((&first, rest)) = run.split_first()
                && first <= rule
            {
                *run = rest;
            }
        }
    }
}

impl Inner {
    /// The answer, looking at every rule.
    #[inline]
    pub(super) fn walk_directly<A: Attributes + ?Sized>(
        &self,
        action: &str,
        resource_type: &str,
        attributes: &A,
    ) -> Decision {
        let mut resource = Resource::new(&self.program, attributes);
        for (i, (rule, compiled)) in self.list.0.iter().zip(&self.compiled).enumerate() {
            if !names(rule, action, resource_type) {
                continue;
            }
            let truth = self
                .program
                .holds(compiled.root, &mut resource, &mut Silent);
            if decides(compiled.effect, truth) {
                return Decision {
                    effect: compiled.effect,
                    rule: Some(i),
                };
            }
        }
        Decision::DEFAULT
    }

    /// The answer, looking only at rules the index finds.
    pub(super) fn walk<A: Attributes + ?Sized>(
        &self,
        route: &Route<'_>,
        attributes: &A,
    ) -> Decision {
        let mut resource = Resource::new(&self.program, attributes);
        let mut runs = Runs::new();
        route.values(&mut resource, &mut |run| runs.push(run));
        // Patterns are looked at only if no cheaper rule before them decides.
        let mut texts_from = route.texts_from();
        loop {
            if runs.overflow {
                return self.walk_slowly(route, resource);
            }
            let rule = runs.peek();
            if rule >= texts_from && texts_from != END {
                let patterns = &self.program.patterns;
                let mut push = |run| runs.push(run);
                texts_from = route.texts(texts_from, patterns, &mut resource, &mut push);
                continue;
            }
            if rule == END {
                return Decision::DEFAULT;
            }
            if let Some(decision) = self.visit(rule, route, &mut resource) {
                return decision;
            }
            runs.skip_past(rule);
        }
    }

    #[inline]
    fn visit<A: Attributes + ?Sized>(
        &self,
        number: u32,
        route: &Route<'_>,
        resource: &mut Resource<'_, A>,
    ) -> Option<Decision> {
        let rule = &self.compiled[number as usize];
        if !rule.kinds.contain(route.kind) || !rule.actions.contain(route.action) {
            return None;
        }
        let truth = self.program.holds(rule.root, resource, &mut Silent);
        decides(rule.effect, truth).then_some(Decision {
            effect: rule.effect,
            rule: Some(number as usize),
        })
    }

    /// As `walk`, for more runs than fit: marks all rules found, then visits them in order.
    #[cold]
    fn walk_slowly<A: Attributes + ?Sized>(
        &self,
        route: &Route<'_>,
        mut resource: Resource<'_, A>,
    ) -> Decision {
        let mut marks = self.marks.get();
        marks.clear();
        marks.resize(self.compiled.len().div_ceil(64), 0);
        let mut push = |run: &[u32]| {
            for &rule in run {
                marks[rule as usize / 64] |= 1 << (rule % 64);
            }
        };
        route.values(&mut resource, &mut push);
        let mut from = route.texts_from();
        while from != END {
            from = route.texts(from, &self.program.patterns, &mut resource, &mut push);
        }
        for (word, &marks) in (0..).zip(marks.iter()) {
            let mut left = marks;
            while left != 0 {
                let rule = word * 64 + left.trailing_zeros();
                left &= left - 1;
                if let Some(decision) = self.visit(rule, route, &mut resource) {
                    return decision;
                }
            }
        }
        Decision::DEFAULT
    }
}

#[inline]
fn names(rule: &Rule, action: &str, resource_type: &str) -> bool {
    let contains = |set: &SlugSet, name: &str| match set {
        SlugSet::Only(names) if names.len() == 1 => *names.as_slice()[0] == *name,
        set => set.contains(name),
    };
    contains(&rule.types, resource_type) && contains(&rule.actions, action)
}
