//! Sessions and tokens ended.

use portcullis_app::{
    session::{EndSessions, Which},
    token::RevokeCredential,
};
use portcullis_model::Purpose;

use super::whose::{address, named, user_of};
use crate::pages::prelude::forms::*;

/// Revokes a token; a session ends at once, since nobody loses by it but who can sign in again.
pub(super) fn one(input: &Input<'_>) -> Result<Step, Failure> {
    let credential = named(input.page)?;
    let title = match &credential.purpose {
        Purpose::Token { name, .. } => format!("Revoke the token {name}"),
        Purpose::Session(_) => "Sign out there".to_owned(),
        Purpose::Link => "Revoke the sign-in link".to_owned(),
        Purpose::Invitation => "Revoke the invitation".to_owned(),
    };
    let back = address(input.page, credential.user);
    let step = Step::new(
        RevokeCredential(credential.id),
        title,
        "Revoke",
        back.clone(),
    );
    let step = step.then(move |_| back);
    Ok(match credential.purpose {
        Purpose::Token { .. } => step.always().noting(vec![
            "What uses it is refused from then on, on every server. It cannot be brought back."
                .to_owned(),
        ]),
        Purpose::Session(_) | Purpose::Link | Purpose::Invitation => step,
    })
}

/// Everywhere but in this browser.
pub(super) fn everywhere(input: &Input<'_>) -> Result<Step, Failure> {
    let user = user_of(input.page, input.fields)?;
    let end = EndSessions(Which::AllOf(user, input.page.viewer.proof.session()));
    let back = address(input.page, user);
    let step = Step::new(end, "Sign out everywhere else", "Sign out", back.clone());
    Ok(step.then(move |_| back))
}
