//! Why a browser was sent to an identity provider.

use serde::{Deserialize, Serialize};

/// What is done once the provider has said who it is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Intent {
    /// They sign in.
    SignIn,
}
