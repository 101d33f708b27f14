//! Tokens with which programs act as a user, and links that sign in once.

mod issue;
mod link;
mod revoke;
mod rotate;

pub use self::{
    issue::IssueToken,
    link::{IssueLink, LinkTo},
    revoke::RevokeCredential,
    rotate::{OVERLAP_SECONDS, RotateToken, as_long_again},
};

use portcullis_model::{Context, Expiry, Refusal};

/// When a token ends: as said, and never later than the settings let it.
fn ends(context: &Context, until: Expiry) -> Result<Expiry, Refusal> {
    let longest = context
        .policy
        .token_age
        .map(|age| context.now.plus_seconds(age));
    match longest {
        Some(longest) if until > Expiry::at(longest) => Err(Refusal::invalid(
            "until",
            format!("a token ends by {longest} at the latest; choose an earlier end"),
        )),
        _ => Ok(until),
    }
}
