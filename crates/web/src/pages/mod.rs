//! The pages, one file each with its template in `templates/`.
//!
//! A page takes a [`frame::Page`] (who looks, which world), asks `model` and renders. What changes
//! something takes a [`fields::Submission`] and goes through [`flow::run`], which shows who loses
//! what before anything is lost.

mod activity;
mod apps;
pub(crate) mod convert;
pub(crate) mod fields;
pub(crate) mod flow;
pub(crate) mod form;
mod form_page;
pub(crate) mod frame;
mod groups;
mod input;
mod people;
mod pick;
mod reading;
mod requests;
pub(crate) mod requirements;
mod roles;
mod rules_diff;
mod tags;

use axum::{Router, middleware};

use crate::Web;

pub(crate) use frame::failed;

/// All routes of pages.
pub fn routes(web: &Web) -> Router<Web> {
    Router::new()
        .merge(reading::routes())
        .merge(people::routes())
        .merge(groups::routes())
        .merge(roles::routes())
        .merge(apps::routes())
        .merge(tags::routes())
        .merge(requests::routes())
        .merge(activity::routes())
        .layer(middleware::from_fn_with_state(
            web.clone(),
            frame::failures_as_pages,
        ))
}
