//! Whose account is meant, and which of its parts.

use portcullis_model::{Credential, Id, Noun, Refusal, User};

use crate::pages::{convert, fields::Fields, frame::Page};

/// The user called `key`, or the viewer.
fn user<'p>(page: &'p Page, key: &str) -> Result<&'p User, Refusal> {
    let world = &page.viewer.world;
    match key {
        "" => world.require_user(page.viewer.id),
        key => world
            .named_user(key)
            .ok_or_else(|| Refusal::not_found(Noun::User, key)),
    }
}

/// Whose account a page is about: the viewer's, or `?user=`.
pub(super) fn whose(page: &Page) -> Result<&User, Refusal> {
    user(page, &page.query("user"))
}

/// The credential an address names.
pub(super) fn named(page: &Page) -> Result<&Credential, Refusal> {
    let key = page.param("id");
    let id: Option<Id<Credential>> = key.parse().ok();
    let found = id.and_then(|id| page.viewer.world.credential(id));
    found.ok_or_else(|| Refusal::not_found(Noun::Credential, key))
}

/// The page about the account of `user`.
pub(super) fn address(page: &Page, user: Id<User>) -> String {
    let login = page.viewer.world.user(user).map(|user| user.login.as_str());
    let other = login.filter(|_| user != page.viewer.id).unwrap_or_default();
    convert::address("/account", &[("user", other)])
}

/// Whose account a form is about.
pub(super) fn user_of(page: &Page, fields: &Fields) -> Result<Id<User>, Refusal> {
    let user = match fields.get("user") {
        "" => whose(page),
        login => user(page, login),
    };
    user.map(|user| user.id)
}
