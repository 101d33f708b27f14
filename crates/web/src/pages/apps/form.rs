//! Apps made, edited and deleted.

use portcullis_app::app::{CreateApp, DeleteApp, EditApp};
use portcullis_model::{
    App,
    name::{Description, Name},
    record::AppOrigin,
};

use crate::pages::prelude::forms::*;

pub(super) struct New;

impl Form for New {
    fn find(_: &Page, _: &Values) -> Result<Self, Refusal> {
        Ok(Self)
    }

    fn allowed(&self, page: &Page) -> Result<(), Refusal> {
        allowed(page, Action::CreateApp, Target::Nothing)
    }

    fn draw(&self, page: &Page, form: &mut FormPage) {
        form.title = "Create an app".into();
        form.crumbs = vec![ui::Link::new("Apps", "/apps")];
        form.line("name", "Name", "")
            .required()
            .help("Its groups are named after it.");
        form.description("");
        let me = page.viewer.user().map_or("", |user| user.login.as_str());
        form.lines("owners", "Owners", me)
            .help("Logins or e-mail addresses, separated by commas, spaces or new lines; you, if empty. They own the app and decide who gets in.");
        form.lines("groups", "First groups", "")
            .help("One per line, with a description after a colon: “Read: can view payslips”. You can add more later.");
        let may_untag = allowed(page, Action::UntagApp, Target::Nothing).is_ok();
        form.tags(page, &[], may_untag);
        form.submit = "Create the app".into();
        form.cancel = "/apps".into();
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let name = input.parse("name", Name::parse);
        let description = input.parse("description", Description::parse);
        let owners = input.people("owners");
        let groups = first_groups(input);
        let operation = CreateApp {
            name: name?,
            description: description?,
            owners,
            tags: input.ids("tags"),
            groups,
            origin: AppOrigin::Made,
        };
        let title = format!("Create the app {}", input.text("name"));
        Some(Step::new(operation, title, "Create", "/apps"))
    }
}

pub(super) struct Edit(App);

impl Form for Edit {
    fn find(page: &Page, _: &Values) -> Result<Self, Refusal> {
        page.app().cloned().map(Self)
    }

    fn allowed(&self, page: &Page) -> Result<(), Refusal> {
        allowed(page, Action::EditApp, Target::App(self.0.id))
    }

    fn draw(&self, page: &Page, form: &mut FormPage) {
        let app = &self.0;
        form.title = format!("Edit {}", app.name);
        form.cancel = convert::app_href(app);
        form.crumbs = vec![
            ui::Link::new("Apps", "/apps"),
            ui::Link::new(&*app.name, &*form.cancel),
        ];
        form.line("name", "Name", &*app.name)
            .required()
            .help("Its groups are renamed with it.");
        form.description(&app.description);
        let may_untag = allowed(page, Action::UntagApp, Target::App(app.id)).is_ok();
        form.tags(page, &app.tags, may_untag);
        form.version(app);
    }

    fn step(&self, input: &mut Input<'_>) -> Option<Step> {
        let app = &self.0;
        input.check_stale(app, None);
        let operation = EditApp {
            app: app.id,
            name: input.parse("name", Name::parse),
            description: input.parse("description", Description::parse),
            tags: Some(input.ids("tags")),
        };
        let title = format!("Edit {}", app.name);
        Some(Step::new(operation, title, "Save", convert::app_href(app)))
    }
}

pub(super) fn delete(input: &Input<'_>) -> Result<Step, Failure> {
    let app = input.page.app()?;
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
