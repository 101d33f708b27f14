//! What a browser brings back from the provider, and whether it is the answer to what this browser began.

use std::fmt;

use portcullis_model::{ConnectorId, Timestamp};
use serde::Deserialize;

use super::{
    begun::{Begun, LONGEST},
    text::{same, shown},
};
use crate::proof::{Fault, SKEW};

/// What the browser brings back, in its query. The rest of that is left.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// What tokens are to be had for.
    pub code: Option<String>,
    /// What was sent along.
    pub state: Option<String>,
    /// Who answers.
    pub iss: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// Why, in words.
    pub error_description: Option<String>,
}

/// Code and state are secret.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an answer (error: {:?})", self.error)
    }
}

impl Answer {
    /// Whether this answers what was begun.
    pub(super) fn answers(
        &self,
        begun: &Begun,
        (provider, issuer): (ConnectorId, &str),
        now: Timestamp,
    ) -> Result<(), Fault> {
        if begun.provider != provider {
            return Err(Fault::protocol(
                "this sign-in was begun with another identity provider; begin anew",
            ));
        }
        let since = now.seconds_since(begun.at);
        if since < -SKEW || since.unsigned_abs() > LONGEST {
            return Err(Fault::protocol("this sign-in took too long; begin anew"));
        }
        let state = self.state.as_deref().unwrap_or_default();
        // Not even an empty one equals nothing.
        if begun.state.is_empty() || !same(state, &begun.state) {
            return Err(Fault::protocol(
                "this sign-in was not begun in this browser, or another one was since; begin anew",
            ));
        }
        if self.iss.as_deref().is_some_and(|iss| iss != issuer) {
            return Err(Fault::protocol(
                "another identity provider has answered; begin anew",
            ));
        }
        Ok(())
    }

    /// The code, where there is one.
    pub(super) fn code(&self) -> Result<&str, Fault> {
        if let Some(error) = &self.error {
            return Err(self.fault(error));
        }
        let code = self.code.as_deref().filter(|code| !code.is_empty());
        code.ok_or_else(|| Fault::protocol("the identity provider has sent no code; begin anew"))
    }

    fn fault(&self, error: &str) -> Fault {
        let why = match self.error_description.as_deref() {
            Some(why) => format!("{} ({})", shown(error), shown(why)),
            None => shown(error),
        };
        match error {
            "server_error" | "temporarily_unavailable" => Fault::down(why),
            "access_denied"
            | "account_selection_required"
            | "consent_required"
            | "interaction_required"
            | "login_required"
            | "unmet_authentication_requirements" => {
                Fault::refused(format!("the identity provider says no: {why}"))
            }
            _ => Fault::protocol(format!("the identity provider refused the request: {why}")),
        }
    }
}
