//! Apps made, edited and deleted.

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_app::app::{CreateApp, DeleteApp, EditApp};
use portcullis_model::{
    Action, App, Change, Noun, Refusal, Target,
    name::{Description, Name},
    record::AppOrigin,
};
use portcullis_store::Committed;

use super::{
    fields::Submission,
    flow::{self, ConfirmPolicy, Step},
    form::{Field, FormPage, Text, Values, answer, ask_first, first, seen, unseen},
    frame::Page,
    group_write::description_field,
    pick,
};
use crate::{Web, error::Failure, ui};

pub(super) async fn new(page: Page) -> Result<Response, Failure> {
    first(
        &page,
        (Action::CreateApp, Target::Nothing),
        |values, errors| form(&page, None, values, errors),
    )
}

pub(super) async fn create(State(web): State<Web>, sent: Submission) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let page = &sent.page;
    let name = fields.parse("name", &mut errors, Name::parse);
    let description = fields.parse("description", &mut errors, Description::parse);
    let owners = pick::people(
        &page.viewer.world,
        fields.get("owners"),
        "owners",
        &mut errors,
    );
    let groups = first_groups(fields.get("groups"), &mut errors);
    let operation = name.zip(description).map(|(name, description)| CreateApp {
        name,
        description,
        owners,
        tags: pick::ids(fields, "tags"),
        groups,
        origin: AppOrigin::Made,
    });
    let step = Step {
        title: format!("Create the app {}", fields.get("name")),
        confirm: "Create".into(),
        cancel: "/apps".into(),
        ask: ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    answer(
        &web,
        &sent,
        operation,
        errors,
        step,
        to_made_app,
        |values, errors| Ok(form(page, None, values, errors)),
    )
    .await
}

pub(super) async fn edit(page: Page, Path(id): Path<String>) -> Result<Response, Failure> {
    let app = found(&page, &id)?;
    first(
        &page,
        (Action::EditApp, Target::App(app.id)),
        |values, errors| form(&page, Some(app), values, errors),
    )
}

pub(super) async fn save(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let (fields, mut errors) = (&sent.fields, ui::Errors::default());
    let (page, app) = (&sent.page, found(&sent.page, &id)?);
    unseen(fields, app, None, &mut errors);
    let operation = EditApp {
        app: app.id,
        name: fields.parse("name", &mut errors, Name::parse),
        description: fields.parse("description", &mut errors, Description::parse),
        tags: Some(pick::ids(fields, "tags")),
    };
    let step = Step {
        title: format!("Edit {}", app.name),
        confirm: "Save".into(),
        cancel: href(app),
        ask: ConfirmPolicy::WhenSomebodyLoses,
        ..Step::default()
    };
    let done = |_: &_| href(app);
    answer(
        &web,
        &sent,
        Some(operation),
        errors,
        step,
        done,
        |values, errors| Ok(form(page, Some(app), values, errors)),
    )
    .await
}

pub(super) async fn delete(
    State(web): State<Web>,
    page: Page,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let app = found(&page, &id)?.clone();
    let step = deleting(&app);
    ask_first(&web, page, DeleteApp { app: app.id }, step).await
}

pub(super) async fn deleted(
    State(web): State<Web>,
    Path(id): Path<String>,
    sent: Submission,
) -> Result<Response, Failure> {
    let app = found(&sent.page, &id)?;
    let operation = DeleteApp { app: app.id };
    flow::run(&web, &sent, operation, deleting(app), |_| "/apps".into()).await
}

fn deleting(app: &App) -> Step {
    Step {
        title: format!("Delete the app {} with all its groups", app.name),
        confirm: "Delete".into(),
        cancel: href(app),
        ask: ConfirmPolicy::Always,
        ..Step::default()
    }
}

fn form(page: &Page, app: Option<&App>, values: &Values, errors: ui::Errors) -> FormPage {
    let title = app.map_or("Create an app".into(), |app| format!("Edit {}", app.name));
    let mut form = FormPage::new(page, title, errors);
    form.crumbs = vec![ui::Link::new("Apps", "/apps")];
    let name = Text::new(
        "name",
        "Name",
        values.text("name", app.map_or("", |app| &app.name)),
    );
    let description = app.map_or("", |app| &app.description);
    form.fields = vec![
        Field::Line(name.required().help(match app {
            Some(_) => "Its groups are renamed with it.",
            None => "Its groups are named after it.",
        })),
        description_field(values, description),
    ];
    if app.is_none() {
        let me = page.viewer.user().map_or("", |user| user.login.as_str());
        form.fields.push(Field::Lines(
            Text::new("owners", "Owners", values.text("owners", me))
                .help("Logins or e-mail addresses, separated by commas, spaces or new lines; you, if empty. They own the app and decide who gets in."),
        ));
        form.fields.push(Field::Lines(
            Text::new("groups", "First groups", values.text("groups", ""))
                .help("One per line, with what it is for after a colon: “Read: may look at payslips”. More can follow later."),
        ));
    }
    let target = app.map_or(Target::Nothing, |app| Target::App(app.id));
    let carried = app.map_or(&[][..], |app| &app.tags);
    form.fields.push(pick::tags_field(
        page,
        values,
        carried,
        Action::UntagApp,
        target,
    ));
    if let Some(app) = app {
        form.crumbs.push(ui::Link::new(&*app.name, href(app)));
    } else {
        form.submit = "Create the app".into();
    }
    form.fields.extend(app.map(seen));
    form.cancel = app.map_or("/apps".into(), href);
    form
}

fn first_groups(text: &str, errors: &mut ui::Errors) -> Vec<(Name, Description)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut all = Vec::new();
    for line in lines {
        let (name, about) = line.split_once(':').unwrap_or((line, ""));
        match (Name::parse(name), Description::parse(about)) {
            (Ok(name), Ok(about)) => all.push((name, about)),
            (Err(bad), _) | (_, Err(bad)) => errors.add("groups", bad.0),
        }
    }
    all
}

fn found<'p>(page: &'p Page, id: &str) -> Result<&'p App, Refusal> {
    let found = page.viewer.world.find_app(id);
    found.ok_or_else(|| Refusal::not_found(Noun::App, id))
}

fn href(app: &App) -> String {
    format!("/apps/{}", app.id)
}

fn to_made_app(committed: &Committed) -> String {
    let made = committed
        .change
        .changes
        .iter()
        .find_map(|change| match change {
            Change::App(edit) => edit.after.as_deref(),
            _ => None,
        });
    made.map_or("/apps".into(), href)
}
