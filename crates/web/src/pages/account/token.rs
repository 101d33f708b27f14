//! Tokens made and rotated. The token is on this one page and nowhere else.

use std::collections::BTreeSet;

use portcullis_app::{
    secret::Secret,
    token::{IssueToken, OVERLAP_SECONDS, RotateToken, as_long_again},
};
use portcullis_model::{Action, Expiry, Id, Name, Purpose, Scope, User, UserKind, may};

use super::whose::{address as account, named, user_of, whose};
use crate::{
    auth::TOKEN_PREFIX,
    pages::{
        fields::{Submission, Values, errors_of},
        form::{self, Control, FormPage},
        input::Input,
        prelude::*,
    },
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

/// The form, with what was sent and what is wrong with that.
fn drawn<'p>(page: &'p Page, user: &User, values: Values, errors: ui::Errors) -> FormPage<'p> {
    let mut form = FormPage::new(page, values, errors);
    let back = account(page, user.id);
    let whose = match user.id == page.viewer.id {
        true => "Your account".to_owned(),
        false => format!("Sign-in of {}", user.name),
    };
    form.title = "New token".into();
    form.crumbs = vec![ui::Link::new(whose, &*back)];
    form.lead = match user.id == page.viewer.id {
        true => "A program that sends it acts as you. Name it after the program, and give it no more than that needs.".to_owned(),
        false => format!("A program that sends it acts as {}.", user.name),
    };
    form.cancel = back;
    form.submit = "Create token".into();
    form.add(Control::Hidden, "user", "", user.login.as_str());
    form.add(Control::Line, "name", "Name", "").required();
    let all: &[Scope] = match user.kind {
        UserKind::Agent => &Scope::OF_AGENTS,
        UserKind::Person | UserKind::Service => &Scope::ALL,
    };
    let boxes = all
        .iter()
        .map(|scope| form.check("scope", scope.as_str(), told(*scope), *scope == Scope::Read));
    let boxes = Control::Checks(boxes.collect(), "");
    form.add(boxes, "scope", "It may", "");
    form.add(Control::Line, "days", "For how many days", "90")
        .required()
        .help("It ends by itself then. You are reminded before, where e-mail or chat is set up.");
    form
}

pub(super) async fn show(page: Page) -> Result<Response, Failure> {
    let user = whose(&page)?;
    let target = Target::User(user.id);
    may(
        &page.viewer.world,
        &page.viewer.context,
        Action::MakeToken,
        target,
    )?;
    render(&drawn(
        &page,
        user,
        Values::asked(&page),
        ui::Errors::default(),
    ))
}

pub(super) async fn issue(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    sent.page.viewer.in_person()?;
    let viewer = &sent.page.viewer;
    let user = user_of(&sent.page, &sent.fields)?;
    let mut input = Input::new(&sent);
    let name = input.parse("name", Name::parse);
    let mut scopes = BTreeSet::new();
    for text in sent.fields.all("scope") {
        match Scope::parse(text) {
            Some(scope) => drop(scopes.insert(scope)),
            None => input.errors.add("scope", "choose of what is there"),
        }
    }
    if scopes.is_empty() {
        input.errors.add("scope", "choose what it may do");
    }
    let days: Option<i64> = sent.fields.get("days").parse().ok();
    let days = days.filter(|days| (1..=36_500).contains(days));
    if days.is_none() {
        input.errors.add("days", "say a number of days, at least 1");
    }
    let again = |errors| {
        let shown = viewer.world.require_user(user)?;
        form::again(&drawn(&sent.page, shown, Values::sent(&sent), errors))
    };
    let (Some(name), Some(days), true) = (name, days, input.errors.is_empty()) else {
        return again(input.errors);
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
    match web.app().commit(viewer.context.clone(), issue, None).await {
        Ok(_) => render(&Made::of(&sent, &name, &secret, until, user)),
        Err(error) => again(errors_of(error.into())?),
    }
}

/// What a scope lets, as a choice says it.
const fn told(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read: see what you may see",
        Scope::Request => "Request: ask for access, and withdraw that",
        Scope::Decide => "Decide: approve and reject requests",
        Scope::Administer => "Administer: change everything else that you may change",
        Scope::Decisions => "Decisions: ask whether somebody may do something",
    }
}

pub(super) async fn rotate(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    sent.page.viewer.in_person()?;
    let viewer = &sent.page.viewer;
    let old = named(&sent.page)?;
    let secret = Secret::new(TOKEN_PREFIX);
    let now = viewer.context.now;
    let until = as_long_again(old, now);
    let overlap = now.plus_seconds(OVERLAP_SECONDS);
    let goes_on = old
        .validity
        .until
        .instant()
        .map_or(overlap, |end| end.min(overlap));
    let rotate = RotateToken {
        token: old.id,
        digest: secret.digest(),
        until,
        overlap: OVERLAP_SECONDS,
    };
    let (user, name) = match &old.purpose {
        Purpose::Token { name, .. } => (old.user, name.to_string()),
        Purpose::Session(_) | Purpose::Link | Purpose::Invitation => (old.user, String::new()),
    };
    web.app()
        .commit(viewer.context.clone(), rotate, None)
        .await?;
    render(&Made {
        old: Some(sent.page.when(&goes_on)),
        ..Made::of(&sent, &name, &secret, until, user)
    })
}
