//! The lists of rules that groups confer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use askama::Template;
use axum::response::Response;
use portcullis_app::rules;
use portcullis_model::{Entitlement, Group, World, entitlement::Rules, world::contains};
use portcullis_rules::{
    Effect, RuleList, SlugSet,
    analysis::{Effort, lint::Severity},
};

use crate::{
    error::Failure,
    pages::{
        convert,
        frame::{Page, render},
        parts::{Sort, column, cut, filter},
        rules::ask,
    },
    ui,
};

#[derive(Template)]
#[template(path = "rules/list.html")]
struct RulesPage {
    shell: ui::Shell,
    ask: ask::Asked,
    query: String,
    effect: String,
    effects: Vec<ui::Choice>,
    filters: Vec<ui::Filter>,
    group: ui::Column,
    priority: ui::Column,
    rows: Vec<Row>,
    pages: ui::Pages,
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
        let told = |count: usize, word: &str| {
            format!("{count} {word}{}", if count == 1 { "" } else { "s" })
        };
        let mut chips = Vec::new();
        if self.errors > 0 {
            chips.push(ui::Chip::level(told(self.errors, "error"), ui::Level::Bad));
        }
        if self.warnings > 0 {
            chips.push(ui::Chip::level(
                told(self.warnings, "warning"),
                ui::Level::Warn,
            ));
        }
        if self.notes > 0 {
            chips.push(ui::Chip::plain(told(self.notes, "note")));
        }
        chips
    }
}

pub(crate) async fn list(page: Page) -> Result<Response, Failure> {
    render(&shown(&page))
}

/// The lists in force, with their groups.
fn in_force<'p>(page: &'p Page, world: &'p World) -> Vec<(&'p Group, &'p Entitlement, &'p Rules)> {
    let now = page.now();
    world
        .entitlements()
        .filter(|entitlement| entitlement.validity.contains(now))
        .filter_map(|entitlement| {
            let list = entitlement.grant.rules()?;
            Some((world.group(entitlement.group)?, entitlement, list))
        })
        .collect()
}

fn shown(page: &Page) -> RulesPage {
    let (query, effect) = (page.query("q"), page.query("effect"));
    let mut found = in_force(page, page.world());
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
    let (rows, pages) = cut(page, found);
    let mut filters = Vec::new();
    match effect.as_str() {
        "deny" => filters.push(filter(page, "Rules", "effect", "some deny")),
        "allow" => filters.push(filter(page, "Rules", "effect", "all allow")),
        _ => {}
    }
    if !query.is_empty() {
        filters.push(filter(page, "Text", "q", query.as_str()));
    }
    let row = |(group, entitlement, list): (&Group, &Entitlement, &Rules)| Row {
        list: ui::Entity::new(
            ui::EntityKind::Rule,
            &*list.name,
            convert::list_href(entitlement),
        ),
        group: convert::group(group),
        priority: list.priority,
        rules: list.rules.0.len(),
        allows: count(list, Effect::Allow),
        denies: count(list, Effect::Deny),
        found: findings(&list.rules).chips(),
        ends: convert::ends(entitlement.validity.until, page.now()),
    };
    RulesPage {
        shell: page.shell(),
        ask: ask::Asked::of(page),
        query,
        effect,
        effects: vec![
            ui::Choice::new("", "All lists"),
            ui::Choice::new("deny", "Some rule denies"),
            ui::Choice::new("allow", "All rules allow"),
        ],
        filters,
        group: column(page, "Group", "group", "group"),
        priority: column(page, "Priority", "priority", "group"),
        rows: rows.into_iter().map(row).collect(),
        pages,
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
    let key = Arc::as_ptr(list) as usize;
    {
        let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = kept.as_ref().and_then(|kept| kept.get(&key)) {
            return *found;
        }
    }
    let mut found = Found::default();
    for finding in rules::findings(list, &EFFORT) {
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
