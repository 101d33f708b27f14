//! The lists of rules that groups confer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use portcullis_app::{pool::Busy, rules};
use portcullis_model::{Entitlement, Group, entitlement::Rules, world::contains};
use portcullis_rules::{
    Budget, Effect, RuleList, SlugSet,
    analysis::{Effort, lint::Severity},
};

use crate::pages::{prelude::*, rules::ask};

#[derive(Template)]
#[template(path = "rules/list.html")]
struct RulesPage<'p> {
    page: &'p Page,
    ask: ask::Asked,
    it: List<'p, Row<'p>>,
}

struct Row<'p> {
    entitlement: &'p Entitlement,
    group: &'p Group,
    list: &'p Rules,
    /// What linting says, once the part of the list that is shown has been looked through.
    found: Vec<ui::Chip>,
}

/// What linting has to say of a list.
#[derive(Clone, Copy)]
struct Found {
    /// How many errors, warnings and notes.
    counts: [usize; 3],
    /// Whether it came to an end.
    complete: bool,
}

fn chips(found: Found) -> Vec<ui::Chip> {
    let (bad, warn) = (Some(ui::Level::Bad), Some(ui::Level::Warn));
    let words = [("error", bad), ("warning", warn), ("note", None)];
    let rest = (!found.complete).then(|| ui::Chip::level("not examined", ui::Level::Warn));
    let told = found.counts.into_iter().zip(words);
    let told = told.filter(|(count, _)| *count > 0);
    let told = told.map(|(count, (word, level))| {
        let plural = if count == 1 { "" } else { "s" };
        let label = format!("{count} {word}{plural}");
        match level {
            Some(level) => ui::Chip::level(label, level),
            None => ui::Chip::plain(label),
        }
    });
    rest.into_iter().chain(told).collect()
}

pub(crate) async fn list(State(web): State<Web>, page: Page) -> Result<Response, Failure> {
    let mut it = found(&page);
    let shown = it.rows.iter().map(|row| Arc::clone(&row.list.rules));
    let linted = linted(&web, &page, shown.collect()).await?;
    for (row, found) in it.rows.iter_mut().zip(linted) {
        row.found = chips(found);
    }
    render(&RulesPage {
        page: &page,
        ask: ask::Asked::of(&page),
        it,
    })
}

/// The lists in force, with their groups.
fn in_force(page: &Page) -> Vec<Row<'_>> {
    let all = page.world().entitlements();
    all.filter(|entitlement| entitlement.validity.contains(page.now()))
        .filter_map(|entitlement| {
            Some(Row {
                entitlement,
                group: page.world().group(entitlement.group)?,
                list: Rules::of(&entitlement.grant)?,
                found: Vec::new(),
            })
        })
        .collect()
}

fn found(page: &Page) -> List<'_, Row<'_>> {
    let (query, effect) = (page.query("q"), page.query("effect"));
    let mut found = in_force(page);
    found.retain(|Row { group, list, .. }| {
        (contains(&group.name, &query) || contains(&list.name, &query) || speaks_of(list, &query))
            && match effect.as_str() {
                "deny" => count(list, Effect::Deny) > 0,
                "allow" => count(list, Effect::Deny) == 0,
                _ => true,
            }
    });
    found.sort_by_key(|row| (&row.group.name, &row.list.name));
    let sort = Sort::of(page, "group");
    match sort.by.as_str() {
        "priority" => sort.rows(&mut found, |row| row.list.priority),
        _ if sort.down => found.reverse(),
        _ => {}
    }
    let mut it = List::new(page, "/rules", sort, found, Some);
    it.select(
        "effect",
        "Effect",
        [
            ("", "All lists", ""),
            ("deny", "Some rule denies", ""),
            ("allow", "All rules allow", ""),
        ],
    );
    let told = match effect.as_str() {
        "deny" => "some deny",
        "allow" => "all allow",
        _ => "",
    };
    it.narrowed("Rules", "effect", told);
    it.searched("Text");
    it
}

fn count(list: &Rules, effect: Effect) -> usize {
    let rules = list.rules.0.iter();
    rules.filter(|rule| rule.effect == effect).count()
}

/// Whether a rule names an action or a type of resource like that.
fn speaks_of(list: &Rules, query: &str) -> bool {
    let names = |set: &SlugSet| match set {
        SlugSet::Any => false,
        SlugSet::Only(names) | SlugSet::Except(names) => {
            names.iter().any(|name| contains(name, query))
        }
    };
    let mut rules = list.rules.0.iter();
    rules.any(|rule| names(&rule.types) || names(&rule.actions))
}

/// What is told of a list that nobody had the time to look through.
const UNEXAMINED: Found = Found {
    counts: [0; 3],
    complete: false,
};

/// Each list by its address, which stays its own while it is kept here.
type Kept = HashMap<usize, (Arc<RuleList>, Found)>;

static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

fn kept(list: &Arc<RuleList>) -> Option<Found> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let found = kept.as_ref()?.get(&(Arc::as_ptr(list) as usize));
    found.map(|(_, found)| *found)
}

fn keep(list: &Arc<RuleList>, found: Found) {
    const MOST_KEPT: usize = 2_000;
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_with(HashMap::new);
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert(Arc::as_ptr(list) as usize, (Arc::clone(list), found));
}

/// What linting finds in each list. Lists change rarely and proving takes a while: it is done where
/// nobody else waits for the thread, and what was found is kept.
async fn linted(web: &Web, page: &Page, lists: Vec<Arc<RuleList>>) -> Result<Vec<Found>, Failure> {
    let known: Option<Vec<_>> = lists.iter().map(kept).collect();
    if let Some(known) = known {
        return Ok(known);
    }
    let work = move |budget: &Budget| {
        let looked = lists.iter().map(|list| match kept(list) {
            Some(found) => found,
            None if budget.is_spent() => UNEXAMINED,
            None => {
                let found = lint(list, budget);
                keep(list, found);
                found
            }
        });
        looked.collect()
    };
    let actor = page.viewer.context.actor;
    let done = web.app().pool().run(actor, work).await;
    done.map_err(|Busy| Failure::Busy)
}

fn lint(list: &RuleList, budget: &Budget) -> Found {
    const EFFORT: Effort = Effort {
        steps: 2_000,
        total_steps: 50_000,
        rules: 32,
    };
    /// For one list of all that are shown.
    const STEPS: u64 = 5_000_000;
    let own = Budget::new(STEPS);
    let linted = rules::findings(list, &EFFORT, &own);
    // The own one keeps a long list from taking what the others need.
    let _ = budget.spend(STEPS - own.left());
    let mut counts = [0; 3];
    for finding in linted.findings {
        match finding.severity {
            Severity::Error => counts[0] += 1,
            Severity::Warning => counts[1] += 1,
            Severity::Note => counts[2] += 1,
        }
    }
    Found {
        counts,
        complete: linted.complete,
    }
}
