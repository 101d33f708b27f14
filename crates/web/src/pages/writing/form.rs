//! Forms as pages: one template for all of them, and what each does when it is sent.
//!
//! A page builds a [`FormPage`] from [`Values`], which are the defaults at first and what was sent
//! when something was wrong with it; so one function draws both.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use portcullis_app::Operation;
use portcullis_model::{Action, Refusal, Target, may};
use portcullis_store::Committed;
use serde::Serialize;

use super::{
    fields::{Fields, Submission, errors_of},
    flow::{self, Step},
    frame::{Page, form_pairs, render},
};
use crate::{Web, error::Failure, ui};

/// A page that is one form.
#[derive(Template)]
#[template(path = "form.html")]
pub(crate) struct FormPage {
    shell: ui::Shell,
    pub title: String,
    pub lead: String,
    pub crumbs: Vec<ui::Link>,
    pub chips: Vec<ui::Chip>,
    pub tabs: Vec<ui::Tab>,
    pub banners: Vec<Banner>,
    pub fields: Vec<Field>,
    pub errors: ui::Errors,
    pub submit: String,
    pub cancel: String,
    pub asides: Vec<Aside>,
    action: String,
}

impl FormPage {
    /// A form on `page` without fields, which posts to the page's own address.
    pub(crate) fn new(page: &Page, title: impl Into<String>, errors: ui::Errors) -> Self {
        Self {
            shell: page.shell(),
            title: title.into(),
            lead: String::new(),
            crumbs: Vec::new(),
            chips: Vec::new(),
            tabs: Vec::new(),
            banners: Vec::new(),
            fields: Vec::new(),
            errors,
            submit: "Save".into(),
            cancel: "/".into(),
            asides: Vec::new(),
            action: page.with_query(&[]),
        }
    }
}

/// A message above the fields.
pub(crate) struct Banner {
    pub level: ui::Level,
    pub title: String,
    pub text: String,
    pub href: String,
    pub action: String,
}

impl Banner {
    pub(crate) fn new(level: ui::Level, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            level,
            title: title.into(),
            text: text.into(),
            href: String::new(),
            action: String::new(),
        }
    }

    pub(crate) fn leading(mut self, action: impl Into<String>, href: impl Into<String>) -> Self {
        (self.action, self.href) = (action.into(), href.into());
        self
    }
}

/// Something to know beside the form.
pub(crate) struct Aside {
    pub title: &'static str,
    pub entities: Vec<ui::Entity>,
    pub text: String,
}

/// One field of a form.
pub(crate) enum Field {
    Hidden(ui::Hidden),
    Line(Text),
    Lines(Text),
    Select(Choices),
    Pills(Choices),
    Durations(ui::Durations),
    Checks(Checks),
    Known(Known),
}

/// A line or several lines of text.
#[derive(Default)]
pub(crate) struct Text {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
    pub help: String,
    pub kind: &'static str,
    pub required: bool,
    /// Suggestions the browser completes from.
    pub options: Vec<String>,
}

impl Text {
    pub(crate) fn new(name: &'static str, label: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            label,
            value: value.into(),
            kind: "text",
            ..Self::default()
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) fn options(mut self, options: Vec<String>) -> Self {
        self.options = options;
        self
    }
}

/// One of several.
pub(crate) struct Choices {
    pub name: &'static str,
    pub label: &'static str,
    pub choices: Vec<ui::Choice>,
    pub chosen: String,
    pub help: String,
    pub required: bool,
}

/// Some of several.
pub(crate) struct Checks {
    pub name: &'static str,
    pub label: &'static str,
    pub boxes: Vec<Check>,
    pub help: String,
    /// What to say where there is nothing to choose.
    pub none: &'static str,
}

/// One box to tick.
pub(crate) struct Check {
    pub value: String,
    pub label: String,
    pub help: String,
    pub checked: bool,
    /// Ticked, and the viewer may not take the tick away.
    pub locked: bool,
}

/// Something the form is about that is not to be changed.
pub(crate) struct Known {
    pub label: &'static str,
    pub entities: Vec<ui::Entity>,
    pub text: String,
}

impl Field {
    pub(crate) fn hidden(name: &str, value: impl std::fmt::Display) -> Self {
        Self::Hidden(ui::Hidden::new(name, value.to_string()))
    }

    pub(crate) fn known(label: &'static str, entity: ui::Entity) -> Self {
        Self::Known(Known {
            label,
            entities: vec![entity],
            text: String::new(),
        })
    }
}

/// What stands in a form's fields: what was sent, or else what the address asks for, or else the
/// defaults.
pub(crate) struct Values {
    fields: Fields,
    sent: bool,
}

impl Values {
    /// Of a form shown for the first time.
    pub(crate) fn asked(page: &Page) -> Self {
        let query = page.path.split_once('?').map_or("", |(_, query)| query);
        Self {
            fields: Fields(form_pairs(query.as_bytes())),
            sent: false,
        }
    }

    /// Of a form shown again.
    pub(crate) fn sent(sent: &Submission) -> Self {
        Self {
            fields: sent.fields.clone(),
            sent: true,
        }
    }

    pub(crate) fn text(&self, name: &str, default: impl Into<String>) -> String {
        let value = self.fields.get(name);
        if self.sent || !value.is_empty() {
            value.to_owned()
        } else {
            default.into()
        }
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

/// Whether the viewer may do it, before they fill in a form in vain.
pub(crate) fn allowed(page: &Page, action: Action, target: Target<'_>) -> Result<(), Refusal> {
    may(&page.viewer.world, &page.viewer.context, action, target)
}

/// A form that the viewer may fill in, shown for the first time.
pub(crate) fn first(
    page: &Page,
    (action, target): (Action, Target<'_>),
    draw: impl FnOnce(&Values, ui::Errors) -> FormPage,
) -> Result<Response, Failure> {
    allowed(page, action, target)?;
    render(&draw(&Values::asked(page), ui::Errors::default()))
}

/// Does what a form asks for, or shows it `again` with what was sent and what is wrong.
pub(crate) async fn answer<O: Operation>(
    web: &Web,
    sent: &Submission,
    operation: Option<O>,
    errors: ui::Errors,
    step: Step,
    done: impl FnOnce(&Committed) -> String,
    again: impl FnOnce(&Values, ui::Errors) -> Result<FormPage, Failure>,
) -> Result<Response, Failure> {
    let errors = match operation.filter(|_| errors.is_empty()) {
        Some(operation) => match flow::run(web, sent, operation, step, done).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => errors_of(failure)?,
        },
        None => errors,
    };
    let page = again(&Values::sent(sent), errors)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

/// What stands for a record as it is: another text where anybody has saved it since.
pub(crate) fn version(record: &impl Serialize) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(record)
        .unwrap_or_default()
        .hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The field by which [`unseen`] knows what a form was drawn from.
pub(crate) fn seen(record: &impl Serialize) -> Field {
    Field::hidden("seen", version(record))
}

/// Notes it where the record is another by now: what was saved in another tab, or by somebody else,
/// is not replaced unseen. `by` is who did, where that is known.
pub(crate) fn unseen(
    fields: &Fields,
    record: &impl Serialize,
    by: Option<String>,
    errors: &mut ui::Errors,
) {
    if fields.has("seen") && fields.get("seen") != version(record) {
        let by = by.unwrap_or_else(|| "somebody".into());
        let wrong = format!(
            "{by} saved this since you opened it; save again to replace that, or cancel to see it"
        );
        errors.add("", wrong);
    }
}

/// Shows what an operation would do, for what needs no more than a yes.
pub(crate) async fn ask_first<O: Operation>(
    web: &Web,
    page: Page,
    operation: O,
    step: Step,
) -> Result<Response, Failure> {
    // Without a field `confirm` nothing is committed, whatever the address says.
    let unsent = Submission {
        page,
        fields: Fields::default(),
    };
    let step = Step {
        ask: flow::ConfirmPolicy::Always,
        ..step
    };
    flow::run(web, &unsent, operation, step, |_| String::new()).await
}
