//! The pages: a folder for each noun, and in it a file for each page with its template beside it.
//!
//! A page takes a [`frame::Page`] (who looks, which world), asks `model` and renders. What changes
//! something takes a [`fields::Submission`] and goes through [`flow::run`], which shows who loses
//! what before anything is lost.

mod access;
mod account;
mod actions;
mod activity;
mod apps;
mod as_of;
mod asked;
mod compare;
mod constraints;
pub(crate) mod convert;
mod expiring;
mod failures;
pub(crate) mod fields;
pub(crate) mod flow;
pub(crate) mod form;
mod form_page;
pub(crate) mod frame;
mod grants;
mod groups;
mod help;
mod history;
mod home;
mod input;
mod list;
mod names;
mod page_errors;
mod people;
mod pick;
mod prelude;
mod requests;
pub(crate) mod requirements;
mod roles;
mod rules;
mod search;
mod settings;
mod sign_in;
mod tags;
mod why;

use axum::{
    Router, middleware,
    routing::{get, post},
};

use crate::Web;

pub(crate) use failures::page_of as failure_page;

/// All routes of pages.
pub fn routes(web: &Web) -> Router<Web> {
    Router::new()
        .route("/", get(home::show))
        .route("/welcome", post(home::dismiss))
        .route("/help", get(help::show))
        .route("/docs/{*path}", get(help::doc))
        .route("/page-errors", post(page_errors::take))
        .route("/compare", get(compare::show))
        .route("/expiring", get(expiring::show))
        .route("/expiring/settle", post(expiring::settle))
        .route("/pick.json", get(asked::json))
        .route("/search", get(search::page))
        .route("/search.json", get(search::json))
        .merge(account::routes())
        .merge(activity::routes())
        .merge(apps::routes())
        .merge(groups::routes())
        .merge(people::routes())
        .merge(requests::routes())
        .merge(roles::routes())
        .merge(rules::routes())
        .merge(settings::routes(web))
        .merge(sign_in::routes())
        .merge(tags::routes())
        .merge(why::routes())
        .layer(middleware::from_fn(as_of::kept))
        .layer(middleware::from_fn_with_state(
            web.clone(),
            failures::as_pages,
        ))
}
