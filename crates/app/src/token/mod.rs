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

use portcullis_model::{
    Context, Credential, Expiry, Id, Name, Purpose, Refusal, RefusalCode, User, World,
};

/// How many tokens a user has at once.
const MOST: usize = 100;

/// That `user` may have another token of that name, beside the one it replaces if it replaces one.
fn room_for(
    world: &World,
    context: &Context,
    user: &User,
    name: &Name,
    replaced: Option<Id<Credential>>,
) -> Result<(), Refusal> {
    let mut tokens = 0;
    for other in world.credentials_of(user.id) {
        let Purpose::Token { name: taken, .. } = &other.purpose else {
            continue;
        };
        tokens += 1;
        if Some(other.id) != replaced && taken == name && other.validity.contains(context.now) {
            return Err(Refusal::rule(
                RefusalCode::NameTaken,
                format!("`{}` has a token called `{name}`", user.login),
                match replaced {
                    None => "choose another name, or rotate that one",
                    Some(_) => {
                        "this one was rotated already: rotate its successor, or revoke that first"
                    }
                },
            ));
        }
    }
    if tokens >= MOST {
        return Err(Refusal::rule(
            RefusalCode::TooManyTokens,
            format!("`{}` has {MOST} tokens, and nobody has more", user.login),
            "revoke those that are not used",
        ));
    }
    Ok(())
}

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
