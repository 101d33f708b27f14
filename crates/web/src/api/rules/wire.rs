//! Lists of rules in bodies: every diagnostic is a fault of its own, where it stands.

use portcullis_app::rules::pointer;
use portcullis_model::FieldError;
use portcullis_rules::RuleList;
use serde_json::Value;
use utoipa::openapi::{
    ArrayBuilder, RefOr, Schema,
    schema::{SchemaType, Type},
};

use crate::{
    api::body::{FromJson, or_fault},
    http::text::of_type,
};

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
        let either = SchemaType::from_iter([Type::Array, Type::String]);
        of_type(Type::Array).schema_type(either).into()
    }
}

/// Cases of a list.
#[derive(Debug, Default)]
pub(crate) struct Cases(pub(crate) Vec<Value>);

impl FromJson for Cases {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let cases = or_fault(value.as_array().ok_or("the cases are a list"), at, faults);
        cases.map(|cases| Self(cases.clone()))
    }

    fn describe() -> RefOr<Schema> {
        ArrayBuilder::new().items(of_type(Type::Object)).into()
    }
}

/// Where a list stands among others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Priority(pub(crate) i32);

impl FromJson for Priority {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let read = value.as_i64().and_then(|number| number.try_into().ok());
        let wanted = || {
            let (least, most) = (i32::MIN, i32::MAX);
            format!("a whole number from {least} to {most} is wanted, not {value}")
        };
        or_fault(read.ok_or_else(wanted), at, faults).map(Self)
    }

    fn describe() -> RefOr<Schema> {
        of_type(Type::Integer).into()
    }
}
