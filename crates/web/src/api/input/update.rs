//! Members whose `null` clears, and whose absence leaves all as it is.

use portcullis_app::Update;
use portcullis_model::FieldError;
use serde_json::Value;
use utoipa::openapi::{
    RefOr, Schema,
    schema::{SchemaType, Type},
};

use super::FromJson;

impl<T: FromJson> FromJson for Update<T> {
    const NULL_SPEAKS: bool = true;
    const REQUIRED: bool = false;
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        if value.is_null() {
            return Some(Self::Clear);
        }
        T::read(value, at, faults).map(Self::Set)
    }
    fn left_out() -> Option<Self> {
        Some(Self::Keep)
    }
    fn describe() -> RefOr<Schema> {
        match T::describe() {
            RefOr::T(Schema::Object(mut object)) => {
                if let SchemaType::Type(one) = object.schema_type {
                    object.schema_type = SchemaType::Array(vec![one, Type::Null]);
                }
                RefOr::T(Schema::Object(object))
            }
            other => other,
        }
    }
}
