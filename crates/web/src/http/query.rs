//! Queries, read with every fault told at once.
//!
//! A query is declared once with [`query!`]: the struct, its reader and its description come from
//! the same lines. A parameter nobody knows is a fault that names the nearest one: what is not
//! applied is never passed over.

use axum::{extract::Query, http::request::Parts};
use portcullis_model::{FieldError, Refusal};
use utoipa::openapi::{
    RefOr, Required, Schema,
    path::{Parameter, ParameterBuilder, ParameterIn},
};

use super::text::{FromText, unknown};

/// A query: pairs of names and texts.
pub(crate) trait FromQuery: Sized {
    /// The names it knows.
    fn names() -> Vec<&'static str>;

    /// Reads the pairs; pushes what is wrong with them.
    fn read(pairs: &[(String, String)], faults: &mut Vec<FieldError>) -> Option<Self>;
}

/// Declares a query: its parameters, their types and what they mean. `= "name"` names a parameter
/// that cannot be called as it is in Rust.
macro_rules! query {
    ($(#[doc = $about:literal])+ $vis:vis struct $Name:ident {
        $($(#[doc = $doc:literal])+ $field:ident$(= $name:literal)?: $Need:ident<$Type:ty>,)*
    }) => {
        $(#[doc = $about])+
        #[derive(Debug)]
        $vis struct $Name { $($(#[doc = $doc])+ $vis $field: query!(@type $Need $Type),)* }

        impl $crate::http::query::FromQuery for $Name {
            fn names() -> Vec<&'static str> {
                vec![$(query!(@name $field $($name)?)),*]
            }

            fn read(
                pairs: &[(String, String)],
                faults: &mut Vec<portcullis_model::FieldError>,
            ) -> Option<Self> {
                $(let $field = $crate::http::query::parameter::<$Type>(
                    pairs, query!(@name $field $($name)?), faults,
                );)*
                Some(Self { $($field: query!(@take $Need $field faults),)* })
            }
        }

        impl utoipa::IntoParams for $Name {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                vec![$($crate::http::query::described::<$Type>(
                    query!(@name $field $($name)?),
                    concat!($($doc, "\n"),+).trim(),
                    query!(@required $Need),
                )),*]
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
    (@type Option $Type:ty) => { Option<$Type> };
    (@type Needed $Type:ty) => { $Type };
    (@take Option $field:ident $faults:ident) => { $field };
    (@take Needed $field:ident $faults:ident) => {
        match $field {
            Some(value) => value,
            None => {
                $crate::http::query::missing(stringify!($field), $faults);
                return None;
            }
        }
    };
    (@required Option) => { utoipa::openapi::Required::False };
    (@required Needed) => { utoipa::openapi::Required::True };
}
pub(crate) use query;

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

/// The pairs of a request's query.
pub(crate) fn pairs(parts: &Parts) -> Result<Vec<(String, String)>, Refusal> {
    Query::try_from_uri(&parts.uri)
        .map(|Query(pairs)| pairs)
        .map_err(|wrong| Refusal::invalid("query", wrong.body_text()))
}

/// Reads the query, which may also have `common`. Where `faults` has some already, new ones join
/// them and the caller tells them all.
pub(crate) fn read<Q: FromQuery>(
    parts: &Parts,
    common: &[&'static str],
    faults: &mut Vec<FieldError>,
) -> Result<Q, Refusal> {
    let pairs = pairs(parts)?;
    let mut known = Q::names();
    known.extend(common);
    for (name, _) in &pairs {
        if !known.contains(&name.as_str()) && !faults.iter().any(|fault| fault.field == *name) {
            faults.push(FieldError::new(name, unknown("parameter", name, &known)));
        }
    }
    Q::read(&pairs, faults).ok_or_else(|| Refusal::Invalid(std::mem::take(faults)))
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
        let twice = "this parameter is given twice; give it once";
        faults.push(FieldError::new(name, twice));
        return None;
    }
    if text.is_empty() && T::EMPTY_IS_NONE {
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

/// The description of a parameter; what stands in a path is always there.
pub(crate) fn parameter_of(
    name: &str,
    place: ParameterIn,
    about: &str,
    schema: impl Into<RefOr<Schema>>,
) -> Parameter {
    let required = match place {
        ParameterIn::Path => Required::True,
        _ => Required::False,
    };
    let parameter = ParameterBuilder::new().name(name).parameter_in(place);
    let parameter = parameter.required(required).description(Some(about));
    parameter.schema(Some(schema)).build()
}

/// The description of a parameter of a query.
pub(crate) fn described<T: FromText>(name: &str, about: &str, required: Required) -> Parameter {
    let mut parameter = parameter_of(name, ParameterIn::Query, about, T::describe());
    parameter.required = required;
    parameter
}
