//! A filter accepts what deciding allows; what is written from it selects that or more, and can be sent as it is.
#![no_main]

#[path = "../../crates/rules/tests/it/dynamo/item.rs"]
mod item;

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{COMPLETE, Case, Request, Row};
use portcullis_rules::naive;
use portcullis_rules::partial::{
    Column, Dialect, Dynamo, Exactness, Filter, Kind, Known, Selection, Sql, partial_with,
};

fuzz_target!(|bytes: &[u8]| {
    let Some(case) = Case::read(bytes) else {
        return;
    };
    let known = Known::new(&case.known).complete_under(COMPLETE);
    for Request { action, kind, .. } in &case.requests {
        let filter = partial_with(&case.rules, action, kind, &known);
        assert!(
            filter
                .attributes()
                .iter()
                .all(|name| known.value(name).is_none()),
            "{filter:?}\n{}",
            case.to_json()
        );
        let _shown = filter.expr.to_string();
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            clause(&filter, dialect);
        }
        let query = filter.to_dynamo();
        expression(&query);
        for Request { row, .. } in &case.requests {
            let mut row = row.clone();
            row.retain(|name, _| known.value(name).is_none());
            let mut all: Row = row.clone();
            all.extend(case.known.clone());
            let allowed =
                naive::decide(&case.rules, action, kind, &all).is_ok_and(naive::Decision::is_allow);
            let accepted = filter.accepts(&row);
            assert_eq!(
                accepted,
                allowed,
                "{action} {kind} {row:?}\n{}\n{}",
                filter.expr,
                case.to_json()
            );
            assert!(!filter.is_always() || accepted);
            assert!(!filter.is_never() || !accepted);
            let selected = item::selects(&query, &row);
            let is_right = match query.exactness {
                Exactness::Exact => selected == allowed,
                Exactness::Superset => selected || !allowed,
            };
            assert!(
                is_right,
                "allowed {allowed}, selected {selected}: {action} {kind} {row:?}\n{query:?}\n{}",
                case.to_json()
            );
        }
    }
});

/// One column of each kind, one of two that may not be null, and an attribute that is in no column.
fn columns(attribute: &str) -> Option<Column> {
    Some(match attribute {
        "a" => Column::new("a", Kind::Text),
        "b" => Column::new("b", Kind::Integer).not_null(),
        "c" => Column::new("c", Kind::Real),
        "*" => Column::new("j", Kind::Json),
        "other" => Column::new("other", Kind::Boolean),
        _ => return None,
    })
}

fn clause(filter: &Filter, dialect: Dialect) {
    let sql = filter.to_sql(dialect, &columns);
    assert_eq!(
        placeholders(&sql, dialect),
        (1..=sql.parameters.len()).collect::<Vec<_>>(),
        "{sql:?}"
    );
    assert_eq!(
        sql.exactness == Exactness::Exact,
        sql.residue.is_empty(),
        "{sql:?}"
    );
    assert!(
        sql.parameters.iter().all(|value| value
            .as_str()
            .is_none_or(|text| { dialect == Dialect::Sqlite || !text.contains('\0') })),
        "PostgreSQL takes no NUL: {sql:?}"
    );
    let later = filter.to_sql_from(dialect, &columns, 4);
    assert_eq!(later.parameters, sql.parameters);
    assert_eq!(
        placeholders(&later, dialect),
        (4..4 + sql.parameters.len()).collect::<Vec<_>>(),
        "{later:?}"
    );
}

/// The numbers of the placeholders, as they come in the text.
fn placeholders(sql: &Sql, dialect: Dialect) -> Vec<usize> {
    let sign = match dialect {
        Dialect::Sqlite => '?',
        Dialect::Postgres => '$',
    };
    let after = sql.text.split(sign).skip(1);
    after
        .filter_map(|rest| {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest[..end].parse().ok()
        })
        .collect()
}

/// What the service would refuse: a placeholder that is not used.
fn expression(query: &Dynamo) {
    let Selection::Where(text) = &query.selection else {
        assert!(
            query.names.is_empty() && query.values.is_empty(),
            "{query:?}"
        );
        return;
    };
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && !"#:".contains(c))
        .collect();
    for placeholder in query.names.keys().chain(query.values.keys()) {
        assert!(
            words.contains(&placeholder.as_str()),
            "{placeholder} in {query:?}"
        );
    }
}
