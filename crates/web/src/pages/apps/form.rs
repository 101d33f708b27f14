//! Apps made, edited and deleted.

use portcullis_app::app::{CreateApp, DeleteApp, EditApp};
use portcullis_model::{App, record::AppOrigin};

use crate::pages::prelude::forms::*;

/// A new app, or one that is there.
pub(super) struct AppForm(Option<App>);

impl Form for AppForm {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        let app = page.maybe::<App>()?;
        let target = app.map(|app| Target::App(app.id));
        may_make(page, Action::CreateApp, Action::EditApp, target)?;
        Ok(Self(app.cloned()))
    }

    fn draw(&self, page: &Page, form: &mut FormPage<'_>) {
        let app = self.0.as_ref();
        form.about(("Apps", "/apps"), app.map(convert::app), "Create an app");
        form.add(Line, "name", "Name", app.map_or("", |app| &app.name))
            .required()
            .help(match app {
                None => "Its groups are named after it.",
                Some(_) => "Its groups are renamed with it.",
            });
        form.description(app.map_or("", |app| &app.description));
        if app.is_none() {
            form.owners("Names, logins or e-mail addresses; you, if empty. They own the app and decide who gets in.");
            form.add(Lines, "groups", "First groups", "")
                .help("One per line, with a description after a colon: “Read: can view payslips”. You can add more later.");
            form.submit = "Create the app".into();
        }
        let target = app.map_or(Target::Nothing, |app| Target::App(app.id));
        let may_untag = allowed(page, Action::UntagApp, target).is_ok();
        form.tags(app.map_or(&[], |app| &app.tags), may_untag);
        form.version(&self.0);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        input.check_stale(&self.0, None);
        let (name, description) = input.named(self.0.as_ref().map(|app| &app.name));
        let tags = input.ticked_tags();
        let Some(app) = &self.0 else {
            let (owners, groups) = (input.people("owners"), first_groups(input));
            let operation = CreateApp {
                name: name?,
                description: description?,
                owners,
                tags,
                groups,
                origin: AppOrigin::Made,
            };
            let title = format!("Create the app {}", input.text("name"));
            return Some(Step::new(operation, title, "Create", "/apps"));
        };
        let operation = EditApp {
            app: app.id,
            name,
            description,
            tags: Some(tags),
        };
        let title = format!("Edit {}", app.name);
        Some(Step::new(operation, title, "Save", convert::app_href(app)))
    }
}

pub(super) fn delete(input: &Input<'_>) -> Result<Step, Failure> {
    let app = input.page.one::<App>()?;
    let title = format!("Delete the app {} with all its groups", app.name);
    let operation = DeleteApp { app: app.id };
    let step = Step::new(operation, title, "Delete", convert::app_href(app));
    Ok(step.always().then(|_| "/apps".into()))
}

fn first_groups(input: &mut Input<'_>) -> Vec<(Name, Description)> {
    let lines = input.text("groups").lines().map(str::trim);
    let mut all = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let (name, about) = line.split_once(':').unwrap_or((line, ""));
        match (Name::parse(name), Description::parse(about)) {
            (Ok(name), Ok(about)) => all.push((name, about)),
            (Err(bad), _) | (_, Err(bad)) => input.errors.add("groups", bad.0),
        }
    }
    all
}
