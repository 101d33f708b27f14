//! Forms as pages: one handler that shows them and one that takes them.
//!
//! A [`Form`] says what stands in it and what sending it does; the handlers here draw it with the
//! defaults at first, and again with what was sent where something was wrong with that. What needs
//! no more than a yes is a [`confirm`].

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use portcullis_model::{Action, Refusal, Target, may};

pub(crate) use super::{
    fields::Values,
    form_page::{Banner, Control, FormPage, MORE_GROUPS, MOST_BOXES},
};
use super::{
    fields::{Fields, Submission, errors_of},
    flow::{self, Step},
    frame::{Page, render},
    input::Input,
};
use crate::{Web, error::Failure, ui};

/// A form at an address.
pub(crate) trait Form: Sized + Send + Sync + 'static {
    /// What the form is about, found by its address and what stands in it, where the viewer may
    /// do it: nobody fills in a form in vain.
    fn find(page: &Page, values: &Values) -> Result<Self, Refusal>;

    /// What stands in it.
    fn draw(&self, page: &Page, form: &mut FormPage<'_>);

    /// What sending it does; nothing where the errors say what is wrong.
    fn step(&self, input: &mut Input<'_>) -> Option<Step>;
}

/// The handlers of a form.
pub(crate) fn form<F: Form>() -> MethodRouter<Web> {
    get(async |page: Page| show::<F>(&page)).post(send::<F>)
}

/// The form, shown for the first time.
pub(crate) fn show<F: Form>(page: &Page) -> Result<Response, Failure> {
    let values = Values::asked(page);
    let form = F::find(page, &values)?;
    render(&drawn(&form, page, values, ui::Errors::default()))
}

/// Does what the form asks for, or shows it again with what was sent and what is wrong.
pub(crate) async fn send<F: Form>(
    State(web): State<Web>,
    sent: Submission,
) -> Result<Response, Failure> {
    let form = F::find(&sent.page, &Values::sent(&sent))?;
    let mut input = Input::new(&sent);
    let step = form.step(&mut input);
    match attempt(&web, &sent, step, input.errors).await? {
        Ok(done) => Ok(done),
        Err(errors) => again(&drawn(&form, &sent.page, Values::sent(&sent), errors)),
    }
}

/// Does a step, or tells what is wrong with what was sent.
pub(crate) async fn attempt(
    web: &Web,
    sent: &Submission,
    step: Option<Step>,
    errors: ui::Errors,
) -> Result<Result<Response, ui::Errors>, Failure> {
    match step.filter(|_| errors.is_empty()) {
        None => Ok(Err(errors)),
        Some(step) => match flow::run(web, sent, step).await {
            Ok(done) => Ok(Ok(done)),
            Err(failure) => errors_of(failure).map(Err),
        },
    }
}

/// A page shown again with what was sent and what is wrong with it.
pub(crate) fn again(page: &impl Template) -> Result<Response, Failure> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(page)?).into_response())
}

fn drawn<'p, F: Form>(
    form: &F,
    page: &'p Page,
    values: Values,
    errors: ui::Errors,
) -> FormPage<'p> {
    let mut drawn = FormPage::new(page, values, errors);
    form.draw(page, &mut drawn);
    drawn
}

/// What is done without a form, by way of its preview: asked for at its address, or sent there.
pub(crate) fn confirm(plan: fn(&Input<'_>) -> Result<Step, Failure>) -> MethodRouter<Web> {
    let ask = move |State(web): State<Web>, page: Page| async move {
        // Without a field `confirm` nothing is committed, whatever the address says.
        let unsent = Submission {
            page,
            fields: Fields::default(),
        };
        let step = plan(&Input::new(&unsent))?;
        flow::run(&web, &unsent, step.always()).await
    };
    button(plan).get(ask)
}

/// The same for a button on another page, which has no address of its own to ask at.
pub(crate) fn button(plan: fn(&Input<'_>) -> Result<Step, Failure>) -> MethodRouter<Web> {
    post(move |State(web): State<Web>, sent: Submission| async move {
        let step = plan(&Input::new(&sent))?;
        flow::run(&web, &sent, step).await
    })
}

/// Whether the viewer may make something, or edit what is at `there`.
pub(crate) fn may_make(
    page: &Page,
    make: Action,
    edit: Action,
    there: Option<Target<'_>>,
) -> Result<(), Refusal> {
    let action = if there.is_some() { edit } else { make };
    allowed(page, action, there.unwrap_or(Target::Nothing))
}

/// Whether the viewer may do it, before they fill in a form in vain.
pub(crate) fn allowed(page: &Page, action: Action, target: Target<'_>) -> Result<(), Refusal> {
    may(&page.viewer.world, &page.viewer.context, action, target)
}
