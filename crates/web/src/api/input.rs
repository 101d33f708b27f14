//! What comes in: bodies and queries, read with every fault told at once.
//!
//! A body is declared once with [`body!`], a query with [`query!`]: the struct, its reader and its
//! description in the OpenAPI document come from the same lines. A member or parameter nobody
//! knows is a fault that names the nearest one: what is not applied is never passed over.

mod update;

use std::collections::BTreeMap;

use portcullis_model::{
    Constraints, Expiry, FieldError, MembershipKind, Timestamp,
    name::{Description, Email, Environment, Login, Name, PermissionName, Reason},
    tag::Limit,
};
use serde_json::{Map, Value};
use utoipa::openapi::{
    ArrayBuilder, KnownFormat, ObjectBuilder, RefOr, Required, Schema, SchemaFormat,
    path::{Parameter, ParameterBuilder, ParameterIn},
    schema::{AdditionalProperties, SchemaType, Type},
};

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

/// Something that can stand in a query.
pub(crate) trait FromText: Sized {
    /// Reads `text`, or says what is wrong with it.
    fn read(text: &str) -> Result<Self, String>;

    /// Its description.
    fn describe() -> RefOr<Schema>;
}

/// A query: pairs of names and texts.
pub(crate) trait FromQuery: Sized {
    /// The names it knows.
    fn names() -> Vec<&'static str>;

    /// Reads the pairs; pushes what is wrong with them.
    fn read(pairs: &[(String, String)], faults: &mut Vec<FieldError>) -> Option<Self>;
}

/// Declares a body: its members, their types and what they mean.
macro_rules! body {
    ($(#[doc = $about:literal])+ $vis:vis struct $Name:ident {
        $($(#[doc = $doc:literal])+ $field:ident: $Type:ty,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Debug)]
        $vis struct $Name { $($(#[doc = $doc])+ $vis $field: $Type,)* }

        impl $crate::api::input::FromJson for $Name {
            fn read(
                value: &serde_json::Value,
                at: &str,
                faults: &mut Vec<portcullis_model::FieldError>,
            ) -> Option<Self> {
                let fields = $crate::api::input::Fields::new(
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
                        $crate::api::input::described::<$Type>(concat!($($doc, "\n"),+).trim()),
                    );
                    if <$Type as $crate::api::input::FromJson>::REQUIRED {
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

/// Declares a query: its parameters, their types and what they mean.
macro_rules! query {
    ($(#[doc = $about:literal])+ $vis:vis struct $Name:ident {
        $($(#[doc = $doc:literal])+ $field:ident: $Need:ident<$Type:ty>,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Debug)]
        $vis struct $Name { $($(#[doc = $doc])+ $vis $field: query!(@type $Need $Type),)* }

        impl $crate::api::input::FromQuery for $Name {
            fn names() -> Vec<&'static str> {
                vec![$(stringify!($field)),*]
            }

            fn read(
                pairs: &[(String, String)],
                faults: &mut Vec<portcullis_model::FieldError>,
            ) -> Option<Self> {
                $(let $field = $crate::api::input::parameter::<$Type>(pairs, stringify!($field), faults);)*
                Some(Self { $($field: query!(@take $Need $field faults),)* })
            }
        }

        impl utoipa::IntoParams for $Name {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                vec![$($crate::api::input::in_query::<$Type>(
                    stringify!($field),
                    concat!($($doc, "\n"),+).trim(),
                    query!(@required $Need),
                )),*]
            }
        }
    };
    (@type Option $Type:ty) => { Option<$Type> };
    (@type Needed $Type:ty) => { $Type };
    (@take Option $field:ident $faults:ident) => { $field };
    (@take Needed $field:ident $faults:ident) => {
        match $field {
            Some(value) => value,
            None => {
                $crate::api::input::missing(stringify!($field), $faults);
                return None;
            }
        }
    };
    (@required Option) => { false };
    (@required Needed) => { true };
}
pub(crate) use query;

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
        let Value::Object(map) = value else {
            faults.push(FieldError::new(
                at,
                format!("an object is wanted, not {}", a(value)),
            ));
            return None;
        };
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

/// What a value is, in a sentence.
const fn a(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("there is no {what} `{name}` here; did you mean `{near}`?"),
        None if known.is_empty() => format!("there is no {what} `{name}` here; leave it out"),
        None => {
            let all: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            format!(
                "there is no {what} `{name}` here; known are {}",
                all.join(", ")
            )
        }
    }
}

/// The known name that is nearest to what was written, if any is near.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|known| (distance(name, known), *known))
        .filter(|(distance, known)| *distance <= (known.len() / 3).max(1))
        .min()
        .map(|(_, known)| known)
}

/// How many letters differ or change places (optimal string alignment); names are short.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut last: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i];
        for j in 1..=b.len() {
            let swap = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = swap.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(last[j - 2] + 1);
            }
            next.push(least);
        }
        last = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

/// The one value of a parameter; pushes what is wrong with it, also that it is given twice.
pub(crate) fn parameter<T: FromText>(
    pairs: &[(String, String)],
    name: &str,
    faults: &mut Vec<FieldError>,
) -> Option<T> {
    let mut given = pairs.iter().filter(|(key, _)| key == name);
    let (_, text) = given.next()?;
    if given.next().is_some() {
        faults.push(FieldError::new(
            name,
            "this parameter is given twice; give it once",
        ));
        return None;
    }
    if text.is_empty() {
        return None;
    }
    T::read(text)
        .map_err(|wrong| faults.push(FieldError::new(name, wrong)))
        .ok()
}

/// Says that a parameter is missing, unless something is wrong with it already.
pub(crate) fn missing(name: &str, faults: &mut Vec<FieldError>) {
    if !faults.iter().any(|fault| fault.field == name) {
        faults.push(FieldError::new(name, "this parameter is required"));
    }
}

/// Pushes the parameters nobody knows.
pub(crate) fn unknown_parameters(
    pairs: &[(String, String)],
    known: &[&str],
    faults: &mut Vec<FieldError>,
) {
    for (name, _) in pairs
        .iter()
        .filter(|(name, _)| !known.contains(&name.as_str()))
    {
        if !faults.iter().any(|fault| fault.field == *name) {
            faults.push(FieldError::new(name, unknown("parameter", name, known)));
        }
    }
}

/// The description of a member.
pub(crate) fn described<T: FromJson>(about: &str) -> RefOr<Schema> {
    match T::describe() {
        RefOr::T(Schema::Object(mut object)) => {
            object.description = Some(about.to_owned());
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.description = Some(about.to_owned());
            RefOr::T(Schema::Array(array))
        }
        other => other,
    }
}

/// The description of a parameter.
pub(crate) fn in_query<T: FromText>(name: &str, about: &str, required: bool) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(if required {
            Required::True
        } else {
            Required::False
        })
        .description(Some(about))
        .schema(Some(T::describe()))
        .build()
}

/// The query of a route that takes no parameters of its own.
#[derive(Debug)]
pub(crate) struct NoQuery;

impl FromQuery for NoQuery {
    fn names() -> Vec<&'static str> {
        Vec::new()
    }
    fn read(_: &[(String, String)], _: &mut Vec<FieldError>) -> Option<Self> {
        Some(Self)
    }
}

impl<A: FromQuery, B: FromQuery> FromQuery for (A, B) {
    fn names() -> Vec<&'static str> {
        [A::names(), B::names()].concat()
    }
    fn read(pairs: &[(String, String)], faults: &mut Vec<FieldError>) -> Option<Self> {
        let (a, b) = (A::read(pairs, faults), B::read(pairs, faults));
        Some((a?, b?))
    }
}

/// The body of a route that takes none.
#[derive(Debug)]
pub(crate) struct NoBody;

impl FromJson for NoBody {
    const NULL_SPEAKS: bool = true;
    const REQUIRED: bool = false;
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        if value.is_null() || value.as_object().is_some_and(Map::is_empty) {
            return Some(Self);
        }
        faults.push(FieldError::new(
            at,
            "this route takes no body; leave it out",
        ));
        None
    }
    fn left_out() -> Option<Self> {
        Some(Self)
    }
    fn describe() -> RefOr<Schema> {
        ObjectBuilder::new().into()
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String))
}

fn words(words: &[&str]) -> RefOr<Schema> {
    text().enum_values(Some(words.iter().copied())).into()
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

impl<T: FromJson> FromJson for Vec<T> {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let Value::Array(items) = value else {
            faults.push(FieldError::new(
                at,
                format!("a list is wanted, not {}", a(value)),
            ));
            return None;
        };
        let before = faults.len();
        let all: Vec<T> = items
            .iter()
            .enumerate()
            .filter_map(|(i, item)| T::read(item, &format!("{at}/{i}"), faults))
            .collect();
        (faults.len() == before).then_some(all)
    }
    fn describe() -> RefOr<Schema> {
        ArrayBuilder::new().items(T::describe()).into()
    }
}

/// Free values by name, such as profile attributes.
impl FromJson for BTreeMap<String, Value> {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let Value::Object(map) = value else {
            faults.push(FieldError::new(
                at,
                format!("an object is wanted, not {}", a(value)),
            ));
            return None;
        };
        Some(
            map.iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        )
    }
    fn describe() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Object))
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(true)))
            .into()
    }
}

impl FromJson for bool {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let read = value.as_bool();
        if read.is_none() {
            faults.push(FieldError::new(
                at,
                format!("true or false is wanted, not {}", a(value)),
            ));
        }
        read
    }
    fn describe() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Boolean))
            .into()
    }
}

/// Types that are a text both in bodies and in queries.
macro_rules! texts {
    ($($Type:ty: $read:expr, $schema:expr;)*) => {$(
        impl FromText for $Type {
            fn read(text: &str) -> Result<Self, String> {
                let read: fn(&str) -> Result<Self, String> = $read;
                read(text)
            }
            fn describe() -> RefOr<Schema> {
                $schema.into()
            }
        }
        impl FromJson for $Type {
            fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
                let Some(text) = value.as_str() else {
                    faults.push(FieldError::new(at, format!("expected a string, got {}", a(value))));
                    return None;
                };
                <Self as FromText>::read(text)
                    .map_err(|wrong| faults.push(FieldError::new(at, wrong)))
                    .ok()
            }
            fn describe() -> RefOr<Schema> {
                <Self as FromText>::describe()
            }
        }
    )*};
}

texts! {
    String: |text| Ok(text.to_owned()), text();
    Name: |text| Self::parse(text).map_err(|bad| bad.0), text().min_length(Some(1)).max_length(Some(255));
    Login: |text| Self::parse(text).map_err(|bad| bad.0), text().min_length(Some(1)).max_length(Some(100));
    Email: |text| Self::parse(text).map_err(|bad| bad.0), text().max_length(Some(254)).format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)));
    Description: |text| Self::parse(text).map_err(|bad| bad.0), text().max_length(Some(1024));
    Reason: |text| Self::parse(text).map_err(|bad| bad.0), text().max_length(Some(1024));
    PermissionName: |text| Self::parse(text).map_err(|bad| bad.0), text().min_length(Some(1)).max_length(Some(255));
    Environment: |text| Self::parse(text).map_err(|bad| bad.0), text().min_length(Some(1)).max_length(Some(100));
    Timestamp: |text| text.parse().map_err(|bad: portcullis_model::time::ParseTimestampError| bad.to_string()), date_time();
    MembershipKind: |text| match text {
        "member" => Ok(Self::Member),
        "owner" => Ok(Self::Owner),
        other => Err(one_of(other, &["member", "owner"])),
    }, words(&["member", "owner"]);
}

fn date_time() -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}

/// The sentence for a word that is none of those known.
pub(crate) fn one_of(given: &str, known: &[&str]) -> String {
    let all: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
    match nearest(given, known) {
        Some(near) => format!(
            "`{given}` is none of {}; did you mean `{near}`?",
            all.join(", ")
        ),
        None => format!("`{given}` is none of {}", all.join(", ")),
    }
}

/// Declares a set of words that a parameter or member takes.
macro_rules! choice {
    ($(#[doc = $about:literal])+ $vis:vis enum $Name:ident {
        $($(#[doc = $doc:literal])+ $Word:ident = $word:literal,)+
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
        $vis enum $Name { $($(#[doc = $doc])+ #[serde(rename = $word)] $Word,)+ }

        impl $crate::api::input::FromText for $Name {
            fn read(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$Word),)+
                    other => Err($crate::api::input::one_of(other, &[$($word),+])),
                }
            }
            fn describe() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <Self as utoipa::PartialSchema>::schema()
            }
        }
        impl $crate::api::input::FromJson for $Name {
            fn read(
                value: &serde_json::Value,
                at: &str,
                faults: &mut Vec<portcullis_model::FieldError>,
            ) -> Option<Self> {
                let text = <String as $crate::api::input::FromJson>::read(value, at, faults)?;
                <Self as $crate::api::input::FromText>::read(&text)
                    .map_err(|wrong| faults.push(portcullis_model::FieldError::new(at, wrong)))
                    .ok()
            }
            fn describe() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <Self as utoipa::PartialSchema>::schema()
            }
        }
    };
}
pub(crate) use choice;

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
        date_time()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .into()
    }
}

impl FromText for bool {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(one_of(other, &["true", "false"])),
        }
    }
    fn describe() -> RefOr<Schema> {
        <Self as FromJson>::describe()
    }
}

impl FromText for u64 {
    fn read(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| format!("`{text}` is not a whole number"))
    }
    fn describe() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Integer))
            .minimum(Some(0))
            .into()
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
        ObjectBuilder::new()
            .schema_type(SchemaType::AnyValue)
            .into()
    }
}

/// A time limit of a tag in seconds, or `null` for none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaybeLimit(pub(crate) Option<Limit>);

impl FromJson for MaybeLimit {
    const NULL_SPEAKS: bool = true;
    const REQUIRED: bool = false;
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        if value.is_null() {
            return Some(Self(None));
        }
        let Some(seconds) = value.as_i64() else {
            let wrong = format!("a whole number of seconds is wanted, not {}", a(value));
            faults.push(FieldError::new(at, wrong));
            return None;
        };
        Limit::try_from(seconds)
            .map(|limit| Self(Some(limit)))
            .map_err(|wrong| faults.push(FieldError::new(at, wrong)))
            .ok()
    }
    fn left_out() -> Option<Self> {
        Some(Self(None))
    }
    fn describe() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
            .minimum(Some(1))
            .into()
    }
}

body! {
    /// What a tag demands of the groups that carry it.
    pub(crate) struct ConstraintsBody {
        /// The longest a membership may last, in seconds; null for no limit.
        member_time_limit: MaybeLimit,
        /// The longest an ownership may last, in seconds; null for no limit.
        owner_time_limit: MaybeLimit,
        /// Whether adding a member needs a reason.
        require_member_reason: Option<bool>,
        /// Whether adding an owner needs a reason.
        require_owner_reason: Option<bool>,
        /// Whether nobody may add themself as a member.
        disallow_self_add_membership: Option<bool>,
        /// Whether nobody may add themself as an owner.
        disallow_self_add_ownership: Option<bool>,
    }
}

impl From<ConstraintsBody> for Constraints {
    fn from(body: ConstraintsBody) -> Self {
        Self {
            member_time_limit: body.member_time_limit.0,
            owner_time_limit: body.owner_time_limit.0,
            require_member_reason: body.require_member_reason.unwrap_or_default(),
            require_owner_reason: body.require_owner_reason.unwrap_or_default(),
            disallow_self_add_membership: body.disallow_self_add_membership.unwrap_or_default(),
            disallow_self_add_ownership: body.disallow_self_add_ownership.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
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
