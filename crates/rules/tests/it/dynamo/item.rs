//! What DynamoDB answers to a filter expression, after the service's documented rules for comparing typed items.
//!
//! Also the judge of a fuzz target, so nothing but the public face of the crate is used here.

use std::collections::BTreeMap;

use portcullis_rules::partial::{Dynamo, DynamoValue, Selection};
use portcullis_rules::{Number, Value};

type Attributes = BTreeMap<String, Value>;

/// Whether the query selects the item; panics on an expression that cannot be read.
pub(crate) fn selects(query: &Dynamo, item: &Attributes) -> bool {
    match &query.selection {
        Selection::All => true,
        Selection::None => false,
        Selection::Where(text) => {
            let mut evaluator = Evaluator {
                query,
                item,
                rest: text,
            };
            let selected = evaluator.expression();
            assert_eq!(evaluator.rest, "", "{text}");
            selected
        }
    }
}

/// Reads and evaluates one expression on an item; null stands for the type `NULL`.
struct Evaluator<'e> {
    query: &'e Dynamo,
    item: &'e Attributes,
    rest: &'e str,
}

impl<'e> Evaluator<'e> {
    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn need(&mut self, text: &str) {
        assert!(self.eat(text), "`{text}` is missing before `{}`", self.rest);
    }

    fn placeholder(&mut self, sign: char) -> String {
        let end = self.rest[1..]
            .find(|c: char| !c.is_ascii_alphanumeric())
            .map_or(self.rest.len(), |n| n + 1);
        let (placeholder, rest) = self.rest.split_at(end);
        assert!(placeholder.starts_with(sign), "{placeholder}");
        self.rest = rest;
        placeholder.to_owned()
    }

    fn attribute(&mut self) -> Option<&'e Value> {
        let placeholder = self.placeholder('#');
        self.item.get(&self.query.names[&placeholder])
    }

    fn value(&mut self) -> &'e DynamoValue {
        let placeholder = self.placeholder(':');
        &self.query.values[&placeholder]
    }

    fn expression(&mut self) -> bool {
        if !self.eat("(") {
            return self.predicate();
        }
        let mut result = self.expression();
        while !self.eat(")") {
            if self.eat(" AND ") {
                result &= self.expression();
            } else {
                self.need(" OR ");
                result |= self.expression();
            }
        }
        result
    }

    fn predicate(&mut self) -> bool {
        if self.eat("NOT ") {
            return !self.predicate();
        }
        for function in [
            "attribute_not_exists",
            "attribute_type",
            "begins_with",
            "contains",
        ] {
            if self.eat(&format!("{function}(")) {
                return self.call(function);
            }
        }
        let attribute = self.attribute();
        if self.eat(" IN (") {
            let mut found = false;
            loop {
                let value = self.value();
                found |= attribute.is_some_and(|a| same(a, value));
                if self.eat(")") {
                    return found;
                }
                self.need(", ");
            }
        }
        let equal = self.eat(" = ");
        if !equal {
            self.need(" <> ");
        }
        let value = self.value();
        // The service holds `<>` to be true of an attribute that is not there.
        let Some(attribute) = attribute else {
            return !equal;
        };
        same(attribute, value) == equal
    }

    fn call(&mut self, function: &str) -> bool {
        let attribute = self.attribute();
        if function == "attribute_not_exists" {
            self.need(")");
            return attribute.is_none();
        }
        self.need(", ");
        let value = self.value();
        self.need(")");
        let Some(attribute) = attribute else {
            return false;
        };
        match (function, attribute, value) {
            ("attribute_type", attribute, DynamoValue::S(wanted)) => type_of(attribute) == wanted,
            ("begins_with", Value::String(text), DynamoValue::S(start)) => {
                text.starts_with(start.as_str())
            }
            ("contains", Value::String(text), DynamoValue::S(part)) => text.contains(part.as_str()),
            ("contains", Value::Array(items), value) => items.iter().any(|i| same(i, value)),
            _ => false,
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "BOOL",
        Value::Number(_) => "N",
        Value::String(_) => "S",
        Value::Array(_) => "L",
        Value::Object(_) => "M",
    }
}

fn same(value: &Value, other: &DynamoValue) -> bool {
    match (value, other) {
        (Value::Null, DynamoValue::Null) => true,
        (Value::Bool(a), DynamoValue::Bool(b)) => a == b,
        (Value::String(a), DynamoValue::S(b)) => **a == **b,
        (Value::Number(a), DynamoValue::N(b)) => Number::parse(b) == Ok(*a),
        _ => false,
    }
}
