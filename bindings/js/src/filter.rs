//! What is left of rules once the subject and the action are known: asked in memory, or written as a query.

use std::collections::BTreeMap;

use portcullis_rules::partial::{
    Column, Dialect, Exactness, Filter, Kind, Known, Selection, Test, partial_with,
};
use portcullis_rules::{RequestError, RuleList, Value, strict};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::attributes::Given;

/// The largest integer that a JavaScript number holds with all before it.
const SAFE: u64 = (1 << 53) - 1;

/// A filter over the attributes that are not known yet.
#[wasm_bindgen]
pub struct Residual(Filter);

impl Residual {
    /// `complete` is a JSON list of prefixes.
    pub(crate) fn new(
        rules: &RuleList,
        action: &str,
        kind: &str,
        known: &str,
        complete: &str,
    ) -> Result<Self, String> {
        if kind.is_empty() {
            return Err(RequestError::EmptyResourceType.to_string());
        }
        let known = Given::read(known)?;
        let prefixes: Vec<String> =
            strict::from_str(complete).map_err(|error| error.to_string())?;
        let known = prefixes.iter().fold(Known::new(&known), |known, prefix| {
            known.complete_under(prefix)
        });
        Ok(Self(partial_with(rules, action, kind, &known)))
    }
}

#[wasm_bindgen]
impl Residual {
    /// Whether a resource with these attributes is accepted.
    pub fn accepts(&self, attributes: &str) -> Result<bool, String> {
        Ok(self.0.accepts(&Given::read(attributes)?))
    }

    /// The attributes that the answer depends on, as a JSON list.
    pub fn attributes(&self) -> String {
        json!(self.0.attributes()).to_string()
    }

    /// 1 when every resource is accepted, -1 when none is, 0 when it depends.
    pub fn constant(&self) -> i32 {
        i32::from(self.0.is_always()) - i32::from(self.0.is_never())
    }

    /// In words.
    pub fn text(&self) -> String {
        self.0.expr.to_string()
    }

    /// The clause as JSON; `columns` is a JSON map from attributes to `{sql, kind, nullable}`.
    pub fn sql(&self, dialect: &str, columns: &str, first: u32) -> Result<String, String> {
        let dialect = match dialect {
            "sqlite" => Dialect::Sqlite,
            "postgres" => Dialect::Postgres,
            _ => {
                return Err(format!(
                    "`{dialect}` is no dialect; it is `sqlite` or `postgres`"
                ));
            }
        };
        let given: BTreeMap<String, Stored> = strict::from_str(columns)
            .map_err(|error| format!("the columns cannot be used: {error}"))?;
        let columns = |attribute: &str| given.get(attribute).map(Stored::column);
        let sql = self.0.to_sql_from(dialect, &columns, first as usize);
        let parameters: Vec<Json> = sql.parameters.iter().map(parameter).collect();
        Ok(json!({
            "text": sql.text,
            "parameters": parameters,
            "exact": sql.exactness == Exactness::Exact,
            "residue": words(&sql.residue),
        })
        .to_string())
    }

    /// The filter expression as JSON.
    pub fn dynamo(&self) -> String {
        let query = self.0.to_dynamo();
        let (selection, expression) = match &query.selection {
            Selection::All => ("all", None),
            Selection::None => ("none", None),
            Selection::Where(text) => ("where", Some(text)),
        };
        let values: serde_json::Map<String, Json> = query
            .values
            .iter()
            .map(|(placeholder, value)| (placeholder.clone(), value.to_json()))
            .collect();
        json!({
            "selection": selection,
            "expression": expression,
            "names": query.names,
            "values": values,
            "exact": query.exactness == Exactness::Exact,
            "residue": words(&query.residue),
        })
        .to_string()
    }
}

/// A column as JavaScript describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    sql: String,
    kind: StoredKind,
    #[serde(default = "nullable")]
    nullable: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredKind {
    Text,
    Integer,
    Real,
    Boolean,
    Json,
}

fn nullable() -> bool {
    true
}

impl Stored {
    fn column(&self) -> Column {
        let kind = match self.kind {
            StoredKind::Text => Kind::Text,
            StoredKind::Integer => Kind::Integer,
            StoredKind::Real => Kind::Real,
            StoredKind::Boolean => Kind::Boolean,
            StoredKind::Json => Kind::Json,
        };
        let column = Column::new(self.sql.clone(), kind);
        if self.nullable {
            column
        } else {
            column.not_null()
        }
    }
}

/// A number that a JavaScript number would not hold exactly comes as `{"bigint": digits}`.
fn parameter(value: &Value) -> Json {
    match value {
        Value::Number(n) => match n.as_i64() {
            Some(whole) if whole.unsigned_abs() > SAFE => json!({"bigint": whole.to_string()}),
            Some(whole) => whole.into(),
            None => n.as_f64().into(),
        },
        value => value.to_json(),
    }
}

fn words(tests: &[Test]) -> Vec<String> {
    tests.iter().map(ToString::to_string).collect()
}
