//! Forms as they arrive: who sent them, and their fields as text.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header},
};
use portcullis_model::{MembershipKind, Refusal, still_there};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::frame::{Page, form_pairs};
use crate::{Web, connection::unread, error::Failure, ui, words};

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
            .map_err(|refused| unread(&refused))?;
        if !is_form && !bytes.is_empty() {
            return Err(Failure::Http(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "this address takes forms; programs use `/api/v1`".into(),
            ));
        }
        let fields = Fields(form_pairs(&bytes));
        page.viewer.check_csrf(Some(fields.get("csrf")))?;
        // What is sent may take its time, and whoever sends it be signed out meanwhile.
        still_there(&web.app().world(), &page.viewer.context)?;
        web.rates().write(page.viewer.id)?;
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

    /// The last value of a field that says something, trimmed.
    pub(crate) fn last<'f>(&'f self, name: &'f str) -> &'f str {
        let said = self.all(name).filter(|value| !value.is_empty());
        said.last().unwrap_or_default()
    }

    /// Whether a field was sent with a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// Everything but what the frame itself sends, to be sent again by a confirming form.
    pub(crate) fn hidden(&self) -> Vec<ui::Hidden> {
        let own = |name: &str| matches!(name, "csrf" | "confirm" | "previewed");
        let kept = self.0.iter().filter(|(name, _)| !own(name));
        kept.cloned().collect()
    }
}

/// What stands in a form's fields: what was sent, or else what the address asks for, or else the
/// defaults.
pub(crate) struct Values {
    fields: Fields,
    asked: Fields,
    sent: bool,
}

impl Values {
    /// Of a form shown for the first time.
    pub(crate) fn asked(page: &Page) -> Self {
        let query = page.path.split_once('?').map_or("", |(_, query)| query);
        let asked = Fields(form_pairs(query.as_bytes()));
        Self {
            fields: asked.clone(),
            asked,
            sent: false,
        }
    }

    /// Of a form shown again.
    pub(crate) fn sent(sent: &Submission) -> Self {
        Self {
            fields: sent.fields.clone(),
            sent: true,
            ..Self::asked(&sent.page)
        }
    }

    /// The same without what no page repeats.
    pub(crate) fn without(mut self, name: &str) -> Self {
        for fields in [&mut self.fields, &mut self.asked] {
            fields.0.retain(|(field, _)| field != name);
        }
        self
    }

    /// Whether the form was sent, rather than shown for the first time.
    pub(crate) const fn is_sent(&self) -> bool {
        self.sent
    }

    /// All values of a field that say something.
    pub(crate) fn all<'v>(&'v self, name: &'v str) -> impl Iterator<Item = &'v str> {
        self.fields.all(name).filter(|value| !value.is_empty())
    }

    /// What was chosen last for a field: a choice stands after the text that it makes clear.
    pub(crate) fn last<'v>(&'v self, name: &'v str) -> &'v str {
        self.fields.last(name)
    }

    pub(crate) fn text(&self, name: &str, default: impl Into<String>) -> String {
        let value = self.fields.get(name);
        if self.sent || !value.is_empty() {
            value.to_owned()
        } else {
            default.into()
        }
    }

    /// What a form is about: named by a field of it, or by its address.
    pub(crate) fn key(&self, name: &str) -> &str {
        match self.fields.get(name) {
            "" => self.asked.get(name),
            sent => sent,
        }
    }

    /// Whether members or owners are meant; members unless it says owners.
    pub(crate) fn kind(&self) -> MembershipKind {
        kind(self.key("kind"))
    }

    pub(crate) fn checked(&self, name: &str, value: &str, default: bool) -> bool {
        if self.sent || self.fields.has(name) {
            self.fields.all(name).any(|given| given == value)
        } else {
            default
        }
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }
}

/// The kind asked for in a form or address; members unless it says owners.
pub(crate) fn kind(text: &str) -> MembershipKind {
    if text == "owner" {
        MembershipKind::Owner
    } else {
        MembershipKind::Member
    }
}

/// Hashes what is written to it: the text of a preview that reaches many is nowhere as a whole.
struct Hashed(Sha256);

impl std::io::Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What stands for a record as it is: another text where anybody has saved it since.
pub(crate) fn version(record: &impl Serialize) -> String {
    let mut hashed = Hashed(Sha256::new());
    // INVARIANT: hashing never fails, and records always serialize.
    let _ = serde_json::to_writer(&mut hashed, record);
    hashed.0.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
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
