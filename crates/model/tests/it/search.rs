//! Search finds what a plain reading of every name would, in the same order.

use portcullis_model::{Description, Edit, GroupKind, World, world::FoundKind};
use proptest::prelude::*;

use crate::company::Company;
use crate::records::name;

fn naive(world: &World, query: &str, most: usize) -> Vec<(FoundKind, String)> {
    let query = query.trim().to_lowercase();
    let rank = |text: &str| {
        let text = text.to_lowercase();
        let at = text.find(&query)?;
        let word = !text[..at].ends_with(char::is_alphanumeric);
        Some(match (at, text.len() == query.len()) {
            (0, true) => 0,
            (0, false) => 1,
            _ if word => 2,
            _ => 3,
        })
    };
    let ranked = |names: &[&str], hidden: &str| {
        let best = names.iter().filter_map(|name| rank(name)).min();
        best.or_else(|| hidden.to_lowercase().contains(&query).then_some(4))
    };
    let mut all = Vec::new();
    for user in world.users() {
        let hidden = user.email.as_deref().unwrap_or_default();
        let rank = ranked(&[&user.login, &user.name], hidden);
        all.extend(rank.map(|rank| (rank, FoundKind::User, user.name.to_string())));
    }
    for group in world.groups() {
        let kind = if group.is_role() {
            FoundKind::Role
        } else {
            FoundKind::Group
        };
        let rank = ranked(&[&group.name], &group.description);
        all.extend(rank.map(|rank| (rank, kind, group.name.to_string())));
    }
    for app in world.apps() {
        let rank = ranked(&[&app.name], &app.description);
        all.extend(rank.map(|rank| (rank, FoundKind::App, app.name.to_string())));
    }
    for tag in world.tags() {
        let rank = ranked(&[&tag.name], &tag.description);
        all.extend(rank.map(|rank| (rank, FoundKind::Tag, tag.name.to_string())));
    }
    all.sort_by(|(a, _, x), (b, _, y)| (a, x.len(), x).cmp(&(b, y.len(), y)));
    let mut kept = Vec::new();
    for (_, kind, label) in all {
        if kept.iter().filter(|(other, _)| *other == kind).count() < most {
            kept.push((kind, label));
        }
    }
    kept
}

fn company() -> Company {
    let mut c = Company::new()
        .app("Anna's App", "root")
        .tag("an animal", Default::default())
        .tag("Ärger", Default::default());
    for n in 0..90 {
        c = c.user(&format!("anna{n}")).group(&format!("Plan {n}"));
        if n % 7 == 0 {
            c = c.role(&format!("Role-Banana-{n}"));
        }
    }
    // What is renamed, changes kind or is gone is found as it is now.
    let before = c.the_group("Plan 3");
    let mut after = before.clone();
    after.kind = GroupKind::Role;
    after.name = name("Role-Ännchen");
    after.description = Description::parse("who plans\nand an anchor").unwrap();
    let (gone, left) = (c.the_group("Plan 4"), crate::records::user("anna5"));
    c.has(Edit::update(before, after))
        .has(Edit::end(gone))
        .has(Edit::end(left))
}

#[test]
fn search_finds_the_best_of_each_kind() {
    let c = company();
    for query in [
        "an", "anna1", "PLAN 1", "role-", "än", "ch", "anna5@", "@example", "an a", " an ",
    ] {
        for most in [1, 3, 10, 500] {
            let found = c.world.search(query, most);
            let found: Vec<_> = found.iter().map(|f| (f.kind, f.label.to_owned())).collect();
            let mut wanted = naive(&c.world, query, most);
            // Equals may stand in any order of kinds.
            let order = |(kind, label): &(FoundKind, String)| (*kind, label.clone());
            let mut found_sorted = found;
            found_sorted.sort_by_key(order);
            wanted.sort_by_key(order);
            assert_eq!(found_sorted, wanted, "{query} {most}");
        }
    }
    assert!(c.world.search("  ", 5).is_empty());
    assert_eq!(c.world.search("anna7", 1)[0].key, "anna7");
}

proptest! {
    #[test]
    fn contains_is_what_lower_case_says(text in "[a-cA-CäÄß ]{0,8}", query in "[a-cA-CäÄß]{0,3}") {
        let plain = text.to_lowercase().contains(&query.to_lowercase());
        prop_assert_eq!(portcullis_model::world::contains(&text, &query), plain);
    }
}
