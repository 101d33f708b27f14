//! A filter accepts what deciding allows, and the queries written from it select that or more.

use std::collections::BTreeMap;

use portcullis_rules::partial::{
    Column, Dialect, Exactness, Filter, Kind, Known, Sql, partial, partial_with,
};
use portcullis_rules::{Condition, Operand, Operator, Rule, RuleList, Value, naive};
use sqlx::{AssertSqlSafe, Row as _};

use crate::worlds::{Random, TEXTS, Vocabulary, numbers};

type Attributes = BTreeMap<String, Value>;

const MEMORY: Vocabulary = Vocabulary {
    attributes: &["x", "y", "subject.id", "subject.n"],
    lists: &["tags", "subject.tags"],
};

const STORED: Vocabulary = Vocabulary {
    attributes: &[
        "t",
        "u",
        "i",
        "r",
        "b",
        "c",
        "tn",
        "in",
        "bn",
        "j",
        "subject.id",
        "elsewhere",
    ],
    lists: &["j", "t", "subject.tags"],
};

fn subject(random: &mut Random) -> Attributes {
    let mut known = Attributes::new();
    for name in ["subject.id", "subject.n"] {
        if !random.one_in(4) {
            known.insert(name.to_owned(), MEMORY.value(random));
        }
    }
    if !random.one_in(4) {
        known.insert("subject.tags".to_owned(), MEMORY.list(random));
    }
    known
}

fn filter_for(rules: &RuleList, known: &Attributes) -> Filter {
    let known = Known::new(known).complete_under("subject.");
    partial_with(rules, "a", "b", &known)
}

fn merged(known: &Attributes, resource: &Attributes) -> Attributes {
    let mut all: Attributes = resource.clone();
    all.retain(|name, _| !name.starts_with("subject."));
    all.extend(known.clone());
    all
}

fn allows(rules: &RuleList, attributes: &Attributes) -> bool {
    naive::decide(rules, "a", "b", attributes).is_ok_and(naive::Decision::is_allow)
}

fn filters_accept_what_deciding_allows(seed: u64, lists: usize) -> usize {
    let random = &mut Random(seed);
    let mut cases = 0;
    for _ in 0..lists {
        let rules = MEMORY.rules(random, 5);
        let known = subject(random);
        let filter = filter_for(&rules, &known);
        assert!(
            filter
                .attributes()
                .iter()
                .all(|a| !a.starts_with("subject."))
        );
        for _ in 0..8 {
            let all = merged(&known, &MEMORY.resource(random));
            let expected = allows(&rules, &all);
            assert_eq!(
                filter.accepts(&all),
                expected,
                "{}\n{all:?}\n{}",
                rules.to_json(),
                filter.expr
            );
            assert!(!filter.is_always() || expected);
            assert!(!filter.is_never() || !expected);
            cases += 1;
        }
    }
    cases
}

#[test]
fn a_filter_accepts_exactly_what_deciding_allows() {
    assert_eq!(filters_accept_what_deciding_allows(1, 3000), 24_000);
}

#[test]
#[ignore = "a million cases; run in release"]
fn a_filter_accepts_exactly_what_deciding_allows_a_million_times() {
    assert_eq!(filters_accept_what_deciding_allows(2, 125_000), 1_000_000);
}

#[test]
fn a_long_list_of_alternating_rules_stays_shallow_and_right() {
    let rules: RuleList = (0..2000)
        .map(|i| {
            let rule = if i % 2 == 0 {
                Rule::allow()
            } else {
                Rule::deny()
            };
            let attribute = if i % 3 == 0 { "x" } else { "y" };
            rule.when(Condition::new(
                Operand::attribute(attribute),
                Operator::Equal,
                i % 50,
            ))
        })
        .collect();
    let filter = partial(&rules, "a", "b", &());
    for (x, y) in [(0, 0), (1, 6), (7, 3), (49, 48), (99, 50), (12, 13)] {
        let resource: Attributes = [("x".to_owned(), x.into()), ("y".to_owned(), y.into())].into();
        assert_eq!(
            filter.accepts(&resource),
            allows(&rules, &resource),
            "{x} {y}"
        );
    }
}

#[test]
fn what_decides_for_everything_leaves_no_condition() {
    let owner = || Condition::new(Operand::attribute("owner"), Operator::Equal, "ann");
    let always = RuleList(vec![Rule::allow(), Rule::deny().when(owner())]);
    assert!(partial(&always, "a", "b", &()).is_always());
    let never = RuleList(vec![Rule::deny(), Rule::allow().when(owner())]);
    assert!(partial(&never, "a", "b", &()).is_never());
    assert!(partial(&always, "a", "", &()).is_never());
    let both = RuleList(vec![Rule::allow().when(owner()).when(Condition::new(
        Operand::attribute("owner"),
        Operator::NotEqual,
        "ann",
    ))]);
    assert!(partial(&both, "a", "b", &()).is_never());
}

fn columns(attribute: &str) -> Option<Column> {
    Some(match attribute {
        "t" | "u" => Column::new(attribute, Kind::Text),
        "tn" => Column::new("tn", Kind::Text).not_null(),
        "i" => Column::new("i", Kind::Integer),
        "in" => Column::new("\"in\"", Kind::Integer).not_null(),
        "r" => Column::new("r", Kind::Real),
        "b" | "c" => Column::new(attribute, Kind::Boolean),
        "bn" => Column::new("bn", Kind::Boolean).not_null(),
        "j" => Column::new("j", Kind::Json),
        _ => return None,
    })
}

/// Rows with a value for every column, null wherever a column may be.
fn rows(random: &mut Random, count: usize, dialect: Dialect) -> Vec<Attributes> {
    let pool = numbers();
    let integers: Vec<&Value> = pool
        .iter()
        .filter(|v| matches!(v, Value::Number(n) if n.as_i64().is_some()))
        .collect();
    let reals: Vec<Value> = pool
        .iter()
        .filter_map(|v| match v {
            Value::Number(n) => portcullis_rules::Number::from_f64(n.as_f64()).map(Value::from),
            _ => None,
        })
        .collect();
    let mut texts: Vec<&str> = TEXTS.to_vec();
    if dialect == Dialect::Sqlite {
        texts.extend(["a\0b", "ab\0", "\0"]);
    }
    (0..count)
        .map(|_| {
            let mut row = Attributes::new();
            for name in COLUMNS {
                let value: Value = match name {
                    "t" | "u" | "tn" => (*random.pick(&texts)).into(),
                    "i" | "in" => (*random.pick(&integers)).clone(),
                    "r" => random.pick(&reals).clone(),
                    "j" if dialect == Dialect::Sqlite && random.one_in(8) => {
                        let text: Value = (*random.pick(&texts)).into();
                        if random.one_in(2) {
                            text
                        } else {
                            vec![text, "a\0b".into()].into()
                        }
                    }
                    "j" => STORED.value(random),
                    _ => random.one_in(2).into(),
                };
                if name.ends_with('n') || !random.one_in(4) {
                    row.insert(name.to_owned(), value);
                }
            }
            row
        })
        .collect()
}

/// The rows of one database, and how to ask for some of them.
enum Database {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
}

macro_rules! bind_scalar {
    ($query:expr, $value:expr) => {
        match $value {
            Value::String(s) => $query.bind(s.to_string()),
            Value::Number(n) => match n.as_i64() {
                Some(n) => $query.bind(n),
                None => $query.bind(n.as_f64()),
            },
            other => panic!("{other} is not a parameter"),
        }
    };
}

macro_rules! insert {
    ($connection:expr, $sql:expr, $id:expr, $row:expr) => {{
        let row: &Attributes = $row;
        let text = |name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| match row.get(name) {
            Some(Value::Number(n)) => Some(*n),
            _ => None,
        };
        let boolean = |name: &str| match row.get(name) {
            Some(Value::Bool(b)) => Some(*b),
            _ => None,
        };
        sqlx::query($sql)
            .bind($id)
            .bind(text("t"))
            .bind(text("u"))
            .bind(text("tn"))
            .bind(number("i").and_then(portcullis_rules::Number::as_i64))
            .bind(number("in").and_then(portcullis_rules::Number::as_i64))
            .bind(number("r").map(portcullis_rules::Number::as_f64))
            .bind(boolean("b"))
            .bind(boolean("c"))
            .bind(boolean("bn"))
            .bind(row.get("j").map(ToString::to_string))
            .execute(&mut *$connection)
            .await
            .expect("a row is stored");
    }};
}

impl Database {
    async fn fill(&mut self, rows: &[Attributes]) {
        match self {
            Self::Sqlite(connection) => {
                sqlx::query("DROP TABLE IF EXISTS world")
                    .execute(&mut *connection)
                    .await
                    .expect("drop");
                sqlx::query(
                    "CREATE TABLE world (id INTEGER, t TEXT, u TEXT, tn TEXT NOT NULL, i INTEGER, \"in\" INTEGER NOT NULL,
                     r REAL, b BOOLEAN, c BOOLEAN, bn BOOLEAN NOT NULL, j TEXT)",
                )
                .execute(&mut *connection)
                .await
                .expect("a table");
                for (id, row) in (0_i64..).zip(rows) {
                    insert!(
                        connection,
                        "INSERT INTO world VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                        id,
                        row
                    );
                }
            }
            Self::Postgres(connection) => {
                sqlx::query("DROP TABLE IF EXISTS world")
                    .execute(&mut *connection)
                    .await
                    .expect("drop");
                sqlx::query(
                    "CREATE TEMPORARY TABLE world (id bigint, t text, u text, tn text NOT NULL, i bigint,
                     \"in\" bigint NOT NULL, r double precision, b boolean, c boolean, bn boolean NOT NULL, j jsonb)",
                )
                .execute(&mut *connection)
                .await
                .expect("a table");
                for (id, row) in (0_i64..).zip(rows) {
                    let sql = "INSERT INTO world VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11::text::jsonb)";
                    insert!(connection, sql, id, row);
                }
            }
        }
    }

    /// For each row whether the clause holds; panics if it is null anywhere.
    async fn select(&mut self, sql: &Sql) -> Vec<bool> {
        let text = format!("SELECT ({}) FROM world ORDER BY id", sql.text);
        match self {
            Self::Sqlite(connection) => {
                let mut query = sqlx::query(AssertSqlSafe(text));
                for value in &sql.parameters {
                    query = bind_scalar!(query, value);
                }
                let rows = query.fetch_all(connection).await.expect(&sql.text);
                rows.iter()
                    .map(|row| row.try_get(0).expect("never null"))
                    .collect()
            }
            Self::Postgres(connection) => {
                let mut query = sqlx::query(AssertSqlSafe(text));
                for value in &sql.parameters {
                    query = bind_scalar!(query, value);
                }
                let rows = query.fetch_all(connection).await.expect(&sql.text);
                rows.iter()
                    .map(|row| row.try_get(0).expect("never null"))
                    .collect()
            }
        }
    }

    fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }
}

const COLUMNS: [&str; 10] = ["t", "u", "tn", "i", "in", "r", "b", "c", "bn", "j"];

/// How many lists there are that compare two columns.
const PAIRS: usize = COLUMNS.len() * COLUMNS.len() * 2;

fn pair_of_columns(n: usize) -> RuleList {
    let left = Operand::attribute(COLUMNS[n % COLUMNS.len()]);
    let right = Operand::attribute(COLUMNS[n / COLUMNS.len() % COLUMNS.len()]);
    let op = [Operator::Equal, Operator::NotEqual][n * 2 / PAIRS];
    RuleList(vec![Rule::allow().when(Condition { left, op, right })])
}

/// Compares clauses with deciding row by row; tells how many rows and how many exact clauses there were.
async fn clauses_select_what_deciding_allows(
    database: &mut Database,
    seed: u64,
    lists: usize,
) -> (usize, usize) {
    const ROWS: usize = 100;
    let random = &mut Random(seed);
    let (mut cases, mut exact) = (0, 0);
    let mut world = Vec::new();
    for n in 0..lists {
        if n % 200 == 0 {
            world = rows(random, ROWS, database.dialect());
            database.fill(&world).await;
        }
        let rules = match n {
            n if n < PAIRS => pair_of_columns(n),
            _ if random.one_in(3) => STORED.rules(random, 4),
            _ => STORED.bare(random),
        };
        let known = subject(random);
        let filter = filter_for(&rules, &known);
        let sql = filter.to_sql(database.dialect(), &columns);
        let selected = database.select(&sql).await;
        assert_eq!(selected.len(), ROWS);
        for (row, selected) in world.iter().zip(selected) {
            let allowed = allows(&rules, &merged(&known, row));
            let right = match sql.exactness {
                Exactness::Exact => selected == allowed,
                Exactness::Superset => selected || !allowed,
            };
            assert!(
                right,
                "allowed {allowed}, selected {selected}\n{}\n{row:?}\n{}\n{sql:?}",
                rules.to_json(),
                filter.expr
            );
            assert_eq!(filter.accepts(row), allowed);
            cases += 1;
        }
        exact += usize::from(sql.exactness == Exactness::Exact);
    }
    eprintln!("{cases} rows, {exact} of {lists} clauses exact");
    (cases, exact)
}

async fn sqlite() -> Database {
    use sqlx::Connection as _;
    Database::Sqlite(
        sqlx::SqliteConnection::connect("sqlite::memory:")
            .await
            .expect("sqlite"),
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment where a server is"
)]
async fn postgres() -> Option<Database> {
    use sqlx::Connection as _;
    let Ok(url) = std::env::var("PORTCULLIS_TEST_PG") else {
        assert!(
            std::env::var("CI").is_err(),
            "PORTCULLIS_TEST_PG is not set, and CI demands PostgreSQL"
        );
        return None;
    };
    Some(Database::Postgres(
        sqlx::PgConnection::connect(&url)
            .await
            .expect("the server answers"),
    ))
}

#[tokio::test]
async fn sqlite_selects_what_deciding_allows() {
    let (cases, exact) = clauses_select_what_deciding_allows(&mut sqlite().await, 3, 400).await;
    assert_eq!(cases, 40_000);
    assert!(exact > 150, "only {exact} clauses were exact");
}

#[tokio::test]
#[ignore = "a million rows; run in release"]
async fn sqlite_selects_what_deciding_allows_a_million_times() {
    let (cases, _) = clauses_select_what_deciding_allows(&mut sqlite().await, 4, 10_000).await;
    assert_eq!(cases, 1_000_000);
}

#[tokio::test]
async fn postgres_selects_what_deciding_allows() {
    if let Some(mut database) = postgres().await {
        let (cases, exact) = clauses_select_what_deciding_allows(&mut database, 5, 400).await;
        assert_eq!(cases, 40_000);
        assert!(exact > 150, "only {exact} clauses were exact");
    }
}

#[tokio::test]
#[ignore = "a million rows; run in release with PORTCULLIS_TEST_PG"]
async fn postgres_selects_what_deciding_allows_a_million_times() {
    let mut database = postgres().await.expect("PORTCULLIS_TEST_PG is set");
    let (cases, _) = clauses_select_what_deciding_allows(&mut database, 6, 10_000).await;
    assert_eq!(cases, 1_000_000);
}
