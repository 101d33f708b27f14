//! Tokens made and rotated. The token is on this one page and nowhere else.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use portcullis_app::{
    secret::Secret,
    token::{IssueToken, OVERLAP_SECONDS, RotateToken},
};
use portcullis_model::{Expiry, FieldError, Id, Name, Purpose, Refusal, Scope, User};

use super::whose::{address as account, named, user_of};
use crate::{
    auth::{Proof, TOKEN_PREFIX},
    pages::{fields::Submission, prelude::*},
};

#[derive(Template)]
#[template(path = "account/token.html")]
struct Made<'p> {
    page: &'p Page,
    name: String,
    token: String,
    /// Until when the one it replaces goes on.
    old: Option<ui::When>,
    ends: ui::ExpiryPill,
    back: String,
}

impl<'p> Made<'p> {
    fn of(
        sent: &'p Submission,
        name: &str,
        secret: &Secret,
        until: Expiry,
        user: Id<User>,
    ) -> Self {
        Self {
            page: &sent.page,
            name: name.to_owned(),
            token: secret.reveal().to_owned(),
            old: None,
            ends: sent.page.ends(&until),
            back: account(&sent.page, user),
        }
    }
}

/// A token makes none, whatever its scopes: another could have more of them, and outlive it.
fn in_person(sent: &Submission) -> Result<(), Failure> {
    match sent.page.viewer.proof {
        Proof::Token(_) => Err(Failure::Http(
            StatusCode::FORBIDDEN,
            "a token makes no tokens; sign in, or use `portcullis token`".into(),
        )),
        Proof::Session(_) | Proof::Chosen(_) | Proof::Proxy | Proof::Persona => Ok(()),
    }
}

pub(super) async fn issue(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    in_person(&sent)?;
    let viewer = &sent.page.viewer;
    let user = user_of(&sent)?;
    let mut faults = Vec::new();
    let name = Name::parse(sent.fields.get("name"));
    let name = name.map_err(|error| faults.push(FieldError::new("name", error.to_string())));
    let mut scopes = BTreeSet::new();
    for text in sent.fields.all("scope") {
        match Scope::parse(text) {
            Some(scope) => drop(scopes.insert(scope)),
            None => faults.push(FieldError::new("scope", format!("`{text}` is no scope"))),
        }
    }
    let days: Option<i64> = sent.fields.get("days").parse().ok();
    let days = days.filter(|days| (1..=36_500).contains(days));
    if days.is_none() {
        faults.push(FieldError::new("days", "say a number of days, at least 1"));
    }
    let (Ok(name), Some(days), true) = (name, days, faults.is_empty()) else {
        return Err(Refusal::Invalid(faults).into());
    };
    let secret = Secret::new(TOKEN_PREFIX);
    let until = Expiry::at(viewer.context.now.plus_days(days));
    let issue = IssueToken {
        user,
        name: name.clone(),
        scopes,
        digest: secret.digest(),
        until,
    };
    web.app()
        .commit(viewer.context.clone(), issue, None)
        .await?;
    render(&Made::of(&sent, &name, &secret, until, user))
}

pub(super) async fn rotate(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    in_person(&sent)?;
    let viewer = &sent.page.viewer;
    let old = named(&sent.page)?;
    let secret = Secret::new(TOKEN_PREFIX);
    let now = viewer.context.now;
    // As long again as the old one was made for.
    let length = old
        .validity
        .until
        .instant()
        .map(|end| end.micros() - old.validity.from.micros());
    let until = match length {
        Some(length) => Expiry::at(now.plus_seconds(length / 1_000_000)),
        None => Expiry::NEVER,
    };
    let rotate = RotateToken {
        token: old.id,
        digest: secret.digest(),
        until,
        overlap: OVERLAP_SECONDS,
    };
    let (user, name) = match &old.purpose {
        Purpose::Token { name, .. } => (old.user, name.to_string()),
        Purpose::Session(_) | Purpose::Link => (old.user, String::new()),
    };
    web.app()
        .commit(viewer.context.clone(), rotate, None)
        .await?;
    render(&Made {
        old: Some(sent.page.when(&now.plus_seconds(OVERLAP_SECONDS))),
        ..Made::of(&sent, &name, &secret, until, user)
    })
}
