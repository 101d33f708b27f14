//! What only admins see: how the program is doing.

mod deliveries;

use axum::{
    Router,
    routing::{get, post},
};

use crate::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/settings/deliveries", get(deliveries::list))
        .route("/settings/deliveries/decide", post(deliveries::decide))
}
