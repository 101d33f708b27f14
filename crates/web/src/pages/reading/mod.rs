//! The reading pages: who has access to what, through what and until when. Nothing here changes
//! anything; what does is linked to where the reader may do it.

mod access;
mod activity;
mod app;
mod apps;
mod compare;
mod edits;
mod entry;
mod expiring;
mod group;
mod group_facts;
mod group_history;
mod groups;
mod history;
mod home;
mod map;
mod names;
mod parts;
mod people;
mod person;
mod person_history;
pub(crate) mod rules;
mod rules_ask;
mod search;
mod tags;
mod why;

use axum::{Router, routing::get};

use crate::Web;

/// The routes of the reading pages.
pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/", get(home::show))
        .route("/people", get(people::list))
        .route("/people/{login}", get(person::show))
        .route("/people/{login}/history", get(person_history::show))
        .route("/groups", get(groups::groups))
        .route("/roles", get(groups::roles))
        .route("/groups/{id}", get(group::show))
        .route("/roles/{id}", get(group::show))
        .route("/groups/{id}/history", get(group_history::show))
        .route("/roles/{id}/history", get(group_history::show))
        .route("/apps", get(apps::list))
        .route("/apps/{id}", get(app::show))
        .route("/tags", get(tags::list))
        .route("/tags/{id}", get(tags::show))
        .route("/rules", get(rules::list))
        .route("/rules/ask", get(rules_ask::ask))
        .route("/compare", get(compare::show))
        .route("/why", get(why::show))
        .route("/expiring", get(expiring::show))
        .route("/activity", get(activity::list))
        .route("/activity/{position}", get(entry::show))
        .route("/search", get(search::page))
        .route("/search.json", get(search::json))
}
