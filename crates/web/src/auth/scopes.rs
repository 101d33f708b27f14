//! What a proof may be used for: everything its user may do, or what a token's scopes say.

use std::collections::BTreeSet;

use axum::http::Method;
use portcullis_model::Scope;

use super::step_up::Act;

/// What somebody may do with what they proved who they are by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

const fn bit(scope: Scope) -> u8 {
    match scope {
        Scope::Read => 1,
        Scope::Request => 2,
        Scope::Decide => 4,
        Scope::Administer => 8,
        Scope::Decisions => 16,
    }
}

impl Scopes {
    /// Whatever the user may do.
    pub(super) const ALL: Self = Self(u8::MAX);

    /// What these scopes let.
    pub(super) fn of(scopes: &BTreeSet<Scope>) -> Self {
        Self(scopes.iter().fold(0, |bits, scope| bits | bit(*scope)))
    }

    /// Whether that is let.
    pub(super) const fn has(self, scope: Scope) -> bool {
        self.0 & bit(scope) != 0
    }
}

/// What a request to the portal or its API needs: a scope, and for some acts a proof that is recent.
/// What is not listed changes something else.
pub(super) fn needed(method: &Method, path: &str) -> (Scope, Option<Act>) {
    if method.is_safe() {
        return (Scope::Read, None);
    }
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let parts: Vec<_> = path.trim_start_matches('/').split('/').take(5).collect();
    match *parts {
        ["requests"] | ["requests", "new"] | ["requests", _, "withdraw"] => (Scope::Request, None),
        ["requests", "decide"] | ["requests", _, "approve" | "reject" | "preview"] => {
            (Scope::Decide, Some(Act::Decide))
        }
        // These only look: they change nothing.
        ["rules", "lint" | "diff"] => (Scope::Read, None),
        ["account", "tokens", ..]
        | ["account", "link", ..]
        | ["account", "invitation" | "identities"]
        | [
            "users",
            _,
            "tokens" | "sign-in-link" | "invitation" | "identities",
            ..,
        ] if *method == Method::POST => (Scope::Administer, Some(Act::Tokens)),
        ["account", "unlink", ..] => (Scope::Administer, Some(Act::Administer)),
        // Whoever has lost something must be able to end it, whenever they signed in; and what
        // one likes is no matter of rights.
        ["account", ..] | ["page-errors"] | ["welcome"] => (Scope::Administer, None),
        ["users", _, "tokens" | "sessions", ..] => (Scope::Administer, None),
        _ => (Scope::Administer, Some(Act::Administer)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_needs_the_widest_scope() {
        let table = [
            (Method::GET, "/api/v1/users", Scope::Read),
            (Method::HEAD, "/groups/g", Scope::Read),
            (Method::POST, "/api/v1/requests", Scope::Request),
            (Method::POST, "/requests/7/withdraw", Scope::Request),
            (Method::POST, "/api/v1/requests/7/approve", Scope::Decide),
            (Method::POST, "/requests/7/reject", Scope::Decide),
            (Method::POST, "/requests/decide", Scope::Decide),
            (
                Method::POST,
                "/api/v1/requests/7/approve/all",
                Scope::Administer,
            ),
            (Method::POST, "/api/v1/rules/lint", Scope::Read),
            (Method::POST, "/api/v1/groups/g/members", Scope::Administer),
            (Method::DELETE, "/api/v1/requests/7", Scope::Administer),
            (Method::POST, "/api/v1/me/tokens", Scope::Administer),
            (Method::PUT, "//api/v1/requests", Scope::Administer),
        ];
        for (method, path, scope) in table {
            assert_eq!(needed(&method, path).0, scope, "{method} {path}");
        }
    }

    #[test]
    fn what_lets_others_in_decides_or_changes_asks_for_a_recent_proof_and_ending_does_not() {
        let table = [
            (Method::GET, "/groups/g/edit", None),
            (Method::POST, "/requests", None),
            (Method::POST, "/requests/7/approve", Some(Act::Decide)),
            (Method::POST, "/account/tokens", Some(Act::Tokens)),
            (Method::POST, "/account/tokens/7/rotate", Some(Act::Tokens)),
            (Method::POST, "/account/link/okta", Some(Act::Tokens)),
            (Method::POST, "/api/v1/users/ana/tokens", Some(Act::Tokens)),
            (
                Method::POST,
                "/api/v1/users/ana/tokens/7/rotate",
                Some(Act::Tokens),
            ),
            (Method::DELETE, "/api/v1/users/ana/tokens/7", None),
            (Method::DELETE, "/api/v1/users/ana/sessions", None),
            (
                Method::DELETE,
                "/api/v1/users/ana/identities/7",
                Some(Act::Administer),
            ),
            (Method::POST, "/account/sign-out-everywhere", None),
            (Method::POST, "/account/end/7", None),
            (Method::POST, "/account/unlink/7", Some(Act::Administer)),
            (Method::POST, "/groups/g/edit", Some(Act::Administer)),
            (Method::PATCH, "/api/v1/groups/g", Some(Act::Administer)),
            (Method::DELETE, "/api/v1/users/ana", Some(Act::Administer)),
            (Method::POST, "/settings/sign-in/new", Some(Act::Administer)),
        ];
        for (method, path, act) in table {
            assert_eq!(needed(&method, path).1, act, "{method} {path}");
        }
    }

    #[test]
    fn a_token_has_its_scopes_only_and_a_person_all() {
        let read = Scopes::of(&[Scope::Read].into());
        for scope in Scope::ALL {
            assert_eq!(read.has(scope), scope == Scope::Read);
            assert!(Scopes::ALL.has(scope));
        }
    }
}
