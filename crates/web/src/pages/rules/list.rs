//! The lists of rules that groups confer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use portcullis_app::rules;
use portcullis_model::{Entitlement, Group, entitlement::Rules, world::contains};
use portcullis_rules::{
    Budget, Effect, RuleList, SlugSet,
    analysis::{Effort, lint::Severity},
};

use crate::pages::{prelude::*, rules::ask};

#[derive(Template)]
#[template(path = "rules/list.html")]
struct RulesPage<'p> {
    shell: ui::Shell,
    ask: ask::Asked,
    it: List<'p, Row>,
}

struct Row {
    list: ui::Entity,
    group: ui::Entity,
    priority: i32,
    rules: usize,
    allows: usize,
    denies: usize,
    found: Vec<ui::Chip>,
    ends: ui::ExpiryPill,
}

/// How many findings linting has, by how much they matter.
#[derive(Clone, Copy, Default)]
struct Found {
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Found {
    fn chips(self) -> Vec<ui::Chip> {
        let told = |count: usize, word: &str, level| {
            let plural = if count == 1 { "" } else { "s" };
            let label = format!("{count} {word}{plural}");
            let chip = match level {
                Some(level) => ui::Chip::level(label, level),
                None => ui::Chip::plain(label),
            };
            (count > 0).then_some(chip)
        };
        let all = [
            told(self.errors, "error", Some(ui::Level::Bad)),
            told(self.warnings, "warning", Some(ui::Level::Warn)),
            told(self.notes, "note", None),
        ];
        all.into_iter().flatten().collect()
    }
}

pub(crate) async fn list(page: Page) -> Result<Response, Failure> {
    render(&RulesPage {
        shell: page.shell(),
        ask: ask::Asked::of(&page),
        it: found(&page),
    })
}

/// A list of rules and the group that confers it.
type Conferred<'p> = (&'p Group, &'p Entitlement, &'p Rules);

/// The lists in force, with their groups.
fn in_force(page: &Page) -> Vec<Conferred<'_>> {
    let all = page.world().entitlements();
    all.filter(|entitlement| entitlement.validity.contains(page.now()))
        .filter_map(|entitlement| {
            let list = Rules::of(&entitlement.grant)?;
            Some((page.world().group(entitlement.group)?, entitlement, list))
        })
        .collect()
}

fn found(page: &Page) -> List<'_, Row> {
    let (query, effect) = (page.query("q"), page.query("effect"));
    let mut found = in_force(page);
    found.retain(|(group, _, list)| {
        (contains(&group.name, &query) || contains(&list.name, &query) || speaks_of(list, &query))
            && match effect.as_str() {
                "deny" => count(list, Effect::Deny) > 0,
                "allow" => count(list, Effect::Deny) == 0,
                _ => true,
            }
    });
    found.sort_by(|(a, _, x), (b, _, y)| (&a.name, &x.name).cmp(&(&b.name, &y.name)));
    let sort = Sort::of(page, "group");
    match sort.by.as_str() {
        "priority" => sort.rows(&mut found, |(.., list)| list.priority),
        _ if sort.down => found.reverse(),
        _ => {}
    }
    let mut it = List::new(page, "/rules", sort, found).map(|found| row(page, found));
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

fn row(page: &Page, (group, entitlement, list): Conferred<'_>) -> Row {
    Row {
        list: convert::entitlement(entitlement),
        group: convert::group(group),
        priority: list.priority,
        rules: list.rules.0.len(),
        allows: count(list, Effect::Allow),
        denies: count(list, Effect::Deny),
        found: findings(&list.rules).chips(),
        ends: convert::ends(entitlement.validity.until, page.now()),
    }
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

/// What linting finds. Lists change rarely and proving takes a while: what was found is kept.
fn findings(list: &Arc<RuleList>) -> Found {
    static KEPT: Mutex<Option<Kept>> = Mutex::new(None);
    /// Each list by its address, which stays its own while it is kept here.
    type Kept = HashMap<usize, (Arc<RuleList>, Found)>;
    const MOST_KEPT: usize = 2_000;
    const EFFORT: Effort = Effort {
        steps: 2_000,
        total_steps: 50_000,
        rules: 32,
    };
    /// For one list: some hundred milliseconds, once.
    const STEPS: u64 = 5_000_000;
    let key = Arc::as_ptr(list) as usize;
    {
        let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = kept.as_ref().and_then(|kept| kept.get(&key)) {
            return *found;
        }
    }
    let mut found = Found::default();
    for finding in rules::findings(list, &EFFORT, &Budget::new(STEPS)) {
        match finding.severity {
            Severity::Error => found.errors += 1,
            Severity::Warning => found.warnings += 1,
            Severity::Note => found.notes += 1,
        }
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_with(HashMap::new);
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert(key, (Arc::clone(list), found));
    found
}
