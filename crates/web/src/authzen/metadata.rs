//! Where the decision point's endpoints are.

use axum::{
    Json,
    extract::State,
    http::{header, request::Parts},
};
use serde_json::{Value, json};

use crate::{Web, auth, http::said};

pub(super) async fn metadata(State(web): State<Web>, parts: Parts) -> Json<Value> {
    let host = said(&parts.headers, header::HOST).unwrap_or("localhost");
    let base = match web.public_url() {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("{}://{host}", auth::scheme(&parts, web.proxies())),
    };
    Json(json!({
        "policy_decision_point": base,
        "access_evaluation_endpoint": format!("{base}/access/v1/evaluation"),
        "access_evaluations_endpoint": format!("{base}/access/v1/evaluations"),
        "search_subject_endpoint": format!("{base}/access/v1/search/subject"),
        "search_resource_endpoint": format!("{base}/access/v1/search/resource"),
        "search_action_endpoint": format!("{base}/access/v1/search/action"),
    }))
}
