//! Lists of rules in bodies: every diagnostic is a fault of its own, where it stands.

use portcullis_model::{FieldError, entitlement::read_rules};
use portcullis_rules::{Budget, RuleList};
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
///
/// It is loaded when it is known that the caller may have it looked at.
#[derive(Debug)]
pub(crate) struct Rules(pub(super) Value);

impl Rules {
    /// The list, or all that is wrong with it.
    pub(crate) fn load(
        &self,
        at: &str,
        budget: &Budget,
        faults: &mut Vec<FieldError>,
    ) -> Option<RuleList> {
        read_rules(&self.0, at, faults, budget)
    }
}

impl FromJson for Rules {
    fn read(value: &Value, _: &str, _: &mut Vec<FieldError>) -> Option<Self> {
        Some(Self(value.clone()))
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
