//! Forms as they arrive: who sent them, and their fields parsed into the model's types.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header},
};
use portcullis_model::{Expiry, Refusal, Timestamp, name::ParseTextError};

use super::frame::{Page, form_pairs};
use crate::{Web, error::Failure, ui, words};

/// A form somebody sent from our own page.
#[derive(Debug)]
pub(crate) struct Submission {
    pub page: Page,
    pub fields: Fields,
}

impl FromRequest<Web> for Submission {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let page = Page::from_request_parts(&mut parts, web).await?;
        let is_form = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let request = Request::from_parts(parts, body);
        let bytes = Bytes::from_request(request, web)
            .await
            .map_err(|error| Failure::Http(error.status(), error.body_text()))?;
        if !is_form && !bytes.is_empty() {
            return Err(Failure::Http(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "this address takes forms; programs use `/api/v1`".into(),
            ));
        }
        let fields = Fields(form_pairs(&bytes));
        page.viewer.check_csrf(Some(fields.get("csrf")))?;
        Ok(Self { page, fields })
    }
}

/// The fields of a form, in order; a name may stand several times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value of a field, trimmed; empty if it is absent.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// All values of a field, trimmed.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
    }

    /// Whether a field was sent with a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// A field read by `parse`; what is wrong with it goes to `errors`.
    pub(crate) fn parse<T>(
        &self,
        name: &str,
        errors: &mut ui::Errors,
        parse: impl FnOnce(&str) -> Result<T, ParseTextError>,
    ) -> Option<T> {
        match parse(self.get(name)) {
            Ok(value) => Some(value),
            Err(bad) => {
                errors.add(name, bad.0);
                None
            }
        }
    }

    /// The end chosen in a duration picker called `name`: seconds from now, `never`, or a date.
    pub(crate) fn ends(
        &self,
        name: &str,
        now: Timestamp,
        errors: &mut ui::Errors,
    ) -> Option<Expiry> {
        match self.get(name) {
            "" | "never" => Some(Expiry::NEVER),
            "custom" => {
                let date = self.get(&format!("{name}_date"));
                match date.parse::<Timestamp>() {
                    Ok(at) => Some(Expiry::at(at)),
                    Err(_) if date.is_empty() => {
                        errors.add(name, "choose the last day");
                        None
                    }
                    Err(bad) => {
                        errors.add(name, bad.to_string());
                        None
                    }
                }
            }
            text => match text.parse::<i64>() {
                Ok(seconds) if seconds > 0 => Some(Expiry::at(now.plus_seconds(seconds))),
                _ => {
                    errors.add(
                        name,
                        format!("`{text}` is not one of the choices; choose again"),
                    );
                    None
                }
            },
        }
    }

    /// Everything but what the frame itself sends, to be sent again by a confirming form.
    pub(crate) fn hidden(&self) -> Vec<ui::Hidden> {
        let own = |name: &str| matches!(name, "csrf" | "confirm");
        self.0
            .iter()
            .filter(|(name, _)| !own(name))
            .map(|(name, value)| ui::Hidden::new(name, value))
            .collect()
    }
}

/// What a refusal says about a form's fields; other failures stay failures.
pub(crate) fn errors_of(failure: Failure) -> Result<ui::Errors, Failure> {
    let mut errors = ui::Errors::default();
    match failure {
        Failure::Refused(Refusal::Invalid(faults)) => {
            for fault in faults {
                errors.add(fault.field, fault.message);
            }
            Ok(errors)
        }
        Failure::Refused(ref refusal @ Refusal::Rule { code, .. }) => {
            errors.add(words::field(code), refusal.to_string());
            Ok(errors)
        }
        Failure::Refused(ref refusal @ Refusal::Conflict { .. }) => {
            errors.add("", refusal.to_string());
            Ok(errors)
        }
        other => Err(other),
    }
}
