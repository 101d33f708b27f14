//! DynamoDB filter expressions select what deciding allows or more, judged by the service's
//! documented rules for comparing typed items.

mod item;

use std::collections::BTreeMap;

use portcullis_rules::partial::{Exactness, Known, Selection, partial_with};
use portcullis_rules::{Value, naive};

use crate::worlds::{Random, Vocabulary};
use item::selects;

const STORED: Vocabulary = Vocabulary {
    attributes: &["x", "y", "z"],
    lists: &["tags", "subject.tags"],
};

type Attributes = BTreeMap<String, Value>;

fn expressions_select_what_deciding_allows(seed: u64, lists: usize) -> usize {
    let random = &mut Random(seed);
    let mut exact = 0;
    for _ in 0..lists {
        let rules = if random.one_in(3) {
            STORED.rules(random, 4)
        } else {
            STORED.bare(random)
        };
        let known = Attributes::from([("subject.tags".to_owned(), STORED.list(random))]);
        let complete = Known::new(&known).complete_under("subject.");
        let filter = partial_with(&rules, "a", "b", &complete);
        let query = filter.to_dynamo();
        let text = format!("{query:?}");
        assert!(
            query
                .names
                .keys()
                .chain(query.values.keys())
                .all(|k| text.contains(k.as_str()))
        );
        exact += usize::from(query.exactness == Exactness::Exact);
        for _ in 0..20 {
            let mut item = STORED.resource(random);
            item.remove("subject.tags");
            let mut all = item.clone();
            all.extend(known.clone());
            let allowed =
                naive::decide(&rules, "a", "b", &all).is_ok_and(naive::Decision::is_allow);
            let selected = selects(&query, &item);
            let right = match query.exactness {
                Exactness::Exact => selected == allowed,
                Exactness::Superset => selected || !allowed,
            };
            assert!(
                right,
                "allowed {allowed}, selected {selected}\n{}\n{item:?}\n{query:?}",
                rules.to_json()
            );
        }
    }
    exact
}

#[test]
fn expressions_select_what_deciding_allows_or_more() {
    let exact = expressions_select_what_deciding_allows(12, 1000);
    assert!(exact > 250, "only {exact} expressions were exact");
}

#[test]
#[ignore = "a million items; run in release"]
fn expressions_select_what_deciding_allows_or_more_a_million_times() {
    expressions_select_what_deciding_allows(13, 50_000);
}

#[test]
fn an_expression_over_the_limits_selects_everything() {
    let many: Vec<String> = (0..5000).map(|i| format!("name-{i}")).collect();
    let condition = portcullis_rules::Condition::new(
        portcullis_rules::Operand::attribute("x"),
        portcullis_rules::Operator::In,
        many,
    );
    let rules = portcullis_rules::RuleList(vec![portcullis_rules::Rule::allow().when(condition)]);
    let query = partial_with(&rules, "a", "b", &Known::new(&())).to_dynamo();
    assert_eq!(
        (query.selection, query.exactness),
        (Selection::All, Exactness::Superset)
    );
    assert_eq!(query.residue.len(), 1);
    assert!(query.names.is_empty() && query.values.is_empty());
}
