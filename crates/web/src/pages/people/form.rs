//! People made known, edited and deleted by hand; where there is a directory it does this.

use std::collections::BTreeMap;

use portcullis_app::user::{CreateUser, DeleteUser, EditUser};
use portcullis_model::{
    UserKind,
    name::{Email, Login},
};
use serde_json::Value;

use crate::pages::{
    pick::{Kind, Offer},
    prelude::forms::*,
};

/// Somebody new, or somebody who is there.
pub(super) struct PersonForm(Option<User>);

impl Form for PersonForm {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let user = page.maybe::<User>()?;
        let target = user.map(|user| Target::User(user.id));
        may_make(page, Action::CreateUser, Action::EditUser, target)?;
        Ok(Self(user.cloned()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let (world, user) = (&*page.viewer.world, self.0.as_ref());
        let of = |get: fn(&User) -> String| user.map_or_else(String::new, get);
        let list = ("People", "/people");
        form.about(list, user.map(convert::user), "Add a person");
        form.add(Line, "name", "Name", of(|u| u.name.to_string()))
            .required();
        form.add(Line, "login", "Login", of(|u| u.login.to_string()))
            .required()
            .help("Their short name here; letters, digits, dots and hyphens.");
        let email = of(|u| u.email.as_deref().unwrap_or_default().to_owned());
        form.add(Line, "email", "E-mail", email);
        let manager = user.and_then(|user| world.user(user.manager?));
        form.one(Kind::Person, "manager", "Manager or sponsor", manager.map(Offer::user))
            .help("A name, login or e-mail address. An agent needs one: the person it acts for, its sponsor. It has at most what they have.");
        form.add(Lines, "attributes", "Attributes", of(listed))
            .help("One per line, as in “Department: Finance”.");
        if user.is_none() {
            let kinds = ui::Choice::all([
                ("person", "Person"),
                ("service", "Service"),
                ("agent", "Agent"),
            ]);
            form.add(Pills(kinds), "kind", "Kind", "person");
            form.submit = "Add".into();
        }
        form.version(&self.0);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let known = self.0.as_ref();
        let login = input.kept("login", known.map(|user| &user.login), Login::parse);
        let name = input.kept("name", known.map(|user| &user.name), Name::parse);
        let email = match input.text("email") {
            "" => None,
            _ => input.kept(
                "email",
                known.and_then(|user| user.email.as_ref()),
                Email::parse,
            ),
        };
        let manager = match input.fields.last("manager") {
            "" => None,
            _ => input.one(Kind::Person, "manager"),
        };
        let attributes = attributes(input, known);
        taken(input, known);
        input.check_stale(&self.0, None);
        let Some(user) = known else {
            let kind = match input.text("kind") {
                "" => Some(UserKind::Person),
                text => UserKind::parse(text),
            };
            if kind.is_none() {
                input.errors.add("kind", "choose person, service or agent");
            }
            let operation = CreateUser {
                login: login?,
                name: name?,
                email,
                kind: kind?,
                manager,
                attributes,
            };
            let title = format!("Add {}", input.text("name"));
            return Some(Step::new(operation, title, "Add", "/people"));
        };
        let operation = EditUser {
            user: user.id,
            login,
            name,
            email: email.into(),
            manager: manager.into(),
            attributes: Some(attributes),
        };
        let (id, title) = (user.id, format!("Edit {}", user.name));
        let step = Step::new(operation, title, "Save", convert::user_href(user));
        Some(step.then(move |committed| {
            let user = committed.world.user(id);
            user.map_or("/people".into(), convert::user_href)
        }))
    }
}

pub(super) fn delete(input: &Input<'_>) -> Result<Step, Failure> {
    let user = input.page.one::<User>()?;
    let title = format!("Delete {} and end everything they have", user.name);
    let operation = DeleteUser { user: user.id };
    let step = Step::new(operation, title, "Delete", convert::user_href(user));
    Ok(step.always().then(|_| "/people".into()))
}

/// Says at its field what somebody else has already.
fn taken(input: &mut Input<'_>, user: Option<&User>) {
    for (field, what) in [("login", "login"), ("email", "e-mail address")] {
        let there = input.world().find_user(input.text(field));
        let other = there.filter(|there| user.is_none_or(|user| user.id != there.id));
        if let Some(other) = other {
            let wrong = format!("{} has this {what}; give another", other.name);
            input.errors.add(field, wrong);
        }
    }
}

fn listed(user: &User) -> String {
    let lines: Vec<_> = user
        .attributes
        .iter()
        .map(|(name, value)| format!("{name}: {}", shown(value)))
        .collect();
    lines.join("\n")
}

/// An attribute as people read and write it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Attributes as written; one that reads as before keeps its type.
fn attributes(input: &mut Input<'_>, user: Option<&User>) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let lines = input.text("attributes").lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        let Some((name, text)) = line.split_once(':') else {
            let wrong = format!("`{line}` has no colon; write it as `Department: Finance`");
            input.errors.add("attributes", wrong);
            continue;
        };
        let (name, text) = (name.trim(), text.trim());
        let kept = user
            .and_then(|user| user.attributes.get(name))
            .filter(|value| shown(value) == text);
        let value = kept
            .cloned()
            .unwrap_or_else(|| Value::String(text.to_owned()));
        if all.insert(name.to_owned(), value).is_some() {
            let wrong = format!("`{name}` is written twice; keep one");
            input.errors.add("attributes", wrong);
        }
    }
    all
}
