//! Tokens: what programs prove with who they are.

use std::collections::{BTreeSet, HashMap};

use portcullis_app::{
    secret::Secret,
    token::{IssueToken, OVERLAP_SECONDS, RevokeCredential, RotateToken, as_long_again},
};
use portcullis_model::{Credential, Edit, Expiry, Id, Name, Purpose, Scope, User};
use portcullis_store::CredentialUse;

use super::{UseRow, sees};
use crate::{
    api::{
        Act, Answer, Done, Of, Page, Paging, Read, Write, body, choice, row,
        wire::{Deleted, IdBody, Time, Until},
    },
    auth::TOKEN_PREFIX,
};

choice! {
    /// What a token may be used for.
    pub(crate) enum ScopeBody for Scope {
        /// To read what the user may read.
        Read = "read",
        /// To ask for access, and withdraw that.
        Request = "request",
        /// To approve and reject requests.
        Decide = "decide",
        /// To change everything else that the user may change.
        Administer = "administer",
        /// To ask the decision point.
        Decisions = "decisions",
    }
}

row! {
    /// A token, without what proves it.
    pub(crate) struct TokenRow<'w> of(token: &'w Credential, used: Option<&'w CredentialUse>) where {
        let (name, scopes) = match &token.purpose {
            Purpose::Token { name, scopes } => (name.as_str(), scopes.iter().collect()),
            Purpose::Session(_) | Purpose::Link | Purpose::Invitation => ("", Vec::new()),
        };
    } {
        id: IdBody = token.id.into(),
        name: &'w str = name,
        scopes: Vec<ScopeBody> = scopes.into_iter().map(|scope| (*scope).into()).collect(),
        made: Time = Time(token.validity.from),
        until: Until = Until(token.validity.until),
        /// When it was last used; null where it never was.
        used: Option<UseRow<'w>> = used.map(UseRow::of),
    }
}

row! {
    /// A token that was just made, with what proves it: this answer alone has it.
    pub(crate) struct NewTokenRow<'w> of(token: &'w Credential, secret: &'w Secret) {
        #[serde(flatten)]
        row: TokenRow<'w> = TokenRow::of(token, None),
        /// What a program sends as `Authorization: Bearer …`.
        token: &'w str = secret.reveal(),
    }
}

/// List a user's tokens
///
/// Those that may be used, by name. Only the user and admins see them.
#[utoipa::path(get, path = "/users/{user}/tokens", tag = "sign-in", params(Paging), responses((status = 200, body = Page<TokenRow>)))]
pub(crate) async fn list_tokens(user: Of<User>, read: Read<Paging>) -> Answer {
    sees(&read, user.id)?;
    let all = read.world.credentials_of(user.id);
    let is_token = |it: &&Credential| matches!(it.purpose, Purpose::Token { .. });
    let mut all: Vec<_> = all
        .filter(is_token)
        .filter(|it| it.validity.contains(read.now))
        .collect();
    let place = |it: &&Credential| format!("{}\0{}", it.label(), it.id);
    all.sort_by_cached_key(place);
    let page = read.query.part().of(all, place);
    let ids: Vec<_> = page.rows.iter().map(|it| it.id).collect();
    let uses: HashMap<Id<Credential>, CredentialUse> = read.web.uses_of(&ids).await?;
    read.answer(&Page::of(page, |it| TokenRow::of(it, uses.get(&it.id))))
}

body! {
    /// A token to make.
    pub(crate) struct NewToken {
        /// What it is called; no two of a user alike.
        name: Name,
        /// What it may be used for, one at least.
        scopes: Vec<ScopeBody>,
        /// When it ends. Null for no end, where the settings allow that.
        until: Expiry,
    }
}

/// Create a token
///
/// The answer has the token, and nothing has it afterwards. In person only: a token makes no tokens.
#[utoipa::path(post, path = "/users/{user}/tokens", tag = "sign-in", request_body = NewToken, responses((status = 201, body = NewTokenRow)))]
pub(crate) async fn create_token(user: Of<User>, Write { act, body }: Write<NewToken>) -> Answer {
    act.in_person()?;
    let secret = Secret::new(TOKEN_PREFIX);
    let scopes: BTreeSet<Scope> = body.scopes.into_iter().map(Scope::from).collect();
    let operation = IssueToken {
        user: user.id,
        name: body.name,
        scopes,
        digest: secret.digest(),
        until: body.until,
    };
    act.make(operation, |done| made(done, &secret)).await
}

/// Rotate a token
///
/// Another takes its place, for as long again; the old one goes on for a day beside it. In person only.
#[utoipa::path(post, path = "/users/{user}/tokens/{token}/rotate", tag = "sign-in", responses((status = 201, body = NewTokenRow)))]
pub(crate) async fn rotate_token(token: Of<Credential>, act: Act) -> Answer {
    act.in_person()?;
    let secret = Secret::new(TOKEN_PREFIX);
    let operation = RotateToken {
        token: token.id,
        digest: secret.digest(),
        until: as_long_again(&token, act.viewer.context.now),
        overlap: OVERLAP_SECONDS,
    };
    act.make(operation, |done| made(done, &secret)).await
}

/// The token that was made.
fn made(done: &Done<'_>, secret: &Secret) -> Answer {
    let mut edits = done.change.edits::<Credential>();
    let made = edits.find(|edit| edit.before.is_none());
    let made = made
        .and_then(Edit::id)
        .and_then(|id| done.world.credential(id));
    done.secret(made.map(|token| NewTokenRow::of(token, secret)))
}

/// Revoke a token
///
/// At once, on every server.
#[utoipa::path(delete, path = "/users/{user}/tokens/{token}", tag = "sign-in", responses((status = 200, body = Deleted)))]
pub(crate) async fn revoke_token(token: Of<Credential>, act: Act) -> Answer {
    let name = token.label();
    act.delete(token.id, &name, RevokeCredential(token.id))
        .await
}
