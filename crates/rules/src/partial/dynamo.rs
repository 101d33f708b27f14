//! Writes a filter as a DynamoDB filter expression with names and typed values beside it.
//!
//! Items have no declared types, so each test is asked of every type it could be met by. An item
//! gives values as follows: `S` a string, `N` a number read by [`Number::parse`](crate::Number::parse),
//! `BOOL` a boolean, `NULL` and a missing attribute null, `L`, `SS` and `NS` a list, `M` a map.
//! Calling DynamoDB does not belong here.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::expr::{Expr, Outcome, Test};
use super::pred::{Piece, Pred};
use super::typed::{Members, OneSided, Scalar, equal, fold_variants};
use super::{Exactness, Filter};
use crate::pattern::Shape;
use crate::value::Value;

/// A filter expression and what it refers to.
#[derive(Clone, Debug, PartialEq)]
pub struct Dynamo {
    /// Which items to ask for.
    pub selection: Selection,
    /// `ExpressionAttributeNames`: placeholder to attribute name.
    pub names: BTreeMap<String, String>,
    /// `ExpressionAttributeValues`: placeholder to value.
    pub values: BTreeMap<String, DynamoValue>,
    /// Whether the items selected must be checked again.
    pub exactness: Exactness,
    /// The tests that the expression asks only in part or not at all.
    pub residue: Vec<Test>,
}

/// Which items a filter selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Every item; leave `FilterExpression` out.
    All,
    /// No item; do not ask at all.
    None,
    /// The items that this `FilterExpression` selects.
    Where(String),
}

/// A typed value as DynamoDB's JSON protocol has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DynamoValue {
    /// A string.
    S(String),
    /// A number, in decimal.
    N(String),
    /// A boolean.
    Bool(bool),
    /// Null.
    Null,
}

impl DynamoValue {
    /// The value in DynamoDB's JSON: `{"S": "ann"}`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::S(text) => serde_json::json!({ "S": text }),
            Self::N(number) => serde_json::json!({ "N": number }),
            Self::Bool(b) => serde_json::json!({ "BOOL": b }),
            Self::Null => serde_json::json!({ "NULL": true }),
        }
    }
}

/// Longest filter expression, in bytes, as the service documents it.
const MAX_TEXT: usize = 4096;
/// Most operators and functions in an expression, as the service documents it.
const MAX_OPERATORS: usize = 300;
/// Most operands of one `IN`, as the service documents it.
const MAX_LISTED: usize = 100;

impl Filter {
    /// Writes the filter as a DynamoDB filter expression.
    ///
    /// An attribute is taken to be the item's top-level attribute of the same name. An expression
    /// over the service's limits on length or operators is replaced by one that selects everything.
    ///
    /// ```
    /// use portcullis_rules::{RuleList, partial::{Exactness, Selection, partial}};
    /// let rules: RuleList = r#"[{"access": "allow", "where": {"rsrc_type": "doc", "action": "read",
    ///     "rsrc_match": [["@owner", "=", "ann"], ["@path", "~", "^/pub/"]]}}]"#.parse().unwrap();
    /// let query = partial(&rules, "read", "doc", &()).to_dynamo();
    /// assert_eq!(
    ///     query.selection,
    ///     Selection::Where("(#a0 = :v0 AND (begins_with(#a1, :v1) OR attribute_type(#a1, :v2)))".to_owned()),
    /// );
    /// assert_eq!(query.names["#a1"], "path");
    /// assert_eq!(query.values[":v0"].to_json(), serde_json::json!({"S": "ann"}));
    /// // The text of a number could match a pattern too, which only the re-check can tell.
    /// assert_eq!(query.exactness, Exactness::Superset);
    /// ```
    #[must_use]
    pub fn to_dynamo(&self) -> Dynamo {
        let mut residue = Vec::new();
        let pred = expr(&self.expr, &mut residue);
        let operators = operators(&pred);
        let mut query = Dynamo {
            selection: Selection::All,
            names: BTreeMap::new(),
            values: BTreeMap::new(),
            exactness: Exactness::Superset,
            residue,
        };
        match pred {
            Pred::Constant(true) => {}
            // No superset of the right items can be empty by mistake.
            Pred::Constant(false) => {
                query.selection = Selection::None;
                query.residue.clear();
            }
            pred => {
                let mut text = String::new();
                let mut placeholders = Placeholders::default();
                pred.write(&mut text, &mut |piece, text| {
                    placeholders.write(piece, text);
                });
                if text.len() > MAX_TEXT || operators > MAX_OPERATORS {
                    query.residue = tests(&self.expr);
                    return query;
                }
                query.selection = Selection::Where(text);
                query.names = placeholders.names;
                query.values = placeholders.values;
            }
        }
        if query.residue.is_empty() {
            query.exactness = Exactness::Exact;
        }
        query
    }
}

#[derive(Default)]
struct Placeholders {
    names: BTreeMap<String, String>,
    values: BTreeMap<String, DynamoValue>,
    known_names: HashMap<Arc<str>, String>,
    known_values: HashMap<Value, String>,
}

impl Placeholders {
    fn write(&mut self, piece: Piece, text: &mut String) {
        match piece {
            Piece::Text(words) => text.push_str(&words),
            Piece::Name(name) => {
                let next = format!("#a{}", self.names.len());
                let placeholder = self.known_names.entry(name.clone()).or_insert(next);
                self.names.insert(placeholder.clone(), name.to_string());
                text.push_str(placeholder);
            }
            Piece::Parameter(value) => {
                let typed = match &value {
                    Value::String(s) => DynamoValue::S(s.to_string()),
                    Value::Number(n) => DynamoValue::N(n.to_string()),
                    Value::Bool(b) => DynamoValue::Bool(*b),
                    Value::Null | Value::Array(_) | Value::Object(_) => DynamoValue::Null,
                };
                let next = format!(":v{}", self.values.len());
                let placeholder = self.known_values.entry(value).or_insert(next);
                self.values.insert(placeholder.clone(), typed);
                text.push_str(placeholder);
            }
        }
    }
}

fn operators(pred: &Pred) -> usize {
    match pred {
        Pred::Constant(_) => 0,
        Pred::All(parts) | Pred::Any(parts) => {
            parts.len() + parts.iter().map(operators).sum::<usize>()
        }
        // Counts every operand, which is at least the number of operators.
        Pred::Pieces(pieces) => pieces.len(),
    }
}

fn tests(expr: &Expr) -> Vec<Test> {
    match expr {
        Expr::Always | Expr::Never => Vec::new(),
        Expr::All(parts) | Expr::Any(parts) => parts.iter().flat_map(tests).collect(),
        Expr::Test(test) => vec![test.clone()],
    }
}

fn expr(expr_: &Expr, residue: &mut Vec<Test>) -> Pred {
    match expr_ {
        Expr::Always => Pred::TRUE,
        Expr::Never => Pred::FALSE,
        Expr::All(parts) => Pred::all(parts.iter().map(|p| expr(p, residue)).collect()),
        Expr::Any(parts) => Pred::any(parts.iter().map(|p| expr(p, residue)).collect()),
        Expr::Test(test) => {
            let (pred, exact) = match OneSided::of(test) {
                Some(one_sided) => item_test(&one_sided),
                // Attributes of two types can be equal, which the service cannot compare.
                None => (Pred::TRUE, false),
            };
            if !exact {
                residue.push(test.clone());
            }
            pred
        }
    }
}

fn item_test(test: &OneSided<'_>) -> (Pred, bool) {
    let name: Arc<str> = test.attribute.into();
    if let Some(literals) = test.asks_items() {
        return list_test(&name, literals, test.outcome());
    }
    let mut cases = Vec::new();
    let mut exact = true;
    if test.met_by_null() {
        cases.push(call("attribute_not_exists", &name, None));
        cases.push(has_type(&name, "NULL"));
    }
    for (scalar, type_name) in [
        (Scalar::Text, "S"),
        (Scalar::Decimal, "N"),
        (Scalar::Boolean, "BOOL"),
    ] {
        let meets = test.meets(scalar);
        let (pred, written) = members(&name, type_name, meets.members);
        cases.push(pred);
        exact &= meets.exact && written;
    }
    (Pred::any(cases), exact)
}

/// Membership of an item's attribute that must have this type.
fn members(name: &Arc<str>, type_name: &str, members: Members) -> (Pred, bool) {
    let of_type = |pred| Pred::all(vec![has_type(name, type_name), pred]);
    match members {
        // Values of different types are never equal here.
        Members::In(values) => (listed(name, values), true),
        Members::NotIn(values) => {
            let differs = values.into_iter().map(|v| compare(name, "<>", v));
            (of_type(Pred::all(differs.collect())), true)
        }
        Members::Shaped {
            shape,
            folded,
            wanted,
        } => {
            let cased = |text: &str| {
                let variants = fold_variants(text);
                text.bytes().any(|b| b.is_ascii_lowercase())
                    || variants.is_none_or(|v| !v.is_empty())
            };
            let (Shape::Exact(text)
            | Shape::Prefix(text)
            | Shape::Suffix(text)
            | Shape::Contains(text)) = &shape
            else {
                return (has_type(name, type_name), false);
            };
            if folded && cased(text) {
                return (has_type(name, type_name), false);
            }
            let holds = wanted == Outcome::Holds;
            if text.is_empty() && !matches!(shape, Shape::Exact(_)) {
                return if holds {
                    (has_type(name, type_name), true)
                } else {
                    (Pred::FALSE, true)
                };
            }
            let value = || Some(Value::from(text.clone()));
            match (&shape, holds) {
                (Shape::Exact(_), true) => (compare(name, "=", text.clone().into()), true),
                (Shape::Exact(_), false) => {
                    (of_type(compare(name, "<>", text.clone().into())), true)
                }
                // Only strings and binaries begin with anything, and a string only with a string.
                (Shape::Prefix(_), true) => (call("begins_with", name, value()), true),
                (Shape::Prefix(_), false) => {
                    (of_type(call("NOT begins_with", name, value())), true)
                }
                // `contains` also looks into sets and lists.
                (Shape::Contains(_), true) => (of_type(call("contains", name, value())), true),
                (Shape::Contains(_), false) => (of_type(call("NOT contains", name, value())), true),
                // There is no function for endings.
                (_, true) => (of_type(call("contains", name, value())), false),
                (_, false) => (has_type(name, type_name), false),
            }
        }
    }
}

/// Whether a list attribute has an item equal to one of the literals, or none.
fn list_test(name: &Arc<str>, literals: &[Value], outcome: Outcome) -> (Pred, bool) {
    let mut equal_items: Vec<Value> = Vec::new();
    let mut exact = true;
    for scalar in [Scalar::Text, Scalar::Decimal, Scalar::Boolean] {
        match equal(scalar, literals, Outcome::Holds).members {
            Members::In(values) => equal_items.extend(values),
            Members::NotIn(_) | Members::Shaped { .. } => exact = false,
        }
    }
    if literals.contains(&Value::Null) {
        equal_items.push(Value::Null);
    }
    let is_list = Pred::any(["L", "SS", "NS"].map(|t| has_type(name, t)).to_vec());
    match outcome {
        Outcome::Holds if !exact => (is_list, false),
        Outcome::Holds => {
            let found = equal_items
                .into_iter()
                .map(|v| call("contains", name, Some(v)));
            (Pred::all(vec![is_list, Pred::any(found.collect())]), true)
        }
        // An item that is undecided against a literal fails this, which is left to the re-check.
        Outcome::Fails => {
            let missing = equal_items
                .into_iter()
                .map(|v| call("NOT contains", name, Some(v)));
            (
                Pred::all(vec![is_list, Pred::all(missing.collect())]),
                false,
            )
        }
    }
}

fn listed(name: &Arc<str>, mut values: Vec<Value>) -> Pred {
    if values.len() == 1 {
        return compare(name, "=", values.remove(0));
    }
    let lists = values.chunks(MAX_LISTED).map(|chunk| {
        let mut pieces = vec![Piece::Name(name.clone()), Piece::Text(" IN (".to_owned())];
        for (i, value) in chunk.iter().enumerate() {
            if i > 0 {
                pieces.push(Piece::Text(", ".to_owned()));
            }
            pieces.push(Piece::Parameter(value.clone()));
        }
        pieces.push(Piece::Text(")".to_owned()));
        Pred::Pieces(pieces)
    });
    Pred::any(lists.collect())
}

fn compare(name: &Arc<str>, sign: &str, value: Value) -> Pred {
    Pred::Pieces(vec![
        Piece::Name(name.clone()),
        Piece::Text(format!(" {sign} ")),
        Piece::Parameter(value),
    ])
}

fn has_type(name: &Arc<str>, type_name: &str) -> Pred {
    call("attribute_type", name, Some(type_name.into()))
}

fn call(function: &str, name: &Arc<str>, argument: Option<Value>) -> Pred {
    let mut pieces = vec![
        Piece::Text(format!("{function}(")),
        Piece::Name(name.clone()),
    ];
    if let Some(value) = argument {
        pieces.push(Piece::Text(", ".to_owned()));
        pieces.push(Piece::Parameter(value));
    }
    pieces.push(Piece::Text(")".to_owned()));
    Pred::Pieces(pieces)
}
