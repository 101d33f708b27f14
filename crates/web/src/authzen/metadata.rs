//! Where the decision point's endpoints are.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
};
use serde_json::{Value, json};

use crate::{Web, http::said};

pub(super) async fn metadata(State(web): State<Web>, headers: HeaderMap) -> Json<Value> {
    let host = said(&headers, header::HOST).unwrap_or("localhost");
    let base = match web.public_url() {
        Some(url) => url.trim_end_matches('/').to_owned(),
        // What is spoken here; where something that speaks TLS stands before us, it is configured.
        None => format!("http://{host}"),
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
