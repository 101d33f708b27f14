//! What holds of every plan.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod planned;

use std::collections::{BTreeMap, BTreeSet};

use planned::*;
use portcullis_code::{Cause, Directory, Plan, Repository, plan};
use proptest::prelude::*;

type Files = Vec<(String, String)>;
type Held = BTreeMap<(String, String), BTreeSet<String>>;

fn read(files: &Files) -> Repository {
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    repository(&files)
}

/// A small repository: three permissions and three groups, of which each names only later ones.
fn files() -> impl Strategy<Value = Files> {
    let who = |list: usize| {
        (0..8_usize, 0..4_usize).prop_map(move |(who, how)| {
            let text = match who {
                0..=2 => format!("p{who}@x.com"),
                3 => "SEEK-Jobs/testers".to_owned(),
                4 => "SEEK-Jobs".to_owned(),
                _ if who - 4 > list => format!("./groups/g{}", who - 4),
                _ => "Ana@x.com".to_owned(),
            };
            match (list, how) {
                (0, 0) => format!("{{devOnly: {text}}}"),
                (0, 1) => format!("{{to: {text}, until: 2027-01-31}}"),
                (1.., 0) => format!("{{except: {text}}}"),
                _ => text,
            }
        })
    };
    let list = move |list| {
        prop::collection::vec(who(list), 0..4).prop_map(|all| format!("[{}]", all.join(", ")))
    };
    let permission = || prop::option::weighted(0.8, list(0));
    let permissions = (permission(), permission(), permission()).prop_map(|(a, b, c)| {
        let all = [("A", a), ("B", b), ("C", c)];
        let all = all
            .into_iter()
            .filter_map(|(key, list)| Some(format!("{key}: {}\n", list?)));
        let text: String = all.collect();
        if text.is_empty() {
            "{}\n".to_owned()
        } else {
            text
        }
    });
    (permissions, list(1), list(2), list(3)).prop_map(|(permissions, a, b, c)| {
        let group = |n: usize, list: String| {
            (
                format!("config/groups/g{n}/group.yaml"),
                format!("members: {list}\n"),
            )
        };
        vec![
            ("config/permissions.yaml".to_owned(), permissions),
            group(1, a),
            group(2, b),
            group(3, c),
        ]
    })
}

fn people() -> impl Strategy<Value = String> {
    prop::sample::subsequence(vec![r#""ana""#, r#""ben""#, r#""cy""#, r#""dee""#], 0..=4)
        .prop_map(|all| DIRECTORY.replace(r#"["ben","cy"]"#, &format!("[{}]", all.join(","))))
}

fn held(repository: &Repository, directory: &Directory) -> Held {
    let (access, _) = repository.access(Some(directory), now()).unwrap();
    let mut all = Held::new();
    for environment in ["dev", "prod"] {
        for (key, holders) in access.resolved(environment).permissions {
            let holders: BTreeSet<String> = holders.iter().map(ToString::to_string).collect();
            if !holders.is_empty() {
                all.insert((environment.to_owned(), key), holders);
            }
        }
    }
    all
}

fn applied(plan: &Plan, mut held: Held) -> Held {
    for effect in &plan.effects {
        let key = (effect.environment.clone(), effect.permission.clone());
        let holders = held.entry(key.clone()).or_default();
        assert_eq!(holders.len(), effect.before);
        for person in effect.losing() {
            assert!(holders.remove(&**person), "{person} did not hold {key:?}");
        }
        for person in effect.gaining() {
            assert!(holders.insert(person.to_string()), "{person} held {key:?}");
        }
        assert_eq!(holders.len(), effect.after);
        if holders.is_empty() {
            held.remove(&key);
        }
    }
    held
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_becomes_of_nothing(files in files()) {
        let repository = read(&files);
        let plan = planned(&repository, &repository);
        prop_assert!(plan.is_empty());
        prop_assert_eq!(plan.verdict().exit_code(), 0);
    }

    #[test]
    fn what_was_with_the_plan_is_what_is_to_be(a in files(), b in files(), before in people(), after in people()) {
        let (base, head) = (read(&a), read(&b));
        let (before, after) = (directory(&before), directory(&after));
        let mut inputs = inputs(&base, &head);
        inputs.before = Some(&before);
        inputs.directory = Some(&after);
        let plan = plan(&inputs).unwrap();
        prop_assert_eq!(applied(&plan, held(&base, &before)), held(&head, &after));
        for effect in &plan.effects {
            let gaining: BTreeSet<_> = effect.gaining().collect();
            let losing: BTreeSet<_> = effect.losing().collect();
            prop_assert!(gaining.is_disjoint(&losing));
            prop_assert!(effect.gains.iter().chain(&effect.losses).all(|it| !it.via.is_empty()));
            if effect.cause == Cause::Directory {
                let both = effect.gains.iter().chain(&effect.losses);
                prop_assert!(both.flat_map(|it| &it.via).all(|step| step.change.is_none()));
            }
        }
        prop_assert_eq!(Plan::read(plan.json().as_bytes()).unwrap(), plan);
    }

    #[test]
    fn the_order_of_files_does_not_matter(a in files(), b in files()) {
        let turned: Files = b.iter().rev().cloned().collect();
        prop_assert_eq!(planned(&read(&a), &read(&b)), planned(&read(&a), &read(&turned)));
    }
}
