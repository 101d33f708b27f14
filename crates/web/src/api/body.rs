//! Bodies, read with every fault told at once.
//!
//! A body is declared once with [`body!`]: the struct, its reader and its description in the
//! OpenAPI document come from the same lines. A member nobody knows is a fault that names the
//! nearest one: what is not applied is never passed over.

use std::collections::BTreeMap;

use portcullis_app::Update;
use portcullis_model::{
    Expiry, FieldError, Timestamp,
    entitlement::{self, placed},
};
use portcullis_rules::{Code, strict};
use serde_json::{Map, Value};
use utoipa::openapi::{
    ArrayBuilder, ObjectBuilder, RefOr, Schema,
    schema::{AdditionalProperties, SchemaType, Type},
};

use crate::http::text::{FromText, a, date_time, of_type, unknown};

/// Something that can stand in a body.
pub(crate) trait FromJson: Sized {
    /// Whether `null` says something rather than nothing.
    const NULL_SPEAKS: bool = false;
    /// Whether it may be left out.
    const REQUIRED: bool = true;

    /// Reads `value`, which stands at the JSON pointer `at`; pushes what is wrong with it.
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self>;

    /// What it is if it is left out.
    fn left_out() -> Option<Self> {
        None
    }

    /// Its description.
    fn describe() -> RefOr<Schema>;
}

/// Declares a body: its members, their types and what they mean.
macro_rules! body {
    ($(#[doc = $about:literal])+ $vis:vis struct $Name:ident {
        $($(#[doc = $doc:literal])+ $field:ident: $Type:ty,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Debug)]
        $vis struct $Name { $($(#[doc = $doc])+ $vis $field: $Type,)* }

        impl $crate::api::body::FromJson for $Name {
            fn read(
                value: &serde_json::Value,
                at: &str,
                faults: &mut Vec<portcullis_model::FieldError>,
            ) -> Option<Self> {
                let fields = $crate::api::body::Fields::new(
                    value, at, &[$(stringify!($field)),*], faults,
                )?;
                $(let $field = fields.member::<$Type>(stringify!($field), faults);)*
                Some(Self { $($field: $field?),* })
            }

            fn describe() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <Self as utoipa::PartialSchema>::schema()
            }
        }

        impl utoipa::PartialSchema for $Name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                #[allow(unused_mut, reason = "a body may have no members")]
                let mut object = utoipa::openapi::ObjectBuilder::new()
                    .description(Some(concat!($($about, "\n"),+).trim()))
                    .additional_properties(Some(
                        utoipa::openapi::schema::AdditionalProperties::<utoipa::openapi::Schema>::FreeForm(false),
                    ));
                $(
                    object = object.property(
                        stringify!($field),
                        $crate::api::body::described::<$Type>(concat!($($doc, "\n"),+).trim()),
                    );
                    if <$Type as $crate::api::body::FromJson>::REQUIRED {
                        object = object.required(stringify!($field));
                    }
                )*
                object.into()
            }
        }

        impl utoipa::ToSchema for $Name {}
    };
}
pub(crate) use body;

/// The members of an object in a body.
pub(crate) struct Fields<'v> {
    map: &'v Map<String, Value>,
    at: &'v str,
}

impl<'v> Fields<'v> {
    /// The members of `value`; pushes those that are not `known`.
    pub(crate) fn new(
        value: &'v Value,
        at: &'v str,
        known: &[&str],
        faults: &mut Vec<FieldError>,
    ) -> Option<Self> {
        let map = value.as_object();
        let map = map.ok_or_else(|| format!("an object is wanted, not {}", a(value)));
        let map = or_fault(map, at, faults)?;
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            faults.push(FieldError::new(
                pointer(at, name),
                unknown("member", name, known),
            ));
        }
        Some(Self { map, at })
    }

    /// The member `name`.
    pub(crate) fn member<T: FromJson>(
        &self,
        name: &str,
        faults: &mut Vec<FieldError>,
    ) -> Option<T> {
        let at = pointer(self.at, name);
        match self.map.get(name) {
            None => T::left_out().or_else(|| {
                faults.push(FieldError::new(at, "this member is required"));
                None
            }),
            Some(Value::Null) if !T::NULL_SPEAKS => {
                let next = if T::REQUIRED {
                    "give one"
                } else {
                    "leave it out instead"
                };
                faults.push(FieldError::new(
                    at,
                    format!("this member cannot be null; {next}"),
                ));
                None
            }
            Some(value) => T::read(value, &at, faults),
        }
    }
}

/// A JSON pointer one step further (RFC 6901).
fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Reads a whole body. One left out is an empty object: all that is required is told.
pub(crate) fn read<B: FromJson>(bytes: &[u8], faults: &mut Vec<FieldError>) -> Option<B> {
    if bytes.is_empty() {
        return B::left_out().or_else(|| B::read(&Value::Object(Map::new()), "", faults));
    }
    match strict::from_slice(bytes) {
        Ok(value) => B::read(&value, "", faults),
        Err(wrong) => {
            let message = match wrong.code {
                Code::Syntax => format!("the body is not JSON: {}", placed(&wrong)),
                _ => placed(&wrong),
            };
            faults.push(FieldError::new(entitlement::pointer(&wrong.path), message));
            None
        }
    }
}

/// What was read, or the fault pushed where it stands.
pub(crate) fn or_fault<T>(
    read: Result<T, impl Into<String>>,
    at: &str,
    faults: &mut Vec<FieldError>,
) -> Option<T> {
    read.map_err(|wrong| faults.push(FieldError::new(at, wrong)))
        .ok()
}

/// The description of a member.
pub(crate) fn described<T: FromJson>(about: &str) -> RefOr<Schema> {
    let mut schema = T::describe();
    match &mut schema {
        RefOr::T(Schema::Object(object)) => object.description = Some(about.to_owned()),
        RefOr::T(Schema::Array(array)) => array.description = Some(about.to_owned()),
        _ => {}
    }
    schema
}

/// The same description, for what may be null too.
fn or_null(mut schema: RefOr<Schema>) -> RefOr<Schema> {
    if let RefOr::T(Schema::Object(object)) = &mut schema
        && let SchemaType::Type(one) = object.schema_type.clone()
    {
        object.schema_type = SchemaType::Array(vec![one, Type::Null]);
    }
    schema
}

/// The body of a route that takes none.
#[derive(Debug)]
pub(crate) struct NoBody;

impl FromJson for NoBody {
    const NULL_SPEAKS: bool = true;
    const REQUIRED: bool = false;
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let nothing = value.is_null() || value.as_object().is_some_and(Map::is_empty);
        let read = nothing.then_some(Self);
        or_fault(
            read.ok_or("this route takes no body; leave it out"),
            at,
            faults,
        )
    }
    fn left_out() -> Option<Self> {
        Some(Self)
    }
    fn describe() -> RefOr<Schema> {
        ObjectBuilder::new().into()
    }
}

impl<T: FromText> FromJson for T {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        or_fault(T::of_value(value), at, faults)
    }
    fn describe() -> RefOr<Schema> {
        <T as FromText>::describe()
    }
}

impl<T: FromJson> FromJson for Option<T> {
    const NULL_SPEAKS: bool = T::NULL_SPEAKS;
    const REQUIRED: bool = false;
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        T::read(value, at, faults).map(Some)
    }
    fn left_out() -> Option<Self> {
        Some(None)
    }
    fn describe() -> RefOr<Schema> {
        T::describe()
    }
}

/// `null` clears, and absence leaves all as it is.
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
        or_null(T::describe())
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let list = value.as_array();
        let list = list.ok_or_else(|| format!("a list is wanted, not {}", a(value)));
        let before = faults.len();
        let all = or_fault(list, at, faults)?.iter().enumerate();
        let all = all.filter_map(|(i, item)| T::read(item, &format!("{at}/{i}"), faults));
        let all: Self = all.collect();
        (faults.len() == before).then_some(all)
    }
    fn describe() -> RefOr<Schema> {
        ArrayBuilder::new().items(T::describe()).into()
    }
}

/// Free values by name, such as profile attributes.
impl FromJson for BTreeMap<String, Value> {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let map = value.as_object();
        let map = map.ok_or_else(|| format!("an object is wanted, not {}", a(value)));
        or_fault(map, at, faults).map(|map| map.clone().into_iter().collect())
    }
    fn describe() -> RefOr<Schema> {
        let free = AdditionalProperties::<Schema>::FreeForm(true);
        of_type(Type::Object)
            .additional_properties(Some(free))
            .into()
    }
}

/// An end: an instant, or `null` for never.
impl FromJson for Expiry {
    const NULL_SPEAKS: bool = true;
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        if value.is_null() {
            return Some(Self::NEVER);
        }
        <Timestamp as FromJson>::read(value, at, faults).map(Self::at)
    }
    fn describe() -> RefOr<Schema> {
        or_null(date_time().into())
    }
}

/// Any value, read by whoever knows its language.
#[derive(Clone, Debug)]
pub(crate) struct Free(pub(crate) Value);

impl FromJson for Free {
    fn read(value: &Value, _: &str, _: &mut Vec<FieldError>) -> Option<Self> {
        Some(Self(value.clone()))
    }
    fn describe() -> RefOr<Schema> {
        let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
        any.into()
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::Name;

    use super::*;

    body! {
        /// A body.
        struct Sample {
            /// Needed.
            name: Name,
            /// May be left out; null is never.
            until: Option<Expiry>,
            /// Several.
            users: Vec<String>,
        }
    }

    fn faults(value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        let read = Sample::read(value, "", &mut faults);
        assert_eq!(
            read.is_none(),
            faults.iter().any(|f| !f.message.starts_with("there is no"))
        );
        faults
            .into_iter()
            .map(|f| format!("{}: {}", f.field, f.message))
            .collect()
    }

    #[test]
    fn every_fault_is_told_at_once_where_it_stands() {
        let all = faults(&serde_json::json!({
            "nmae": "x", "until": "soon", "users": ["ada", 7, null], "a/b": 1,
        }));
        assert_eq!(
            all,
            [
                "/a~1b: there is no member `a/b` here; known are `name`, `until`, `users`",
                "/nmae: there is no member `nmae` here; did you mean `name`?",
                "/name: this member is required",
                "/until: `soon` is not a time; write it as 2026-03-01T09:00:00Z or as a date such as 2026-03-01",
                "/users/1: expected a string, got a number",
                "/users/2: expected a string, got null",
            ]
        );
        assert_eq!(
            faults(&serde_json::json!([])),
            [": an object is wanted, not a list"]
        );
    }

    #[test]
    fn null_ends_never_and_clears_nothing_else() {
        let mut faults = Vec::new();
        let read = Sample::read(
            &serde_json::json!({ "name": "x", "until": null, "users": [] }),
            "",
            &mut faults,
        );
        let read = read.unwrap();
        assert_eq!(
            (&*read.name, read.until, read.users.len()),
            ("x", Some(Expiry::NEVER), 0)
        );
        let absent = serde_json::json!({ "name": null, "users": [] });
        assert!(Sample::read(&absent, "", &mut faults).is_none());
        assert_eq!(faults[0].message, "this member cannot be null; give one");
    }
}
