//! People made known, edited and deleted by hand; where there is a directory it does this.

use std::collections::BTreeMap;

use portcullis_app::user::{CreateUser, DeleteUser, EditUser};
use portcullis_model::{
    UserKind,
    name::{Email, Login, Name},
};
use serde_json::Value;

use crate::pages::{pick, prelude::forms::*};

pub(super) struct New;

impl Form for New {
    fn find(_: &Page, _: &Values) -> Result<Self, Refusal> {
        Ok(Self)
    }

    fn allowed(&self, page: &Page) -> Result<(), Refusal> {
        allowed(page, Action::CreateUser, Target::Nothing)
    }

    fn draw(&self, page: &Page, form: &mut FormPage) {
        form.title = "Add a person".into();
        draw(page, None, form);
        let kinds = vec![
            ui::Choice::new("person", "Person"),
            ui::Choice::new("service", "Service"),
        ];
        form.pills("kind", "Kind", kinds, "person");
        form.submit = "Add".into();
        form.cancel = "/people".into();
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let about = About::read(input, None);
        let kind = match input.text("kind") {
            "service" => Some(UserKind::Service),
            "" | "person" => Some(UserKind::Person),
            _ => {
                input.errors.add("kind", "choose person or service");
                None
            }
        };
        let operation = CreateUser {
            login: about.login?,
            name: about.name?,
            email: about.email,
            kind: kind?,
            manager: about.manager,
            attributes: about.attributes,
        };
        let title = format!("Add {}", input.text("name"));
        Some(Step::new(operation, title, "Add", "/people"))
    }
}

pub(super) struct Edit(User);

impl Form for Edit {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        page.user().cloned().map(Self)
    }

    fn allowed(&self, page: &Page) -> Result<(), Refusal> {
        allowed(page, Action::EditUser, Target::User(self.0.id))
    }

    fn draw(&self, page: &Page, form: &mut FormPage) {
        let user = &self.0;
        form.title = format!("Edit {}", user.name);
        draw(page, Some(user), form);
        form.version(user);
        form.cancel = convert::user_href(user);
        form.crumbs.push(ui::Link::new(&*user.name, &*form.cancel));
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let user = &self.0;
        let about = About::read(input, Some(user));
        input.check_stale(user, None);
        let operation = EditUser {
            user: user.id,
            login: about.login,
            name: about.name,
            email: about.email.into(),
            manager: about.manager.into(),
            attributes: Some(about.attributes),
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
    let user = input.page.user()?;
    let title = format!("Delete {} and end everything they have", user.name);
    let operation = DeleteUser { user: user.id };
    let step = Step::new(operation, title, "Delete", convert::user_href(user));
    Ok(step.always().then(|_| "/people".into()))
}

fn draw(page: &Page, user: Option<&User>, form: &mut FormPage) {
    let world = &*page.viewer.world;
    let of = |get: fn(&User) -> String| user.map_or_else(String::new, get);
    let manager = user
        .and_then(|user| world.user(user.manager?))
        .map_or_else(String::new, |manager| manager.login.to_string());
    form.crumbs = vec![ui::Link::new("People", "/people")];
    form.line("name", "Name", of(|u| u.name.to_string()))
        .required();
    form.line("login", "Login", of(|u| u.login.to_string()))
        .required()
        .help("What they sign in as; letters, digits, dots and hyphens.");
    let email = of(|u| u.email.as_deref().unwrap_or_default().to_owned());
    form.line("email", "E-mail", email);
    form.line("manager", "Manager", manager)
        .options(pick::logins(world))
        .help("A login or e-mail address.");
    form.lines("attributes", "Attributes", of(listed))
        .help("One per line, as in “Department: Finance”.");
}

/// What is written about somebody, new or known.
struct About {
    login: Option<Login>,
    name: Option<Name>,
    email: Option<Email>,
    manager: Option<Id<User>>,
    attributes: BTreeMap<String, Value>,
}

impl About {
    fn read(input: &mut Input<'_>, user: Option<&User>) -> Self {
        let about = Self {
            login: input.parse("login", Login::parse),
            name: input.parse("name", Name::parse),
            email: match input.text("email") {
                "" => None,
                _ => input.parse("email", Email::parse),
            },
            manager: input.people("manager").first().copied(),
            attributes: attributes(input, user),
        };
        taken(input, user);
        about
    }
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

fn shown(value: &Value) -> String {
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
        all.insert(name.to_owned(), value);
    }
    all
}
