//! Values that have a text form: how they are read from a query or a body, and described.

use portcullis_model::{
    ConnectorId, MembershipKind, Timestamp,
    name::{Description, Email, Environment, Login, Name, PermissionName, Reason},
    time::ParseTimestampError,
};
use serde_json::Value;
use utoipa::openapi::{
    KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat,
    schema::{SchemaType, Type},
};

use super::path::Key;

/// Something that has a text form.
pub(crate) trait FromText: Sized {
    /// Whether a parameter that is given without a text is as if it were not given.
    const EMPTY_IS_NONE: bool = true;

    /// Reads `text`, or says what is wrong with it.
    fn read(text: &str) -> Result<Self, String>;

    /// Reads it where it stands in JSON: as its text.
    fn of_value(value: &Value) -> Result<Self, String> {
        match value.as_str() {
            Some(text) => Self::read(text),
            None => Err(format!("expected a string, got {}", a(value))),
        }
    }

    /// Its description.
    fn describe() -> RefOr<Schema>;
}

/// The beginning of a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start(pub(crate) Timestamp);

/// The description of a type of JSON.
pub(crate) fn of_type(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(kind))
}

/// The description of a text.
pub(crate) fn text() -> ObjectBuilder {
    of_type(Type::String)
}

/// The description of an instant.
pub(crate) fn date_time() -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}

/// Bytes as they stand in what clients hand back unread.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that [`hex`] wrote.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let pairs = is_hex.then(|| text.as_bytes().chunks_exact(2))?;
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}

/// What a value is, in a sentence.
pub(crate) const fn a(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

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
    Timestamp: |text| text.parse().map_err(|bad: ParseTimestampError| bad.to_string()), date_time();
    Start: |text| Timestamp::parse_start(text).map(Self).map_err(|bad| bad.to_string()), date_time();
    MembershipKind: |text| match text {
        "member" => Ok(Self::Member),
        "owner" => Ok(Self::Owner),
        other => Err(one_of(other, &["member", "owner"])),
    }, text().enum_values(Some(["member", "owner"]));
    ConnectorId: |text| Self::parse(text).map_err(|bad| bad.0), text().min_length(Some(1)).max_length(Some(22));
    u64: |text| text.parse().map_err(|_| format!("`{text}` is not a whole number")), of_type(Type::Integer).minimum(Some(0));
}

impl<T> FromText for Key<T> {
    fn read(text: &str) -> Result<Self, String> {
        Ok(Self::new(text.to_owned()))
    }
    fn describe() -> RefOr<Schema> {
        text().into()
    }
}

impl FromText for bool {
    /// `?preview=` with nothing after it is no wish that the write be done.
    const EMPTY_IS_NONE: bool = false;

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(one_of(other, &["true", "false"])),
        }
    }
    fn of_value(value: &Value) -> Result<Self, String> {
        let read = value.as_bool();
        read.ok_or_else(|| format!("true or false is wanted, not {}", a(value)))
    }
    fn describe() -> RefOr<Schema> {
        of_type(Type::Boolean).into()
    }
}

/// The sentence for a word that is none of those known.
pub(crate) fn one_of(given: &str, known: &[&str]) -> String {
    let near = nearest(given, known).map(|near| format!("; did you mean `{near}`?"));
    format!(
        "`{given}` is none of {}{}",
        quoted(known),
        near.unwrap_or_default()
    )
}

/// The sentence for a member or parameter that is none of those known.
pub(crate) fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("there is no {what} `{name}` here; did you mean `{near}`?"),
        None if known.is_empty() => format!("there is no {what} `{name}` here; leave it out"),
        None => format!(
            "there is no {what} `{name}` here; known are {}",
            quoted(known)
        ),
    }
}

fn quoted(words: &[&str]) -> String {
    let all: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    all.join(", ")
}

/// The known name that is nearest to what was written, if any is near.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    // Names are short, whatever is sent.
    let name = name.get(..64).unwrap_or(name);
    known
        .iter()
        .map(|known| (strsim::osa_distance(name, known), *known))
        .filter(|(distance, known)| *distance <= (known.len() / 3).max(1))
        .min()
        .map(|(_, known)| known)
}

/// Declares a set of words that a parameter or member takes. `for T` says which type of the model
/// they stand for, by the same names; `into T` where that has more.
macro_rules! choice {
    ($(#[doc = $about:literal])+ $vis:vis enum $Name:ident $($both:ident $Model:ident)? {
        $($(#[doc = $doc:literal])+ $Word:ident = $word:literal,)+
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
        $vis enum $Name { $($(#[doc = $doc])+ #[serde(rename = $word)] $Word,)+ }

        // Derived descriptions do not see the words through the macro.
        impl utoipa::PartialSchema for $Name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let words = $crate::http::text::text().enum_values(Some([$($word),+]));
                words.description(Some(concat!($($about, "\n"),+).trim())).into()
            }
        }
        impl utoipa::ToSchema for $Name {}

        impl $crate::http::text::FromText for $Name {
            fn read(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$Word),)+
                    other => Err($crate::http::text::one_of(other, &[$($word),+])),
                }
            }
            fn describe() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <Self as utoipa::PartialSchema>::schema()
            }
        }

        $crate::http::text::choice!(@model $Name $($both $Model)?: $($Word)+);
    };
    (@model $Name:ident: $($Word:ident)+) => {};
    (@model $Name:ident for $Model:ident: $($Word:ident)+) => {
        impl From<$Model> for $Name {
            fn from(one: $Model) -> Self {
                match one { $($Model::$Word => Self::$Word,)+ }
            }
        }
        $crate::http::text::choice!(@model $Name into $Model: $($Word)+);
    };
    (@model $Name:ident into $Model:ident: $($Word:ident)+) => {
        impl From<$Name> for $Model {
            fn from(one: $Name) -> Self {
                match one { $($Name::$Word => Self::$Word,)+ }
            }
        }
    };
}
pub(crate) use choice;
