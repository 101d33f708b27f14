//! The pages, one file each with its template in `templates/`.
//!
//! A page takes a [`frame::Page`] (who looks, which world), asks `model` and renders. What changes
//! something takes a [`fields::Submission`] and goes through [`flow::run`], which shows who loses
//! what before anything is lost.

pub(crate) mod convert;
pub(crate) mod fields;
pub(crate) mod flow;
pub(crate) mod frame;
mod reading;
mod rules_diff;
mod writing;

use axum::{Router, middleware};

use crate::Web;

pub(crate) use frame::failed;

/// All routes of pages.
pub fn routes(web: &Web) -> Router<Web> {
    Router::new()
        .merge(reading::routes())
        .merge(writing::routes())
        .layer(middleware::from_fn_with_state(
            web.clone(),
            frame::failures_as_pages,
        ))
}
