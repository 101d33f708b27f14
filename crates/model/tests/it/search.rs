//! Search finds what a plain reading of everything would, in the same order; and what people expect
//! of it, written out by hand.

use portcullis_model::{
    Description, Edit, Entitlement, Group, GroupKind, User, World,
    world::{FoundKind, contains},
};
use proptest::prelude::*;

use crate::company::Company;
use crate::records::{NEVER, group, name, user};

/// A word in its letters only; of the accents those that these tests use.
fn plain(text: &str) -> String {
    let lower = text.to_lowercase().replace('ß', "ss");
    let letter = |c| match c {
        'ä' => 'a',
        'é' => 'e',
        'ö' => 'o',
        c => c,
    };
    lower.chars().map(letter).collect()
}

/// The words of a text: each run between spaces, dots and at signs, whole and in its parts.
fn words(text: &str) -> Vec<Vec<String>> {
    let plain = plain(text);
    let runs = plain.split([' ', '.', '@', '\n']);
    let run = |run: &str| {
        let mut words = vec![run.replace(['-', '\''], "")];
        words.extend(run.split(['-', '\'']).map(str::to_owned));
        words.retain(|word| !word.is_empty());
        words
    };
    runs.map(run).filter(|words| !words.is_empty()).collect()
}

fn squeezed(text: &str) -> String {
    let whole: Vec<_> = words(text).into_iter().map(|w| w[0].clone()).collect();
    whole.join(" ")
}

fn rank(names: &[&str], rest: &[&str], query: &str) -> Option<u8> {
    let wanted = words(query);
    if wanted.is_empty() {
        return None;
    }
    let has = |texts: &[&str], same: fn(&str, &str) -> bool| {
        let have: Vec<String> = texts.iter().flat_map(|t| words(t)).flatten().collect();
        let any = |text: &String| have.iter().any(|word| same(word, text));
        wanted
            .iter()
            .all(|token| any(&token[0]) || token.len() > 1 && token[1..].iter().all(any))
    };
    let all: Vec<&str> = names.iter().chain(rest).copied().collect();
    let begins = |word: &str, text: &str| word.starts_with(text);
    let query = squeezed(query);
    let called = |same: fn(&str, &str) -> bool| names.iter().any(|n| same(&squeezed(n), &query));
    if called(|name, query| name == query) {
        Some(0)
    } else if called(|name, query| name.starts_with(query)) {
        Some(1)
    } else if has(names, begins) {
        Some(2)
    } else if has(&all, begins) {
        Some(3)
    } else if has(&all, |word, text| word.contains(text)) {
        Some(4)
    } else {
        None
    }
}

fn naive(world: &World, query: &str, kinds: &[FoundKind], most: usize) -> Vec<(FoundKind, String)> {
    let mut all = Vec::new();
    for user in world.users() {
        let rest: Vec<String> = user
            .email
            .iter()
            .map(|email| email.to_string())
            .chain(user.attributes.values().map(|value| match value {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            }))
            .collect();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let mut rank = rank(&[&user.login, &user.name], &rest, query);
        if user.email.as_deref() == Some(query) {
            rank = Some(0);
        }
        all.extend(rank.map(|rank| (rank, FoundKind::User, user.name.to_string())));
    }
    for group in world.groups() {
        let kind = if group.is_role() {
            FoundKind::Role
        } else {
            FoundKind::Group
        };
        let mut rest = vec![group.description.as_str()];
        rest.extend(world.entitlements_of(group.id).map(|e| e.grant.label()));
        let rank = rank(&[&group.name], &rest, query);
        all.extend(rank.map(|rank| (rank, kind, group.name.to_string())));
    }
    for app in world.apps() {
        let rank = rank(&[&app.name], &[&app.description], query);
        all.extend(rank.map(|rank| (rank, FoundKind::App, app.name.to_string())));
    }
    for tag in world.tags() {
        let rank = rank(&[&tag.name], &[&tag.description], query);
        all.extend(rank.map(|rank| (rank, FoundKind::Tag, tag.name.to_string())));
    }
    all.retain(|(_, kind, _)| kinds.contains(kind));
    // Inside of words is looked where nothing begins with them.
    if all.iter().any(|(rank, ..)| *rank < 4) {
        all.retain(|(rank, ..)| *rank < 4);
    }
    all.sort_by_key(|(rank, kind, name)| (*rank, name.to_lowercase(), *kind));
    let mut kept = Vec::new();
    for (_, kind, label) in all {
        if kept.iter().filter(|(other, _)| *other == kind).count() < most {
            kept.push((kind, label));
        }
    }
    kept
}

fn labels(world: &World, query: &str, kinds: &[FoundKind]) -> Vec<String> {
    let found = world.find(query, kinds, 50);
    found.iter().map(|found| found.label.to_owned()).collect()
}

fn is_found_as_read(world: &World, query: &str) -> Result<(), TestCaseError> {
    for (kinds, most) in [
        (&FoundKind::ALL[..], 3),
        (&FoundKind::ALL[..], 100),
        (&[FoundKind::User], 100),
        (&[FoundKind::Role, FoundKind::Group], 2),
    ] {
        let found = world.find(query, kinds, most);
        let mut found: Vec<_> = found.iter().map(|f| (f.kind, f.label.to_owned())).collect();
        let mut wanted = naive(world, query, kinds, most);
        // Equals of several kinds may stand in any order.
        let labels = |all: &[(FoundKind, String)]| -> Vec<String> {
            all.iter().map(|(_, label)| label.clone()).collect()
        };
        prop_assert_eq!(labels(&found), labels(&wanted), "{} {:?}", query, kinds);
        found.sort();
        wanted.sort();
        prop_assert_eq!(found, wanted, "{} {:?}", query, kinds);
    }
    Ok(())
}

fn described(called: &str, says: &str) -> Group {
    Group {
        description: Description::parse(says).unwrap(),
        ..group(called, GroupKind::Group)
    }
}

fn person(login: &str, called: &str, title: &str) -> User {
    let mut person = user(login);
    person.name = name(called);
    if !title.is_empty() {
        person.attributes = [("Title".to_owned(), title.into())].into();
    }
    person
}

#[test]
fn words_are_found_in_any_order_by_their_beginnings_without_accents_and_hyphens() {
    let c = Company::new()
        .has(Edit::create(person("jlg", "Jean-Luc Godard", "Director")))
        .has(Edit::create(person("zoe", "Zoë Strauß", "Head of Payroll")))
        .has(Edit::create(person("iz", "İpek Łukasz", "")))
        .has(Edit::create(person(
            "ob",
            "Una O'Brien",
            "Software Engineer",
        )))
        .role("Role-Accountant")
        .role("Role-Chief-Accountant")
        .has(Edit::create(described(
            "Wages",
            "who runs the payroll each month",
        )))
        .group("E-mail admins")
        .group("C++ guild")
        .group("Legal")
        .confers("Legal", "contracts.sign");
    let all = |query: &str| labels(&c.world, query, &FoundKind::ALL);
    for (query, wanted) in [
        ("god jea", &["Jean-Luc Godard"][..]),
        ("jeanluc", &["Jean-Luc Godard"]),
        ("Jean Luc", &["Jean-Luc Godard"]),
        ("jean-luc", &["Jean-Luc Godard"]),
        ("director godard", &["Jean-Luc Godard"]),
        ("ZOE", &["Zoë Strauß"]),
        ("zoë", &["Zoë Strauß"]),
        ("Zoe\u{308}", &["Zoë Strauß"]),
        ("strauss", &["Zoë Strauß"]),
        ("STRAUẞ", &["Zoë Strauß"]),
        ("ipek lukasz", &["İpek Łukasz"]),
        ("obrien", &["Una O'Brien"]),
        ("o\u{2019}brien", &["Una O'Brien"]),
        ("engineer soft", &["Una O'Brien"]),
        ("accountant", &["Role-Accountant", "Role-Chief-Accountant"]),
        (
            "role accountant",
            &["Role-Accountant", "Role-Chief-Accountant"],
        ),
        ("email", &["E-mail admins"]),
        ("c++", &["C++ guild"]),
        ("sign contracts", &["Legal"]),
        // In a name before elsewhere; elsewhere by name.
        ("payroll", &["Wages", "Zoë Strauß"]),
        ("lu", &["İpek Łukasz", "Jean-Luc Godard"]),
        // Inside of words only where none begins so.
        ("tants", &[]),
        ("ountant", &["Role-Accountant", "Role-Chief-Accountant"]),
        ("godard zoe", &[]),
        ("  ", &[]),
        ("_", &[]),
    ] {
        let mut found = all(query);
        if query == "lu" {
            found.sort_by_key(|label| !label.starts_with('İ'));
        }
        assert_eq!(found, wanted, "{query}");
    }
}

#[test]
fn the_best_comes_first() {
    let c = Company::new()
        .has(Edit::create(person("pay", "Zed", "")))
        .has(Edit::create(person("zz", "Paysan", "")))
        .has(Edit::create(person("mm", "Ada Payne", "")))
        .has(Edit::create(person("nn", "Abe", "Pay clerk")));
    let people = labels(&c.world, "pay", &[FoundKind::User]);
    assert_eq!(people, ["Zed", "Paysan", "Ada Payne", "Abe"]);
    // A whole address is a name, however many others have the same domain.
    let found = c.world.find("nn@example.com", &[FoundKind::User], 1);
    assert_eq!(found[0].key, "nn");
}

#[test]
fn what_is_long_is_found_to_its_last_letter() {
    let long = "Donaudampfschifffahrtsgesellschaft";
    let c = Company::new()
        .group(&format!("{long}skapitäne"))
        .group(&format!("{long}smatrosen"));
    let found = |query: &str| labels(&c.world, query, &FoundKind::ALL).len();
    assert_eq!(found(long), 2);
    assert_eq!(found(&format!("{long}skap")), 1);
    assert_eq!(found("gesellschaftsmat"), 1);
    assert_eq!(found(&format!("{long}x")), 0);
}

#[test]
fn what_changed_is_found_as_it_is_now() {
    let c = Company::new()
        .user("ben")
        .group("Plan")
        .confers("Plan", "budget.read")
        .confers("Plan", "budget.write");
    let before = c.the_group("Plan");
    let after = Group {
        name: name("Role-Ännchen"),
        kind: GroupKind::Role,
        description: Description::parse("who plans\nand an anchor").unwrap(),
        ..before.clone()
    };
    let c = c.has(Edit::update(before, after));
    let all = |c: &Company, query: &str| labels(&c.world, query, &FoundKind::ALL);
    assert_eq!(all(&c, "role ann anchor budget"), ["Role-Ännchen"]);
    assert!(all(&c, "plan").len() == 1 && all(&c, "plan x").is_empty());
    assert!(c.world.find("ann", &[FoundKind::Group], 9).is_empty());
    let read = c
        .world
        .entitlements()
        .find(|e| e.grant.label() == "budget.read");
    let c = c.has(Edit::end(read.unwrap().clone()));
    assert_eq!(all(&c, "budget"), ["Role-Ännchen"]);
    assert!(all(&c, "read").is_empty());
    let c = c.has(Edit::end(user("ben")));
    assert!(all(&c, "ben").is_empty());
}

/// What is made, renamed and ended at random, out of few words, so that they meet.
fn text() -> impl Strategy<Value = String> {
    "(a|ab|bé|Äb|ba-c|b'a|abc)( |-|)(a|cab|Straße|strass|c)( a| ab-c|)"
}

#[derive(Clone, Debug)]
enum Step {
    User(u8, String, String),
    Group(u8, String, String, bool),
    Confer(u8, String),
    EndUser(u8),
    EndConferred(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..6u8, text(), text()).prop_map(|(n, name, title)| Step::User(n, name, title)),
        (0..6u8, text(), text(), any::<bool>()).prop_map(|(n, a, b, c)| Step::Group(n, a, b, c)),
        (0..6u8, "(a|b|ab|ca)[.](a|c|bc)").prop_map(|(n, name)| Step::Confer(n, name)),
        (0..6u8).prop_map(Step::EndUser),
        any::<u8>().prop_map(Step::EndConferred),
    ]
}

impl Step {
    fn on(self, c: Company) -> Company {
        match self {
            Self::User(n, called, title) => {
                let login = format!("u{n}");
                let after = person(&login, &called, &title);
                match c.world.find_user(&login).cloned() {
                    Some(before) => c.has(Edit::update(before, after)),
                    None => c.has(Edit::create(after)),
                }
            }
            Self::Group(n, called, says, is_role) => {
                let first = group(&format!("group {n}"), GroupKind::Group);
                let kind = if is_role {
                    GroupKind::Role
                } else {
                    GroupKind::Group
                };
                let after = Group {
                    name: name(&format!("{called} {n}")),
                    description: Description::parse(&says).unwrap(),
                    kind,
                    ..first.clone()
                };
                match c.world.group(first.id).cloned() {
                    Some(before) => c.has(Edit::update(before, after)),
                    None => c.has(Edit::create(after)),
                }
            }
            Self::Confer(n, permission) => {
                let first = format!("group {n}");
                let id = group(&first, GroupKind::Group).id;
                let said = |e: &Entitlement| e.grant.label() == permission;
                let there = c.world.entitlements_of(id).any(said);
                if there || c.world.group(id).is_none() {
                    return c;
                }
                let fact = c.entitlement(&first, &permission, NEVER);
                c.has(Edit::create(fact))
            }
            Self::EndUser(n) => match c.world.find_user(&format!("u{n}")).cloned() {
                Some(user) => c.has(Edit::end(user)),
                None => c,
            },
            Self::EndConferred(n) => {
                let all: Vec<_> = c.world.entitlements().cloned().collect();
                match all.len() {
                    0 => c,
                    len => c.has(Edit::end(all[usize::from(n) % len].clone())),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn search_finds_what_a_plain_reading_does(
        steps in prop::collection::vec(step(), 0..25),
        queries in prop::collection::vec("(a|b|ab|ca|strass|É|u1|exam|c|ba)( |-|)(a|c|b|ß|ab|)( a|)", 6),
    ) {
        let c = steps.into_iter().fold(Company::new(), |c, step| step.on(c));
        for query in &queries {
            is_found_as_read(&c.world, query)?;
        }
    }

    #[test]
    fn a_text_contains_words_in_any_order(text in "[a-cA-CäÄß' -]{0,9}", query in "[a-cA-CäÄß -]{0,4}") {
        let have: Vec<String> = words(&text).into_iter().flatten().collect();
        let any = |text: &String| have.iter().any(|word| word.contains(text.as_str()));
        let wanted = words(&query);
        let all = wanted.iter().all(|token| any(&token[0]) || token.len() > 1 && token[1..].iter().all(any));
        let nothing = !query.trim().is_empty() && wanted.is_empty();
        prop_assert_eq!(contains(&text, &query), all && !nothing);
    }
}
