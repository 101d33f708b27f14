//! People made known, edited and deleted by hand; where there is a directory it does this.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::user::{CreateUser, DeleteUser, EditUser};
use portcullis_model::{
    Action, Id, Noun, Refusal, Target, User, UserKind,
    name::{Email, Login, Name},
};
use serde_json::Value;

use super::{
    convert,
    fields::{Fields, Submission},
    flow::{ConfirmPolicy, Step},
    form::{Choices, Field, FormPage, Text, Values, answer, ask_first, first, seen, unseen},
    frame::Page,
    pick,
};
use crate::{Web, error::Failure, ui};

pub(super) async fn new(page: Page) -> Result<Response, Failure> {
    first(
        &page,
        (Action::CreateUser, Target::Nothing),
        |values, errors| form(&page, None, values, errors),
    )
}

pub(super) async fn create(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let login = fields.parse("login", &mut errors, Login::parse);
    let name = fields.parse("name", &mut errors, Name::parse);
    let email = email(fields, &mut errors);
    let manager = manager(&sent, &mut errors);
    taken(&sent, None, &mut errors);
    let attributes = attributes(fields, None, &mut errors);
    let kind = match fields.get("kind") {
        "service" => UserKind::Service,
        _ => UserKind::Person,
    };
    let operation = login.zip(name).map(|(login, name)| CreateUser {
        login,
        name,
        email,
        kind,
        manager,
        attributes,
    });
    let step = Step {
        title: format!("Add {}", fields.get("name")),
        confirm: "Add".into(),
        cancel: "/people".into(),
        ask: ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    let login = fields.get("login").to_owned();
    let done = move |_: &_| format!("/people/{}", convert::escape(&login));
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        done,
        |values, errors| Ok(form(&sent.page, None, values, errors)),
    )
    .await
}

pub(super) async fn edit(page: Page, Path(login): Path<String>) -> Result<Response, Failure> {
    let user = found(&page, &login)?;
    first(
        &page,
        (Action::EditUser, Target::User(user.id)),
        |values, errors| form(&page, Some(user), values, errors),
    )
}

pub(super) async fn save(
    State(web): State<Web>,
    Path(login): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let user = found(&sent.page, &login)?;
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let login = fields.parse("login", &mut errors, Login::parse);
    let name = fields.parse("name", &mut errors, Name::parse);
    let email = email(fields, &mut errors);
    let manager = manager(&sent, &mut errors);
    taken(&sent, Some(user), &mut errors);
    let attributes = attributes(fields, Some(user), &mut errors);
    unseen(fields, user, None, &mut errors);
    let operation = EditUser {
        user: user.id,
        login: login.clone(),
        name,
        email: email.into(),
        manager: manager.into(),
        attributes: Some(attributes),
    };
    let step = Step {
        title: format!("Edit {}", user.name),
        confirm: "Save".into(),
        cancel: convert::user_href(user),
        ask: ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    let done = move |_: &_| {
        format!(
            "/people/{}",
            convert::escape(login.as_deref().unwrap_or_default())
        )
    };
    answer(
        &web,
        &sent,
        Some(operation),
        errors,
        step,
        done,
        |values, errors| Ok(form(&sent.page, Some(user), values, errors)),
    )
    .await
}

pub(super) async fn delete(
    State(web): State<Web>,
    page: Page,
    Path(login): Path<String>,
) -> Result<Response, Failure> {
    let user = found(&page, &login)?.clone();
    ask_first(&web, page, DeleteUser { user: user.id }, deleting(&user)).await
}

pub(super) async fn deleted(
    State(web): State<Web>,
    Path(login): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let user = found(&sent.page, &login)?;
    let operation = DeleteUser { user: user.id };
    super::flow::run(&web, &sent, operation, deleting(user), |_| "/people".into()).await
}

fn deleting(user: &User) -> Step {
    Step {
        title: format!("Delete {} and end everything they have", user.name),
        confirm: "Delete".into(),
        cancel: convert::user_href(user),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    }
}

fn found<'p>(page: &'p Page, login: &str) -> Result<&'p User, Refusal> {
    let found = page.viewer.world.find_user(login);
    found.ok_or_else(|| Refusal::not_found(Noun::Person, login))
}

fn form(page: &Page, user: Option<&User>, values: &Values, errors: ui::Errors) -> FormPage {
    let world = &*page.viewer.world;
    let title = user.map_or("Add a person".into(), |user| format!("Edit {}", user.name));
    let mut form = FormPage::new(page, title, errors);
    form.crumbs = vec![ui::Link::new("People", "/people")];
    if let Some(user) = user {
        form.crumbs
            .push(ui::Link::new(&*user.name, convert::user_href(user)));
    }
    let of = |get: fn(&User) -> String| user.map_or_else(String::new, get);
    let manager = user
        .and_then(|user| world.user(user.manager?))
        .map_or_else(String::new, |manager| manager.login.to_string());
    form.fields = vec![
        Field::Line(
            Text::new(
                "name",
                "Name",
                values.text("name", of(|u| u.name.to_string())),
            )
            .required(),
        ),
        Field::Line(
            Text::new(
                "login",
                "Login",
                values.text("login", of(|u| u.login.to_string())),
            )
            .required()
            .help("What they sign in as; letters, digits, dots and hyphens."),
        ),
        Field::Line(Text::new(
            "email",
            "E-mail",
            values.text(
                "email",
                of(|u| u.email.as_deref().unwrap_or_default().to_owned()),
            ),
        )),
        Field::Line(
            Text::new("manager", "Manager", values.text("manager", manager))
                .options(pick::logins(world))
                .help("A login or e-mail address."),
        ),
        Field::Lines(
            Text::new(
                "attributes",
                "Attributes",
                values.text("attributes", of(listed)),
            )
            .help("One per line, as in “Department: Finance”."),
        ),
    ];
    if user.is_none() {
        form.fields.push(Field::Pills(Choices {
            name: "kind",
            label: "Kind",
            choices: vec![
                ui::Choice::new("person", "Person"),
                ui::Choice::new("service", "Service"),
            ],
            chosen: values.text("kind", "person"),
            help: String::new(),
            required: true,
        }));
    }
    form.submit = if user.is_some() { "Save" } else { "Add" }.into();
    form.fields.extend(user.map(seen));
    form.cancel = user.map_or("/people".into(), convert::user_href);
    form
}

/// Says at its field what somebody else has already.
fn taken(sent: &Submission, user: Option<&User>, errors: &mut ui::Errors) {
    for (field, what) in [("login", "login"), ("email", "e-mail address")] {
        let there = sent.page.viewer.world.find_user(sent.fields.get(field));
        let other = there.filter(|there| user.is_none_or(|user| user.id != there.id));
        if let Some(other) = other {
            let wrong = format!("{} has this {what}; give another", other.name);
            errors.add(field, wrong);
        }
    }
}

fn email(fields: &Fields, errors: &mut ui::Errors) -> Option<Email> {
    if !fields.has("email") {
        return None;
    }
    fields.parse("email", errors, Email::parse)
}

fn manager(sent: &Submission, errors: &mut ui::Errors) -> Option<Id<User>> {
    let text = sent.fields.get("manager");
    pick::people(&sent.page.viewer.world, text, "manager", errors)
        .first()
        .copied()
}

fn listed(user: &User) -> String {
    let lines: Vec<_> = user
        .attributes
        .iter()
        .map(|(name, value)| format!("{name}: {}", shown(value)))
        .collect();
    lines.join("\n")
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Attributes as written; one that reads as before keeps its type.
fn attributes(
    fields: &Fields,
    user: Option<&User>,
    errors: &mut ui::Errors,
) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let lines = fields.get("attributes").lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        let Some((name, text)) = line.split_once(':') else {
            errors.add(
                "attributes",
                format!("`{line}` has no colon; write it as `Department: Finance`"),
            );
            continue;
        };
        let (name, text) = (name.trim(), text.trim());
        let kept = user
            .and_then(|user| user.attributes.get(name))
            .filter(|value| shown(value) == text);
        let value = kept
            .cloned()
            .unwrap_or_else(|| Value::String(text.to_owned()));
        all.insert(name.to_owned(), value);
    }
    all
}
