//! Lists of rules in bodies: every diagnostic is a fault of its own, where it stands.

use portcullis_app::rules::pointer;
use portcullis_model::FieldError;
use portcullis_rules::RuleList;
use serde_json::Value;
use utoipa::openapi::{
    ArrayBuilder, ObjectBuilder, RefOr, Schema,
    schema::{SchemaType, Type},
};

use crate::api::input::FromJson;

/// A list of rules: the list itself, or its text, in which repeated keys are seen and faults have
/// a line.
#[derive(Debug)]
pub(crate) struct Rules(pub(crate) RuleList);

impl FromJson for Rules {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let loaded = match value {
            Value::String(text) => RuleList::from_json_str(text),
            value => RuleList::from_json_value(value),
        };
        let error = match loaded {
            Ok(list) => return Some(Self(list)),
            Err(error) => error,
        };
        for diagnostic in error.diagnostics() {
            let place = format!("{at}{}", pointer(&diagnostic.path));
            let message = match diagnostic.position {
                Some(at) => format!(
                    "line {}, column {}: {}",
                    at.line, at.column, diagnostic.message
                ),
                None => diagnostic.message.clone(),
            };
            faults.push(FieldError::new(place, message));
        }
        if error.omitted() > 0 {
            faults.push(FieldError::new(at, format!("and {} more", error.omitted())));
        }
        None
    }

    fn describe() -> RefOr<Schema> {
        let list = Type::Array;
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([list, Type::String]))
            .into()
    }
}

/// Cases of a list.
#[derive(Debug, Default)]
pub(crate) struct Cases(pub(crate) Vec<Value>);

impl FromJson for Cases {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let Value::Array(cases) = value else {
            faults.push(FieldError::new(at, "the cases are a list"));
            return None;
        };
        Some(Self(cases.clone()))
    }

    fn describe() -> RefOr<Schema> {
        let object = ObjectBuilder::new().schema_type(SchemaType::new(Type::Object));
        ArrayBuilder::new().items(object).into()
    }
}

/// Where a list stands among others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Priority(pub(crate) i32);

impl FromJson for Priority {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let read = value.as_i64().and_then(|number| number.try_into().ok());
        if read.is_none() {
            let wrong = format!(
                "a whole number from {} to {} is wanted, not {value}",
                i32::MIN,
                i32::MAX
            );
            faults.push(FieldError::new(at, wrong));
        }
        read.map(Self)
    }

    fn describe() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Integer))
            .into()
    }
}
